import { stepOfCode } from '#foundation/authenticator';
import type { Deps } from '#foundation/deps';
import { attemptFailed, attemptSucceeded, countAttempt } from '#foundation/security';
import { holdAccount } from '../../account/store.ts';
import { wrongCodeLimits } from '../../limits.ts';
import { deleteApp, insertApp, selectApp, takeStep } from './store.ts';

/** An authenticator app, as its owner may be told of it. */
export interface AuthenticatorApp {
  readonly addedAt: Date;
  readonly lastUsedAt: Date | null;
}

export type AppAdded =
  /** `no_match`: the code is not one of this time; `exists`: the account has an app already. */
  { readonly outcome: 'added' | 'no_match' | 'exists' };

export type AppCodeChecked =
  /** `used`: it was the right one, and has been shown before; the app's next one will do. */
  { readonly outcome: 'match' | 'no_match' | 'used' } | { readonly outcome: 'locked'; readonly until: Date };

const sealPurpose = (accountId: string): string => `authenticator app ${accountId}`;

/** @returns undefined if the account has none */
export async function readAuthenticatorApp(
  deps: Pick<Deps, 'db'>,
  accountId: string,
): Promise<AuthenticatorApp | undefined> {
  const stored = await selectApp(deps.db, accountId);
  return stored && { addedAt: stored.addedAt, lastUsedAt: stored.lastUsedAt };
}

/**
 * Adds an authenticator app to an account, once it has shown a code. That code is used up.
 *
 * @param app.secret in base32, as `newAuthenticatorSecret` made it and only the person who adds the app was shown it
 */
export async function addAuthenticatorApp(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'audit'>,
  app: { accountId: string; secret: string; code: string },
): Promise<AppAdded> {
  const { accountId, secret, code } = app;
  const step = stepOfCode(deps, secret, code);
  if (step === undefined) return { outcome: 'no_match' };
  const sealedSecret = deps.secrets.seal(sealPurpose(accountId), Buffer.from(secret));
  const addedAt = deps.clock.now();
  if (!(await insertApp(deps.db, { accountId, sealedSecret, step, addedAt }))) return { outcome: 'exists' };
  await deps.audit({ type: 'authenticator-app.added', accountId });
  return { outcome: 'added' };
}

/**
 * Checks a code of the account's authenticator app, which is then used up, and all before it with it. Call it in a
 * transaction that commits on every outcome, so that a wrong code counts.
 *
 * Five wrong codes lock the account's app for 15 minutes, again within 24 hours for 1 hour. An account without an app
 * answers and counts as one with another code.
 *
 * @see RFC 6238 §5.2
 */
export async function checkAuthenticatorCode(
  deps: Deps,
  attempt: { accountId: string; code: string; remoteAddress: string },
): Promise<AppCodeChecked> {
  const { accountId, code, remoteAddress } = attempt;
  const limits = wrongCodeLimits({ settings: deps.settings, subject: appSubject(accountId), remoteAddress });
  await holdAccount(deps.db, accountId);
  const counted = await countAttempt(deps, limits);
  if (counted.outcome === 'locked') return counted;
  const stored = await selectApp(deps.db, accountId);
  const secret = stored && deps.secrets.unseal(sealPurpose(accountId), stored.sealedSecret).toString();
  const step = secret === undefined ? undefined : stepOfCode(deps, secret, code);
  if (step !== undefined && (await takeStep(deps.db, { accountId, step, at: deps.clock.now() }))) {
    await attemptSucceeded(deps, limits);
    return { outcome: 'match' };
  }
  const failed = await attemptFailed(deps, limits);
  const details = { purpose: 'authenticator-app', locked: failed.outcome === 'locked' };
  await deps.audit({ type: 'code.wrong', accountId, details });
  if (failed.outcome === 'locked') return failed;
  return { outcome: step === undefined ? 'no_match' : 'used' };
}

/** @returns false if the account has none */
export async function removeAuthenticatorApp(
  deps: Pick<Deps, 'db' | 'audit'>,
  accountId: string,
): Promise<boolean> {
  const removed = await deleteApp(deps.db, accountId);
  if (removed) await deps.audit({ type: 'authenticator-app.removed', accountId });
  return removed;
}

/** What limits count wrong codes of an account's app by. */
export function appSubject(accountId: string): string {
  return JSON.stringify(['authenticator-app', accountId]);
}
