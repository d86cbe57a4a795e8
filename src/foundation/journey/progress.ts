import { isDeepStrictEqual } from 'node:util';
import type { Deps } from '#foundation/deps';
import type { AnyStep, Browser, JourneyDefinition, NewCookie, Outcome, Stop, Visit } from './types.ts';
import { saveVisit, type StoredVisit } from './visits.ts';
import { nextStep, undoAfter } from './walk.ts';

/** What the browser is told after a post. */
export type Answer =
  | { readonly kind: 'redirect'; readonly address: string; readonly cookies: readonly NewCookie[] }
  | { readonly kind: 'stop'; readonly stop: Stop }
  | { readonly kind: 'errors'; readonly errors: Extract<Outcome<unknown>, { outcome: 'invalid' }>['errors'] };

/** Starts another journey in the same browser. @returns the address to go to */
export type StartAnother = (
  deps: Deps,
  start: { journey: string; visitor: string; context: unknown },
) => Promise<string>;

/** All that moving a visit along needs besides the outcome. */
export interface Progress<A, C> {
  readonly deps: Deps;
  readonly journey: JourneyDefinition<A, C>;
  readonly browser: Browser;
  readonly visitor: string;
  readonly startAnother: StartAnother;
}

export function addressOf<A, C>(journey: JourneyDefinition<A, C>, ref: string, step?: AnyStep<A, C>): string {
  return step === undefined ? `/${journey.id}/${ref}` : `/${journey.id}/${ref}/${step.path}`;
}

export function visitFor<A, C>(stored: StoredVisit<A, C>, browser: Browser): Visit<A, C> {
  return { ref: stored.ref, answers: stored.answers, context: stored.context, browser };
}

/** Applies what a step made of its form, stores it, and says where to go. */
export async function applyOutcome<A, C>(
  progress: Progress<A, C>,
  stored: StoredVisit<A, C>,
  step: AnyStep<A, C>,
  outcome: Outcome<A>,
): Promise<Answer> {
  const { deps, journey } = progress;
  switch (outcome.outcome) {
    case 'invalid':
      return { kind: 'errors', errors: outcome.errors };
    case 'stopped':
      return { kind: 'stop', stop: outcome.stop };
    case 'stayed': {
      await saveVisit(deps, journey, { ...stored, answers: outcome.answers, notice: outcome.notice });
      return { kind: 'redirect', address: addressOf(journey, stored.ref, step), cookies: [] };
    }
    case 'moved':
    case 'left':
      return leave(progress, stored, outcome, []);
    case 'answered': {
      const changed = !isDeepStrictEqual(stored.answers, outcome.answers);
      const answers = changed ? undoAfter(journey, outcome.answers, step.path) : outcome.answers;
      const entered = changed ? undefined : stored.entered;
      return advance(progress, { ...stored, answers, entered, notice: undefined }, outcome.cookies ?? []);
    }
  }
}

/** Goes on to the next step, or ends the journey when all are done. */
export async function advance<A, C>(
  progress: Progress<A, C>,
  stored: StoredVisit<A, C>,
  cookies: readonly NewCookie[],
): Promise<Answer> {
  const { deps, journey, browser } = progress;
  const next = nextStep(journey, stored.answers, stored.context);
  if (next !== undefined) return enter(progress, stored, next, cookies);
  const finished = await journey.finish(deps, visitFor(stored, browser));
  if (finished.outcome === 'stopped') {
    await saveVisit(deps, journey, { ...stored, answers: finished.answers ?? stored.answers });
    return { kind: 'stop', stop: finished.stop };
  }
  return leave(
    progress,
    stored,
    finished,
    finished.outcome === 'left' ? [...cookies, ...(finished.cookies ?? [])] : cookies,
  );
}

/** Runs a step's `onEnter` if it hasn't run yet. */
export async function enter<A, C>(
  progress: Progress<A, C>,
  stored: StoredVisit<A, C>,
  step: AnyStep<A, C>,
  cookies: readonly NewCookie[],
): Promise<Answer> {
  const { deps, journey, browser } = progress;
  const address = addressOf(journey, stored.ref, step);
  if (step.onEnter === undefined || stored.entered === step.path) {
    await saveVisit(deps, journey, stored);
    return { kind: 'redirect', address, cookies };
  }
  const entered = await step.onEnter(deps, visitFor(stored, browser));
  if (entered.outcome === 'stopped') {
    await saveVisit(deps, journey, stored);
    return { kind: 'stop', stop: entered.stop };
  }
  await saveVisit(deps, journey, { ...stored, answers: entered.answers, entered: step.path });
  return { kind: 'redirect', address, cookies };
}

async function leave<A, C>(
  progress: Progress<A, C>,
  stored: StoredVisit<A, C>,
  towards: { outcome: 'moved'; journey: string; context: unknown } | { outcome: 'left'; address: string },
  cookies: readonly NewCookie[],
): Promise<Answer> {
  const { deps, journey, visitor } = progress;
  const address =
    towards.outcome === 'left'
      ? towards.address
      : await progress.startAnother(deps, { journey: towards.journey, visitor, context: towards.context });
  const finished = { address, at: deps.clock.now().toISOString() };
  // A journey that only led into another stays open, so that Back works.
  await saveVisit(deps, journey, towards.outcome === 'left' ? { ...stored, finished } : stored);
  return { kind: 'redirect', address, cookies };
}
