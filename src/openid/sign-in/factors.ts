import { authenticationFactors, type AuthenticationFactor } from '#identity';

/** @returns what a session's list of factors says, in our words */
export function factorsOf(amr: readonly string[] | undefined): AuthenticationFactor[] {
  return authenticationFactors.filter((factor) => amr?.includes(factor));
}

/** Beside a session's factors: a remembered device stood in for the second one. It is told to no service. */
const rememberedDevice = 'remembered-device';
/** As well: the app of a service said who it was, in an address. */
const byAppOf = 'by-app-of:';

/** @returns what a session keeps of how somebody signed in */
export function amrOf(signedIn: {
  readonly factors: readonly string[];
  readonly deviceRemembered?: boolean | undefined;
  /** The service whose app said who it was. */
  readonly byAppOf?: string | undefined;
}): string[] {
  const { factors, deviceRemembered, byAppOf: clientId } = signedIn;
  return [
    ...factors,
    ...(deviceRemembered === true ? [rememberedDevice] : []),
    ...(clientId === undefined ? [] : [`${byAppOf}${clientId}`]),
  ];
}

/** @returns whether a session began on a remembered device, without a code */
export function wasRemembered(amr: readonly string[] | undefined): boolean {
  return amr?.includes(rememberedDevice) === true;
}

/**
 * An address that an app has made can be opened by somebody else, who would then go on as its maker without knowing.
 *
 * @returns the service whose app said in an address who it was; undefined for whoever signed in here themselves
 */
export function begunByAppOf(amr: readonly string[] | undefined): string | undefined {
  return amr?.find((one) => one.startsWith(byAppOf))?.slice(byAppOf.length);
}
