import { randomUUID } from 'node:crypto';
import type { Deps } from '#foundation/deps';
import { attemptSucceeded } from '#foundation/security';
import {
  deleteBundleRow,
  deleteBundlesKeptUntil,
  deleteBundlesOf,
  deleteOthers,
  deleteUnfinishedContent,
  insertBundle,
  updateKeptUntil,
} from './bundle-store.ts';
import { makeBundleKey } from './sealing.ts';
import { deleteExpiredUploads } from './upload-store.ts';
import { uploadsLimit } from './uploads.ts';

/**
 * Opens a bundle for what somebody will send, with a key of its own.
 *
 * @param bundle.purpose what it is for, in a word of ours
 * @param bundle.keptUntil when it goes with all that is in it, unless {@link keepBundleUntil} says otherwise
 * @returns its id
 */
export async function openBundle(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  bundle: { readonly accountId: string; readonly purpose: string; readonly keptUntil: Date },
): Promise<string> {
  const id = randomUUID();
  await insertBundle(deps.db, {
    ...bundle,
    id,
    sealedKey: makeBundleKey(deps, id),
    openedAt: deps.clock.now(),
  });
  return id;
}

/** Keeps a bundle until then, whatever was said before. @returns false if it is gone */
export function keepBundleUntil(
  { db }: Pick<Deps, 'db'>,
  { bundleId, keptUntil }: { readonly bundleId: string; readonly keptUntil: Date },
): Promise<boolean> {
  return updateKeptUntil(db, { id: bundleId, keptUntil });
}

/** Keeps of a bundle, in a transaction, these files alone: what else was sent, and not used, is nobody’s business any more. */
export async function keepOnly(
  { db }: Pick<Deps, 'db'>,
  kept: { readonly bundleId: string; readonly fileIds: readonly [string, ...string[]] },
): Promise<void> {
  await deleteOthers(db, kept);
}

/** Deletes a bundle with its key, so that whatever is left of its content anywhere can't be read by anybody. */
export async function deleteBundle(deps: Pick<Deps, 'db' | 'audit'>, bundleId: string): Promise<void> {
  const accountId = await deleteBundleRow(deps.db, bundleId);
  if (accountId !== undefined)
    await deps.audit({ type: 'evidence.deleted', accountId, details: { bundleId } });
}

/** Forgets, in a transaction, whatever an account that is closed has sent, and how often it began to. */
export async function forgetAccount(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  accountId: string,
): Promise<void> {
  await attemptSucceeded(deps, [uploadsLimit(accountId)]);
  await deleteBundlesOf(deps.db, accountId);
}

/** Removes what has been kept as long as it may, and what was never finished. */
export async function sweepEvidence({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  const now = clock.now();
  await deleteBundlesKeptUntil(db, now);
  await deleteExpiredUploads(db, now);
  await deleteUnfinishedContent(db, now);
}
