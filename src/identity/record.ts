import type { Deps } from '#foundation/deps';
import type { Nation, NhsNumber } from '#foundation/identifiers';
import { attemptSucceeded } from '#foundation/security';
import { deleteDecisionsOf } from './decision-store.ts';
import type { IdentityLevel } from './levels.ts';
import { accountLimit, askingLimit } from './match-limits.ts';
import {
  deleteRecord,
  selectIdentity,
  selectLevel,
  takeNumberTurn,
  updateGpCredentials,
  upsertRecord,
} from './store.ts';
import type { BadStanding } from './standing.ts';

/** A person's details as the national record has them. */
export interface IdentityDetails {
  readonly nhsNumber: NhsNumber;
  readonly familyName: string;
  readonly givenName?: string | undefined;
  /** YYYY-MM-DD */
  readonly birthdate: string;
  /** The code of the practice where they are registered. */
  readonly gpOdsCode?: string | undefined;
  /** Where their home address may lie, as far as its postcode tells; absent when it tells nothing, or none was kept. */
  readonly homeNations?: readonly Nation[] | undefined;
}

/** With these a service reaches a person's record at their practice, through the practice's own system. */
export interface GpCredentials {
  readonly gpUserId: string;
  readonly gpLinkageKey: string;
  readonly gpOdsCode: string;
}

/** Who an account's owner is, as well as it is known. */
export type Identity =
  | { readonly level: 'P0'; readonly standing?: undefined }
  | {
      readonly level: Exclude<IdentityLevel, 'P0'>;
      readonly details: IdentityDetails;
      /** Whether the account's mobile number was once found on the national record. */
      readonly phoneMatched: boolean;
      readonly gpCredentials?: GpCredentials;
      /** When the register was last read for them. */
      readonly checkedAt: Date;
      /** Why the account can't be used; absent while nothing speaks against it. */
      readonly standing?: BadStanding;
    };

/** Somebody who is known above the lowest level. */
export type KnownIdentity = Exclude<Identity, { level: 'P0' }>;

export type IdentityEstablished =
  | { readonly outcome: 'established' }
  /** Another account is known to be this NHS number's. */
  | { readonly outcome: 'nhs_number_taken' }
  /** The owner is known better than that already. */
  | { readonly outcome: 'known_better' };

/** Reads how well it is known who an account's owner is, and with which details, in one statement. */
export function readIdentity(deps: Pick<Deps, 'db' | 'secrets'>, accountId: string): Promise<Identity> {
  return selectIdentity(deps, accountId);
}

/** Reads how well it is known who an account's owner is, alone. */
export async function levelOf(deps: Pick<Deps, 'db'>, accountId: string): Promise<IdentityLevel> {
  return (await selectLevel(deps.db, accountId)) ?? 'P0';
}

/**
 * Writes down, in a transaction, who an account's owner is, once that is decided. What was known at the same level or below is replaced;
 * while it is the same person, a phone that matched once stays so, and GP credentials stay.
 *
 * @param established.phoneMatched whether the account's mobile number is the one on the national record
 */
export async function establishIdentity(
  deps: Pick<Deps, 'db' | 'clock' | 'audit' | 'secrets'>,
  established: {
    readonly accountId: string;
    readonly level: 'P5' | 'P9';
    readonly details: IdentityDetails;
    readonly phoneMatched: boolean;
  },
): Promise<IdentityEstablished> {
  const { accountId, level } = established;
  const nhsNumberKey = deps.secrets.mac('identity nhs number', established.details.nhsNumber);
  const turn = await takeNumberTurn(deps.db, { accountId, nhsNumberKey });
  if (turn === 'taken') return { outcome: 'nhs_number_taken' };
  const record = { ...established, nhsNumberKey, establishedAt: deps.clock.now() };
  if (!(await upsertRecord(deps, record))) return { outcome: 'known_better' };
  await deps.audit({ type: 'identity.established', accountId, details: { level } });
  return { outcome: 'established' };
}

/**
 * Keeps the credentials that a practice's system gave for somebody who is proven; they replace earlier ones.
 *
 * @returns `not_proven` if it is not known for certain (P9) who the account's owner is
 */
export async function keepGpCredentials(
  deps: Pick<Deps, 'db' | 'audit' | 'secrets'>,
  kept: { readonly accountId: string; readonly credentials: GpCredentials },
): Promise<{ readonly outcome: 'kept' | 'not_proven' }> {
  if (!(await updateGpCredentials(deps, kept))) return { outcome: 'not_proven' };
  await deps.audit({ type: 'identity.gp-credentials-kept', accountId: kept.accountId });
  return { outcome: 'kept' };
}

/**
 * Forgets, in a transaction, who the owner of an account that is closed was, what was decided about that, and on what evidence. The
 * codes of each decision stay in the audit trail.
 */
export async function forgetAccount(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  accountId: string,
): Promise<void> {
  for (const limit of [accountLimit(accountId), askingLimit(accountId)])
    await attemptSucceeded(deps, [limit]);
  await deleteRecord(deps.db, accountId);
  await deleteDecisionsOf(deps.db, accountId);
}
