import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { doDue } from '#foundation/jobs';
import type { Language } from '#foundation/web';
import { sendMessage, type WaitingChange } from '#messaging';
import { z } from 'zod';
import type { Account } from '../account/account.ts';
import { endSignIns } from '../account/end-sign-ins.ts';
import { updateNumbers } from '../account/number-store.ts';
import { lockAccount } from '../account/store.ts';
import { tellOfChange, tellOfWaitingChange } from '../account/tell-of-change.ts';
import { removeAuthenticatorApp } from '../credentials/authenticator-app/app.ts';
import { forgetPasskeysOf } from '../credentials/passkey/passkeys.ts';
import { forgetUafKeysOf } from '../credentials/uaf/uaf.ts';
import { deleteDevicesOf } from '../devices/store.ts';
import { secondFactors, type RecoveryProof, type SecondFactor } from './proofs.ts';
import {
  endReplacement,
  insertReplacement,
  selectDueAccounts,
  selectNewestReplacement,
  selectReplacement,
  stopByUse,
  type StoredReplacement,
} from './replacement-store.ts';

/** A number to which codes go: by text message to a mobile, by a call to a landline. */
export type NumberKind = 'mobile' | 'landline';

/** A new number that waits for its day to pass. */
export interface PendingReplacement {
  readonly kind: NumberKind;
  readonly number: string;
  readonly requestedAt: Date;
  readonly dueAt: Date;
}

export type ReplacementRequested =
  | { readonly outcome: 'requested'; readonly dueAt: Date }
  /** One was asked for within the last 24 hours, whatever became of it. */
  | { readonly outcome: 'too_soon'; readonly until: Date }
  /** The account's sign-ins were ended since, or it was closed. */
  | { readonly outcome: 'ended' };

/** What a link to stop a replacement is good for; `kind` is the number's that would change. */
export type StopLink =
  | { readonly outcome: 'usable'; readonly kind: NumberKind }
  | { readonly outcome: 'expired' | 'used'; readonly kind: NumberKind }
  | { readonly outcome: 'unknown' };

const waitSeconds = 24 * 3600;
/** 128 bits in 22 characters: the address has to fit into a text message. */
const tokenBytes = 16;
const atOnce = 100;

const changeSchema = z.object({
  kind: z.enum(['mobile', 'landline']),
  number: z.string(),
  lost: z.array(z.enum(secondFactors)),
});
type Change = z.output<typeof changeSchema>;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
const sealPurpose = (accountId: string): string => `replacement of second factors of ${accountId}`;

/**
 * Has a number, which its owner has proven, take the place of second factors that somebody lost: in 24 hours, unless it
 * is stopped. Until then they stay as they are. The account's mailbox and its present mobile phone are told at once, each with
 * a link that stops it: neither alone is enough to take an account over unnoticed. Call it in a transaction.
 *
 * @param asked.provenAt since when the sign-in of whoever asks has stood
 * @param asked.linkTo makes the address of the page that stops it, from a token
 */
export async function requestReplacement(
  deps: Deps,
  asked: {
    accountId: string;
    provenAt: Date;
    kind: NumberKind;
    number: string;
    lost: readonly SecondFactor[];
    by: RecoveryProof;
    language: Language;
    linkTo: (token: string) => string;
  },
): Promise<ReplacementRequested> {
  const { accountId, kind, number, by, language } = asked;
  const account = await lockAccount(deps.db, accountId);
  if (account === undefined || asked.provenAt < account.signInsValidFrom) return { outcome: 'ended' };
  const requestedAt = deps.clock.now();
  const until = await readReplacementWait(deps, accountId);
  if (until !== undefined) return { outcome: 'too_soon', until };
  await endReplacement(deps.db, { accountId, ending: 'dropped', at: requestedAt });
  const change: Change = { kind, number, lost: [...asked.lost] };
  const token = randomBytes(tokenBytes).toString('base64url');
  const dueAt = secondsAfter(requestedAt, waitSeconds);
  const sealedChange = deps.secrets.seal(sealPurpose(accountId), Buffer.from(JSON.stringify(change)));
  const one = { id: randomUUID(), accountId, tokenHash: hashOf(token), sealedChange, requestedAt, dueAt };
  await insertReplacement(deps.db, one);
  const waiting = kind === 'landline' ? 'landline' : 'phone';
  const link = asked.linkTo(token);
  await tellThatItWaits(deps, { account, change: waiting, language, link, at: dueAt });
  await deps.audit({ type: 'recovery.requested', accountId, details: { kind, by, lost: change.lost } });
  return { outcome: 'requested', dueAt };
}

/** @returns until when no further one may be asked for, whatever became of the last; undefined if one may */
export async function readReplacementWait(
  deps: Pick<Deps, 'db' | 'clock'>,
  accountId: string,
): Promise<Date | undefined> {
  const newest = await selectNewestReplacement(deps.db, accountId);
  const until = newest && secondsAfter(newest.requestedAt, waitSeconds);
  return until !== undefined && until > deps.clock.now() ? until : undefined;
}

async function tellThatItWaits(
  deps: Deps,
  told: { account: Account; change: WaitingChange; language: Language; link: string; at: Date },
): Promise<void> {
  const { account, change, language, link, at } = told;
  await tellOfWaitingChange(deps, { account: { ...account, language }, change, cancelLink: link, at });
  if (account.phone === null) return;
  const bySms = { message: 'stop-number-change', channel: 'sms', to: account.phone } as const;
  await sendMessage(deps, { ...bySms, language, values: { link }, usefulUntil: at });
}

/** @returns the new number that waits to take the place of what the account's owner lost, if there is one */
export async function readPendingReplacement(
  deps: Pick<Deps, 'db' | 'secrets'>,
  account: Account,
): Promise<PendingReplacement | undefined> {
  const newest = await selectNewestReplacement(deps.db, account.id);
  if (newest === undefined || newest.endedAt !== null) return undefined;
  if (newest.requestedAt < account.signInsValidFrom) return undefined;
  const { kind, number } = changeOf(deps, newest);
  return { kind, number, requestedAt: newest.requestedAt, dueAt: newest.dueAt };
}

/** @param link.token what the link's address holds @returns whether it can still stop something, without doing it */
export async function readStopLink(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  link: { token: string },
): Promise<StopLink> {
  const found = await selectReplacement(deps.db, hashOf(link.token));
  return found === undefined
    ? { outcome: 'unknown' }
    : { outcome: stateOf(found, deps.clock.now()), kind: changeOf(deps, found).kind };
}

function stateOf({ endedAt, ending, dueAt }: StoredReplacement, now: Date): 'usable' | 'expired' | 'used' {
  if (ending === 'made' || dueAt <= now) return 'expired';
  return endedAt === null ? 'usable' : 'used';
}

/**
 * Stops a replacement with the link that came when it was asked for. Whoever asked for it knew the password: so every
 * sign-in ends as well, and no browser is remembered any more. Call it in a transaction.
 */
export async function stopReplacement(deps: Deps, link: { token: string }): Promise<StopLink> {
  const found = await selectReplacement(deps.db, hashOf(link.token));
  if (found === undefined) return { outcome: 'unknown' };
  const { kind } = changeOf(deps, found);
  const { accountId } = found;
  const now = deps.clock.now();
  const state = stateOf(found, now);
  if (state !== 'usable') return { outcome: state, kind };
  const account = await lockAccount(deps.db, accountId);
  if (account === undefined) return { outcome: 'unknown' };
  const stopped = await endReplacement(deps.db, { accountId, ending: 'stopped', at: now, id: found.id });
  if (stopped === undefined) return { outcome: 'used', kind };
  await deleteDevicesOf(deps.db, accountId);
  await endSignIns(deps, accountId, now);
  await tellOfChange(deps, { account, change: 'cancelled' });
  await deps.audit({ type: 'recovery.stopped', accountId, details: { kind, by: 'link' } });
  return { outcome: 'usable', kind };
}

/**
 * Notes that somebody has signed in with a second factor, and not just in a browser that is remembered. What they can use
 * is not lost: a replacement that waits is stopped. If they knew the password as well, it rests on more than a mailbox by
 * now; who has used a passkey alone need not know it. Call it in the transaction that lets them in, once it holds the
 * account's row.
 */
export async function noteSecondFactor(
  deps: Deps,
  { accountId, withPassword }: { readonly accountId: string; readonly withPassword: boolean },
): Promise<void> {
  const stopped = await stopByUse(deps.db, { accountId, withPassword, at: deps.clock.now() });
  if (stopped === undefined) return;
  const account = await lockAccount(deps.db, accountId);
  if (account !== undefined) await tellOfChange(deps, { account, change: 'cancelled-by-use' });
  const { kind } = changeOf(deps, stopped);
  await deps.audit({ type: 'recovery.stopped', accountId, details: { kind, by: 'sign-in' } });
}

/** Makes the replacements whose day has passed, wherever they were asked for. One that fails holds up no other. */
export function makeDueReplacements(house: House): Promise<void> {
  return doDue<string>(house.log, {
    what: 'set a number that has waited',
    atOnce,
    keyOf: (accountId) => accountId,
    find: (tried) => selectDueAccounts(house.deps.db, { now: house.clock.now(), tried, most: atOnce }),
    make: (accountId) => house.transact((deps) => makeDueReplacement(deps, accountId)),
  });
}

/** Makes an account's replacement, if its day has passed. Call it in a transaction. */
async function makeDueReplacement(deps: Deps, accountId: string): Promise<void> {
  const newest = await selectNewestReplacement(deps.db, accountId);
  const now = deps.clock.now();
  if (newest === undefined || newest.endedAt !== null || newest.dueAt > now) return;
  const account = await lockAccount(deps.db, accountId);
  if (account === undefined) return;
  const counts = newest.requestedAt >= account.signInsValidFrom;
  const ending = counts ? 'made' : 'dropped';
  const ended = await endReplacement(deps.db, { accountId, ending, at: now, id: newest.id });
  if (ended === undefined || !counts) return;
  const { kind, number, lost } = changeOf(deps, ended);
  const change = { kind, number, lost };
  const phone = numberAfter(account.phone, 'mobile', change);
  await updateNumbers(deps.db, {
    accountId,
    phone,
    landline: numberAfter(account.landline, 'landline', change),
  });
  if (lost.includes('app')) await removeAuthenticatorApp(deps, accountId);
  if (lost.includes('passkey')) await forgetPasskeysOf(deps, accountId);
  // What apps keep is on the phone that was lost.
  if (lost.includes('passkey') || lost.includes('mobile')) await forgetUafKeysOf(deps, accountId);
  // Who has what was lost may be signed in with it.
  await deleteDevicesOf(deps.db, accountId);
  await endSignIns(deps, accountId, now);
  const formerPhone = account.phone === phone ? undefined : (account.phone ?? undefined);
  await tellOfChange(deps, {
    account,
    change: kind === 'landline' ? 'landline-added' : 'phone',
    formerPhone,
  });
  await deps.audit({ type: 'recovery.made', accountId, details: { kind, lost } });
}

function numberAfter(before: string | null, which: NumberKind, change: Change): string | null {
  if (change.kind === which) return change.number;
  return change.lost.includes(which) ? null : before;
}

/** @returns the number that is to take the place of what is lost */
export function changeOf(
  deps: Pick<Deps, 'secrets'>,
  { accountId, sealedChange }: Pick<StoredReplacement, 'accountId' | 'sealedChange'>,
): Change {
  const plain = deps.secrets.unseal(sealPurpose(accountId), sealedChange).toString();
  return changeSchema.parse(JSON.parse(plain));
}
