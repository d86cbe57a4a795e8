import { createAccount, setLandline, setPhone } from '#accounts';
import type { Deps } from '#foundation/deps';
import { type Nation, type NhsNumber, readNhsNumber, readOdsCode } from '#foundation/identifiers';
import type { Language } from '#foundation/web';
import { establishIdentity, keepGpCredentials, type GpCredentials, type IdentityDetails } from '#identity';
import { eraseAccount } from '#personal-data';
import { keepDetailsUsed } from '#proofing';

/** Who a made-up person is known to be. */
export interface MadeUpIdentity {
  readonly level: 'P5' | 'P9';
  readonly details: IdentityDetails;
  readonly phoneMatched: boolean;
  readonly gpCredentials?: GpCredentials | undefined;
}

/** Somebody made up, with a login. */
export interface MadeUpPerson {
  readonly sub: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly nation: Nation;
  readonly language: Language;
  /** E.164 */
  readonly phone?: string | undefined;
  readonly landline?: string | undefined;
  readonly identity?: MadeUpIdentity | undefined;
}

/** @returns an NHS number that is written in the code. @throws {Error} if it is none */
export function nhsNumberOf(text: string): NhsNumber {
  const number = readNhsNumber(text);
  if (number === undefined) throw new Error(`${text} is not an NHS number`);
  return number;
}

/** Whether nobody can really have the number: 999 000 0000 to 999 999 9999 are never issued. */
export function isMadeUp(nhsNumber: NhsNumber): boolean {
  return nhsNumber.startsWith('999');
}

/**
 * Makes somebody with all that they are to have, through the doors that journeys use.
 *
 * @param deps a transaction
 * @returns what stands in the way; then nobody was made
 */
export async function makePerson(
  deps: Deps,
  person: MadeUpPerson,
): Promise<'made' | 'email_taken' | 'nhs_number_taken'> {
  const { sub: accountId, identity, phone, landline, ...login } = person;
  const created = await createAccount(deps, { id: accountId, ...login });
  if (created.outcome === 'email_taken') return 'email_taken';
  if (phone !== undefined) await setPhone(deps, { accountId, phone });
  if (landline !== undefined) await setLandline(deps, { accountId, landline });
  if (identity === undefined) return 'made';
  const established = await establishIdentity(deps, { accountId, ...identity });
  if (established.outcome === 'nhs_number_taken') {
    await eraseAccount(deps, accountId);
    return 'nhs_number_taken';
  }
  const { gpCredentials } = identity;
  if (gpCredentials === undefined) return 'made';
  await keepGpCredentials(deps, { accountId, credentials: gpCredentials });
  const { gpOdsCode, ...details } = gpCredentials;
  const odsCode = readOdsCode(gpOdsCode);
  if (odsCode !== undefined) await keepDetailsUsed(deps, { accountId, details: { ...details, odsCode } });
  return 'made';
}
