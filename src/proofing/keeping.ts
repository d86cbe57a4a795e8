import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { readOdsCode, type OdsCode } from '#foundation/identifiers';
import {
  deleteAccount,
  deleteDetailsKeptUntil,
  selectConnection,
  upsertConnection,
} from './details-store.ts';
import { deleteIssuedKeptUntil } from './issued-store.ts';

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

/** Forgets, in a transaction, what is kept here of an account that is closed. Registration details that it has used stay used. */
export function forgetAccount(deps: Pick<Deps, 'db' | 'clock'>, accountId: string): Promise<void> {
  const usedUntil = secondsAfter(deps.clock.now(), usedRetentionSeconds);
  return deleteAccount(deps.db, { accountId, usedUntil });
}

/** Removes what has been kept as long as it may. */
export async function sweepProofing(deps: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  const now = deps.clock.now();
  await deleteIssuedKeptUntil(deps.db, now);
  await deleteDetailsKeptUntil(deps.db, now);
}
