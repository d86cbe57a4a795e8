import type { JourneyDefinition } from '#foundation/journey';
import { accountProblem } from './account-problem/index.ts';
import { detailsNotChecked } from './details-not-checked/index.ts';
import { lockedLogin } from './locked-login/index.ts';
import { notAvailable } from './not-available/index.ts';
import { notProven } from './not-proven/index.ts';

/** Hands each journey to `visit` that only says what is in somebody's way. */
export function forEachStop(visit: <A, C>(journey: JourneyDefinition<A, C>) => void): void {
  visit(accountProblem);
  visit(lockedLogin);
  visit(detailsNotChecked);
  visit(notAvailable);
  visit(notProven);
}
