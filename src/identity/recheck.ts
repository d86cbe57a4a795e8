import { isDeepStrictEqual } from 'node:util';
import { endSignIns } from '#accounts';
import type { Deps, House } from '#foundation/deps';
import type { NhsNumber } from '#foundation/identifiers';
import { readPatient, type Register, type RegisterReading } from '#pds';
import type { DecisionReason } from './decision-codes.ts';
import { recordDecision } from './decisions.ts';
import { readIdentity, type Identity, type IdentityDetails, type KnownIdentity } from './record.ts';
import { detailsOf } from './register-details.ts';
import type { BadStanding } from './standing.ts';
import { takeNumberTurn, updateCheckedAt, updateFromRegister } from './store.ts';

export type Recheck =
  /** What is known of the person by now; `standing` in it says whether their account can be used. */
  | { readonly outcome: 'read'; readonly identity: Identity }
  /** The register could not be asked: all is as it was. */
  | { readonly outcome: 'unavailable' };

/** What the register's answer means for a record. */
interface Finding {
  readonly details: IdentityDetails;
  readonly standing: BadStanding | null;
}

interface Asked {
  readonly accountId: string;
  /** What was known of the person when the register was asked. */
  readonly known: KnownIdentity;
  readonly askedAt: Date;
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
  const isWritten = saysNothingNew(finding, known)
    ? await updateCheckedAt(house.deps.db, {
        accountId,
        nhsNumberKey: keyOf(house, known.details.nhsNumber),
        askedAt,
      })
    : await house.transact((deps) => write(deps, about, finding));
  if (isWritten && saysNothingNew(finding, known))
    return { outcome: 'read', identity: { ...known, checkedAt: askedAt } };
  return { outcome: 'read', identity: await readIdentity(house.deps, accountId) };
}

function judge(reading: Exclude<RegisterReading, { outcome: 'unavailable' }>, known: KnownIdentity): Finding {
  const { details } = known;
  if (reading.outcome !== 'found') return { details, standing: 'withdrawn' };
  const { patient } = reading;
  if (patient.isDeceased) return { details, standing: 'deceased' };
  // An entry without a whole date of birth is theirs still; it only has nothing better to say.
  const incomplete = { ...details, nhsNumber: patient.nhsNumber };
  return { details: detailsOf(patient) ?? incomplete, standing: null };
}

function saysNothingNew({ details, standing }: Finding, known: KnownIdentity): boolean {
  return standing === null && known.standing === undefined && changedIn(known.details, details).length === 0;
}

/** @returns the names of the details that differ */
function changedIn(before: IdentityDetails, after: IdentityDetails): string[] {
  const [old, fresh] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...old.keys(), ...fresh.keys()])].filter(
    (name) => !isDeepStrictEqual(old.get(name), fresh.get(name)),
  );
}

/** @returns false if the record is another by now than the register was asked about */
async function write(deps: Deps, { accountId, known, askedAt }: Asked, finding: Finding): Promise<boolean> {
  const askedUnder = keyOf(deps, known.details.nhsNumber);
  const settled = await settleNumber(deps, { accountId, known }, finding);
  const { details, standing } = settled;
  const isWritten = await updateFromRegister(deps, {
    accountId,
    askedUnder,
    askedAt,
    nhsNumberKey: keyOf(deps, details.nhsNumber),
    details,
    standing,
  });
  if (!isWritten) return false;
  if (standing !== null) await endSignIns(deps, accountId);
  await tell(deps, { accountId, known }, settled);
  return true;
}

/**
 * A number that took another's place becomes the account's: unless another account has it already, or it is of somebody
 * who was not born on the same day. The one person has two numbers then, or the register has confused two people.
 */
async function settleNumber(
  deps: Deps,
  { accountId, known }: Omit<Asked, 'askedAt'>,
  finding: Finding,
): Promise<Finding> {
  const { nhsNumber, birthdate } = finding.details;
  if (nhsNumber === known.details.nhsNumber) return finding;
  const conflict: Finding = { details: known.details, standing: 'number_conflict' };
  if (birthdate !== known.details.birthdate) return conflict;
  const turn = await takeNumberTurn(deps.db, { accountId, nhsNumberKey: keyOf(deps, nhsNumber) });
  return turn === 'free' ? finding : conflict;
}

/** Writes down what changed by it, if anything did; of details their names alone. */
async function tell(
  deps: Deps,
  { accountId, known }: Omit<Asked, 'askedAt'>,
  { details, standing }: Finding,
): Promise<void> {
  const { level } = known;
  const changed = changedIn(known.details, details);
  const [reason, ...reasons] = reasonsOf(known, { changed, standing });
  if (reason === undefined) return;
  await recordDecision(deps, {
    accountId,
    method: 'register-recheck',
    level: { before: level, after: level },
    outcome: standing === null ? 'unchanged' : 'stopped',
    reasons: [reason, ...reasons],
    ...(changed.length === 0 ? {} : { evidence: { changed } }),
  });
}

const stopReasons = {
  withdrawn: 'entry_withdrawn',
  deceased: 'entry_deceased',
  number_conflict: 'nhs_number_taken',
} as const satisfies Record<BadStanding, DecisionReason>;

function reasonsOf(
  known: KnownIdentity,
  { changed, standing }: { changed: readonly string[]; standing: BadStanding | null },
): DecisionReason[] {
  if (standing !== null) return standing === known.standing ? [] : [stopReasons[standing]];
  return [
    ...(changed.includes('nhsNumber') ? (['nhs_number_superseded'] as const) : []),
    ...(changed.some((name) => name !== 'nhsNumber') ? (['details_changed'] as const) : []),
    ...(known.standing === undefined ? [] : (['standing_restored'] as const)),
  ];
}
