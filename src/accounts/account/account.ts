import { randomUUID } from 'node:crypto';
import type { Deps } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import type { Nation } from '#foundation/identifiers';
import type { Language } from '#foundation/web';
import { clearLocksOf } from '../clear-locks.ts';
import { deleteDevicesOf } from '../devices/store.ts';
import { isUuid } from '../uuid.ts';
import { emailKey } from './email.ts';
import { deleteLandline, updateMissingNumber, updateNumbers } from './number-store.ts';
import {
  deleteAccount,
  holdAccount,
  insertAccount,
  lockAccount,
  selectAccount,
  selectAccountId,
  selectAccountIds,
  updateLanguage,
  updateSignedInAt,
} from './store.ts';
import { tellOfChange } from './tell-of-change.ts';

/** One person's login. */
export interface Account {
  /** A random UUID; the subject (`sub`) that services know the person by. */
  readonly id: string;
  /** As typed when the account was made. */
  readonly email: string;
  /** E.164, or null while no number is confirmed. */
  readonly phone: string | null;
  /** E.164, or null while no landline is confirmed. */
  readonly landline: string | null;
  readonly nation: Nation;
  readonly language: Language;
  readonly createdAt: Date;
  /**
   * Sessions, refresh tokens and sign-ins under way that began before this instant are no longer valid. For a new
   * account the start of the second in which it was made, so that times in whole seconds compare rightly.
   */
  readonly signInsValidFrom: Date;
}

/** @returns the account, or undefined if there is none (any more) */
export async function readAccount(deps: Pick<Deps, 'db'>, accountId: string): Promise<Account | undefined> {
  return isUuid(accountId) ? selectAccount(deps.db, accountId) : undefined;
}

/** @returns the id of the account that has the e-mail address, in whatever case; undefined if none has */
export function findAccountId(deps: Pick<Deps, 'db'>, email: string): Promise<string | undefined> {
  return selectAccountId(deps.db, emailKey(email));
}

/** @returns the id of every account */
export function listAccountIds(deps: Pick<Deps, 'db'>): Promise<string[]> {
  return selectAccountIds(deps.db);
}

export type AccountCreated =
  | { readonly outcome: 'created'; readonly account: Account }
  | { readonly outcome: 'email_taken'; readonly accountId: string };

/**
 * Makes an account for an e-mail address that its owner has proven. Of several made for one address at the same
 * moment, one is created.
 *
 * @param person.id a UUID to keep, for somebody whom services know already; a random one when left out
 * @param person.email as `readEmail` returned it
 * @param person.passwordHash as the house's password hasher returned it
 * @returns `email_taken` with the account that has the address already, in whatever case; the caller's transaction
 *   stays usable
 */
export async function createAccount(
  deps: Pick<Deps, 'db' | 'clock' | 'audit'>,
  person: { id?: string; email: string; passwordHash: string; nation: Nation; language: Language },
): Promise<AccountCreated> {
  const createdAt = deps.clock.now();
  const account: Account = {
    id: person.id ?? randomUUID(),
    email: person.email,
    phone: null,
    landline: null,
    nation: person.nation,
    language: person.language,
    createdAt,
    signInsValidFrom: new Date(Math.floor(createdAt.getTime() / 1000) * 1000),
  };
  const key = emailKey(person.email);
  for (;;) {
    if (await insertAccount(deps.db, { account, emailKey: key, passwordHash: person.passwordHash })) {
      await deps.audit({
        type: 'account.created',
        accountId: account.id,
        details: { nation: account.nation },
      });
      return { outcome: 'created', account };
    }
    const accountId = await selectAccountId(deps.db, key);
    // None: the account that stood in the way has been closed this moment, so the address is free again.
    if (accountId !== undefined) return { outcome: 'email_taken', accountId };
  }
}

/**
 * Sets the number that security codes go to, once its owner has proven it.
 *
 * @param change.phone E.164, as `readPhone` returned it
 * @throws {Fault} `accounts.closed`
 */
export async function setPhone(
  deps: Pick<Deps, 'db' | 'audit'>,
  change: { accountId: string; phone: string },
): Promise<void> {
  const { accountId, phone } = change;
  if (!(await updateNumbers(deps.db, { accountId, phone }))) throw new Fault('accounts.closed');
  await deps.audit({ type: 'phone.changed', accountId });
}

/**
 * Sets another number that security codes go to, once its owner has proven it, and tells them: by mail, and by text
 * message to the number that it was. Remembered devices are forgotten: what is lost may be one of them. Call it in a
 * transaction.
 *
 * @param change.phone E.164, as `readPhone` returned it
 * @param change.provenAt when whoever asks proved who they are
 * @returns `refused` if the account's sign-ins were ended since, or if it was closed
 */
export async function changePhone(
  deps: Deps,
  change: { accountId: string; phone: string; provenAt: Date },
): Promise<{ readonly outcome: 'changed' | 'same' | 'refused' }> {
  const { accountId, phone, provenAt } = change;
  const account = await lockAccount(deps.db, accountId);
  if (account === undefined || account.signInsValidFrom > provenAt) return { outcome: 'refused' };
  if (account.phone === phone) return { outcome: 'same' };
  await deleteDevicesOf(deps.db, accountId);
  await setPhone(deps, { accountId, phone });
  const formerPhone = account.phone ?? undefined;
  await tellOfChange(deps, { account, change: 'phone', formerPhone });
  return { outcome: 'changed' };
}

/**
 * Sets the landline by which its owner can be called, once they have proven it.
 *
 * @param change.landline E.164, as `readLandline` returned it
 * @throws {Fault} `accounts.closed`
 */
export async function setLandline(
  deps: Pick<Deps, 'db' | 'audit'>,
  change: { accountId: string; landline: string },
): Promise<void> {
  const { accountId, landline } = change;
  if (!(await updateNumbers(deps.db, { accountId, landline }))) throw new Fault('accounts.closed');
  await deps.audit({ type: 'landline.changed', accountId });
}

/** Forgets the landline. @returns false if there is none */
export async function removeLandline(deps: Pick<Deps, 'db' | 'audit'>, accountId: string): Promise<boolean> {
  const removed = await deleteLandline(deps.db, accountId);
  if (removed) await deps.audit({ type: 'landline.removed', accountId });
  return removed;
}

/**
 * Sets the language in which somebody is written to.
 *
 * @throws {Fault} `accounts.closed`
 */
export async function setLanguage(
  deps: Pick<Deps, 'db' | 'audit'>,
  change: { accountId: string; language: Language },
): Promise<void> {
  if (!(await updateLanguage(deps.db, change))) throw new Fault('accounts.closed');
  await deps.audit({ type: 'language.changed', accountId: change.accountId });
}

/**
 * Sets the first number that security codes go to, once whoever signs in has proven it. It stands beside no other second
 * factor: who has the password alone must not get codes of their own for an account that asks for more.
 *
 * @param first.number E.164, as `readPhone` or `readLandline` returned it
 * @param first.provenAt when the sign-in, or the account, began
 * @returns `refused` if the account has a second factor by now, if its sign-ins were ended since, or if it was closed
 */
export async function addFirstNumber(
  deps: Pick<Deps, 'db' | 'audit'>,
  first: { accountId: string; kind: 'mobile' | 'landline'; number: string; provenAt: Date },
): Promise<{ readonly outcome: 'added' | 'refused' }> {
  const { accountId, kind, provenAt } = first;
  const number = kind === 'mobile' ? { phone: first.number } : { landline: first.number };
  if (!(await updateMissingNumber(deps.db, { accountId, number, provenAt }))) return { outcome: 'refused' };
  await deps.audit({ type: kind === 'mobile' ? 'phone.changed' : 'landline.changed', accountId });
  return { outcome: 'added' };
}

/**
 * Notes that somebody signed in to a connected service, if what they have proven still counts: the account counts as
 * used from now. Call it in the transaction that lets them in; the account's sign-ins can't be ended in between.
 *
 * @param signIn.provenAt when their password was going to be checked, or their account made
 * @returns `ended` if the account's sign-ins were ended since, or if it was closed or locked: then nobody may be let in
 */
export async function recordSignIn(
  deps: Pick<Deps, 'db' | 'clock' | 'audit'>,
  signIn: { accountId: string; clientId: string; provenAt: Date },
): Promise<{ readonly outcome: 'recorded' | 'ended' }> {
  const { accountId, clientId, provenAt } = signIn;
  if (!(await updateSignedInAt(deps.db, { accountId, provenAt, at: deps.clock.now() })))
    return { outcome: 'ended' };
  await deps.audit({ type: 'sign-in.succeeded', accountId, clientId });
  return { outcome: 'recorded' };
}

/**
 * Makes sure, in a transaction, that a sign-in still counts: nobody can end the account's sign-ins until the transaction is over.
 *
 * @param signIn.provenAt when its owner proved who they are
 */
export async function signInsStand(
  deps: Pick<Deps, 'db'>,
  { accountId, provenAt }: { accountId: string; provenAt: Date },
): Promise<boolean> {
  const account = await lockAccount(deps.db, accountId);
  return account !== undefined && account.signInsValidFrom <= provenAt;
}

/**
 * Holds other changes of a login back until the transaction ends. Whoever will end its sign-ins, or close it, holds it before they touch
 * what other rooms keep of its owner: so of two that need the same rows one waits for the other, and never both.
 */
export async function holdLogin(deps: Pick<Deps, 'db'>, accountId: string): Promise<void> {
  if (isUuid(accountId)) await holdAccount(deps.db, accountId);
}

/** Removes all that this room knows of an account: credentials, codes, devices and reset links go with it. */
export async function forgetAccount(
  deps: Pick<Deps, 'db' | 'audit' | 'clock' | 'secrets'>,
  accountId: string,
): Promise<void> {
  await holdAccount(deps.db, accountId);
  await clearLocksOf(deps, accountId);
  if (await deleteAccount(deps.db, accountId)) await deps.audit({ type: 'account.closed', accountId });
}
