import type { Deps } from '#foundation/deps';
import { stepsOf, type Entered, type Outcome, type Visit } from '#foundation/journey';
import type { Captured, CaptureAnswers } from './answers.ts';
import { changeAttempt, openAttempt, readAttempt, type Attempt } from './attempts.ts';
import type { CaptureContext } from './context.ts';
import { endedAddress } from './on-your-phone/addresses.ts';

export type CaptureVisit = Visit<CaptureAnswers, CaptureContext>;
export type CaptureOutcome = Outcome<CaptureAnswers>;

/** Makes a step of those that bring together an attempt. */
export const captureStep = stepsOf<CaptureAnswers, CaptureContext>();

/** @returns what the pages of this device know, with what the attempt holds by now */
export function answersOf(answers: CaptureAnswers, { id, captured }: Attempt): CaptureAnswers {
  const { knowsHow, onPhone, isSecond } = answers;
  return {
    ...captured,
    attemptId: id,
    ...(knowsHow === undefined ? {} : { knowsHow }),
    ...(onPhone === undefined ? {} : { onPhone }),
    ...(isSecond === undefined ? {} : { isSecond }),
  };
}

/**
 * What every page here does on entry: takes in what the attempt holds, from whatever device. Where its owner is signed in, one is
 * opened if there is none.
 */
export async function enterAttempt(
  deps: Deps,
  { answers, context }: CaptureVisit,
): Promise<Entered<CaptureAnswers>> {
  const { accountId, method, handOver } = context;
  const attempt =
    handOver === undefined
      ? await openAttempt(deps, { accountId, method })
      : await readAttempt(deps, { accountId, attemptId: handOver.attemptId });
  return { outcome: 'entered', answers: attempt === undefined ? answers : answersOf(answers, attempt) };
}

/** @returns the attempt that a page adds to; undefined if it was sent meanwhile, or has ended */
export async function openHere(
  deps: Pick<Deps, 'db' | 'secrets' | 'clock'>,
  { answers: { attemptId }, context: { accountId } }: CaptureVisit,
): Promise<Attempt | undefined> {
  if (attemptId === undefined) return undefined;
  const attempt = await readAttempt(deps, { accountId, attemptId });
  return attempt?.state === 'open' && attempt.expiresAt > deps.clock.now() ? attempt : undefined;
}

/** As {@link openHere}, and nobody else changes what it holds until the transaction ends. */
export async function holdHere(
  deps: Deps,
  { answers: { attemptId }, context: { accountId } }: CaptureVisit,
): Promise<Attempt | undefined> {
  if (attemptId === undefined) return undefined;
  const held = await changeAttempt(deps, { accountId, attemptId, change: (sofar) => sofar });
  return held.outcome === 'changed' ? held.attempt : undefined;
}

/** Changes what the attempt holds, in a transaction, and goes on from there; an attempt that has ended is begun anew. */
export async function changeHere(
  deps: Deps,
  { answers, context }: CaptureVisit,
  {
    local,
    ...changing
  }: {
    readonly change: (sofar: Captured) => Captured;
    readonly reading?: unknown;
    /** What changes on this device alone. */
    readonly local?: Partial<CaptureAnswers>;
  },
): Promise<CaptureOutcome> {
  const { attemptId } = answers;
  if (attemptId === undefined) return beginAnew(context);
  const changed = await changeAttempt(deps, { accountId: context.accountId, attemptId, ...changing });
  if (changed.outcome === 'not_open') return beginAnew(context);
  return { outcome: 'answered', answers: answersOf({ ...answers, ...local }, changed.attempt) };
}

/** The attempt was sent from elsewhere, or its time has passed. */
export function beginAnew({ handOver }: CaptureContext): CaptureOutcome {
  return handOver !== undefined
    ? { outcome: 'left', address: endedAddress }
    : { outcome: 'answered', answers: {} };
}
