import { networkOf } from '#accounts';
import type { Deps } from '#foundation/deps';
import { nameKey } from '#foundation/identifiers';
import { forgetAttempts, type Limited, type LimitRule } from '#foundation/security';
import type { Settings } from '#foundation/settings';
import { lettersOfGivenName, type Claimed } from './match-rules.ts';

const quarterOfAnHour = 15 * 60;
const hour = 60 * 60;
const day = 24 * hour;

const quarterHourly = {
  windowSeconds: quarterOfAnHour,
  lockSeconds: quarterOfAnHour,
  nextLockSeconds: quarterOfAnHour,
  memorySeconds: quarterOfAnHour,
} as const;

/** An account may try three times in 15 minutes; the third is the last, whatever was found before. */
const byAccount: LimitRule = { name: 'register-match', most: 3, ...quarterHourly };

/**
 * So often one account may have the register asked, whatever comes of it: what counts as no try, because the register
 * could not be asked, costs turns all the same.
 */
const byAccountAsking: LimitRule = { name: 'register-match-asked', most: 20, ...quarterHourly };

/**
 * One person's details may be guessed at nine times before a lock, from however many accounts: as often as three people who
 * each use up their own tries. Whoever goes on after the first lock waits longer.
 */
const byPerson: LimitRule = {
  name: 'register-match-person',
  most: 9,
  windowSeconds: day,
  lockSeconds: hour,
  nextLockSeconds: 4 * hour,
  memorySeconds: day,
};

export function accountLimit(accountId: string): Limited {
  return { rule: byAccount, subject: accountId };
}

export function askingLimit(accountId: string): Limited {
  return { rule: byAccountAsking, subject: accountId };
}

export function networkLimit(settings: Settings, remoteAddress: string): Limited {
  const rule: LimitRule = {
    name: 'register-match-network',
    most: settings.failedMatchesPerAddress,
    ...quarterHourly,
  };
  return { rule, subject: networkOf(remoteAddress) };
}

/** The limits that all share who claim to be the same person. */
export function personLimits(claimed: Claimed): Limited[] {
  return personSubjects(claimed).map((subject) => ({ rule: byPerson, subject }));
}

/**
 * Lets everybody be looked for at once, by number and by name, in a sandbox that is put back: forgets the tries that count against who is
 * claimed, whoever claimed it. Of whom that is only keyed hashes are kept, and whoever mistypes claims to be nobody.
 *
 * @throws {Error} in production
 */
export async function clearMatchLimits(deps: Pick<Deps, 'db' | 'settings'>): Promise<void> {
  if (deps.settings.mode === 'production') throw new Error('tries that were counted stay so');
  await forgetAttempts(deps, byPerson);
}

/** What somebody who guesses has to keep the same: the number; or name and birthdate, or name and postcode. */
function personSubjects(claimed: Claimed): string[] {
  if (claimed.by === 'number') return [`number ${claimed.nhsNumber}`];
  const given = Array.from(nameKey(claimed.givenName)).slice(0, lettersOfGivenName).join('');
  const name = `${nameKey(claimed.familyName)} ${given}`;
  return [`name ${name} ${claimed.birthdate}`, `name ${name} ${claimed.postcode}`];
}
