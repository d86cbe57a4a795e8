import { setTimeout as wait } from 'node:timers/promises';
import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { deleteAnswers } from './answer-store.ts';
import { lockCase, updateCase } from './case-store.ts';
import {
  closeWindowsOf,
  hasAny,
  insertClaim,
  markDiscarded,
  releaseIdle,
  selectClaimsSince,
  selectOpenCase,
  takeCheckerTurn,
  takeOldest,
} from './queue-store.ts';
import { traceSoon } from './trace.ts';
import { endIfPointless, settleCases } from './settle.ts';
import { isId, lapseOf, mayDo, ownAccountOf, takeMyCase } from './turn.ts';
import type { Checker, NotMine } from './types.ts';

export type Claimed =
  | { readonly outcome: 'claimed'; readonly caseId: string }
  /** They have one open: it has to be decided, or put back. */
  | { readonly outcome: 'open_already'; readonly caseId: string }
  | { readonly outcome: 'nothing' }
  /** They have had as many in an hour as is good for them. */
  | { readonly outcome: 'enough'; readonly until: Date }
  | { readonly outcome: 'not_allowed' };

const hour = 3600;
/** So many that are pointless by now are put aside at a claim; the next claim goes on. */
const mostPutAside = 20;
/** So often the oldest is waited for, which somebody holds only to write to it perhaps; then the oldest that nobody holds is given. */
const mostWaits = 40;
const mostWaitsForAny = 20;
const msBetweenTries = 25;

/**
 * Gives somebody the oldest case of the queue, but for one that is held for longer than a moment. Call it outside a transaction. Starting the next case makes final what they have
 * decided before.
 */
export async function claimNext(house: House, { checker }: { readonly checker: Checker }): Promise<Claimed> {
  if (!mayDo(checker, 'checker')) return { outcome: 'not_allowed' };
  for (let putAside = 0, waits = 0; putAside < mostPutAside && waits < mostWaits + mostWaitsForAny; ) {
    const passesOver = waits >= mostWaits;
    const { claimed, closed } = await house.transact((deps) => claimOnce(deps, { checker, passesOver }));
    await settleCases(house, closed);
    if (claimed === 'put_aside') putAside += 1;
    else if (claimed !== 'held') return claimed;
    else {
      waits += 1;
      await wait(msBetweenTries);
    }
  }
  return { outcome: 'nothing' };
}

async function claimOnce(
  deps: Deps,
  { checker, passesOver }: { readonly checker: Checker; readonly passesOver: boolean },
): Promise<{ readonly claimed: Claimed | 'put_aside' | 'held'; readonly closed: readonly string[] }> {
  const { staffId } = checker;
  const now = deps.clock.now();
  await takeCheckerTurn(deps.db, staffId);
  // Their own first, and nothing held meanwhile: then nobody who waits is waited for.
  await releaseIdleCases(deps, staffId);
  await releaseIdleCases(deps);
  const open = await selectOpenCase(deps.db, { staffId, ...lapseOf(deps) });
  if (open !== undefined) return { claimed: { outcome: 'open_already', caseId: open }, closed: [] };
  const until = await enoughUntil(deps, staffId);
  if (until !== undefined) return { claimed: { outcome: 'enough', until }, closed: [] };
  const notOf = await ownAccountOf(deps, checker);
  const discardedSince = secondsAfter(now, -hour);
  const caseId = await takeOldest(deps.db, { staffId, notOf, now, discardedSince, passesOver });
  if (caseId === undefined) {
    // Somebody holds it for a moment, only to look at it perhaps.
    const isThere = await hasAny(deps.db, { notOf, ...lapseOf(deps) });
    return { claimed: isThere ? 'held' : { outcome: 'nothing' }, closed: [] };
  }
  if (await endIfPointless(deps, caseId)) return { claimed: 'put_aside', closed: [] };
  const closed = await closeWindowsOf(deps.db, { staffId, now });
  await insertClaim(deps.db, { staffId, caseId, now });
  await traceSoon(deps, caseId);
  await deps.audit({ type: 'case.claimed', details: { caseId, staffId } });
  return { claimed: { outcome: 'claimed', caseId }, closed };
}

/** @returns undefined while somebody may be given more */
async function enoughUntil(deps: Deps, staffId: string): Promise<Date | undefined> {
  const most = deps.settings.reviewCasesPerHour;
  const claims = await selectClaimsSince(deps.db, staffId, secondsAfter(deps.clock.now(), -hour));
  const last = claims.at(-most);
  return last === undefined ? undefined : secondsAfter(last, hour);
}

/** Gives back to the queue what nobody works on any more, or of that only what is somebody's. */
export async function releaseIdleCases(
  deps: Pick<Deps, 'db' | 'clock' | 'settings' | 'audit'>,
  of?: string,
): Promise<void> {
  const which = of === undefined ? {} : { staffId: of };
  const now = deps.clock.now();
  for (const { caseId, staffId } of await releaseIdle(deps.db, { ...lapseOf(deps), now, ...which }))
    await deps.audit({ type: 'case.released', details: { caseId, staffId } });
}

/**
 * Puts a case back undecided, in a transaction: into the queue, or on the holding list that it is from. What was answered is forgotten.
 *
 * @returns `not_allowed` also for one whose decision was taken back: it has to be decided
 */
export async function discardCase(
  deps: Deps,
  discarded: { readonly checker: Checker; readonly caseId: string },
): Promise<{ readonly outcome: 'discarded' } | NotMine> {
  const { checker, caseId } = discarded;
  const taken = await takeMyCase(deps, discarded);
  if (taken.outcome !== 'mine') return taken;
  if (taken.mine.isRevised) return { outcome: 'not_allowed' };
  const state = taken.mine.list === 'holding' ? 'holding' : 'queued';
  await updateCase(deps, caseId, { state, claimed_by: null, claimed_at: null });
  await deleteAnswers(deps.db, caseId);
  await markDiscarded(deps.db, { staffId: checker.staffId, caseId, now: deps.clock.now() });
  await deps.audit({ type: 'case.discarded', details: { caseId, staffId: checker.staffId } });
  return { outcome: 'discarded' };
}

export type Revised =
  | { readonly outcome: 'revised' }
  /** It is final, was decided by somebody else, or was taken back once already. */
  | { readonly outcome: 'too_late' };

/** Takes a decision of one's own back, in a transaction, while it is not final; all is to be answered again. */
export async function reviseCase(
  deps: Deps,
  { checker, caseId }: { readonly checker: Checker; readonly caseId: string },
): Promise<Revised> {
  const { staffId } = checker;
  await takeCheckerTurn(deps.db, staffId);
  await releaseIdleCases(deps, staffId);
  const one = isId(caseId) ? await lockCase(deps, caseId) : undefined;
  const now = deps.clock.now();
  const isStillOpen =
    one?.state === 'processing' &&
    one.decidedBy === staffId &&
    !one.isRevised &&
    one.processingUntil !== undefined &&
    one.processingUntil > now;
  if (!isStillOpen || !mayDo(checker, one.list === 'holding' ? 'supervisor' : 'checker'))
    return { outcome: 'too_late' };
  const open = await selectOpenCase(deps.db, { staffId, ...lapseOf(deps) });
  if (one.list === 'main' && open !== undefined) return { outcome: 'too_late' };
  await updateCase(deps, caseId, {
    state: 'claimed',
    claimed_by: staffId,
    claimed_at: now,
    last_active_at: now,
    decision: null,
    reason: null,
    ticks: [],
    note: null,
    decided_by: null,
    decided_at: null,
    processing_until: null,
    is_revised: true,
  });
  await deleteAnswers(deps.db, caseId);
  await deps.audit({ type: 'case.revised', details: { caseId, staffId } });
  return { outcome: 'revised' };
}
