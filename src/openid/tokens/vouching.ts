import type { House } from '#foundation/deps';
import { randomToken } from '#foundation/security';
import { openLivingKeys } from '../keys/living-keys.ts';

/** So short that it is good for the request that it is made for, and for one more try. */
const lifetimeSeconds = 300;
/** Nobody takes it for a token of somebody who has signed in. */
const type = 'vouching+jwt';

/** Whom a GP system is told of. */
interface VouchedFor {
  readonly odsCode: string;
  readonly nhsNumber: string;
  readonly familyName: string;
  /** YYYY-MM-DD */
  readonly birthdate: string;
}

/**
 * Opens the way in which this platform says, to the GP system of a practice, who a patient is whose identity was checked.
 *
 * @returns makes a signed token, good for five minutes, at this practice alone; it is neither an ID token nor an access token
 */
export async function openVouching(house: House): Promise<(patient: VouchedFor) => Promise<string>> {
  const keys = await openLivingKeys(house);
  return async ({ odsCode, nhsNumber, familyName, birthdate }) => {
    await keys.look();
    const now = Math.floor(house.clock.now().getTime() / 1000);
    const claims = { nhs_number: nhsNumber, family_name: familyName, birthdate, token_use: 'vouching' };
    const times = { iat: now, exp: now + lifetimeSeconds, jti: randomToken() };
    const audience = `urn:bevan:practice:${odsCode}`;
    return keys.signJwt({ iss: house.settings.issuer, aud: audience, ...claims, ...times }, type);
  };
}
