import { isDeepStrictEqual } from 'node:util';
import { endSignIns, holdLogin } from '#accounts';
import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import { sameName, type NhsNumber } from '#foundation/identifiers';
import { readPatient, type Register, type RegisterReading } from '#pds';
import type { DecisionReason, RegisterMethod } from './decision-codes.ts';
import { recordDecision } from './decisions.ts';
import { followNumber } from './local-policy-store.ts';
import { readIdentity, type Identity, type IdentityDetails, type KnownIdentity } from './record.ts';
import { detailsOf } from './register-details.ts';
import type { BadStanding } from './standing.ts';
import { lockIdentity, takeNumberTurn, updateCheckedAt, updateFromRegister } from './store.ts';

export type Recheck =
  /** What is known of the person by now; `standing` in it says whether their account can be used. */
  | { readonly outcome: 'read'; readonly identity: Identity }
  /** The register could not be asked: all is as it was. */
  | { readonly outcome: 'unavailable' };

/** What the register's answer means for a record. */
type Finding =
  /** The details are those of the entry; absent when they stay as they are. */
  | { readonly standing: null; readonly details?: IdentityDetails }
  | { readonly standing: BadStanding; readonly because: DecisionReason };

interface Asked {
  readonly accountId: string;
  /** What was known of the person when the register was asked. */
  readonly known: KnownIdentity;
  readonly askedAt: Date;
}

/** So far the clocks of processes may be apart. */
const secondsApart = 60;

/** @returns until when a reading can have been made by now: a later one was written while a clock was ahead */
export function latestReading(now: Date): Date {
  return secondsAfter(now, secondsApart);
}

const keyOf = ({ secrets }: Pick<Deps, 'secrets'>, nhsNumber: NhsNumber): string =>
  secrets.mac('identity nhs number', nhsNumber);

/**
 * Reads the national register for somebody who is known, and writes down what follows: their details are those of the
 * register, a number that took the place of theirs takes it here, and an account whose record is gone, or is another
 * account's by now, can't be used until the register says otherwise. A level never rises by it.
 *
 * No transaction is open while the register is asked. Of two readings at the same time, the one that was begun later
 * counts.
 *
 * @param asked.known what is known of the person, as `readIdentity` returned it
 * @param asked.withinMs how long the register may take
 */
export async function recheckIdentity(
  house: House,
  asked: { register: Register; accountId: string; known: KnownIdentity; withinMs: number },
): Promise<Recheck> {
  const { register, accountId, known, withinMs } = asked;
  const askedAt = house.clock.now();
  const reading = await readPatient(register, known.details.nhsNumber, { withinMs });
  if (reading.outcome === 'unavailable') return { outcome: 'unavailable' };
  const finding = judge(reading, known);
  const about = { accountId, known, askedAt };
  if (!saysNothingNew(finding, known)) await house.transact((deps) => write(deps, about, finding));
  else if (await touch(house.deps, about))
    return { outcome: 'read', identity: { ...known, checkedAt: askedAt } };
  return { outcome: 'read', identity: await readIdentity(house.deps, accountId) };
}

function judge(
  reading: Exclude<RegisterReading, { outcome: 'unavailable' }>,
  { details: before }: KnownIdentity,
): Finding {
  if (reading.outcome !== 'found') return { standing: 'withdrawn', because: 'entry_withdrawn' };
  const { patient } = reading;
  const details = detailsOf(patient);
  if (details === undefined ? patient.nhsNumber !== before.nhsNumber : !isSamePerson(before, details))
    return { standing: 'number_conflict', because: 'details_differ' };
  if (patient.isDeceased) return { standing: 'deceased', because: 'entry_deceased' };
  // An entry without a whole date of birth is theirs still; it only has nothing better to say.
  return details === undefined ? { standing: null } : { standing: null, details };
}

/**
 * Under the same number a name or a date of birth may have been corrected, or changed by marriage, but hardly everything.
 * Under another number it has to be the same date of birth and a name of theirs: answers may be mixed up, and nobody is to
 * become somebody else by it.
 */
function isSamePerson(before: IdentityDetails, after: IdentityDetails): boolean {
  const isBornThen = before.birthdate === after.birthdate;
  const hasName =
    sameName(before.familyName, after.familyName) ||
    sameName(firstOf(before.givenName), firstOf(after.givenName));
  return before.nhsNumber === after.nhsNumber ? isBornThen || hasName : isBornThen && hasName;
}

function firstOf(names = ''): string {
  return names.split(' ', 1)[0] ?? '';
}

function saysNothingNew(finding: Finding, known: KnownIdentity): boolean {
  if (finding.standing !== null || known.standing !== undefined) return false;
  return finding.details === undefined || changedIn(known.details, finding.details).length === 0;
}

/** @returns the names of the details that differ */
function changedIn(before: IdentityDetails, after: IdentityDetails): string[] {
  const [old, fresh] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...old.keys(), ...fresh.keys()])].filter(
    (name) => !isDeepStrictEqual(old.get(name), fresh.get(name)),
  );
}

/** @returns false if the record is another by now than the register was asked about */
function touch(deps: Pick<Deps, 'db' | 'secrets'>, { accountId, known, askedAt }: Asked): Promise<boolean> {
  const nhsNumberKey = keyOf(deps, known.details.nhsNumber);
  return updateCheckedAt(deps.db, { accountId, nhsNumberKey, askedAt, latest: latestReading(askedAt) });
}

/** Writes what follows, unless the record is another by now, or the register was asked again later. */
async function write(deps: Deps, asked: Asked, answer: Finding): Promise<void> {
  const { accountId, known, askedAt } = asked;
  await holdLogin(deps, accountId);
  const before = await lockIdentity(deps, accountId);
  if (before.level === 'P0') return;
  if (before.checkedAt > askedAt && before.checkedAt <= latestReading(askedAt)) return;
  if (before.details.nhsNumber !== known.details.nhsNumber) return;
  const finding = await settleNumber(deps, asked, answer);
  const { standing } = finding;
  const details = (standing === null ? finding.details : undefined) ?? before.details;
  const nhsNumberKey = keyOf(deps, details.nhsNumber);
  await updateFromRegister(deps, { accountId, nhsNumberKey, askedAt, details, standing });
  await followNumber(deps.db, { from: keyOf(deps, known.details.nhsNumber), to: nhsNumberKey });
  if (standing !== null) await endSignIns(deps, accountId);
  await tell(deps, { accountId, before }, finding);
}

/** A number that took another's place becomes the account's, unless another account has it already. */
async function settleNumber(deps: Deps, { accountId, known }: Asked, answer: Finding): Promise<Finding> {
  const { nhsNumber } = (answer.standing === null ? answer.details : undefined) ?? known.details;
  if (nhsNumber === known.details.nhsNumber) return answer;
  const turn = await takeNumberTurn(deps.db, { accountId, nhsNumberKey: keyOf(deps, nhsNumber) });
  return turn === 'free' ? answer : { standing: 'number_conflict', because: 'nhs_number_taken' };
}

/** Writes down what changed by it, if anything did; of details their names alone. */
async function tell(
  deps: Deps,
  { accountId, before }: { accountId: string; before: KnownIdentity },
  finding: Finding,
): Promise<void> {
  const { level } = before;
  const { details = before.details } = finding.standing === null ? finding : {};
  const changed = changedIn(before.details, details);
  const [reason, ...reasons] = reasonsOf(before, finding, changed);
  if (reason === undefined) return;
  await recordDecision(deps, {
    accountId,
    method: 'register-recheck' satisfies RegisterMethod,
    level: { before: level, after: level },
    outcome: finding.standing === null ? 'unchanged' : 'stopped',
    reasons: [reason, ...reasons],
    ...(changed.length === 0 ? {} : { evidence: { changed } }),
  });
}

function reasonsOf(before: KnownIdentity, finding: Finding, changed: readonly string[]): DecisionReason[] {
  if (finding.standing !== null) return finding.standing === before.standing ? [] : [finding.because];
  return [
    ...(changed.includes('nhsNumber') ? (['nhs_number_superseded'] as const) : []),
    ...(changed.some((name) => name !== 'nhsNumber') ? (['details_changed'] as const) : []),
    ...(before.standing === undefined ? [] : (['standing_restored'] as const)),
  ];
}
