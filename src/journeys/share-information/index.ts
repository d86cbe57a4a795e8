import { refuse } from '#consent';
import { stepsOf, type JourneyDefinition } from '#foundation/journey';
import { finishConsent, refuseRequest } from '#openid';
import { z } from 'zod';
import { requestContext, requestFormTargets, requestFrame } from '../request.ts';

const context = requestContext.extend({
  accountId: z.string(),
  /** Everything asked for that the service may have. */
  scopes: z.array(z.string()),
  /** Of these, not agreed to before. */
  newScopes: z.array(z.string()),
  /** Of these, agreed to before. */
  agreedScopes: z.array(z.string()),
  termsUri: z.string().optional(),
  privacyUri: z.string().optional(),
});
type Context = z.output<typeof context>;

const answers = z.object({ agreed: z.boolean().optional(), declined: z.boolean().optional() });
type Answers = z.output<typeof answers>;

const step = stepsOf<Answers, Context>();

const agree = step({
  path: 'agree',
  page: 'journeys/share-information/agree',
  isDone: (given) => given.agreed === true || given.declined === true,
  undo: () => ({}),
  show: (_deps, { context: of }) =>
    Promise.resolve({
      newScopes: of.newScopes.length > 0 ? of.newScopes : ['openid'],
      agreedScopes: of.agreedScopes,
      termsUri: of.termsUri,
      privacyUri: of.privacyUri,
    }),
  form: z.object({}),
  submit: () => Promise.resolve({ outcome: 'answered', answers: { agreed: true } }),
  actions: {
    decline: () => Promise.resolve({ outcome: 'answered', answers: { declined: true } }),
  },
});

const areYouSure = step({
  path: 'are-you-sure',
  page: 'journeys/share-information/are-you-sure',
  appliesWhen: (given) => given.declined === true,
  isDone: () => false,
  undo: (given) => given,
  form: z.object({ choice: z.enum(['go-back', 'carry-on'], 'missing') }),
  submit: async (deps, visit, { choice }) => {
    if (choice === 'go-back') return { outcome: 'answered', answers: {} };
    const { uid, clientId, accountId } = visit.context;
    await refuse(deps, { accountId, clientId, scopes: visit.context.newScopes });
    const { address } = await refuseRequest(deps, {
      uid,
      error: 'access_denied',
      description: 'ConsentNotGiven',
    });
    return { outcome: 'left', address };
  },
});

/** Which of the person's details go to the service: agree, or go back without. */
export const shareInformation: JourneyDefinition<Answers, Context> = {
  id: 'share',
  answers,
  context,
  lifetimeSeconds: 3600,
  steps: [agree, areYouSure],
  finish: async (deps, { context: of }) => {
    const { uid, accountId, scopes } = of;
    const { address } = await finishConsent(deps, { uid, accountId, scopes });
    return { outcome: 'left', address };
  },
  everyPage: requestFrame,
  formTargets: requestFormTargets,
};
