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
import { lockIdentity, takeNumberTurn, updateCheckedAt, updateFromRegister } from './store.ts';

export type Recheck =
  /** What is known of the person by now; `standing` in it says whether their account can be used. */
  | { readonly outcome: 'read'; readonly identity: Identity }
  /** The register could not be asked: all is as it was. */
  | { readonly outcome: 'unavailable' };

/** What the register's answer means for a record. */
interface Finding {
  /** Those of the entry; absent when they stay as they are. */
  readonly details?: IdentityDetails;
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
  if (!saysNothingNew(finding, known)) await house.transact((deps) => write(deps, about, finding));
  else if (await touch(house.deps, about))
    return { outcome: 'read', identity: { ...known, checkedAt: askedAt } };
  return { outcome: 'read', identity: await readIdentity(house.deps, accountId) };
}

function judge(
  reading: Exclude<RegisterReading, { outcome: 'unavailable' }>,
  { details: before }: KnownIdentity,
): Finding {
  if (reading.outcome !== 'found') return { standing: 'withdrawn' };
  const { patient } = reading;
  const details = detailsOf(patient);
  // Another number is the same person's only if that person was born on the same day.
  if (patient.nhsNumber !== before.nhsNumber && details?.birthdate !== before.birthdate)
    return { standing: 'number_conflict' };
  if (patient.isDeceased) return { standing: 'deceased' };
  // An entry without a whole date of birth is theirs still; it only has nothing better to say.
  return details === undefined ? { standing: null } : { details, standing: null };
}

function saysNothingNew({ details, standing }: Finding, known: KnownIdentity): boolean {
  const isChanged = details !== undefined && changedIn(known.details, details).length > 0;
  return standing === null && known.standing === undefined && !isChanged;
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
  return updateCheckedAt(deps.db, { accountId, nhsNumberKey: keyOf(deps, known.details.nhsNumber), askedAt });
}

/** Writes what follows, unless the record is another by now, or the register was asked again later. */
async function write(deps: Deps, asked: Asked, finding: Finding): Promise<void> {
  const { accountId, known, askedAt } = asked;
  const { details, standing } = await settleNumber(deps, asked, finding);
  const current = await lockIdentity(deps, accountId);
  if (current.level === 'P0' || current.checkedAt > askedAt) return;
  if (current.details.nhsNumber !== known.details.nhsNumber) return;
  const settled = { details: details ?? current.details, standing };
  await updateFromRegister(deps, {
    accountId,
    nhsNumberKey: keyOf(deps, settled.details.nhsNumber),
    askedAt,
    ...settled,
  });
  if (standing !== null) await endSignIns(deps, accountId);
  await tell(deps, { accountId, before: current }, settled);
}

/** A number that took another's place becomes the account's, unless another account has it already. */
async function settleNumber(deps: Deps, { accountId, known }: Asked, finding: Finding): Promise<Finding> {
  const { nhsNumber } = finding.details ?? known.details;
  if (nhsNumber === known.details.nhsNumber) return finding;
  const turn = await takeNumberTurn(deps.db, { accountId, nhsNumberKey: keyOf(deps, nhsNumber) });
  return turn === 'free' ? finding : { standing: 'number_conflict' };
}

/** Writes down what changed by it, if anything did; of details their names alone. */
async function tell(
  deps: Deps,
  { accountId, before }: { accountId: string; before: KnownIdentity },
  { details, standing }: Required<Finding>,
): Promise<void> {
  const { level } = before;
  const changed = changedIn(before.details, details);
  const [reason, ...reasons] = reasonsOf(before, { changed, standing });
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
  before: KnownIdentity,
  { changed, standing }: { changed: readonly string[]; standing: BadStanding | null },
): DecisionReason[] {
  if (standing !== null) return standing === before.standing ? [] : [stopReasons[standing]];
  return [
    ...(changed.includes('nhsNumber') ? (['nhs_number_superseded'] as const) : []),
    ...(changed.some((name) => name !== 'nhsNumber') ? (['details_changed'] as const) : []),
    ...(before.standing === undefined ? [] : (['standing_restored'] as const)),
  ];
}
