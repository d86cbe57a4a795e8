import type { AnyStep, JourneyDefinition } from '#foundation/journey';
import { finishSignIn } from '#openid';
import type { Proofing, ProofingMethod } from '#proofing';
import { requestFormTargets, requestFrame } from '../request.ts';
import {
  isSignInEnded,
  leaving,
  signInIsOver,
  waysAnswers,
  wayOf,
  waysContext,
  type WaysAnswers,
  type WaysContext,
} from './answers.ts';
import { choose } from './choose/step.ts';
import { tooYoung } from './too-young/step.ts';

/** Prove who one is, in one of the ways that there are, and so reach P9. The steps of the chosen way are the way's own. */
export function waysToProve({
  methods,
  tools,
}: Pick<Proofing, 'methods' | 'tools'>): JourneyDefinition<WaysAnswers, WaysContext> {
  return {
    id: 'ways-to-prove',
    answers: waysAnswers,
    context: waysContext,
    lifetimeSeconds: 3600,
    steps: [tooYoung, choose(methods), ...methods.flatMap((method) => stepsOfWay(method, tools))],
    finish: async (deps, { context: { uid, accountId } }) => {
      const { address } = await finishSignIn(deps, { uid, accountId, factors: [] });
      return { outcome: 'left', address };
    },
    // On a shared computer the next person reads nothing of what somebody has brought together, or was told.
    isOver: isSignInEnded,
    everyPage: requestFrame,
    formTargets: requestFormTargets,
  };
}

function stepsOfWay(method: ProofingMethod, tools: Proofing['tools']): AnyStep<WaysAnswers, WaysContext>[] {
  const { id } = method;
  return method.embedIn<WaysAnswers, WaysContext>(tools, {
    pathPrefix: `${id}-`,
    appliesWhen: (answers, context) => wayOf(answers, context) === id,
    read: ({ kept }) => kept[id],
    write: (answers, kept) => ({ ...answers, kept: { ...answers.kept, [id]: kept } }),
    context: ({ accountId, clientName, offered, begun, sessionUid, seenAt }) => ({
      accountId,
      clientName,
      hasOtherWays: offered.some((other) => other !== id),
      signedIn: { sessionUid, at: seenAt },
      ...(begun?.id === id ? { standing: begun.standing } : {}),
    }),
    guard: signInIsOver,
    actions: {
      ...leaving,
      'other-way': (_deps, { answers: { chosen: _, ...rest } }) =>
        Promise.resolve({ outcome: 'answered', answers: { ...rest, looksAround: true } }),
    },
  });
}
