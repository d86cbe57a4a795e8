import type { Account } from '#accounts';
import type { OdsCode } from '#foundation/identifiers';
import type { RefusalReason } from '#gp-systems';
import type { KnownIdentity } from '#identity';
import type { Access } from './access-store.ts';

/** Why somebody has no access to their record at their practice: what its system refused with, or what was found here. */
export type NoAccess =
  | RefusalReason
  /** Its system shows somebody else's record, or others' as well. */
  | 'of_another'
  /** The details have proven another login. */
  | 'used'
  | 'practice_closed'
  /** Nobody has told of the practice, or its supplier's system can't be asked from here. */
  | 'practice_not_connected'
  /** The practice's system has no such details. */
  | 'not_offered'
  /** There have never been any. */
  | 'none';

/** Whose access is looked at, and where they are registered. */
export interface Holder {
  readonly accountId: string;
  readonly account: Account;
  readonly identity: KnownIdentity;
  readonly odsCode: OdsCode;
  readonly access: Access;
  readonly now: Date;
}

/** Whether a refusal is about this platform or the practice's system, not about the person. */
export function saysNothing(reason: RefusalReason): boolean {
  return reason === 'unknown' || reason === 'upstream_failure' || reason === 'invalid_provider';
}

/** Whether a practice's system shows their record, and nobody else's with it. */
export function isOwn({ identity }: Holder, nhsNumbers: readonly string[]): boolean {
  return nhsNumbers.length > 0 && nhsNumbers.every((number) => number === identity.details.nhsNumber);
}
