import type { Deps } from '#foundation/deps';
import type { OdsCode } from '#foundation/identifiers';
import type { FormerSupplier, NewPractice, Practice } from './practice.ts';
import {
  closePractice,
  insertPractice,
  lockPractices,
  selectFormerSuppliers,
  selectPractice,
  selectPractices,
  updateSupplier,
} from './store.ts';

type ReadDeps = Pick<Deps, 'db'>;
type PracticeDeps = Pick<Deps, 'db' | 'clock' | 'audit'>;

/** @returns undefined if nobody has told of such a practice */
export function readPractice(deps: ReadDeps, odsCode: OdsCode): Promise<Practice | undefined> {
  return selectPractice(deps.db, odsCode);
}

/** @returns the GP systems that a practice had before, newest first */
export function readFormerSuppliers(deps: ReadDeps, odsCode: OdsCode): Promise<FormerSupplier[]> {
  return selectFormerSuppliers(deps.db, odsCode);
}

const mostListed = 1000;

/**
 * Lists practices in the order of their codes.
 *
 * @param filter.after the last code of the page before
 * @param filter.limit 1,000 at most
 */
export function listPractices(
  deps: ReadDeps,
  filter: {
    readonly icbCode?: string;
    readonly supplierId?: string;
    readonly isOpen?: boolean;
    readonly after?: OdsCode;
    readonly limit?: number;
  } = {},
): Promise<Practice[]> {
  return selectPractices(deps.db, { ...filter, limit: Math.min(filter.limit ?? mostListed, mostListed) });
}

export type OpenedPractice = { readonly outcome: 'opened' } | { readonly outcome: 'known' };

/** Puts a practice in. @returns `known` if there is one of that code, which stays as it is */
export async function openPractice(deps: PracticeDeps, practice: NewPractice): Promise<OpenedPractice> {
  const { odsCode, supplierId } = practice;
  if (!(await insertPractice(deps.db, practice, deps.clock.now()))) return { outcome: 'known' };
  await deps.audit({ type: 'practice.opened', details: { odsCode, supplierId } });
  return { outcome: 'opened' };
}

export type PracticeChange =
  | { readonly outcome: 'changed' }
  /** It is so already, or makes no sense: a practice can’t follow itself. */
  | { readonly outcome: 'no_change' }
  | { readonly outcome: 'unknown_practice' | 'closed_practice'; readonly odsCode: OdsCode };

/**
 * Gives a practice another supplier’s GP system. What was issued under the one before is refused from then on: by the new
 * system, which knows nothing of it.
 */
export async function changeSupplier(
  deps: PracticeDeps,
  change: { readonly odsCode: OdsCode; readonly supplierId: string },
): Promise<PracticeChange> {
  const { odsCode, supplierId } = change;
  const found = await lockOpen(deps, [odsCode]);
  if ('outcome' in found) return found;
  const [practice] = found.practices;
  if (practice === undefined || practice.supplierId === supplierId) return { outcome: 'no_change' };
  await updateSupplier(deps.db, { practice, supplierId, now: deps.clock.now() });
  await deps.audit({
    type: 'practice.supplier-changed',
    details: { odsCode, from: practice.supplierId, to: supplierId },
  });
  return { outcome: 'changed' };
}

/** Closes practices, whose patients are now another’s that stays open. */
export async function mergePractices(
  deps: PracticeDeps,
  merger: { readonly odsCodes: readonly OdsCode[]; readonly into: OdsCode },
): Promise<PracticeChange> {
  const closing = [...new Set(merger.odsCodes)];
  if (closing.length === 0 || closing.includes(merger.into)) return { outcome: 'no_change' };
  const found = await lockOpen(deps, [...closing, merger.into]);
  if ('outcome' in found) return found;
  const now = deps.clock.now();
  for (const odsCode of closing) await closePractice(deps.db, { odsCode, succeededBy: [merger.into], now });
  await deps.audit({ type: 'practice.merged', details: { odsCodes: closing, into: merger.into } });
  return { outcome: 'changed' };
}

/** Closes a practice, whose patients are now those of others that are open already. */
export async function splitPractice(
  deps: PracticeDeps,
  split: { readonly odsCode: OdsCode; readonly into: readonly OdsCode[] },
): Promise<PracticeChange> {
  const { odsCode } = split;
  const into = [...new Set(split.into)];
  if (into.length === 0 || into.includes(odsCode)) return { outcome: 'no_change' };
  const found = await lockOpen(deps, [odsCode, ...into]);
  if ('outcome' in found) return found;
  await closePractice(deps.db, { odsCode, succeededBy: into, now: deps.clock.now() });
  await deps.audit({ type: 'practice.split', details: { odsCode, into } });
  return { outcome: 'changed' };
}

/** @returns the practices, held until the transaction ends, if all are there and open */
async function lockOpen(
  { db }: PracticeDeps,
  odsCodes: readonly OdsCode[],
): Promise<{ readonly practices: Practice[] } | Extract<PracticeChange, { odsCode: OdsCode }>> {
  const practices = await lockPractices(db, odsCodes);
  for (const odsCode of odsCodes) {
    const practice = practices.find((one) => one.odsCode === odsCode);
    if (practice === undefined) return { outcome: 'unknown_practice', odsCode };
    if (!practice.isOpen) return { outcome: 'closed_practice', odsCode };
  }
  return { practices };
}
