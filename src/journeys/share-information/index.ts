import { refuse } from '#consent';
import { stepsOf, type JourneyDefinition } from '#foundation/journey';
import { identityLevels } from '#identity';
import { finishConsent, refuseRequest } from '#openid';
import { z } from 'zod';
import { requestContext, requestFormTargets, requestFrame } from '../request.ts';

const context = requestContext.extend({
  accountId: z.string(),
  /** Everything asked for that the service may have. */
  scopes: z.array(z.string()),
  /** Of these, those that stand for something that was not agreed to before. */
  newScopes: z.array(z.string()),
  /** What they stand for, by names that people are asked with, at the level at which the person is known. */
  level: z.enum(identityLevels),
  newItems: z.array(z.string()),
  sharedItems: z.array(z.string()),
  termsUri: z.string().optional(),
  privacyUri: z.string().optional(),
  /** Where it is in the public directory, if it is listed. */
  directoryId: z.string().optional(),
});
type Context = z.output<typeof context>;

const answers = z.object({ agreed: z.boolean().optional(), declined: z.boolean().optional() });
type Answers = z.output<typeof answers>;

/** Whoever is asked anew for what they share already sees all of it as asked for; there is always something. */
function itemsToShow({ newItems, sharedItems }: Context) {
  if (newItems.length > 0) return { newItems, sharedItems };
  return { newItems: ['openid', ...sharedItems], sharedItems: [] };
}

const step = stepsOf<Answers, Context>();

const agree = step({
  path: 'agree',
  page: 'journeys/share-information/agree',
  isDone: (given) => given.agreed === true || given.declined === true,
  undo: () => ({}),
  show: (_deps, { context: of }) =>
    Promise.resolve({
      ...itemsToShow(of),
      termsUri: of.termsUri,
      privacyUri: of.privacyUri,
      directoryId: of.directoryId,
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
    const { uid, accountId, scopes, level } = of;
    const { address } = await finishConsent(deps, { uid, accountId, scopes, level });
    return { outcome: 'left', address };
  },
  everyPage: requestFrame,
  formTargets: requestFormTargets,
};
