import { readAccount } from '#accounts';
import type { Deps } from '#foundation/deps';
import { deleteAnswers } from './answer-store.ts';
import { lockCase, updateCase, type StoredCase } from './case-store.ts';
import { longestNote, type CaseAct } from './decide.ts';
import { noteSeen, selectHeldBy, selectHolding } from './holding-store.ts';
import { tellHeld } from './mails.ts';
import { holdingReasons, type HoldingReason } from './reasons.ts';
import { endIfPointless } from './settle.ts';
import { traceSoon } from './trace.ts';
import { isId, mayDo, ownAccountOf, takeMyCase } from './turn.ts';
import type { Checker, NotMine } from './types.ts';

export type Held =
  | { readonly outcome: 'held' }
  | { readonly outcome: 'wrong_reason' | 'note_missing' | 'note_too_long' }
  | NotMine;

/** Gives a case to the supervisors, in a transaction. The person is told, once, that it takes longer. */
export async function holdCase(
  deps: Deps,
  act: CaseAct & { readonly reason: string; readonly note?: string | undefined },
): Promise<Held> {
  const taken = await takeMyCase(deps, act);
  if (taken.outcome !== 'mine') return taken;
  const { mine } = taken;
  const reason = holdingReasons.find((one) => one === act.reason);
  const note = act.note?.trim() ?? '';
  if (reason === undefined) return { outcome: 'wrong_reason' };
  if (reason === 'other' && note === '') return { outcome: 'note_missing' };
  if (note.length > longestNote) return { outcome: 'note_too_long' };
  await putOnHolding(deps, mine, { staffId: act.checker.staffId, reason, note });
  return { outcome: 'held' };
}

/** Puts a case, which is locked, on the holding list. */
export async function putOnHolding(
  deps: Deps,
  one: StoredCase,
  {
    staffId,
    reason,
    note,
  }: { readonly staffId: string; readonly reason: HoldingReason; readonly note: string },
): Promise<void> {
  const { id: caseId } = one;
  const now = deps.clock.now();
  await updateCase(deps, caseId, {
    state: 'holding',
    list: 'holding',
    claimed_by: null,
    claimed_at: null,
    added_by: staffId,
    held_at: now,
    holding_reason: reason,
    holdingNote: note === '' ? null : note,
    held_told_at: one.heldToldAt ?? now,
    is_revised: false,
  });
  await deleteAnswers(deps.db, caseId);
  await deps.audit({ type: 'case.held', details: { caseId, staffId, reason } });
  const account = one.accountId === undefined ? undefined : await readAccount(deps, one.accountId);
  if (one.heldToldAt === undefined && account !== undefined) await tellHeld(deps, account);
}

export type OpenedHeld =
  | { readonly outcome: 'opened' }
  /** Somebody else has it: it can be moved to oneself. */
  | { readonly outcome: 'with_another'; readonly staffId: string }
  /** It is not on the holding list any more. */
  | { readonly outcome: 'gone' }
  | { readonly outcome: 'not_allowed' };

/** Opens a case of the holding list, in a transaction; a supervisor may have several open. */
export async function openHeld(deps: Deps, { checker, caseId }: CaseAct): Promise<OpenedHeld> {
  if (!mayDo(checker, 'supervisor')) return { outcome: 'not_allowed' };
  const one = isId(caseId) ? await lockCase(deps, caseId) : undefined;
  if (one === undefined || !isHeld(one)) return { outcome: 'gone' };
  if (one.claimedBy !== undefined && one.claimedBy !== checker.staffId)
    return { outcome: 'with_another', staffId: one.claimedBy };
  if (await isOwnCase(deps, checker, one)) return { outcome: 'not_allowed' };
  if (await endIfPointless(deps, caseId)) return { outcome: 'gone' };
  const details = { caseId, staffId: checker.staffId };
  if (one.claimedBy === undefined) await deps.audit({ type: 'case.opened', details });
  await giveTo(deps, one, checker.staffId);
  await traceSoon(deps, caseId);
  return { outcome: 'opened' };
}

/** A member of staff doesn't decide about themselves, or say who does. */
async function isOwnCase(deps: Deps, checker: Checker, one: StoredCase): Promise<boolean> {
  const own = await ownAccountOf(deps, checker);
  return own !== undefined && own === one.accountId;
}

function isHeld(one: StoredCase): boolean {
  return one.list === 'holding' && (one.state === 'holding' || one.state === 'claimed');
}

async function giveTo(deps: Deps, one: StoredCase, staffId: string): Promise<void> {
  const now = deps.clock.now();
  // Whoever has not decided yet has taken nothing back.
  const anew = one.claimedBy === staffId ? {} : { claimed_at: now, is_revised: false };
  await updateCase(deps, one.id, {
    state: 'claimed',
    claimed_by: staffId,
    last_active_at: now,
    ...anew,
  });
  await noteSeen(deps.db, { caseId: one.id, staffId });
}

/** Which of several cases something was done to. */
export interface DoneToSome {
  readonly done: readonly string[];
  /** Somebody else has them open, or they are not on the holding list any more. */
  readonly failed: readonly string[];
}

/** Sends cases of the holding list back to the queue, in a transaction, for anybody to check. */
export async function returnToMain(
  deps: Deps,
  { checker, caseIds }: { readonly checker: Checker; readonly caseIds: readonly string[] },
): Promise<DoneToSome> {
  return toEach(caseIds, async (caseId) => {
    if (!mayDo(checker, 'supervisor')) return false;
    const one = await lockCase(deps, caseId);
    if (one === undefined || !isHeld(one)) return false;
    if (one.claimedBy !== undefined && one.claimedBy !== checker.staffId) return false;
    if (await isOwnCase(deps, checker, one)) return false;
    const queued = { state: 'queued', list: 'main', claimed_by: null, claimed_at: null } as const;
    await updateCase(deps, caseId, { ...queued, is_revised: false });
    await deleteAnswers(deps.db, caseId);
    await deps.audit({ type: 'case.returned', details: { caseId, staffId: checker.staffId } });
    return true;
  });
}

/**
 * Moves cases of the holding list to a supervisor, in a transaction.
 *
 * @param act.to who gets them; a supervisor, whom none of them is about
 * @param act.cases some of them, or all that one person has
 */
export async function reassignCases(
  deps: Deps,
  act: {
    readonly checker: Checker;
    readonly to: Checker;
    readonly cases: readonly string[] | { readonly allOf: string };
  },
): Promise<DoneToSome | { readonly outcome: 'not_allowed' }> {
  const { checker, to, cases } = act;
  if (!mayDo(checker, 'supervisor') || !mayDo(to, 'supervisor')) return { outcome: 'not_allowed' };
  const caseIds = 'allOf' in cases ? await selectHeldBy(deps.db, cases.allOf) : cases;
  return toEach(caseIds, async (caseId) => {
    const one = await lockCase(deps, caseId);
    if (one === undefined || !isHeld(one)) return false;
    if ((await isOwnCase(deps, checker, one)) || (await isOwnCase(deps, to, one))) return false;
    // What another has answered is theirs.
    if (one.claimedBy !== to.staffId) await deleteAnswers(deps.db, caseId);
    await giveTo(deps, one, to.staffId);
    const details = { caseId, staffId: checker.staffId, to: to.staffId };
    await deps.audit({ type: 'case.reassigned', details });
    return true;
  });
}

/** In one order, so that no two people wait for each other. */
async function toEach(
  caseIds: readonly string[],
  act: (caseId: string) => Promise<boolean>,
): Promise<DoneToSome> {
  const done: string[] = [];
  const failed: string[] = [];
  for (const caseId of [...new Set(caseIds)].toSorted())
    (isId(caseId) && (await act(caseId)) ? done : failed).push(caseId);
  return { done, failed };
}

/** A case as it stands on the holding list. */
export interface HeldCase {
  readonly id: string;
  /** What staff call it. */
  readonly shortId: string;
  readonly submittedAt: Date;
  /** Who has it; undefined while nobody has opened it. */
  readonly heldBy: string | undefined;
  readonly isMine: boolean;
  readonly addedBy: string | undefined;
  readonly reason: HoldingReason | undefined;
  readonly note: string | undefined;
}

/**
 * @returns the holding list, what was submitted first at its head, without what is about themselves: a note may say what is feared
 *   of them; nothing for who is no supervisor
 */
export async function listHolding(
  deps: Pick<Deps, 'db' | 'secrets'>,
  { checker }: { readonly checker: Checker },
): Promise<readonly HeldCase[]> {
  if (!mayDo(checker, 'supervisor')) return [];
  const own = await ownAccountOf(deps, checker);
  const others = (await selectHolding(deps)).filter(
    ({ accountId }) => own === undefined || accountId !== own,
  );
  return others.map((one) => ({
    id: one.id,
    shortId: shortIdOf(one.id),
    submittedAt: one.submittedAt,
    heldBy: one.claimedBy,
    isMine: one.claimedBy === checker.staffId,
    addedBy: one.addedBy,
    reason: one.holdingReason,
    note: one.holdingNote,
  }));
}

/** @returns the beginning of a case's id, by which staff speak of it */
export function shortIdOf(caseId: string): string {
  return caseId.slice(0, 8).toUpperCase();
}
