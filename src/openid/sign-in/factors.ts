import { authenticationFactors, type AuthenticationFactor } from '#identity';

/** @returns what a session's list of factors says, in our words */
export function factorsOf(amr: readonly string[] | undefined): AuthenticationFactor[] {
  return authenticationFactors.filter((factor) => amr?.includes(factor));
}
