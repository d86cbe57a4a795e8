import type { Deps } from '#foundation/deps';
import type { AnyStep, JourneyDefinition } from '#foundation/journey';
import { endedAddress, readHandOver, type Proofing, type ProofingMethod } from '#proofing';
import { isSignInEnded } from '../ways-to-prove/answers.ts';
import { finished } from './finished/step.ts';
import {
  onPhoneAnswers,
  onPhoneContext,
  onPhoneId,
  type OnPhoneAnswers,
  type OnPhoneContext,
} from './on-phone-context.ts';

/** Adds photos and a video, on another device, to what somebody who is signed in elsewhere will send from there. */
export function onPhone({
  methods,
  tools,
}: Pick<Proofing, 'methods' | 'tools'>): JourneyDefinition<OnPhoneAnswers, OnPhoneContext> {
  return {
    id: onPhoneId,
    answers: onPhoneAnswers,
    context: onPhoneContext,
    lifetimeSeconds: 3600,
    steps: [...methods.flatMap((method) => stepsOn(method, tools)), finished],
    finish: () => Promise.resolve({ outcome: 'left', address: endedAddress }),
    isOver,
    afterwards: endedAddress,
    everyPage: ({ clientName }) => ({ clientName }),
  };
}

function stepsOn(
  method: ProofingMethod,
  tools: Proofing['tools'],
): AnyStep<OnPhoneAnswers, OnPhoneContext>[] {
  const { id, embedCaptureIn } = method;
  if (embedCaptureIn === undefined) return [];
  return embedCaptureIn<OnPhoneAnswers, OnPhoneContext>(tools, {
    pathPrefix: `${id}-`,
    appliesWhen: (_answers, context) => context.method === id,
    read: ({ kept }) => kept,
    write: (answers, kept) => ({ ...answers, kept }),
    context: ({ accountId, clientName, handOver, method: of }) => ({
      accountId,
      method: of,
      clientName,
      hasOtherWays: false,
      signedIn: undefined,
      handOver,
    }),
    guard: async (deps, { context }) =>
      (await isOver(deps, context)) ? { outcome: 'left', address: endedAddress } : undefined,
  });
}

/** Its owner goes on elsewhere, has sent it, or is signed out there. */
async function isOver(deps: Deps, context: OnPhoneContext): Promise<boolean> {
  const handOver = await readHandOver(deps, context.handOver.id);
  return handOver === undefined || isSignInEnded(deps, context);
}
