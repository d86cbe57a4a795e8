import { authenticationFactors, type AuthenticationFactor } from '#identity';

/** @returns what a session's list of factors says, in our words */
export function factorsOf(amr: readonly string[] | undefined): AuthenticationFactor[] {
  return authenticationFactors.filter((factor) => amr?.includes(factor));
}

/** Beside a session's factors: a remembered device stood in for the second one. It is told to no service. */
const rememberedDevice = 'remembered-device';

/** @returns what a session keeps of how somebody signed in */
export function amrOf(signedIn: {
  readonly factors: readonly string[];
  readonly deviceRemembered?: boolean | undefined;
}): string[] {
  return [...signedIn.factors, ...(signedIn.deviceRemembered === true ? [rememberedDevice] : [])];
}

/** @returns whether a session began on a remembered device, without a code */
export function wasRemembered(amr: readonly string[] | undefined): boolean {
  return amr?.includes(rememberedDevice) === true;
}
