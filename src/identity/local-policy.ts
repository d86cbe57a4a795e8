import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { ageOn, isCalendarDay, type NhsNumber, type OdsCode } from '#foundation/identifiers';
import {
  deleteCompetence,
  deleteFastTrackBlock,
  deleteMinimumAge,
  hasCompetence,
  insertFastTrackBlock,
  selectFastTrackBlock,
  selectMinimumAges,
  upsertCompetence,
  upsertMinimumAge,
  type Scope,
} from './local-policy-store.ts';
import { selectOwner } from './store.ts';

/** No practice and no board can set a later age than this. */
export const mostMinimumAge = 16;

/** Whose rule it is that somebody has to be older: everywhere's, that of their practice, or that of its board. */
export const ageRules = ['national', 'practice', 'board'] as const;
export type AgeRule = (typeof ageRules)[number];

/** Where somebody is registered: their practice, and the integrated care board in whose area it is. Undefined where not known. */
export interface Locality {
  readonly odsCode: OdsCode | undefined;
  readonly icbCode: string | undefined;
}

/** From which age the highest level can be reached, and whose rule that is. */
export interface MinimumAge {
  readonly years: number;
  readonly rule: AgeRule;
  /** The age that holds everywhere, and those that were set for this practice and its board. */
  readonly national: number;
  readonly practice?: number;
  readonly board?: number;
}

export type HighAllowed =
  | { readonly outcome: 'allowed' }
  | {
      readonly outcome: 'too_young';
      /** The day from which they may, YYYY-MM-DD. */
      readonly from: string;
      readonly rule: AgeRule;
    };

type PolicyDeps = Pick<Deps, 'db' | 'settings'>;
type PersonDeps = Pick<Deps, 'db' | 'clock' | 'audit' | 'secrets'>;

/** Somebody at a practice, and the member of its staff who decides about them. */
export interface DecidedByStaff {
  readonly nhsNumber: NhsNumber;
  readonly odsCode: OdsCode;
  readonly staffId: string;
}

const yearSeconds = 366 * 24 * 3600;

/** Reads from which age patients of a practice may reach the highest level: the strictest rule wins. */
export async function minimumAgeFor({ db, settings }: PolicyDeps, where: Locality): Promise<MinimumAge> {
  const national = settings.minimumAgeForHigh;
  const set = await selectMinimumAges(db, where);
  const rules: readonly (readonly [AgeRule, number])[] = [
    ['national', national],
    ['practice', set.practice ?? 0],
    ['board', set.board ?? 0],
  ];
  // Of equal ages the rule that nobody can lift counts.
  const [rule, years] = rules.reduce((strictest, one) => (one[1] > strictest[1] ? one : strictest));
  return { years, rule, national, ...set };
}

/**
 * Sets the age for the patients of a practice, or in the area of an integrated care board. An earlier age than everywhere's has
 * no effect.
 *
 * @param change.years 0 to 16; undefined takes the rule away
 */
export async function setMinimumAge(
  deps: Pick<Deps, 'db' | 'clock' | 'audit'>,
  change: { readonly years: number | undefined; readonly staffId: string } & (
    | { readonly odsCode: OdsCode }
    | { readonly icbCode: string }
  ),
): Promise<{ readonly outcome: 'set' | 'out_of_range' }> {
  const { years, staffId } = change;
  if (years !== undefined && !(Number.isInteger(years) && years >= 0 && years <= mostMinimumAge))
    return { outcome: 'out_of_range' };
  const scope: Scope =
    'odsCode' in change
      ? { scope: 'practice', code: change.odsCode }
      : { scope: 'board', code: change.icbCode };
  if (years === undefined) await deleteMinimumAge(deps.db, scope);
  else await upsertMinimumAge(deps.db, { ...scope, years, staffId, now: deps.clock.now() });
  await deps.audit({
    type: 'policy.minimum-age-set',
    details: { ...scope, years: years ?? 'none', staffId },
  });
  return { outcome: 'set' };
}

/**
 * Tells whether somebody is old enough for the highest level, by everywhere's rule and those of their practice and its board.
 * The latter two don't hold for a young person whom the practice has found able to decide for themselves. Whether another person
 * may act for them is not asked here, and changes nothing.
 *
 * @param asked.birthdate YYYY-MM-DD
 * @param asked.today YYYY-MM-DD, in the United Kingdom
 * @throws {RangeError} if one of them is no day of the calendar
 */
export async function mayReachHigh(
  deps: Pick<Deps, 'db' | 'settings' | 'secrets'>,
  asked: Locality & {
    readonly birthdate: string;
    readonly nhsNumber: NhsNumber;
    readonly today: string;
  },
): Promise<HighAllowed> {
  const { birthdate, odsCode, today } = asked;
  const age = ageOn(birthdate, today);
  const minimum = await minimumAgeFor(deps, asked);
  if (age >= minimum.years) return { outcome: 'allowed' };
  if (age >= minimum.national && odsCode !== undefined) {
    const nhsNumberKey = nhsNumberKeyOf(deps, asked.nhsNumber);
    if (await hasCompetence(deps.db, { nhsNumberKey, odsCode })) return { outcome: 'allowed' };
  }
  return { outcome: 'too_young', from: birthday(birthdate, minimum.years), rule: minimum.rule };
}

/** @returns the day on which somebody is so many years old; without a 29 February it is 1 March */
function birthday(birthdate: string, years: number): string {
  const year = String(Number(birthdate.slice(0, 4)) + years).padStart(4, '0');
  const day = `${year}${birthdate.slice(4)}`;
  return isCalendarDay(day) ? day : `${year}-03-01`;
}

/** Keeps that a practice has found a young person able to decide for themselves: then its own rule and its board's don't hold for them. */
export async function recordCompetence(deps: PersonDeps, decided: DecidedByStaff): Promise<void> {
  const now = deps.clock.now();
  const keptUntil = secondsAfter(now, mostMinimumAge * yearSeconds);
  await upsertCompetence(deps.db, { ...rowOf(deps, decided), now, keptUntil });
  await tell(deps, 'policy.competence-recorded', decided);
}

/** Takes back what {@link recordCompetence} kept. It changes no level that was reached meanwhile. */
export async function withdrawCompetence(deps: PersonDeps, decided: DecidedByStaff): Promise<void> {
  if (await deleteCompetence(deps.db, rowOf(deps, decided)))
    await tell(deps, 'policy.competence-withdrawn', decided);
}

/** Tells whether a practice has found somebody able to decide for themselves. */
export function isCompetent(
  deps: Pick<Deps, 'db' | 'secrets'>,
  asked: Pick<DecidedByStaff, 'nhsNumber' | 'odsCode'>,
): Promise<boolean> {
  return hasCompetence(deps.db, {
    nhsNumberKey: nhsNumberKeyOf(deps, asked.nhsNumber),
    odsCode: asked.odsCode,
  });
}

/** Keeps somebody from being proven by their practice's earlier check, at whichever practice they are. */
export async function blockFastTrack(deps: PersonDeps, decided: DecidedByStaff): Promise<void> {
  if (await insertFastTrackBlock(deps.db, { ...rowOf(deps, decided), now: deps.clock.now() }))
    await tell(deps, 'policy.fast-track-blocked', decided);
}

/** Takes back what {@link blockFastTrack} kept, whichever practice that was. */
export async function unblockFastTrack(deps: PersonDeps, decided: DecidedByStaff): Promise<void> {
  if (await deleteFastTrackBlock(deps.db, nhsNumberKeyOf(deps, decided.nhsNumber)))
    await tell(deps, 'policy.fast-track-unblocked', decided);
}

/** @returns who has blocked it, and when; undefined if nobody has */
export function readFastTrackBlock(
  deps: Pick<Deps, 'db' | 'secrets'>,
  nhsNumber: NhsNumber,
): Promise<{ readonly odsCode: string; readonly staffId: string; readonly at: Date } | undefined> {
  return selectFastTrackBlock(deps.db, nhsNumberKeyOf(deps, nhsNumber));
}

function rowOf(deps: Pick<Deps, 'secrets'>, { nhsNumber, odsCode, staffId }: DecidedByStaff) {
  return { nhsNumberKey: nhsNumberKeyOf(deps, nhsNumber), odsCode, staffId };
}

/** @returns the keyed hash by which a person is known again */
export function nhsNumberKeyOf({ secrets }: Pick<Deps, 'secrets'>, nhsNumber: NhsNumber): string {
  return secrets.mac('identity nhs number', nhsNumber);
}

/** The trail says who decided, and about whose account if they have one; it never says a number. */
async function tell(deps: PersonDeps, type: string, decided: DecidedByStaff): Promise<void> {
  const { odsCode, staffId } = decided;
  const accountId = await selectOwner(deps.db, nhsNumberKeyOf(deps, decided.nhsNumber));
  await deps.audit({
    type,
    details: { odsCode, staffId },
    ...(accountId === undefined ? {} : { accountId }),
  });
}
