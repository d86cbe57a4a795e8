import { readEmailChangeLink, requestPasswordReset, stopEmailChange, type Account } from '#accounts';
import type { Deps } from '#foundation/deps';
import { pathOf, type Web } from '#foundation/http';
import { stepsOf, type JourneyDefinition, type Journeys, type Visit } from '#foundation/journey';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { resetAddress } from '../../../recover-account/reset-password.ts';
import { momentOf } from '../../moment.ts';

/** Where the mailed links lead that stop a change of address, followed by their token. */
export const keepEmailAddress = '/keep-email-address';

const context = z.object({ token: z.string(), dueAt: z.string() });
type Context = z.output<typeof context>;

const answers = z.object({ stopped: z.boolean().optional(), mailed: z.boolean().optional() });
type Answers = z.output<typeof answers>;

const step = stepsOf<Answers, Context>();

const linkProblem = (problem: string) => ({
  page: 'journeys/settings/email/link-problem',
  status: 400,
  data: { problem },
});

const keep = step({
  path: 'keep',
  page: 'journeys/settings/email/keep',
  isDone: (given) => given.stopped === true,
  undo: () => ({}),
  isFinal: true,
  show: (_deps, { context: { dueAt }, browser }) =>
    Promise.resolve({ moment: momentOf(new Date(dueAt), browser.language) }),
  form: z.object({}),
  submit: async (deps, visit) => {
    const { token } = visit.context;
    const stopped = await stopEmailChange(deps, { token });
    if (stopped.outcome !== 'stopped') return { outcome: 'stopped', stop: linkProblem(stopped.outcome) };
    const mailed = await mailResetLink(deps, visit, stopped.account);
    return { outcome: 'answered', answers: { stopped: true, mailed } };
  },
});

/** Whoever asked for the change may know the password. @returns false if too many links were asked for already */
async function mailResetLink(deps: Deps, { browser }: Visit<Answers, Context>, { email, language }: Account) {
  const requested = await requestPasswordReset(deps, {
    email,
    language,
    remoteAddress: browser.remoteAddress,
    linkTo: (token) => `${deps.settings.issuer}${resetAddress}/${token}`,
  });
  return requested.outcome === 'requested';
}

const kept = step({
  path: 'kept',
  page: 'journeys/settings/email/kept',
  isDone: () => false,
  undo: (given) => given,
  show: (_deps, visit) => Promise.resolve({ mailed: visit.answers.mailed }),
  form: z.object({}),
  submit: (_deps, visit) => Promise.resolve({ outcome: 'stayed', answers: visit.answers }),
});

/** Keep the address that a login has, with the link from the mail. */
export const keepEmail: JourneyDefinition<Answers, Context> = {
  id: 'keep-email',
  answers,
  context,
  lifetimeSeconds: 3600,
  steps: [keep, kept],
  finish: () => Promise.reject(new Error('the last page asks nothing')),
};

/** Mounts the address of the links. Opening one changes nothing yet: mail scanners open links too. */
export function mountKeepEmail(web: Web, journeys: Journeys): void {
  web.app.get(`${keepEmailAddress}/:token`, (request, reply) => startKeeping(web, journeys, request, reply));
}

const tokenParams = z.object({ token: z.string() });

async function startKeeping(web: Web, journeys: Journeys, request: FastifyRequest, reply: FastifyReply) {
  const { token } = tokenParams.parse(request.params);
  const { deps } = web.house;
  const link = await readEmailChangeLink(deps, { token });
  if (link.outcome === 'usable') {
    const visitor = web.visitors.ensure(request, reply);
    const started = { journey: keepEmail.id, visitor, context: { token, dueAt: link.dueAt.toISOString() } };
    return reply.redirect(await journeys.start(deps, started), 303);
  }
  const { page, status, data } = linkProblem(link.outcome);
  const frame = { language: web.visitors.language(request), address: pathOf(request) };
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .send(web.pages.render(page, frame, data));
}
