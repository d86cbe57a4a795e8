import { createPublicKey, randomUUID } from 'node:crypto';
import type { Deps } from '#foundation/deps';
import { lockAccount, selectAccount, selectIsLocked } from '../../account/store.ts';
import { tellOfChange } from '../../account/tell-of-change.ts';
import { readAuthentication, readRegistration, type RegistrationAssertion } from './assertion.ts';
import { isAttested, isSigned, newKeyOf } from './keys.ts';
import { readDeregistration, readResponse } from './messages.ts';
import { askDevice, headerOf, isAnswerTo, readAsked, spendQuestion } from './question.ts';
import {
  deleteUafKeys,
  deleteUafKeysOf,
  insertUafKey,
  selectUafKey,
  selectUafKeys,
  suspendUafKey,
  updateUsedUafKey,
  type StoredUafKey,
} from './store.ts';

/** A key that an app keeps for somebody. */
export interface UafKey {
  readonly id: string;
  /** The service whose app has it. */
  readonly clientId: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  /** There seems to be a copy of it, so it signs nobody in any more. */
  readonly isSuspended: boolean;
}

export type UafKeyAdded =
  | { readonly outcome: 'added'; readonly record: object }
  /**
   * `expired`: it answers no question of ours that is still good; `not_valid`: it is no key that could sign anybody in here;
   * `known`: there is such a key; `too_many`: the account has as many as it may have; `ended`: the account's sign-ins were
   * ended, or it was closed
   */
  | { readonly outcome: 'expired' | 'not_valid' | 'known' | 'too_many' | 'ended' };

export type UafChecked =
  | { readonly outcome: 'match'; readonly accountId: string }
  /** `locked`: the key was switched off because the account's owner has locked it */
  | { readonly outcome: 'no_match' | 'expired' | 'suspended' | 'locked' };

const mostPerAccount = 20;

/**
 * Asks an app for a new key of somebody who uses it.
 *
 * @param registrant.clientId the service whose app it is
 * @param registrant.provenAt when they showed who they are
 * @returns a Registration Request Message
 * @see FIDO UAF Protocol Specification §3.4.1
 */
export function describeUafRegistration(
  deps: Pick<Deps, 'clock' | 'secrets' | 'settings'>,
  registrant: { readonly accountId: string; readonly clientId: string; readonly provenAt: Date },
): object[] {
  const { provenAt, ...rest } = registrant;
  return [askDevice(deps, { op: 'Reg', registrant: { ...rest, provenAt: provenAt.toISOString() } })];
}

/**
 * Adds the key that an app was asked for, and tells its owner. Call it in a transaction.
 *
 * @param added.message a Registration Response Message, JSON
 * @param added.appIdsOf says as what the app of a service calls itself; undefined if the service has none that may sign in
 * @see FIDO UAF Protocol Specification §3.4.6.5
 */
export async function addUafKey(
  deps: Deps,
  added: {
    readonly message: string;
    readonly appIdsOf: (clientId: string) => Promise<readonly string[] | undefined>;
  },
): Promise<UafKeyAdded> {
  const response = readResponse(added.message);
  if (response === undefined) return { outcome: 'not_valid' };
  const question = readAsked(deps, response);
  const registrant = question?.registrant;
  if (question === undefined || registrant === undefined || question.op !== 'Reg')
    return { outcome: 'expired' };
  const { accountId, clientId } = registrant;
  const appIds = await added.appIdsOf(clientId);
  const made = readRegistration(Buffer.from(response.assertions[0].assertion, 'base64url'));
  if (made === undefined || appIds === undefined) return { outcome: 'not_valid' };
  const { finalChallenge } = made;
  if (!isAnswerTo(deps, response, { question, finalChallenge, appIds })) return { outcome: 'not_valid' };
  const key = newKeyOf(made);
  if (key === undefined || !isAttested(made, key)) return { outcome: 'not_valid' };
  if (!(await spendQuestion(deps, question))) return { outcome: 'expired' };
  const account = await lockAccount(deps.db, accountId);
  if (account === undefined || account.signInsValidFrom > new Date(registrant.provenAt))
    return { outcome: 'ended' };
  if ((await selectUafKeys(deps.db, accountId)).length >= mostPerAccount) return { outcome: 'too_many' };
  const stored: StoredUafKey = {
    id: randomUUID(),
    accountId,
    clientId,
    aaid: made.aaid,
    keyId: made.keyId,
    publicKey: key.export({ format: 'der', type: 'spki' }),
    signCount: made.signCount,
    createdAt: deps.clock.now(),
    lastUsedAt: null,
    suspendedAt: null,
  };
  if (!(await insertUafKey(deps.db, stored))) return { outcome: 'known' };
  await deps.audit({ type: 'app-key.added', accountId, clientId });
  await tellOfChange(deps, { account, change: 'app-key-added' });
  return { outcome: 'added', record: recordOf(made, stored) };
}

/** What the platform tells of a new key, in the members that apps know. */
function recordOf(
  made: RegistrationAssertion,
  { aaid, keyId, publicKey, accountId, createdAt }: StoredUafKey,
) {
  const KeyID = keyId.toString('base64url');
  return {
    attestDataToSign: made.signed.toString('base64url'),
    attestSignature: made.signature.toString('base64url'),
    attestVerifiedStatus: 'VALID',
    authenticator: { AAID: aaid, deviceId: null, KeyID, status: null, username: accountId },
    authenticator_string: `${aaid}#${KeyID}`,
    AuthenticatorVersion: `0.${made.authenticatorVersion}`,
    PublicKey: publicKey.toString('base64url'),
    status: 'SUCCESS',
    timeStamp: String(createdAt.getTime()),
    username: accountId,
  };
}

/** Asks any app to say who signs in: it is the same for everybody. @see FIDO UAF Protocol Specification §3.5.2 */
export function describeUafAuthentication(deps: Pick<Deps, 'clock' | 'secrets' | 'settings'>): object[] {
  return [askDevice(deps, { op: 'Auth' })];
}

/**
 * Finds out who signs in with the key of an app. Each question is answered once. Call it in a transaction that commits on
 * every outcome. A count that goes back tells of a copy: from then on the key signs nobody in, and its owner is told.
 *
 * @param used.response base64 of an Authentication Response Message, as the app put it into the request
 * @param used.clientId the service whose request it is
 * @param used.appIds as what its app calls itself, besides ours
 * @see FIDO UAF Protocol Specification §3.5.7.5
 */
export async function checkUafResponse(
  deps: Deps,
  used: { readonly response: string; readonly clientId: string; readonly appIds: readonly string[] },
): Promise<UafChecked> {
  const { clientId, appIds } = used;
  const response = readResponse(Buffer.from(used.response, 'base64').toString());
  if (response === undefined) return { outcome: 'no_match' };
  const question = readAsked(deps, response);
  if (question?.op !== 'Auth') return { outcome: 'expired' };
  const said = readAuthentication(Buffer.from(response.assertions[0].assertion, 'base64url'));
  if (said === undefined) return { outcome: 'no_match' };
  const { finalChallenge } = said;
  if (!isAnswerTo(deps, response, { question, finalChallenge, appIds })) return { outcome: 'no_match' };
  const key = await selectUafKey(deps.db, said);
  if (key?.clientId !== clientId) return { outcome: 'no_match' };
  const publicKey = createPublicKey({ key: key.publicKey, format: 'der', type: 'spki' });
  if (!isSigned(said, publicKey)) return { outcome: 'no_match' };
  if (!(await spendQuestion(deps, question))) return { outcome: 'expired' };
  const { id, accountId } = key;
  if (key.suspendedAt !== null)
    return { outcome: (await selectIsLocked(deps.db, accountId)) ? 'locked' : 'suspended' };
  const { signCount } = said;
  if (await updateUsedUafKey(deps.db, { id, accountId, signCount, at: deps.clock.now() }))
    return { outcome: 'match', accountId };
  // By now the account is held: whoever has locked it since the key was read is through.
  if (await selectIsLocked(deps.db, accountId)) return { outcome: 'locked' };
  await suspend(deps, key);
  return { outcome: 'suspended' };
}

async function suspend(deps: Deps, { id, accountId, clientId }: StoredUafKey): Promise<void> {
  const account = await selectAccount(deps.db, accountId);
  if (account === undefined || !(await suspendUafKey(deps.db, { id, at: deps.clock.now() }))) return;
  await deps.audit({ type: 'app-key.suspended', accountId, clientId });
  await tellOfChange(deps, { account, change: 'app-key-removed' });
}

/** @returns the keys that apps keep for somebody, the oldest first */
export async function listUafKeys(deps: Pick<Deps, 'db'>, accountId: string): Promise<UafKey[]> {
  return (await selectUafKeys(deps.db, accountId)).map(
    ({ id, clientId, createdAt, lastUsedAt, suspendedAt }) => ({
      id,
      clientId,
      createdAt,
      lastUsedAt,
      isSuspended: suspendedAt !== null,
    }),
  );
}

/**
 * Forgets the keys of an app, and tells their owner. Call it in a transaction.
 *
 * @param removed.message a Deregistration Request Message, JSON, of the keys to forget; without one all that the app has
 * @returns a Deregistration Request Message of what was forgotten, with which the app forgets its halves; `not_valid` for a
 *   message that is none
 * @see FIDO UAF Protocol Specification §3.6
 */
export async function removeUafKeys(
  deps: Deps,
  removed: { readonly accountId: string; readonly clientId: string; readonly message?: string | undefined },
): Promise<
  { readonly outcome: 'removed'; readonly message: object[] } | { readonly outcome: 'not_valid' | 'ended' }
> {
  const { accountId, clientId, message } = removed;
  const named = message === undefined ? undefined : readDeregistration(message);
  if (message !== undefined && named === undefined) return { outcome: 'not_valid' };
  const account = await lockAccount(deps.db, accountId);
  if (account === undefined) return { outcome: 'ended' };
  const keys = (await selectUafKeys(deps.db, accountId)).filter(
    (key) => key.clientId === clientId && (named === undefined || named.some((one) => isNamed(key, one))),
  );
  await deleteUafKeys(deps.db, { accountId, ids: keys.map(({ id }) => id) });
  if (keys.length > 0) {
    await deps.audit({ type: 'app-key.removed', accountId, clientId });
    await tellOfChange(deps, { account, change: 'app-key-removed' });
  }
  const authenticators = keys.map(({ aaid, keyId }) => ({ aaid, keyID: keyId.toString('base64url') }));
  return { outcome: 'removed', message: [{ header: headerOf(deps, 'Dereg'), authenticators }] };
}

function isNamed(
  { aaid, keyId }: StoredUafKey,
  named: { readonly aaid?: string | undefined; readonly keyID: string },
): boolean {
  const isOfKind = named.aaid === undefined || named.aaid === '' || named.aaid === aaid;
  return isOfKind && Buffer.from(named.keyID, 'base64url').equals(keyId);
}

/**
 * Forgets a key that an app keeps for somebody, at their own wish, and tells them. Call it in a transaction.
 *
 * @returns false if the account has no such key
 */
export async function removeUafKey(
  deps: Deps,
  { accountId, keyId: id }: { readonly accountId: string; readonly keyId: string },
): Promise<boolean> {
  const account = await lockAccount(deps.db, accountId);
  if (account === undefined || (await deleteUafKeys(deps.db, { accountId, ids: [id] })) === 0) return false;
  await deps.audit({ type: 'app-key.removed', accountId });
  await tellOfChange(deps, { account, change: 'app-key-removed' });
  return true;
}

/**
 * Forgets all keys that apps keep for somebody, with the phone that they are on, or as somebody else may have had them set up. Call it in a
 * transaction that tells their owner of that.
 */
export async function forgetUafKeysOf(deps: Pick<Deps, 'db' | 'audit'>, accountId: string): Promise<void> {
  for (const clientId of await deleteUafKeysOf(deps.db, accountId))
    await deps.audit({ type: 'app-key.removed', accountId, clientId });
}
