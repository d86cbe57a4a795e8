import { createHash } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import type { Jobs } from '#foundation/jobs';
import { attemptSucceeded, countAttempt, randomToken } from '#foundation/security';
import { languages, type Language } from '#foundation/web';
import { sendMessage } from '#messaging';
import { z } from 'zod';
import type { Account } from '../account/account.ts';
import { emailForSending, emailKey } from '../account/email.ts';
import { makeDueEmailChanges } from '../account/email-change.ts';
import { endSignIns, signInsEndedQueue } from '../account/end-sign-ins.ts';
import { lockAccount, selectAccountId, selectIsLocked, updateLock } from '../account/store.ts';
import {
  noteTold,
  noteUnreached,
  tellByText,
  unusedRefusedQueue,
  unusedTextRefusedQueue,
  unusedToldQueue,
} from '../account/unused.ts';
import { deleteCodesOf } from '../credentials/one-time-code/store.ts';
import { updatePassword } from '../credentials/password/store.ts';
import { deleteDevicesOf } from '../devices/store.ts';
import { resetRequestLimits, wrongPasswordsFor } from '../limits.ts';
import { forgetPasskeysOf } from '../credentials/passkey/passkeys.ts';
import { forgetUafKeysOf } from '../credentials/uaf/uaf.ts';
import { listSecondFactors } from './proofs.ts';
import { makeDueReplacements } from './replacement.ts';
import {
  deleteOldestResets,
  selectReset,
  storeReset,
  supersedeResets,
  takeReset,
  type StoredReset,
} from './store.ts';

export type ResetRequested =
  | { readonly outcome: 'requested' }
  | { readonly outcome: 'locked'; readonly until: Date };

/** What a reset link is good for: `expired` also when a newer one was sent, `unknown` when it was never made. */
export type ResetState =
  | { readonly outcome: 'usable'; readonly accountId: string }
  | { readonly outcome: 'expired' | 'used' | 'unknown' };

export type PasswordReset =
  | { readonly outcome: 'changed'; readonly accountId: string }
  | { readonly outcome: 'expired' | 'used' | 'unknown' };

const lifeSeconds = 60 * 60;
/** So long the news of a changed password is worth sending. */
const noticeSeconds = 24 * 60 * 60;
/** How often it is looked for changes whose time has come. */
const dueEverySeconds = 60;
/** Old links that are remembered for an account, so that each can say why it no longer works. */
const mostPerAccount = 20;

const queue = 'accounts.password-reset';
const sealPurpose = 'password reset request';
const jobData = z.object({ sealed: z.base64() });
const sealedRequest = z.object({
  emailKey: z.string(),
  language: z.enum(languages),
  token: z.string(),
  link: z.string(),
  requestedAt: z.coerce.date(),
});

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/**
 * Asks for a link, valid for 1 hour, with which whoever reads the address's mail can set a new password. A newer link
 * makes older ones unusable. Whether the address has an account is looked up later, in the background, so that the
 * answer and its time tell nobody. Call it in a transaction.
 *
 * @param request.email as `readEmail` returned it
 * @param request.linkTo makes the address of the page that takes the token
 * @returns `locked` after more than five requests for the address within 15 minutes, or too many from one network
 */
export async function requestPasswordReset(
  deps: Deps,
  request: { email: string; language: Language; remoteAddress: string; linkTo: (token: string) => string },
): Promise<ResetRequested> {
  const { settings, clock, secrets } = deps;
  const subject = emailKey(request.email);
  const limits = resetRequestLimits({ settings, subject, remoteAddress: request.remoteAddress });
  const counted = await countAttempt(deps, limits);
  if (counted.outcome === 'locked') return counted;
  const token = randomToken();
  const plain: z.input<typeof sealedRequest> = {
    emailKey: subject,
    language: request.language,
    token,
    link: request.linkTo(token),
    requestedAt: clock.now().toISOString(),
  };
  const sealed = secrets.seal(sealPurpose, Buffer.from(JSON.stringify(plain)));
  await deps.enqueue(queue, { sealed: sealed.toString('base64') });
  return { outcome: 'requested' };
}

/**
 * Starts this room's background work: reset links are made and sent here, changes that waited are made, and it is noted whose owner was
 * told that nobody uses their account.
 */
export async function startAccountsWork(house: House, jobs: Jobs): Promise<void> {
  const rules = { retryLimit: 10, retryDelay: 2, retryDelayMax: 300, expireInSeconds: 60, atOnce: 2 };
  await jobs.work(queue, rules, (data) =>
    house.transact((deps) => {
      const sealed = Buffer.from(jobData.parse(data).sealed, 'base64');
      const plain = deps.secrets.unseal(sealPurpose, sealed).toString();
      return sendResetLink(deps, sealedRequest.parse(JSON.parse(plain)));
    }),
  );
  await jobs.open(signInsEndedQueue);
  await jobs.work(unusedToldQueue, rules, (data) => house.transact((deps) => noteTold(deps, data)));
  await jobs.work(unusedRefusedQueue, rules, (data) => house.transact((deps) => tellByText(deps, data)));
  await jobs.work(unusedTextRefusedQueue, rules, (data) =>
    house.transact((deps) => noteUnreached(deps, data)),
  );
  jobs.every(dueEverySeconds, 'give accounts their new addresses', () => makeDueEmailChanges(house));
  jobs.every(dueEverySeconds, 'set numbers that have waited', () => makeDueReplacements(house));
}

/** Of several links for one account the one sent last is good. Safe to repeat: a link that is stored has been sent. */
async function sendResetLink(deps: Deps, request: z.output<typeof sealedRequest>): Promise<void> {
  const { requestedAt } = request;
  const tokenHash = hashOf(request.token);
  const expiresAt = secondsAfter(requestedAt, lifeSeconds);
  const accountId = await selectAccountId(deps.db, request.emailKey);
  if (accountId === undefined || expiresAt <= deps.clock.now()) return;
  const account = await lockAccount(deps.db, accountId);
  if (account === undefined || (await selectReset(deps.db, tokenHash)) !== undefined) return;
  await storeResetLink(deps, { accountId: account.id, token: request.token, requestedAt });
  await sendMessage(deps, {
    message: 'reset-password',
    channel: 'email',
    to: emailForSending(account.email),
    language: request.language,
    values: { link: request.link },
    usefulUntil: expiresAt,
  });
  await deps.audit({ type: 'password.reset-requested', accountId: account.id });
}

/** Makes a link good, and older ones of the account unusable; the account is held. @returns until when it is */
export async function storeResetLink(
  deps: Pick<Deps, 'db'>,
  link: { readonly accountId: string; readonly token: string; readonly requestedAt: Date },
): Promise<Date> {
  const { accountId, token, requestedAt } = link;
  const expiresAt = secondsAfter(requestedAt, lifeSeconds);
  await supersedeResets(deps.db, accountId, requestedAt);
  await storeReset(deps.db, { tokenHash: hashOf(token), accountId, requestedAt, expiresAt });
  await deleteOldestResets(deps.db, accountId, mostPerAccount);
  return expiresAt;
}

/** @param link.token what the link's address holds @returns whether it can still be used, without using it */
export async function readPasswordReset(
  deps: Pick<Deps, 'db' | 'clock'>,
  link: { token: string },
): Promise<ResetState> {
  const reset = await selectReset(deps.db, hashOf(link.token));
  if (reset === undefined) return { outcome: 'unknown' };
  const outcome = stateOf(reset, deps.clock.now());
  return outcome === 'usable' ? { outcome, accountId: reset.accountId } : { outcome };
}

function stateOf(reset: StoredReset, now: Date): 'usable' | 'expired' | 'used' {
  if (reset.usedAt !== null) return 'used';
  return reset.supersededAt !== null || reset.expiresAt <= now ? 'expired' : 'usable';
}

/**
 * Sets a new password with a reset link, once, and puts out whoever used the old one: remembered devices, security codes
 * under way, other reset links, and (through `signInsValidFrom`) sessions and refresh tokens end; a locked account, and the
 * lock for wrong passwords, are open again; a message tells the owner. Call it in a transaction.
 *
 * @param change.passwordHash the new password as the house's hasher returned it, made before the transaction began
 */
export async function resetPassword(
  deps: Deps,
  change: { token: string; passwordHash: string },
): Promise<PasswordReset> {
  const now = deps.clock.now();
  const tokenHash = hashOf(change.token);
  const reset = await selectReset(deps.db, tokenHash);
  if (reset === undefined) return { outcome: 'unknown' };
  const state = stateOf(reset, now);
  if (state !== 'usable') return { outcome: state };
  const account = await lockAccount(deps.db, reset.accountId);
  if (account === undefined) return { outcome: 'unknown' };
  if (!(await takeReset(deps.db, tokenHash, now))) return { outcome: 'used' };
  await putPassword(deps, { account, passwordHash: change.passwordHash, by: 'reset-link' });
  await liftLock(deps, account);
  return { outcome: 'changed', accountId: account.id };
}

async function liftLock(deps: Deps, account: Account): Promise<void> {
  const { id: accountId } = account;
  if (!(await selectIsLocked(deps.db, accountId))) return;
  // One of them may be what somebody else has set up, and would have switched on again.
  const has = await listSecondFactors(deps, account);
  // Without anything else they stay, switched off: a password that was chosen by mail must not add a first number.
  if (has.some((factor) => factor !== 'passkey')) await forgetPasskeysOf(deps, accountId);
  await forgetUafKeysOf(deps, accountId);
  await updateLock(deps.db, { accountId, lockedAt: null });
}

/**
 * Sets another password for somebody who proved who they are, and puts out whoever used the old one, as
 * {@link resetPassword} does: they sign in anew themselves. Call it in a transaction.
 *
 * @param change.passwordHash as for {@link resetPassword}
 * @param change.provenAt when they proved who they are
 * @returns `refused` if the account's sign-ins were ended since, or if it was closed
 */
export async function changePassword(
  deps: Deps,
  change: { accountId: string; passwordHash: string; provenAt: Date },
): Promise<{ readonly outcome: 'changed' | 'refused' }> {
  const { accountId, passwordHash, provenAt } = change;
  const account = await lockAccount(deps.db, accountId);
  if (account === undefined || account.signInsValidFrom > provenAt) return { outcome: 'refused' };
  await putPassword(deps, { account, passwordHash, by: 'owner' });
  return { outcome: 'changed' };
}

async function putPassword(
  deps: Deps,
  { account, passwordHash, by }: { account: Account; passwordHash: string; by: 'reset-link' | 'owner' },
): Promise<void> {
  const now = deps.clock.now();
  await updatePassword(deps.db, {
    accountId: account.id,
    hash: passwordHash,
    changedAt: now,
    byMail: by === 'reset-link',
  });
  await deleteCodesOf(deps.db, account.id);
  await deleteDevicesOf(deps.db, account.id);
  await endSignIns(deps, account.id, now);
  await supersedeResets(deps.db, account.id, now);
  await attemptSucceeded(deps, [wrongPasswordsFor(emailKey(account.email))]);
  await sendMessage(deps, {
    message: 'password-changed',
    channel: 'email',
    to: emailForSending(account.email),
    language: account.language,
    values: {},
    usefulUntil: secondsAfter(now, noticeSeconds),
  });
  await deps.audit({ type: 'password.changed', accountId: account.id, details: { by } });
}
