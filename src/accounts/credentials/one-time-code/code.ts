import { randomInt, randomUUID } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { attemptFailed, attemptSucceeded, countAttempt, secretsEqual } from '#foundation/security';
import type { Language } from '#foundation/web';
import { sendMessage, type CodeMessage } from '#messaging';
import { z } from 'zod';
import { emailForSending, emailKey } from '../../account/email.ts';
import { holdAccount, lockAccount, selectAccountId } from '../../account/store.ts';
import { codeRequestLimits, wrongCodeLimits } from '../../limits.ts';
import { isUuid } from '../../uuid.ts';
import { selectCode, storeCode, takeCode, takeOurCode, type StoredCode } from './store.ts';

export const codePurposes = ['confirm-email', 'change-email', 'confirm-phone', 'sign-in', 'recover'] as const;
export type CodePurpose = (typeof codePurposes)[number];
export type CodeChannel = 'email' | 'sms' | 'voice';

/** What a code is asked for: why, and where it goes. */
export interface CodeRequest {
  readonly purpose: CodePurpose;
  readonly channel: CodeChannel;
  /** An e-mail address as `readEmail` returned it, or a number in E.164. */
  readonly destination: string;
  /** What alone may redeem the code: an account or a journey. A newer code for the same replaces an older one. */
  readonly boundTo: string;
  /** The account that it concerns, if there is one: for the audit trail, and so that closing it removes the code. */
  readonly accountId?: string | undefined;
  readonly language: Language;
  readonly remoteAddress: string;
}

export type CodeSent =
  | { readonly outcome: 'sent'; readonly codeId: string }
  | { readonly outcome: 'locked'; readonly until: Date };

/** The account that a code was to concern was closed. */
type AccountClosed = { readonly outcome: 'closed' };

export type CodeChecked =
  | { readonly outcome: 'match'; readonly destination: string }
  | { readonly outcome: 'no_match' | 'expired' }
  | { readonly outcome: 'locked'; readonly until: Date };

/** E-mail may take its time; a text message or call that has not come after five minutes will not come. */
const lifeSeconds: Record<CodeChannel, number> = { email: 60 * 60, sms: 5 * 60, voice: 5 * 60 };
const digits = 6;
const sealPurpose = 'security code destination';
const sealedDestination = z.tuple([z.enum(['email', 'sms', 'voice']), z.string()]);

/**
 * Sends a security code of six digits: valid for 1 hour by e-mail, 5 minutes by text message or call. Call it in a
 * transaction: the code exists if and only if the message is on its way.
 *
 * Where `confirm-email` is asked for an address that has an account, the message says so and carries the code all the
 * same; nothing else differs.
 *
 * @returns `locked` after more than five requests for the destination within 15 minutes, while wrong codes have it
 *   locked, or when too many came from one network; `closed` if the account was, be it this moment, and no code for no account
 */
export function sendSecurityCode(
  deps: Deps,
  request: CodeRequest & { readonly accountId?: undefined },
): Promise<CodeSent>;
export function sendSecurityCode(deps: Deps, request: CodeRequest): Promise<CodeSent | AccountClosed>;
export async function sendSecurityCode(deps: Deps, request: CodeRequest): Promise<CodeSent | AccountClosed> {
  const attempt = {
    settings: deps.settings,
    subject: codeSubject(request),
    remoteAddress: request.remoteAddress,
  };
  // Asked in one message. The account's row comes first: what is counted is counted while it is held.
  const [isClosed, counted] = await Promise.all([
    holdUnlessClosed(deps, request.accountId),
    countAttempt(deps, codeRequestLimits(attempt), { unlessLocked: wrongCodeLimits(attempt) }),
  ]);
  if (isClosed) return { outcome: 'closed' };
  if (counted.outcome === 'locked') return counted;

  const code = String(randomInt(10 ** digits)).padStart(digits, '0');
  const codeId = randomUUID();
  const expiresAt = secondsAfter(deps.clock.now(), lifeSeconds[request.channel]);
  await storeCode(deps.db, {
    id: codeId,
    purpose: request.purpose,
    boundTo: boundKey(deps, request),
    accountId: request.accountId ?? null,
    mac: macOf(deps, { ...request, codeId, code }),
    sealedDestination: deps.secrets.seal(
      sealPurpose,
      Buffer.from(JSON.stringify([request.channel, request.destination])),
    ),
    expiresAt,
  });
  await sendMessage(deps, {
    message: await messageFor(deps, request),
    channel: request.channel,
    to: request.channel === 'email' ? emailForSending(request.destination) : request.destination,
    language: request.language,
    values: { code },
    usefulUntil: expiresAt,
  });
  const details = { purpose: request.purpose, channel: request.channel };
  await deps.audit({ type: 'code.sent', accountId: request.accountId, details });
  return { outcome: 'sent', codeId };
}

/** @returns whether the account is closed, if it is about one; otherwise nobody can close it until the transaction ends */
async function holdUnlessClosed({ db }: Pick<Deps, 'db'>, accountId: string | undefined): Promise<boolean> {
  return accountId !== undefined && (await lockAccount(db, accountId)) === undefined;
}

async function messageFor(deps: Deps, { purpose, destination, channel }: CodeRequest): Promise<CodeMessage> {
  switch (purpose) {
    case 'change-email':
      return 'change-email';
    case 'confirm-phone':
      return channel === 'voice' ? 'confirm-landline' : 'confirm-phone';
    case 'sign-in':
      return channel === 'voice' ? 'sign-in-call' : 'sign-in-code';
    case 'recover':
      return 'recovery-code';
    case 'confirm-email': {
      const known = await selectAccountId(deps.db, emailKey(destination));
      return known === undefined ? 'confirm-email' : 'already-registered';
    }
  }
}

/** Which code somebody is asked for. */
export interface CodeAsked {
  /** As `sendSecurityCode` returned it; anything else is a code that was never sent. */
  readonly codeId: string;
  readonly purpose: CodePurpose;
  readonly boundTo: string;
  /** The account that it concerns, where that is known: it is held before the code is read. */
  readonly accountId?: string;
}

/** A code that was sent, or that there is none (any more). */
export interface FoundCode {
  readonly stored: StoredCode | undefined;
  /** The account was held when it was read: nobody else can use it, or put another in its place. */
  readonly isOurs: boolean;
}

/** Reads a code ahead of {@link checkSecurityCode}, in the same transaction: with one message what else is read in that moment. */
export async function findSecurityCode(deps: Deps, asked: CodeAsked): Promise<FoundCode> {
  const { codeId, purpose, accountId } = asked;
  if (!isUuid(codeId) || !isUuid(accountId ?? codeId)) return { stored: undefined, isOurs: false };
  if (accountId !== undefined) await holdAccount(deps.db, accountId);
  const stored = await selectCode(deps.db, { id: codeId, purpose, boundTo: boundKey(deps, asked) });
  return { stored, isOurs: deps.db.isTransaction && stored !== undefined && stored.accountId === accountId };
}

/**
 * Redeems a security code, once. Call it in a transaction that commits on every outcome, so that a wrong code counts.
 *
 * Five wrong codes for a destination and purpose lock them for 15 minutes, again within 24 hours for 1 hour; asking for
 * another code or beginning another journey forgets none of them, only a right one does.
 *
 * @param attempt.code the six digits; other text never matches, and counts
 * @param attempt.found what {@link findSecurityCode} found of it in this transaction, where it was asked before
 * @returns `match` with the destination that the code was sent to; `expired` for a code that is past its time, used, or
 *   replaced by a newer one (asking for another is what helps); `locked` with the instant at which the lock ends
 */
export async function checkSecurityCode(
  deps: Deps,
  attempt: CodeAsked & { code: string; remoteAddress: string; found?: FoundCode },
): Promise<CodeChecked> {
  const { stored, isOurs } = attempt.found ?? (await findSecurityCode(deps, attempt));
  if (stored === undefined || stored.expiresAt <= deps.clock.now()) return { outcome: 'expired' };
  if (stored.accountId !== null) await holdAccount(deps.db, stored.accountId);
  const sentTo = readDestination(deps, stored);
  const subject = codeSubject({ purpose: attempt.purpose, ...sentTo });
  const limits = wrongCodeLimits({ settings: deps.settings, subject, remoteAddress: attempt.remoteAddress });
  const counted = await countAttempt(deps, limits);
  if (counted.outcome === 'locked') return counted;
  const right = macOf(deps, { ...attempt, ...sentTo });
  if (secretsEqual(right, stored.mac)) {
    await attemptSucceeded(deps, limits);
    const isFirst = isOurs ? await takeOurCode(deps.db, stored.id) : await takeCode(deps.db, stored.id);
    return isFirst ? { outcome: 'match', destination: sentTo.destination } : { outcome: 'expired' };
  }
  const failed = await attemptFailed(deps, limits);
  const details = { purpose: attempt.purpose, locked: failed.outcome === 'locked' };
  await deps.audit({ type: 'code.wrong', accountId: stored.accountId ?? undefined, details });
  return failed.outcome === 'locked' ? failed : { outcome: 'no_match' };
}

/** @returns where a code was sent to */
export function readDestination(
  deps: Pick<Deps, 'secrets'>,
  stored: Pick<StoredCode, 'sealedDestination'>,
): { channel: CodeChannel; destination: string } {
  const plain = deps.secrets.unseal(sealPurpose, stored.sealedDestination).toString();
  const [channel, destination] = sealedDestination.parse(JSON.parse(plain));
  return { channel, destination };
}

/** What limits count by: where codes go and why. A lock on one purpose leaves the others of the same number open. */
export function codeSubject(request: {
  purpose: CodePurpose;
  channel: CodeChannel;
  destination: string;
}): string {
  const key = request.channel === 'email' ? emailKey(request.destination) : request.destination;
  return JSON.stringify([request.purpose, key]);
}

function boundKey(deps: Deps, { purpose, boundTo }: { purpose: CodePurpose; boundTo: string }): string {
  return deps.secrets.mac('security code bound to', JSON.stringify([purpose, boundTo]));
}

function macOf(
  deps: Deps,
  of: { codeId: string; code: string; purpose: CodePurpose; boundTo: string; destination: string },
): string {
  return deps.secrets.mac(
    'security code',
    JSON.stringify([of.codeId, of.purpose, of.boundTo, of.destination, of.code]),
  );
}
