import { readEmail, requestPasswordReset } from '#accounts';
import type { Deps } from '#foundation/deps';
import { stepsOf, type JourneyDefinition, type Visit } from '#foundation/journey';
import { z } from 'zod';
import { resetAddress } from './reset-password.ts';
import { cameFrom, locked, lockedStop, requestContext, requestFrame } from '../request.ts';

const context = requestContext.extend({ email: z.string(), cameFrom });
type Context = z.output<typeof context>;

const answers = z.object({ email: z.string().optional() });
type Answers = z.output<typeof answers>;

const step = stepsOf<Answers, Context>();

const enterEmail = step({
  path: 'email',
  page: 'journeys/recover-account/enter-email',
  isDone: (given) => given.email !== undefined,
  undo: () => ({}),
  values: (given, { email }) => ({ email: given.email ?? email }),
  form: z.object({ email: z.string('missing') }),
  submit: (_deps, _visit, { email }) => {
    const read = readEmail(email);
    return Promise.resolve(
      read.outcome === 'valid'
        ? { outcome: 'answered', answers: { email: read.email } }
        : { outcome: 'invalid', errors: { email: read.outcome } },
    );
  },
});

function requestLink(deps: Deps, { answers: given, browser }: Visit<Answers, Context>) {
  return requestPasswordReset(deps, {
    email: given.email ?? '',
    language: browser.language,
    remoteAddress: browser.remoteAddress,
    linkTo: (token) => `${deps.settings.issuer}${resetAddress}/${token}`,
  });
}

const checkEmail = step({
  path: 'check-email',
  page: 'journeys/recover-account/check-email',
  isDone: () => false,
  undo: (given) => given,
  onEnter: async (deps, visit) => {
    const requested = await requestLink(deps, visit);
    return requested.outcome === 'requested'
      ? { outcome: 'entered', answers: visit.answers }
      : { outcome: 'stopped', stop: lockedStop(deps, requested.until, 'requests') };
  },
  show: (_deps, visit) => Promise.resolve({ email: visit.answers.email }),
  form: z.object({}),
  submit: async (deps, visit) => {
    const requested = await requestLink(deps, visit);
    return requested.outcome === 'requested'
      ? { outcome: 'stayed', answers: visit.answers, notice: 'resent' }
      : locked(deps, requested.until, 'requests');
  },
});

/** Asks for a link to choose a new password; says the same whether or not the address has a login. */
export const forgottenPassword: JourneyDefinition<Answers, Context> = {
  id: 'forgotten-password',
  answers,
  context,
  lifetimeSeconds: 3600,
  steps: [enterEmail, checkEmail],
  finish: () => Promise.reject(new Error('the person goes on by the link in the mail')),
  cameFrom: (given) => given.cameFrom,
  everyPage: requestFrame,
};
