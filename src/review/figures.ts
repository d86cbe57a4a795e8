import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import {
  countAutomation,
  countDecidedLate,
  selectCounts,
  selectLate,
  selectOutcomes,
  selectRevisable,
  type Counts,
  type LateRow,
  type OutcomeRow,
  type RevisableRow,
} from './figures-store.ts';
import { hasAny, selectOpenCase } from './queue-store.ts';
import { reviewTarget } from './target.ts';
import { lapseOf, mayDo, ownAccountOf } from './turn.ts';
import type { Checker } from './types.ts';

const hourSeconds = 3600;
const daySeconds = 24 * hourSeconds;
/** Of fewer cases than this nothing is told: who they were could be guessed. */
const fewestTold = 10;

/** What a checker sees when they begin. */
export interface Dashboard extends Omit<Counts, 'oldestSubmittedAt'> {
  /** How long the case has waited that has waited longest; undefined while none does. */
  readonly oldestSeconds: number | undefined;
  readonly targetHours: number;
  /** The case of the queue that they have open: they go on with it, or put it back. */
  readonly openCaseId: string | undefined;
  /** Whether there is a case that they could be given, also one that somebody else has left. */
  readonly isAnyToCheck: boolean;
  /** What they can take back still. */
  readonly revisable: readonly RevisableRow[];
}

/** Counts cases: everybody's, and one's own; completed are those that were decided today, by the UK's day. */
export async function readDashboard(
  deps: Deps,
  { checker }: { readonly checker: Checker },
): Promise<Dashboard> {
  const now = deps.clock.now();
  const { hours } = await reviewTarget(deps);
  const { staffId } = checker;
  const lateBefore = secondsAfter(now, -hours * hourSeconds);
  const lapse = lapseOf(deps);
  const { oldestSubmittedAt, ...counts } = await selectCounts(deps.db, { staffId, now, lateBefore });
  return {
    ...counts,
    oldestSeconds:
      oldestSubmittedAt === null
        ? undefined
        : Math.max(0, Math.round((now.getTime() - oldestSubmittedAt.getTime()) / 1000)),
    targetHours: hours,
    openCaseId: await selectOpenCase(deps.db, { staffId, ...lapse }),
    isAnyToCheck: await hasAny(deps.db, { notOf: await ownAccountOf(deps, checker), ...lapse }),
    revisable: await selectRevisable(deps.db, { staffId, now }),
  };
}

/** How many were approved and declined, and how long it took; nothing but the name of a kind of which there were too few. */
export type KindOutcomes =
  | {
      readonly kind: string;
      readonly isTold: true;
      readonly decided: number;
      /** Of a hundred. */
      readonly approvedPercent: number;
      readonly declinedPercent: number;
      readonly medianSeconds: number;
      readonly p95Seconds: number;
    }
  | { readonly kind: string; readonly isTold: false };

/** Whether all are treated alike, whatever document they have, however they show that it is them, and whoever decides. */
export interface Fairness {
  readonly byDocument: readonly KindOutcomes[];
  readonly byChallenge: readonly KindOutcomes[];
  /** `person` and `machine`. */
  readonly byDecider: readonly KindOutcomes[];
}

/** Compares the decisions of the last days. @returns undefined for who is no supervisor */
export async function readFairness(
  deps: Deps,
  { checker, days }: { readonly checker: Checker; readonly days: number },
): Promise<Fairness | undefined> {
  if (!mayDo(checker, 'supervisor') && !mayDo(checker, 'assurance')) return undefined;
  const since = secondsAfter(deps.clock.now(), -days * daySeconds);
  const outcomes = async (by: 'document_kind' | 'challenge_way' | 'decider') =>
    tellable(await selectOutcomes(deps.db, { by, since }));
  return {
    byDocument: await outcomes('document_kind'),
    byChallenge: await outcomes('challenge_way'),
    byDecider: await outcomes('decider'),
  };
}

/** One kind left out alone could be worked out from the sum of the others: then the smallest that is told is left out as well. */
function tellable(rows: readonly OutcomeRow[]): KindOutcomes[] {
  const sizeOf = (row: OutcomeRow) => row.approved + row.declined;
  const hidden = new Set(rows.filter((row) => sizeOf(row) < fewestTold));
  if (hidden.size === 1) {
    const [smallest] = rows
      .filter((row) => !hidden.has(row))
      .toSorted((one, other) => sizeOf(one) - sizeOf(other));
    if (smallest !== undefined) hidden.add(smallest);
  }
  return rows.map((row) => (hidden.has(row) ? { kind: row.kind, isTold: false } : toldOf(row)));
}

function toldOf({ kind, approved, declined, medianSeconds, p95Seconds }: OutcomeRow): KindOutcomes {
  const decided = approved + declined;
  const percent = (count: number) => Math.round((count * 1000) / decided) / 10;
  return {
    kind,
    isTold: true,
    decided,
    approvedPercent: percent(approved),
    declinedPercent: percent(declined),
    medianSeconds: Math.round(medianSeconds),
    p95Seconds: Math.round(p95Seconds),
  };
}

/** What became of scans in the last days. */
export interface AutomationFigures {
  readonly days: number;
  readonly scans: number;
  readonly byMachine: number;
  /** Of those, how many a person has looked at again; with how many of these they did not agree; and how many levels were taken away. */
  readonly checkedAgain: number;
  readonly disagreed: number;
  readonly withdrawn: number;
}

/** Counts scans and what machines have approved. @returns undefined for who neither supervises nor manages */
export async function readAutomationFigures(
  deps: Deps,
  { checker, days }: { readonly checker: Checker; readonly days: number },
): Promise<AutomationFigures | undefined> {
  if (!mayDo(checker, 'supervisor') && !mayDo(checker, 'manager')) return undefined;
  const since = secondsAfter(deps.clock.now(), -days * daySeconds);
  return { days, ...(await countAutomation(deps.db, { since })) };
}

/** What has taken, or takes, longer than it should. */
export interface Breaches {
  readonly targetHours: number;
  /** Those that wait still, the oldest first. */
  readonly open: readonly LateRow[];
  /** Of the last 30 days. */
  readonly decided: number;
  readonly decidedLate: number;
}

/** @returns undefined for who is no supervisor */
export async function readBreaches(
  deps: Deps,
  { checker }: { readonly checker: Checker },
): Promise<Breaches | undefined> {
  if (!mayDo(checker, 'supervisor')) return undefined;
  const now = deps.clock.now();
  const { hours } = await reviewTarget(deps);
  const targetSeconds = hours * hourSeconds;
  const since = secondsAfter(now, -30 * daySeconds);
  const { decided, late } = await countDecidedLate(deps.db, { since, targetSeconds });
  return {
    targetHours: hours,
    open: await selectLate(deps.db, { before: secondsAfter(now, -targetSeconds) }),
    decided,
    decidedLate: late,
  };
}
