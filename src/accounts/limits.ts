import type { Limited, LimitRule } from '#foundation/security';
import type { Settings } from '#foundation/settings';
import { networkOf } from './network.ts';

const quarterOfAnHour = 15 * 60;
const hour = 60 * 60;
const day = 24 * hour;

/** Fifteen minutes to count in, fifteen minutes locked, however often it happens. */
const quarterHourly = {
  windowSeconds: quarterOfAnHour,
  lockSeconds: quarterOfAnHour,
  nextLockSeconds: quarterOfAnHour,
  memorySeconds: quarterOfAnHour,
} as const;

/** More than five wrong passwords lock for 15 minutes: the sixth is the last. */
const wrongPassword: LimitRule = { name: 'wrong-password', most: 6, ...quarterHourly };

/**
 * Five wrong codes lock for 15 minutes, again within 24 hours for 1 hour. They are counted together for 1 hour, as long
 * as the longest-lived code: guessing slowly, just below the limit, then finds fewer chances than running into it.
 */
const wrongCode: LimitRule = {
  name: 'wrong-code',
  most: 5,
  windowSeconds: hour,
  lockSeconds: quarterOfAnHour,
  nextLockSeconds: hour,
  memorySeconds: day,
};

/** More than five requests in 15 minutes lock for 15 minutes. */
const codeRequest: LimitRule = { name: 'code-request', most: 5, ...quarterHourly };
const resetRequest: LimitRule = { name: 'reset-request', most: 5, ...quarterHourly };

/** What a limit counts by: a person's key (an e-mail key, a destination and purpose), and where the request came from. */
interface Attempt {
  readonly settings: Settings;
  readonly subject: string;
  readonly remoteAddress: string;
}

/** Wrong passwords for an e-mail key; the one rule that a changed password clears. */
export function wrongPasswordsFor(subject: string): Limited {
  return { rule: wrongPassword, subject };
}

/** What counts by an account, of an app, recovery codes or a question, and nothing else does. */
export function accountLimits(subjects: readonly string[]): Limited[] {
  return subjects.map((subject) => ({ rule: wrongCode, subject }));
}

/** What counts by a person's e-mail key, and by where their codes go; not what counts by network. */
export function personalLimits(subjects: { emailKey: string; codeSubjects: readonly string[] }): Limited[] {
  return [
    wrongPasswordsFor(subjects.emailKey),
    { rule: resetRequest, subject: subjects.emailKey },
    ...subjects.codeSubjects.flatMap((subject) => [
      { rule: wrongCode, subject },
      { rule: codeRequest, subject },
    ]),
  ];
}

export function wrongPasswordLimits({ settings, subject, remoteAddress }: Attempt): Limited[] {
  const most = settings.wrongPasswordsPerAddress;
  const fromNetwork: LimitRule = { name: 'wrong-password-network', most, ...quarterHourly };
  return [wrongPasswordsFor(subject), { rule: fromNetwork, subject: networkOf(remoteAddress) }];
}

export function wrongCodeLimits({ settings, subject, remoteAddress }: Attempt): Limited[] {
  const most = settings.wrongCodesPerAddress;
  const fromNetwork: LimitRule = { name: 'wrong-code-network', most, ...quarterHourly };
  return [
    { rule: wrongCode, subject },
    { rule: fromNetwork, subject: networkOf(remoteAddress) },
  ];
}

export function codeRequestLimits(attempt: Attempt): Limited[] {
  return [{ rule: codeRequest, subject: attempt.subject }, requestsFromNetwork(attempt)];
}

export function resetRequestLimits(attempt: Attempt): Limited[] {
  return [{ rule: resetRequest, subject: attempt.subject }, requestsFromNetwork(attempt)];
}

/** Judging and hashing a password is work for us, and nobody chooses that many. */
export function newPasswordLimits({ settings, remoteAddress }: Omit<Attempt, 'subject'>): Limited[] {
  const most = settings.newPasswordsPerAddress;
  const fromNetwork: LimitRule = { name: 'new-password-network', most, ...quarterHourly };
  return [{ rule: fromNetwork, subject: networkOf(remoteAddress) }];
}

/** Codes and reset links together: both make somebody's phone ring. */
function requestsFromNetwork({ settings, remoteAddress }: Attempt): Limited {
  const most = settings.codeRequestsPerAddress;
  return {
    rule: { name: 'code-request-network', most, ...quarterHourly },
    subject: networkOf(remoteAddress),
  };
}
