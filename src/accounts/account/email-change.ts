import { createHash } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { doDue } from '#foundation/jobs';
import { randomToken } from '#foundation/security';
import { deleteCodesOf } from '../credentials/one-time-code/store.ts';
import { deleteDevicesOf } from '../devices/store.ts';
import { supersedeResets } from '../recovery/store.ts';
import type { Account } from './account.ts';
import { emailKey } from './email.ts';
import {
  deleteOldestChanges,
  endChange,
  insertChange,
  selectChange,
  selectDueChanges,
  selectOpenChange,
  updateEmail,
  type StoredChange,
} from './email-change-store.ts';
import { endSignIns } from './end-sign-ins.ts';
import { lockAccount, selectAccount, selectAccountId } from './store.ts';
import { tellOfChange, tellOfWaitingChange } from './tell-of-change.ts';

/** A change of the address that mail goes to, on its way. */
export interface WaitingEmailChange {
  readonly email: string;
  readonly dueAt: Date;
}

export type EmailChangeRequested =
  | { readonly outcome: 'waiting'; readonly dueAt: Date }
  /** Another account has the address. */
  | { readonly outcome: 'taken' }
  /** The account's sign-ins were ended since, or it was closed. */
  | { readonly outcome: 'refused' };

/** What a link that stops a change is good for by now. */
export type EmailChangeLink =
  | { readonly outcome: 'usable'; readonly accountId: string; readonly dueAt: Date }
  | { readonly outcome: 'made' | 'ended' | 'unknown' };

/** Long enough for most people to look at their mail. */
const waitSeconds = 24 * 60 * 60;
/** Changes that are remembered for an account, so that each link can say why it no longer works. */
const mostPerAccount = 20;
const atOnce = 100;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/**
 * Has an address, once its owner has proven it, take the place of an account's in 24 hours. The address that the account
 * has is told, with a link that stops it. Another address that was on its way is withdrawn. Call it in a transaction.
 *
 * @param change.email as `readEmail` returned it
 * @param change.provenAt when whoever asks proved who they are
 * @param change.linkTo makes the address of the page that takes the token
 */
export async function requestEmailChange(
  deps: Deps,
  change: { accountId: string; email: string; provenAt: Date; linkTo: (token: string) => string },
): Promise<EmailChangeRequested> {
  const { accountId, email, provenAt, linkTo } = change;
  const account = await lockAccount(deps.db, accountId);
  if (account === undefined || account.signInsValidFrom > provenAt) return { outcome: 'refused' };
  const owner = await selectAccountId(deps.db, emailKey(email));
  if (owner !== undefined && owner !== accountId) return { outcome: 'taken' };
  const requestedAt = deps.clock.now();
  const before = await selectOpenChange(deps.db, accountId);
  if (before !== undefined)
    await endChange(deps.db, { tokenHash: before.tokenHash, at: requestedAt, ending: 'withdrawn' });
  await deleteOldestChanges(deps.db, accountId, mostPerAccount - 1);
  const token = randomToken();
  const dueAt = secondsAfter(requestedAt, waitSeconds);
  await insertChange(deps.db, { tokenHash: hashOf(token), accountId, email, requestedAt, dueAt });
  await tellOfWaitingChange(deps, { account, change: 'email', cancelLink: linkTo(token), at: dueAt });
  await deps.audit({ type: 'email.change-requested', accountId });
  return { outcome: 'waiting', dueAt };
}

/** @returns the address that will take the place of the account's, if one is on its way */
export async function readEmailChange(
  deps: Pick<Deps, 'db'>,
  accountId: string,
): Promise<WaitingEmailChange | undefined> {
  const [account, change] = [
    await selectAccount(deps.db, accountId),
    await selectOpenChange(deps.db, accountId),
  ];
  if (account === undefined || change === undefined || !counts(change, account)) return undefined;
  return { email: change.email, dueAt: change.dueAt };
}

/** Whoever ended the account's sign-ins has put out those who had asked for it, too. */
function counts({ requestedAt }: StoredChange, { signInsValidFrom }: Account): boolean {
  return signInsValidFrom <= requestedAt;
}

/**
 * Takes a change back that somebody asked for. Call it in a transaction.
 *
 * @returns `refused` if there is none (any more)
 */
export async function withdrawEmailChange(
  deps: Deps,
  accountId: string,
): Promise<{ readonly outcome: 'withdrawn' | 'refused' }> {
  const change = await selectOpenChange(deps.db, accountId);
  const at = deps.clock.now();
  if (change === undefined) return { outcome: 'refused' };
  if (!(await endChange(deps.db, { tokenHash: change.tokenHash, at, ending: 'withdrawn' })))
    return { outcome: 'refused' };
  await deps.audit({ type: 'email.change-withdrawn', accountId });
  return { outcome: 'withdrawn' };
}

/** @param link.token what the link's address holds @returns whether it still stops anything, without doing so */
export async function readEmailChangeLink(
  deps: Pick<Deps, 'db' | 'clock'>,
  link: { token: string },
): Promise<EmailChangeLink> {
  const found = await findStoppable(deps, link);
  if (found.outcome !== 'usable') return found;
  const { accountId, dueAt } = found.change;
  return { outcome: 'usable', accountId, dueAt };
}

/**
 * Finds the change that a link stops: its own or, where its own was withdrawn, the one that waits instead. Otherwise somebody
 * who asks for two has the owner, who follows the first link, believe that all is well.
 */
async function findStoppable(
  deps: Pick<Deps, 'db'>,
  link: { token: string },
): Promise<
  | { readonly outcome: 'usable'; readonly change: StoredChange }
  | Exclude<EmailChangeLink, { outcome: 'usable' }>
> {
  const asked = await selectChange(deps.db, hashOf(link.token));
  if (asked === undefined) return { outcome: 'unknown' };
  if (asked.ending === 'made') return { outcome: 'made' };
  const account = await selectAccount(deps.db, asked.accountId);
  const change = asked.ending === 'withdrawn' ? await selectOpenChange(deps.db, asked.accountId) : asked;
  const isOpen = change?.ending === null && account !== undefined && counts(change, account);
  return isOpen ? { outcome: 'usable', change } : { outcome: 'ended' };
}

/**
 * Stops a change with the link from the mail, and puts out whoever asked for it: sign-ins, remembered devices and
 * security codes under way end. Call it in a transaction.
 *
 * @returns `stopped` with the account, whose owner should choose a new password now
 */
export async function stopEmailChange(
  deps: Deps,
  link: { token: string },
): Promise<{ outcome: 'stopped'; account: Account } | Exclude<EmailChangeLink, { outcome: 'usable' }>> {
  const found = await findStoppable(deps, link);
  if (found.outcome !== 'usable') return found;
  const { accountId, tokenHash } = found.change;
  const account = await lockAccount(deps.db, accountId);
  const at = deps.clock.now();
  if (account === undefined) return { outcome: 'unknown' };
  if (!(await endChange(deps.db, { tokenHash, at, ending: 'stopped' }))) return readStopped(deps, link);
  await deleteCodesOf(deps.db, accountId);
  await deleteDevicesOf(deps.db, accountId);
  await endSignIns(deps, accountId, at);
  await tellOfChange(deps, { account, change: 'cancelled' });
  await deps.audit({ type: 'email.change-stopped', accountId });
  return { outcome: 'stopped', account };
}

/** Another press of the button, or the change itself, was first. */
async function readStopped(deps: Deps, link: { token: string }) {
  const read = await readEmailChangeLink(deps, link);
  return read.outcome === 'usable' ? ({ outcome: 'ended' } as const) : read;
}

/** Makes the changes whose time has come. Two processes may do so at once, and one that fails holds up no other. */
export function makeDueEmailChanges(house: House): Promise<void> {
  return doDue<StoredChange>(house.log, {
    what: 'give an account its new address',
    atOnce,
    keyOf: ({ tokenHash }) => tokenHash,
    find: (tried) => selectDueChanges(house.deps.db, { now: house.clock.now(), tried, most: atOnce }),
    make: (change) => house.transact((deps) => makeChange(deps, change)),
  });
}

async function makeChange(deps: Deps, { tokenHash, accountId }: StoredChange): Promise<void> {
  const account = await lockAccount(deps.db, accountId);
  const change = await selectChange(deps.db, tokenHash);
  if (account === undefined || change === undefined) return;
  const { email } = change;
  const at = deps.clock.now();
  const isMade =
    change.ending === null &&
    counts(change, account) &&
    (await updateEmail(deps.db, { accountId, email, emailKey: emailKey(email) }));
  if (!(await endChange(deps.db, { tokenHash, at, ending: isMade ? 'made' : 'dropped' }))) return;
  if (!isMade) return deps.audit({ type: 'email.change-dropped', accountId });
  // Links to choose a new password that went to the old mailbox open nothing any more.
  await supersedeResets(deps.db, accountId, at);
  await tellOfChange(deps, { account, change: 'email', alsoTo: [email] });
  await deps.audit({ type: 'email.changed', accountId });
}
