import { z } from 'zod';
import {
  authenticationFactors,
  contractProfiles,
  factorWeights,
  identityLevels,
  levelRank,
  profileText,
  supportedFactors,
  type AuthenticationFactor,
  type IdentityLevel,
  type Profile,
} from './levels.ts';

/** One vector of a request: everything that it names must hold; in a category that it leaves out, anything will do. */
export interface Vector {
  /** As the service wrote it: `vot` repeats it. */
  readonly text: string;
  readonly level?: IdentityLevel;
  readonly factors: ReadonlySet<AuthenticationFactor>;
  /** The complete ways that satisfy it, can be reached here, and are permitted to the service; at least one. */
  readonly profiles: readonly Profile[];
}

/** Who somebody is known to be, and how they have signed in. */
export interface Achieved {
  readonly level: IdentityLevel;
  readonly factors: ReadonlySet<AuthenticationFactor>;
}

export type VtrReading =
  | { readonly outcome: 'valid'; readonly vectors: readonly Vector[] }
  | {
      /** `malformed`: not vectors; `not_permitted`: not for this service; `not_supported`: can't be reached here. */
      readonly outcome: 'malformed' | 'not_permitted' | 'not_supported';
      /** The vector that is to blame, in visible ASCII and shortened; fit for an error description. */
      readonly vector: string;
      /** Why, as the end of a sentence that begins with the vector. */
      readonly reason: string;
    };

/** What a request without `vtr` asks for. */
export const defaultVtr: readonly string[] = ['P9.Cp.Cd', 'P9.Cp.Ck', 'P9.Cm'];

const mostVectors = 30;
const mostCharacters = 2000;
const mostShown = 40;
const vtrSchema = z.array(z.string()).min(1).max(mostVectors);

type Refusal = Exclude<VtrReading, { outcome: 'valid' }>;
type Components = Omit<Vector, 'profiles'>;

function refusal(outcome: Refusal['outcome'], vector: string, reason: string): Refusal {
  const shown = vector.slice(0, mostShown).replaceAll(/[^\x20-\x7e]|["\\]/gu, '?');
  return { outcome, vector: vector.length > mostShown ? `${shown}...` : shown, reason };
}

/**
 * Reads a request's `vtr`.
 *
 * @param text the parameter, a JSON array of vectors; undefined stands for the default
 * @param options.permitted the vectors that the service is registered for; all when left out. A vector that the
 *   service wrote and may not use is refused; of the default, those that it may use are taken.
 * @param options.levels the levels that somebody can have here; all when left out
 * @returns the vectors that can be satisfied here, without repetitions; or which vector is to blame, and why
 * @see RFC 8485 §4.1
 */
export function parseVtr(
  text: string | undefined,
  options: { readonly permitted?: readonly string[]; readonly levels?: readonly IdentityLevel[] } = {},
): VtrReading {
  const list = text === undefined ? defaultVtr : readList(text);
  if (list === undefined)
    return refusal('malformed', text ?? '', `is not a JSON array of 1 to ${mostVectors} vectors`);
  const vectors = new Map<string, Vector>();
  let firstRefusal: Refusal | undefined;
  for (const one of list) {
    const components = readVector(one);
    if ('outcome' in components) return components;
    const reading = findProfiles(components, options);
    if (!('outcome' in reading)) vectors.set(reading.text, reading);
    else if (reading.outcome === 'not_permitted' && text !== undefined) return reading;
    else firstRefusal ??= reading;
  }
  if (vectors.size === 0 && firstRefusal !== undefined) return firstRefusal;
  return { outcome: 'valid', vectors: [...vectors.values()] };
}

function readList(text: string): readonly string[] | undefined {
  if (text.length > mostCharacters) return undefined;
  try {
    return vtrSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function readVector(written: string): Components | Refusal {
  const text = written.trim();
  const levels: IdentityLevel[] = [];
  const factors = new Set<AuthenticationFactor>();
  for (const component of text.split('.')) {
    const level = identityLevels.find((known) => known === component);
    const factor = authenticationFactors.find((known) => known === component);
    if (level !== undefined) levels.push(level);
    else if (factor === undefined) return refusal('malformed', written, 'has a component that is not known');
    else if (factors.has(factor)) return refusal('malformed', written, 'names a component twice');
    else factors.add(factor);
  }
  if (levels.length > 1) return refusal('malformed', written, 'names more than one level of identity');
  const [level] = levels;
  const components = level === undefined ? { text, factors } : { text, level, factors };
  if (contractProfiles.some((profile) => fits(components, profile))) return components;
  return refusal('malformed', written, 'names components that do not go together');
}

function findProfiles(
  components: Components,
  { permitted, levels = identityLevels }: NonNullable<Parameters<typeof parseVtr>[1]>,
): Vector | Refusal {
  if (permitted !== undefined && !isPermitted(components, permitted)) {
    return refusal(
      'not_permitted',
      components.text,
      'is not among the vectors that this service is registered for',
    );
  }
  const profiles = contractProfiles.filter(
    (profile) =>
      fits(components, profile) &&
      levels.includes(profile.level) &&
      profile.factors.every((factor) => supportedFactors.includes(factor)) &&
      (permitted?.includes(profileText(profile)) ?? true),
  );
  if (profiles.length === 0) return refusal('not_supported', components.text, 'is not supported');
  return { ...components, profiles };
}

/**
 * @returns whether the registered vectors cover what was asked. A vector that spells out a whole profile must itself be
 *   registered; one that leaves something open is covered by any registered vector that satisfies it
 */
function isPermitted(components: Components, permitted: readonly string[]): boolean {
  const fitting = contractProfiles.filter((profile) => fits(components, profile));
  const whole = fitting.filter(
    (profile) => profile.level === components.level && profile.factors.length === components.factors.size,
  );
  return (whole.length > 0 ? whole : fitting).some((profile) => permitted.includes(profileText(profile)));
}

/** @returns whether the profile is of the level asked for, and holds every factor asked for */
function fits(components: Components, profile: Profile): boolean {
  if (components.level !== undefined && components.level !== profile.level) return false;
  return [...components.factors].every((factor) => profile.factors.includes(factor));
}

function isReached(profile: Profile, achieved: Achieved): boolean {
  return levelRank(profile.level) <= levelRank(achieved.level) && missingFor(profile, achieved).length === 0;
}

function missingFor(profile: Profile, achieved: Achieved): AuthenticationFactor[] {
  return profile.factors.filter((factor) => !achieved.factors.has(factor));
}

function strengthOf(factors: Iterable<AuthenticationFactor>): number {
  return [...factors].reduce((sum, factor) => sum + factorWeights[factor].strength, 0);
}

/** Stronger first: by level, then by factors; two spellings of the same vector by the alphabet. */
function byStrength(one: Vector, other: Vector): number {
  const rank = (vector: Vector) => (vector.level === undefined ? -1 : levelRank(vector.level));
  return (
    rank(other) - rank(one) ||
    strengthOf(other.factors) - strengthOf(one.factors) ||
    (one.text < other.text ? -1 : 1)
  );
}

/**
 * Finds what may be said of a sign-in.
 *
 * @returns the strongest of the requested vectors that what really happened satisfies, for `vot`; undefined if none
 */
export function matchVector(vectors: readonly Vector[], achieved: Achieved): Vector | undefined {
  return vectors
    .filter((vector) => vector.profiles.some((profile) => isReached(profile, achieved)))
    .toSorted(byStrength)[0];
}

/** What a person still has to do. */
export interface Missing {
  /** The factors that are still needed, in the order in which they are asked for. */
  readonly factors: readonly AuthenticationFactor[];
  /** The level to which they have to be known, if they are not yet: the lowest that is asked for. */
  readonly level?: IdentityLevel;
}

/** A complete way to satisfy a vector, and what of it is still to come. */
interface Way {
  readonly profile: Profile;
  readonly gap: number;
  readonly factors: readonly AuthenticationFactor[];
}

/** The level of identity that is nearest comes first, then the least effort. */
function sortWays(vectors: readonly Vector[], achieved: Achieved): readonly Way[] {
  const gap = (profile: Profile) => Math.max(0, levelRank(profile.level) - levelRank(achieved.level));
  const effort = (missing: readonly AuthenticationFactor[]) =>
    missing.reduce((sum, factor) => sum + factorWeights[factor].effort, 0);
  return vectors
    .flatMap((vector) => vector.profiles)
    .map((profile) => ({ profile, gap: gap(profile), factors: missingFor(profile, achieved) }))
    .toSorted(
      (one, other) =>
        one.gap - other.gap ||
        effort(one.factors) - effort(other.factors) ||
        strengthOf(one.factors) - strengthOf(other.factors),
    );
}

/**
 * Finds what a person still has to do. The level of identity that is nearest comes first, then the least effort.
 *
 * @returns no factors and no level when the request is satisfied, or when there is no vector to satisfy
 */
export function findMissing(vectors: readonly Vector[], achieved: Achieved): Missing {
  const [nearest] = sortWays(vectors, achieved);
  if (nearest === undefined) return { factors: [] };
  const { factors, profile } = nearest;
  return nearest.gap === 0 ? { factors } : { factors, level: profile.level };
}

/**
 * Finds the ways in which a person can show who they are, if they have to: which level it takes them to is another matter.
 *
 * @returns what is missing in each, the nearest and easiest first; none where nothing is
 */
export function findWays(
  vectors: readonly Vector[],
  achieved: Achieved,
): readonly (readonly AuthenticationFactor[])[] {
  if (matchVector(vectors, achieved) !== undefined) return [];
  const ways = sortWays(vectors, achieved).map(({ factors }) => [factors.join('.'), factors] as const);
  return [...new Map(ways).values()].filter((factors) => factors.length > 0);
}

/**
 * @param vot a vector that was answered: it names no more than what happened
 * @returns whether it says that two factors were used, or one device that stands for two
 */
export function saysTwoFactors(vot: string): boolean {
  const components = vot.split('.');
  const hasSecond = components.includes('Cd') || components.includes('Ck');
  return (components.includes('Cp') && hasSecond) || components.includes('Cm');
}
