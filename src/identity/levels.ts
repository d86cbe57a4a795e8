/** How well it is known who somebody is: not at all, details match one national record, proven against the person. */
export const identityLevels = ['P0', 'P5', 'P9'] as const;
export type IdentityLevel = (typeof identityLevels)[number];

/** What somebody signed in with: password, registered device, shared key in a device, asymmetric key in a device. */
export const authenticationFactors = ['Cp', 'Cd', 'Ck', 'Cm'] as const;
export type AuthenticationFactor = (typeof authenticationFactors)[number];

/** A complete way to sign in at a level of identity. */
export interface Profile {
  readonly level: IdentityLevel;
  readonly factors: readonly AuthenticationFactor[];
}

const completeWays: readonly (readonly AuthenticationFactor[])[] = [
  ['Cp'],
  ['Cp', 'Cd'],
  ['Cp', 'Ck'],
  ['Cm'],
];

/** Every profile of the contract: each level with each complete way to sign in. */
export const contractProfiles: readonly Profile[] = identityLevels.flatMap((level) =>
  completeWays.map((factors) => ({ level, factors })),
);

/**
 * The levels that somebody can have here. In a sandbox people are made at any level. Elsewhere somebody gets above the
 * lowest by what the national register says, where there is a way to it, and then to the highest by the ways of proving it that
 * are switched on. **What else raises somebody's level joins here**, with the levels that it reaches while it is enabled, and
 * begins where the journeys answer the prompt `identity`.
 */
export function levelsOf(settings: {
  readonly mode: 'sandbox' | 'production';
  readonly pdsUrl?: string | undefined;
  readonly proofingMethods?: readonly string[] | undefined;
}): readonly IdentityLevel[] {
  const { mode, pdsUrl, proofingMethods = [] } = settings;
  if (mode === 'sandbox') return identityLevels;
  if (pdsUrl === undefined) return ['P0'];
  return proofingMethods.length === 0 ? ['P0', 'P5'] : identityLevels;
}

/** The factors that somebody can sign in with here. */
export const supportedFactors: readonly AuthenticationFactor[] = ['Cp', 'Cd', 'Ck', 'Cm'];

/**
 * What a factor asks of a person, for choosing the least: what everybody has comes before what has to be set up first.
 * And what it is worth, for choosing the strongest: each is
 * worth more than all before it together, a key that can't be phished the most.
 */
export const factorWeights: Readonly<
  Record<AuthenticationFactor, { readonly effort: number; readonly strength: number }>
> = {
  Cp: { effort: 1, strength: 1 },
  Cd: { effort: 2, strength: 2 },
  Ck: { effort: 3, strength: 4 },
  Cm: { effort: 6, strength: 8 },
};

/** @returns a profile's spelling, such as `P0.Cp.Cd` */
export function profileText(profile: Profile): string {
  return [profile.level, ...profile.factors].join('.');
}

/** @returns 0 for the lowest level */
export function levelRank(level: IdentityLevel): number {
  return identityLevels.indexOf(level);
}
