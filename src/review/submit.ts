import { randomUUID } from 'node:crypto';
import { keepBundleUntil } from '#evidence';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import type { NhsNumber } from '#foundation/identifiers';
import { readIdentity } from '#identity';
import { drawsMachineFor } from './automation.ts';
import { insertCase, selectLatestOf, selectSubmissionsSince, takeSubmitTurn } from './case-store.ts';
import type { MachineChecks } from './machine-checks.ts';
import type { ImageTick } from './reasons.ts';
import { personKeyOf } from './settle.ts';
import type { AdviceTheme, CaseEvidence, CaseState } from './types.ts';
import { traceSoon } from './trace.ts';

/** Three submissions a day; then there is another way. */
const mostInADay = 3;
const daySeconds = 24 * 3600;
/** Nothing goes before it is decided on; from then on it is kept as long as evidence may be. */
const longestWaitSeconds = 366 * daySeconds;

export type Submitted =
  | { readonly outcome: 'submitted'; readonly caseId: string }
  /** One is on its way: it has to be decided first. */
  | { readonly outcome: 'open_already'; readonly caseId: string }
  | { readonly outcome: 'too_many_tries'; readonly until: Date }
  /** It is not known whose record is theirs, the account can't be used, or they are proven already. */
  | { readonly outcome: 'not_at_p5' };

/**
 * Puts what somebody has brought together before a person who decides, in a transaction.
 *
 * @param sent.checks what machines have found. It counts only in what was drawn for them, and as long as they may decide: then nobody is
 *   asked what they have answered. Everything else is for a person, as if no machine had looked
 */
export async function submitCase(
  deps: Deps,
  sent: {
    readonly accountId: string;
    readonly method: string;
    readonly bundleId: string;
    readonly evidence: CaseEvidence;
    readonly checks?: MachineChecks;
  },
): Promise<Submitted> {
  const { accountId, method, bundleId, evidence } = sent;
  await takeSubmitTurn(deps.db, accountId);
  const may = await mayBeSubmitted(deps, { accountId, method });
  if (may.outcome !== 'may') return may;
  const caseId = randomUUID();
  const now = deps.clock.now();
  const personKey = personKeyOf(deps, may.nhsNumber);
  const isDrawn = sent.checks !== undefined && (await drawsMachineFor(deps, bundleId));
  const checks = isDrawn ? sent.checks : undefined;
  await insertCase(deps.db, { id: caseId, accountId, personKey, method, bundleId, evidence, checks, now });
  await keepBundleUntil(deps, { bundleId, keptUntil: secondsAfter(now, longestWaitSeconds) });
  const details = { caseId, method, documentKind: evidence.document.kind };
  await deps.audit({ type: 'case.submitted', accountId, details });
  await traceSoon(deps, caseId);
  return { outcome: 'submitted', caseId };
}

/** Tells whether somebody may have a case decided now, by whomever; their turn to submit is taken. */
export async function mayBeSubmitted(
  deps: Deps,
  { accountId, method }: { readonly accountId: string; readonly method: string },
): Promise<
  | { readonly outcome: 'may'; readonly nhsNumber: NhsNumber }
  | Exclude<Submitted, { readonly outcome: 'submitted' }>
> {
  const latest = await selectLatestOf(deps, { accountId, method });
  if (latest !== undefined && latest.endedAt === undefined)
    return { outcome: 'open_already', caseId: latest.id };
  const tries = await triesLeft(deps, { accountId });
  if (tries.until !== undefined) return { outcome: 'too_many_tries', until: tries.until };
  const identity = await readIdentity(deps, accountId);
  if (identity.level !== 'P5' || identity.standing !== undefined) return { outcome: 'not_at_p5' };
  return { outcome: 'may', nhsNumber: identity.details.nhsNumber };
}

/** @returns how often somebody can submit now; with none left, from when on they can again */
export async function triesLeft(
  deps: Pick<Deps, 'db' | 'clock'>,
  { accountId }: { readonly accountId: string },
): Promise<{ readonly left: number; readonly until?: Date }> {
  const since = secondsAfter(deps.clock.now(), -daySeconds);
  const submissions = await selectSubmissionsSince(deps.db, { accountId, since });
  const left = Math.max(0, mostInADay - submissions.length);
  const oldestThatCounts = submissions.at(-mostInADay);
  if (left > 0 || oldestThatCounts === undefined) return { left };
  return { left, until: secondsAfter(oldestThatCounts, daySeconds) };
}

/** A case as the person whom it is about may know it. */
export interface OwnCase {
  readonly caseId: string;
  /** While a decision can be taken back, it is `processing`, whatever it says. */
  readonly state: CaseState;
  readonly submittedAt: Date;
  /** Since it counts. */
  readonly decidedAt?: Date;
  /** What to do next; only of one that was declined. */
  readonly advice?: AdviceTheme;
  /** What was wrong with the pictures, where that is the reason. */
  readonly ticks?: readonly ImageTick[];
  /** A scan of their face was sent with it, and no video. */
  readonly hasScan: boolean;
}

/** Reads the newest case of somebody. @param of.method by whichever when left out @returns undefined if there is none */
export async function readCaseOf(
  deps: Pick<Deps, 'db' | 'secrets'>,
  of: { readonly accountId: string; readonly method?: string | undefined },
): Promise<OwnCase | undefined> {
  const one = await selectLatestOf(deps, of);
  if (one === undefined) return undefined;
  const { id: caseId, state, list, submittedAt, endedAt, advice, ticks, evidence } = one;
  return {
    caseId,
    state: state === 'claimed' && list === 'holding' ? 'holding' : state,
    submittedAt,
    hasScan: evidence?.scan !== undefined,
    ...(endedAt === undefined ? {} : { decidedAt: endedAt }),
    ...(advice === undefined ? {} : { advice }),
    ...(advice === 'new-photo' && ticks.length > 0 ? { ticks } : {}),
  };
}
