import type { RecordEvent } from '#foundation/audit';
import type { Clock } from '#foundation/clock';
import { together, type Db } from '#foundation/storage';
import type { IdentityLevel } from '#identity';
import {
  agreementPart,
  deleteAgreement,
  deleteAllOf,
  insertChange,
  selectAgreements,
  selectChanges,
  widenAgreement,
  type AgreementChange,
  type Parties,
} from './store.ts';

/** What a person agrees to share with a service. */
export interface Agreement {
  /** In the order of the alphabet. */
  readonly scopes: readonly string[];
  /** How well it was known who they are when they last agreed to more. */
  readonly level: IdentityLevel;
  /** The same for each scope: at a higher level it stands for more, which they have not agreed to. */
  readonly levels: ReadonlyMap<string, IdentityLevel>;
  /** When the agreement last became wider. */
  readonly agreedAt: Date;
}

/** What changing agreements needs; `db` a transaction. */
export interface ConsentDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly audit: RecordEvent;
}

const selectAgreement = together({ agreement: agreementPart });

/** @returns what the person agrees to share with the service, or undefined if they don't */
export async function readAgreement(
  deps: { readonly db: Db },
  { accountId, clientId }: Parties,
): Promise<Agreement | undefined> {
  const { agreement } = await selectAgreement(deps.db, { accountId, clientId });
  return agreementPart.read(deps, agreement);
}

/** @returns with which services the person shares something, and what; the newest agreement first */
export function listAgreements(
  deps: { readonly db: Db },
  accountId: string,
): Promise<(Agreement & { readonly clientId: string })[]> {
  return selectAgreements(deps.db, accountId);
}

/** @returns every change to the person's agreements, the oldest first */
export function listAgreementChanges(
  deps: { readonly db: Db },
  accountId: string,
): Promise<AgreementChange[]> {
  return selectChanges(deps.db, accountId);
}

/**
 * Records that a person agrees to share what the scopes stand for, besides what they agreed to before. Saying the
 * same twice (a form sent again) changes nothing.
 *
 * @param agreed.level how well it was known who they are when they were shown what the scopes stand for
 */
export async function agree(
  deps: ConsentDeps,
  agreed: Parties & { readonly scopes: readonly string[]; readonly level: IdentityLevel },
): Promise<void> {
  const { accountId, clientId, level } = agreed;
  const now = deps.clock.now();
  const scopes = await widenAgreement(deps.db, { ...agreed, agreedAt: now });
  if (scopes === undefined) return;
  await insertChange(deps.db, { accountId, clientId, change: 'agreed', scopes, level, changedAt: now });
  await deps.audit({ type: 'consent.agreed', accountId, clientId, details: { scopes, level } });
}

/** Records that a person was asked to share and chose not to. What they agreed to before stays as it was. */
export async function refuse(
  deps: Pick<ConsentDeps, 'audit'>,
  refused: Parties & { readonly scopes: readonly string[] },
): Promise<void> {
  const { accountId, clientId, scopes } = refused;
  await deps.audit({ type: 'consent.refused', accountId, clientId, details: { scopes } });
}

/** Ends a person's agreement with a service: nothing more is released to it. @returns whether there was one */
export async function withdrawAgreement(
  deps: ConsentDeps,
  { accountId, clientId }: Parties,
): Promise<boolean> {
  const ended = await deleteAgreement(deps.db, { accountId, clientId });
  if (ended === undefined) return false;
  const { scopes, level } = ended;
  await insertChange(deps.db, {
    accountId,
    clientId,
    change: 'withdrawn',
    scopes,
    level,
    changedAt: deps.clock.now(),
  });
  await deps.audit({ type: 'consent.withdrawn', accountId, clientId, details: { scopes } });
  return true;
}

/** Forgets everything about an account that is closed. */
export function forgetAccount(deps: { readonly db: Db }, accountId: string): Promise<void> {
  return deleteAllOf(deps.db, accountId);
}
