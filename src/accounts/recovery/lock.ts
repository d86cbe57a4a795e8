import type { Deps } from '#foundation/deps';
import { randomToken } from '#foundation/security';
import { sendMessage } from '#messaging';
import { emailForSending } from '../account/email.ts';
import { endSignIns } from '../account/end-sign-ins.ts';
import { lockAccount, selectIsLocked, updateLock } from '../account/store.ts';
import { deleteCodesOf } from '../credentials/one-time-code/store.ts';
import { suspendPasskeysOf } from '../credentials/passkey/store.ts';
import { suspendUafKeysOf } from '../credentials/uaf/store.ts';
import { deleteDevicesOf } from '../devices/store.ts';
import { storeResetLink } from './password-reset.ts';

/** @returns whether an account's owner has locked it, and nobody has chosen a new password by mail since */
export function isLoginLocked(deps: Pick<Deps, 'db'>, accountId: string): Promise<boolean> {
  return selectIsLocked(deps.db, accountId);
}

/**
 * Locks somebody else out, in a transaction, for an owner who says that it was not them: every sign-in ends, no browser is
 * remembered, passkeys and apps’ keys sign nobody in any more, also later, and nobody can sign in by any means until a new password was chosen by the link that is mailed here, or by a
 * later one.
 *
 * @param lock.linkTo makes the address of the page that takes the link's token
 * @returns false if the account was closed
 */
export async function lockLogin(
  deps: Deps,
  lock: { readonly accountId: string; readonly linkTo: (token: string) => string },
): Promise<boolean> {
  const { accountId } = lock;
  const now = deps.clock.now();
  const account = await lockAccount(deps.db, accountId);
  if (account === undefined) return false;
  await deleteCodesOf(deps.db, accountId);
  await disarm(deps, accountId);
  await updateLock(deps.db, { accountId, lockedAt: now });
  await endSignIns(deps, accountId);
  const token = randomToken();
  const expiresAt = await storeResetLink(deps, { accountId, token, requestedAt: now });
  await sendMessage(deps, {
    message: 'login-locked',
    channel: 'email',
    to: emailForSending(account.email),
    language: account.language,
    values: { link: lock.linkTo(token) },
    usefulUntil: expiresAt,
  });
  await deps.audit({ type: 'account.locked', accountId, details: { by: 'owner' } });
  return true;
}

/** Takes away what signs somebody in by itself. Keys that are switched off tell whoever uses one that the login is locked. */
async function disarm({ db, clock }: Pick<Deps, 'db' | 'clock'>, accountId: string): Promise<void> {
  await deleteDevicesOf(db, accountId);
  await suspendPasskeysOf(db, { accountId, at: clock.now() });
  await suspendUafKeysOf(db, { accountId, at: clock.now() });
}
