import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Deps } from '#foundation/deps';
import type { AnyStep, Browser, JourneyDefinition, NewCookie, Outcome, Visit } from './types.ts';
import { saveVisit, type Refusal, type StoredVisit } from './visits.ts';
import { nextStep, undoAfter } from './walk.ts';

/** Where the browser is sent after a post. */
export interface Answer {
  readonly address: string;
  readonly cookies: readonly NewCookie[];
}

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

/** In the query of a step's address, with the mark of a refusal: shows why its last post led nowhere. */
export const againParameter = 'again';

export function visitFor<A, C>(stored: StoredVisit<A, C>, browser: Browser): Visit<A, C> {
  return { ref: stored.ref, answers: stored.answers, context: stored.context, browser };
}

/** Applies what a step made of its form, stores it, and says where to go. @param typed without secrets */
export async function applyOutcome<A, C>(
  progress: Progress<A, C>,
  stored: StoredVisit<A, C>,
  step: AnyStep<A, C>,
  outcome: Outcome<A>,
  typed: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { deps, journey } = progress;
  switch (outcome.outcome) {
    case 'invalid':
      return refuse(progress, stored, step, { errors: { ...outcome.errors }, typed: { ...typed } });
    case 'stopped':
      return refuse(progress, stored, step, { stop: { ...outcome.stop } });
    case 'stayed': {
      const { answers, notice } = outcome;
      await saveVisit(deps, journey, { ...stored, answers, notice, refused: undefined });
      return { address: addressOf(journey, stored.ref, step), cookies: [] };
    }
    case 'moved':
    case 'left':
      return leave(progress, stored, outcome, []);
    case 'answered': {
      const changed = !isDeepStrictEqual(stored.answers, outcome.answers);
      const answers = changed ? undoAfter(journey, outcome.answers, step.path) : outcome.answers;
      const entered = changed ? undefined : stored.entered;
      const kept = { ...stored, answers, entered, notice: undefined, refused: undefined };
      return advance(progress, kept, outcome.cookies ?? []);
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
    return { address, cookies };
  }
  const entered = await step.onEnter(deps, visitFor(stored, browser));
  switch (entered.outcome) {
    case 'stopped':
      return { ...(await refuse(progress, stored, step, { stop: { ...entered.stop } })), cookies };
    case 'moved':
    case 'left':
      return leave(progress, stored, entered, cookies);
    case 'entered':
      return inside(progress, stored, step, { answers: entered.answers, cookies });
  }
}

/** Goes on with what was found out on entry, which may be what the step would have asked. */
async function inside<A, C>(
  progress: Progress<A, C>,
  stored: StoredVisit<A, C>,
  step: AnyStep<A, C>,
  { answers, cookies }: { readonly answers: A; readonly cookies: readonly NewCookie[] },
): Promise<Answer> {
  const { deps, journey } = progress;
  const visit = { ...stored, answers, entered: step.path };
  if (step.isDone(answers)) return advance(progress, visit, cookies);
  await saveVisit(deps, journey, visit);
  return { address: addressOf(journey, stored.ref, step), cookies };
}

/** Keeps why a post led nowhere, so that Back, a refresh and another language show a page and not a dead end. */
async function refuse<A, C>(
  { deps, journey }: Progress<A, C>,
  stored: StoredVisit<A, C>,
  step: AnyStep<A, C>,
  because: Refusal['because'],
): Promise<Answer> {
  const mark = randomBytes(3).toString('base64url');
  const refused = { mark, step: step.path, at: deps.clock.now().toISOString(), because };
  await saveVisit(deps, journey, { ...stored, notice: undefined, refused });
  return { address: `${addressOf(journey, stored.ref, step)}?${againParameter}=${mark}`, cookies: [] };
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
  const kept = { ...stored, refused: undefined };
  await saveVisit(deps, journey, towards.outcome === 'left' ? { ...kept, finished } : kept);
  return { address, cookies };
}
