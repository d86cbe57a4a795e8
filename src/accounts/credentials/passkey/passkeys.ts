import { randomUUID } from 'node:crypto';
import type { Deps } from '#foundation/deps';
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import type { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import type { Account } from '../../account/account.ts';
import { lockAccount, selectAccount } from '../../account/store.ts';
import { tellOfChange } from '../../account/tell-of-change.ts';
import { isLastFactor } from '../../recovery/proofs.ts';
import { isUuid } from '../../uuid.ts';
import { answerChallenge, isOurChallenge, newChallenge } from './challenge.ts';
import { challengeOf, readNewPasskey } from './read.ts';
import { relyingPartyOf, userHandleOf } from './relying-party.ts';
import {
  deletePasskey,
  deletePasskeysOf,
  insertPasskey,
  selectPasskeys,
  updatePasskeyName,
  type StoredPasskey,
} from './store.ts';

/** A passkey, as its owner may see it. */
export interface Passkey {
  readonly id: string;
  /** As its owner calls it. */
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  /** A password manager keeps it, for several devices. */
  readonly isSynced: boolean;
  /** There seems to be a copy of it, so it signs nobody in any more. */
  readonly isSuspended: boolean;
}

/** What sets a passkey up: whose it will be, and the visit in which they do it. */
export interface PasskeySetUp {
  readonly accountId: string;
  readonly boundTo: string;
}

export type PasskeyAdded =
  | { readonly outcome: 'added'; readonly passkeyId: string }
  /**
   * `expired`: it answers no question of ours that is still good; `not_valid`: it is no passkey that could sign anybody in
   * here; `known`: it has been set up before; `too_many`: the account has as many as it may have; `ended`: the account's
   * sign-ins were ended, or it was closed
   */
  | { readonly outcome: 'expired' | 'not_valid' | 'known' | 'too_many' | 'ended' };

/** More than anybody has devices. */
const mostPerAccount = 20;
export const mostNameCharacters = 50;
/** How long a browser lets somebody take. */
export const promptMs = 5 * 60 * 1000;
/** Ed25519, ECDSA with P-256, RSA: what devices have. @see IANA COSE Algorithms */
const algorithms = [-8, -7, -257];

/** @returns an account's passkeys, the oldest first */
export async function listPasskeys(deps: Pick<Deps, 'db'>, accountId: string): Promise<Passkey[]> {
  return (await selectPasskeys(deps.db, accountId)).map(passkeyOf);
}

function passkeyOf(stored: StoredPasskey): Passkey {
  const { id, name, createdAt, lastUsedAt, isSynced, suspendedAt } = stored;
  return { id, name, createdAt, lastUsedAt, isSynced, isSuspended: suspendedAt !== null };
}

/**
 * Describes to a browser the passkey that it is to make: one that devices find by themselves, and that they use only
 * for whoever unlocks them.
 *
 * @returns JSON for `navigator.credentials.create`; undefined if the account is closed
 * @see Web Authentication Level 3 §5.4
 */
export async function describeNewPasskey(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'settings'>,
  { accountId, boundTo }: PasskeySetUp,
): Promise<object | undefined> {
  const account = await selectAccount(deps.db, accountId);
  if (account === undefined) return undefined;
  const existing = await selectPasskeys(deps.db, accountId);
  // Loaded by the first who needs it: certificates and their formats, which nobody without a passkey does.
  const { generateRegistrationOptions } = await import('@simplewebauthn/server');
  return generateRegistrationOptions({
    rpName: deps.settings.serviceName,
    rpID: relyingPartyOf(deps).rpId,
    userID: new Uint8Array(Buffer.from(userHandleOf(deps, accountId), 'base64url')),
    userName: account.email,
    userDisplayName: account.email,
    challenge: newChallenge(deps, { purpose: 'set-up', boundTo: boundText(accountId, boundTo) }),
    timeout: promptMs,
    attestationType: 'none',
    excludeCredentials: existing.map(({ credentialId, transports }) => ({
      id: credentialId.toString('base64url'),
      transports: [...transports],
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  });
}

/**
 * Adds a passkey that a device has made, and tells its owner. Call it in a transaction.
 *
 * @param added.provenAt when they showed who they are
 * @param added.response JSON, as the browser gave it
 * @param added.name as its owner will know it; one line of at most 50 characters
 */
export async function addPasskey(
  deps: Deps,
  added: PasskeySetUp & { readonly provenAt: Date; readonly response: string; readonly name: string },
): Promise<PasskeyAdded> {
  const { accountId, boundTo } = added;
  const response = readNewPasskey(added.response);
  if (response === undefined) return { outcome: 'not_valid' };
  const challenge = challengeOf(response.response.clientDataJSON) ?? '';
  const use = { purpose: 'set-up', boundTo: boundText(accountId, boundTo) } as const;
  if (!isOurChallenge(deps, use, challenge)) return { outcome: 'expired' };
  const made = await verifyNewPasskey(deps, response, challenge);
  if (made === undefined) return { outcome: 'not_valid' };
  if (!(await answerChallenge(deps, challenge))) return { outcome: 'expired' };
  // Of many at the same moment no more get in than there is room for.
  const account = await lockUnlessEnded(deps, added);
  if (account === undefined) return { outcome: 'ended' };
  if ((await selectPasskeys(deps.db, accountId)).length >= mostPerAccount) return { outcome: 'too_many' };
  const passkey: StoredPasskey = {
    id: randomUUID(),
    accountId,
    credentialId: Buffer.from(made.credential.id, 'base64url'),
    publicKey: Buffer.from(made.credential.publicKey),
    signCount: made.credential.counter,
    transports: response.response.transports ?? [],
    isSynced: made.credentialBackedUp,
    name: added.name,
    createdAt: deps.clock.now(),
    lastUsedAt: null,
    suspendedAt: null,
  };
  if (!(await insertPasskey(deps.db, passkey))) return { outcome: 'known' };
  await deps.audit({ type: 'passkey.added', accountId, details: { synced: passkey.isSynced } });
  await tellOfChange(deps, { account, change: 'passkey-added' });
  return { outcome: 'added', passkeyId: passkey.id };
}

/** @returns the account, with other changes of it held back; undefined if it is closed, or its sign-ins were ended since */
async function lockUnlessEnded(
  deps: Pick<Deps, 'db'>,
  { accountId, provenAt }: { readonly accountId: string; readonly provenAt: Date },
): Promise<Account | undefined> {
  const account = await lockAccount(deps.db, accountId);
  return account !== undefined && account.signInsValidFrom <= provenAt ? account : undefined;
}

/** @returns undefined unless it is one of the kinds asked for, made here and now by whoever could unlock the device */
async function verifyNewPasskey(
  deps: Pick<Deps, 'settings'>,
  response: RegistrationResponseJSON,
  challenge: string,
) {
  const { rpId, origin } = relyingPartyOf(deps);
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
  // The library tells what is wrong by throwing plain errors; whatever it is, there is no passkey.
  try {
    if (!makesNoClaims(decodeAttestationObject, response.response.attestationObject)) return undefined;
    const { registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    });
    return registrationInfo;
  } catch {
    return undefined;
  }
}

/**
 * What a device claims to be is not asked for, so nothing is believed that would have to be looked up elsewhere. A few
 * devices sign with the new key itself, which claims nothing.
 *
 * @see Web Authentication Level 3 §5.1.3 step 22
 */
function makesNoClaims(decode: typeof decodeAttestationObject, attestationObject: string): boolean {
  const attestation = decode(new Uint8Array(Buffer.from(attestationObject, 'base64url')));
  const format = attestation.get('fmt');
  return format === 'none' || (format === 'packed' && attestation.get('attStmt').get('x5c') === undefined);
}

function boundText(accountId: string, boundTo: string): string {
  return JSON.stringify([accountId, boundTo]);
}

/** @param renamed.name one line of at most 50 characters @returns `unknown` if the account has no such passkey */
export async function renamePasskey(
  deps: Pick<Deps, 'db'>,
  renamed: { readonly accountId: string; readonly passkeyId: string; readonly name: string },
): Promise<{ readonly outcome: 'renamed' | 'unknown' }> {
  const { accountId, passkeyId: id, name } = renamed;
  const isRenamed = isUuid(id) && (await updatePasskeyName(deps.db, { accountId, id, name }));
  return { outcome: isRenamed ? 'renamed' : 'unknown' };
}

/**
 * Forgets a passkey, which signs nobody in any more, and tells its owner. Call it in a transaction.
 *
 * @param removed.provenAt when they showed who they are
 * @returns `unknown` if the account has no such passkey; `last` where they would have nothing left but the password;
 *   `ended` if its sign-ins were ended, or it was closed
 */
export async function removePasskey(
  deps: Deps,
  removed: { readonly accountId: string; readonly passkeyId: string; readonly provenAt: Date },
): Promise<{ readonly outcome: 'removed' | 'unknown' | 'last' | 'ended' }> {
  const { accountId, passkeyId: id } = removed;
  const account = await lockUnlessEnded(deps, removed);
  if (account === undefined) return { outcome: 'ended' };
  if (!(await selectPasskeys(deps.db, accountId)).some((passkey) => passkey.id === id))
    return { outcome: 'unknown' };
  if (await isLastFactor(deps, account, 'passkey', { passkeyId: id })) return { outcome: 'last' };
  await deletePasskey(deps.db, { accountId, id });
  await deps.audit({ type: 'passkey.removed', accountId });
  await tellOfChange(deps, { account, change: 'passkey-removed' });
  return { outcome: 'removed' };
}

/**
 * Forgets all of an account's passkeys, which were lost, or which somebody else may have added. Call it in a transaction that tells its owner of
 * that.
 */
export async function forgetPasskeysOf(deps: Pick<Deps, 'db' | 'audit'>, accountId: string): Promise<void> {
  const count = await deletePasskeysOf(deps.db, accountId);
  for (let told = 0; told < count; told += 1) await deps.audit({ type: 'passkey.removed', accountId });
}
