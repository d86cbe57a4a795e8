import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { readOdsCode, type OdsCode } from '#foundation/identifiers';
import { attemptSucceeded } from '#foundation/security';
import { deleteAttemptsOf } from './capture/attempt-store.ts';
import { drawingsLimit } from './capture/challenge.ts';
import { photosLimit } from './capture/photo/receive.ts';
import { accountLimits } from './details-limits.ts';
import {
  deleteAccount,
  deleteUsed,
  deleteDetailsKeptUntil,
  selectConnection,
  takeDetails,
  upsertConnection,
} from './details-store.ts';
import { deleteAccess } from './gp-access/access-store.ts';
import { deleteIssuedKeptUntil } from './issued-store.ts';
import { detailsKeyOf, type ThreeDetails } from './keys.ts';

/** As long as the audit trail is kept. */
const usedRetentionSeconds = 8 * 366 * 24 * 3600;

/** An account's connection to its owner's online account in the system of their practice. The token is a secret. */
export interface GpConnection {
  readonly odsCode: OdsCode;
  readonly connectionToken: string;
  readonly madeAt: Date;
}

/** @returns undefined if the account has none */
export async function readGpConnection(
  deps: Pick<Deps, 'db' | 'secrets'>,
  accountId: string,
): Promise<GpConnection | undefined> {
  const kept = await selectConnection(deps, accountId);
  const odsCode = readOdsCode(kept?.odsCode ?? '');
  if (kept === undefined || odsCode === undefined) return undefined;
  return { odsCode, connectionToken: kept.token, madeAt: kept.madeAt };
}

/** Keeps an account's connection, encrypted, in the place of an earlier one. */
export function keepGpConnection(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  connection: { readonly accountId: string; readonly odsCode: OdsCode; readonly connectionToken: string },
): Promise<void> {
  const { accountId, odsCode, connectionToken: token } = connection;
  return upsertConnection(deps, { accountId, odsCode, token, madeAt: deps.clock.now() });
}

/**
 * Takes registration details for an account, in a transaction: they prove nobody else from then on.
 *
 * @returns false if they are another login's, or that of one that is closed
 */
export function keepDetailsUsed(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  used: { readonly accountId: string; readonly details: ThreeDetails },
): Promise<boolean> {
  const { accountId, details } = used;
  return takeDetails(deps.db, { accountId, detailsKey: detailsKeyOf(deps, details), now: deps.clock.now() });
}

/** Lets registration details be used again, in a sandbox that is put back. @throws {Error} in production */
export async function releaseDetails(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'settings'>,
  details: ThreeDetails,
): Promise<void> {
  if (deps.settings.mode === 'production') throw new Error('details that were used stay so');
  await deleteUsed(deps.db, detailsKeyOf(deps, details));
}

/** Forgets, in a transaction, what is kept here of an account that is closed. Registration details that it has used stay used. */
export async function forgetAccount(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  accountId: string,
): Promise<void> {
  const { any, wrong } = accountLimits(accountId);
  const limits = [any, wrong, photosLimit(accountId), drawingsLimit(accountId)];
  for (const limit of limits) await attemptSucceeded(deps, [limit]);
  await deleteAccess(deps.db, accountId);
  await deleteAttemptsOf(deps.db, accountId);
  const usedUntil = secondsAfter(deps.clock.now(), usedRetentionSeconds);
  await deleteAccount(deps.db, { accountId, usedUntil });
}

/** Removes what has been kept as long as it may. */
export async function sweepProofing(deps: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  const now = deps.clock.now();
  await deleteIssuedKeptUntil(deps.db, now);
  await deleteDetailsKeptUntil(deps.db, now);
}
