import type { Deps } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import type { Web } from '#foundation/http';
import { mountJourney } from './routes.ts';
import { deleteExpiredVisits } from './store.ts';
import type { JourneyDefinition } from './types.ts';
import { startVisit } from './visits.ts';

/** The journeys that are mounted, by id. */
export interface Journeys {
  /** Mounts a journey's pages. */
  mount<A, C>(journey: JourneyDefinition<A, C>): void;
  /**
   * Starts a visit for a browser.
   *
   * @returns the address to send the browser to
   * @throws {Fault} `journey.unknown` for a journey that isn't mounted, or a context that it can't use
   */
  start(deps: Deps, start: { journey: string; visitor: string; context: unknown }): Promise<string>;
}

export function createJourneys(web: Web): Journeys {
  const starts = new Map<
    string,
    (deps: Deps, start: { visitor: string; context: unknown }) => Promise<string>
  >();
  const start: Journeys['start'] = (deps, { journey, ...rest }) => {
    const found = starts.get(journey);
    if (found === undefined) throw new Fault('journey.unknown', { cause: journey });
    return found(deps, rest);
  };
  return {
    start,
    mount: (journey) => {
      starts.set(journey.id, (deps, rest) => startVisit(deps, journey, rest));
      mountJourney(web, journey, start);
    },
  };
}

/** Removes visits that nobody has used within their journey's lifetime. */
export async function sweepVisits(deps: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  await deleteExpiredVisits(deps.db, deps.clock.now());
}

export { stepsOf } from './define.ts';
export { embedSteps, type Embedding } from './embed.ts';
export { onceAtATime } from './once.ts';
export { browserOf } from './routes.ts';
export {
  type AnyStep,
  type Browser,
  type Entered,
  type FieldErrors,
  type Finished,
  type GoesElsewhere,
  type JourneyDefinition,
  type NewCookie,
  type Outcome,
  type PageData,
  type Resource,
  type Stop,
  type Visit,
} from './types.ts';
export { findOpenVisit } from './visits.ts';
