import { randomInt } from 'node:crypto';
import type { Deps } from '#foundation/deps';
import { attemptFailed, attemptSucceeded, countAttempt, type AttemptOutcome } from '#foundation/security';
import { wrongCodeLimits } from '../../limits.ts';
import { holdAccount } from '../../account/store.ts';
import { replaceCodes, selectCodes, takeRecoveryCode } from './store.ts';

/** What an account has of recovery codes; the codes themselves nobody can read again. */
export interface RecoveryCodes {
  readonly left: number;
  readonly madeAt: Date | null;
}

const howMany = 10;
/** Digits and letters without those that are taken for others (0 O, 1 I L, U). */
const alphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 30^12 are more than 58 bits each: with a few tries an hour, nobody guesses one of ten. */
const length = 12;
const groupLength = 4;

/**
 * Makes ten codes, each good once, in the place of all that the account had. Show them now: only keyed hashes are kept.
 * Call it in a transaction.
 *
 * @returns each as `XXXX-XXXX-XXXX`
 */
export async function makeRecoveryCodes(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'audit'>,
  accountId: string,
): Promise<string[]> {
  const codes = Array.from({ length: howMany }, makeCode);
  const macs = codes.map((code) => macOf(deps, accountId, code));
  // Two requests at the same moment would leave the codes of both.
  await holdAccount(deps.db, accountId);
  await replaceCodes(deps.db, { accountId, macs, madeAt: deps.clock.now() });
  await deps.audit({ type: 'recovery-codes.made', accountId, details: { count: howMany } });
  return codes.map((code) => code.replaceAll(new RegExp(`(.{${groupLength}})(?=.)`, 'gu'), '$1-'));
}

/** Says how many of an account's recovery codes are left, and when they were made. */
export function readRecoveryCodes(deps: Pick<Deps, 'db'>, accountId: string): Promise<RecoveryCodes> {
  return selectCodes(deps.db, accountId);
}

/**
 * Uses a recovery code up. Call it in a transaction that commits on every outcome, so that a wrong code counts: five
 * lock the account's codes for 15 minutes, again within 24 hours for 1 hour.
 *
 * @param attempt.code as typed, in any case and grouping
 */
export async function redeemRecoveryCode(
  deps: Deps,
  attempt: { accountId: string; code: string; remoteAddress: string },
): Promise<{ readonly outcome: 'match' | 'no_match' } | Extract<AttemptOutcome, { outcome: 'locked' }>> {
  const { accountId, remoteAddress } = attempt;
  const subject = recoveryCodeSubject(accountId);
  const limits = wrongCodeLimits({ settings: deps.settings, subject, remoteAddress });
  await holdAccount(deps.db, accountId);
  const counted = await countAttempt(deps, limits);
  if (counted.outcome === 'locked') return counted;
  const mac = macOf(deps, accountId, readCode(attempt.code));
  if (await takeRecoveryCode(deps.db, { accountId, mac })) {
    await attemptSucceeded(deps, limits);
    await deps.audit({ type: 'recovery-code.used', accountId });
    return { outcome: 'match' };
  }
  const failed = await attemptFailed(deps, limits);
  const details = { purpose: 'recovery-code', locked: failed.outcome === 'locked' };
  await deps.audit({ type: 'code.wrong', accountId, details });
  return failed.outcome === 'locked' ? failed : { outcome: 'no_match' };
}

/** What limits count wrong recovery codes of an account by. */
export function recoveryCodeSubject(accountId: string): string {
  return JSON.stringify(['recovery-code', accountId]);
}

function makeCode(): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Spaces, dashes and case are how somebody writes, not what the code is. */
function readCode(typed: string): string {
  return typed
    .slice(0, 100)
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/gu, '');
}

function macOf(deps: Pick<Deps, 'secrets'>, accountId: string, code: string): string {
  return deps.secrets.mac('recovery code', JSON.stringify([accountId, code]));
}
