import { randomUUID } from 'node:crypto';
import type { House } from '#foundation/deps';
import { openLivingKeys } from './keys/living-keys.ts';

/** Who somebody is, as it is told to the system of their practice. */
export interface VouchedFor {
  readonly nhsNumber: string;
  readonly familyName: string;
  /** YYYY-MM-DD */
  readonly birthdate: string;
  /** The practice that is told. */
  readonly odsCode: string;
}

const lifetimeSeconds = 300;

/**
 * Opens what signs, with the keys of the provider, tokens in which it says who a patient is who has been proven. They are for
 * practices' systems, of a type of their own, and good for nothing here.
 */
export async function openVouching(house: House): Promise<(patient: VouchedFor) => Promise<string>> {
  const keys = await openLivingKeys(house);
  return async ({ nhsNumber, familyName, birthdate, odsCode }) => {
    await keys.look();
    const now = Math.floor(house.clock.now().getTime() / 1000);
    return keys.signJwt(
      {
        iss: house.settings.issuer,
        sub: nhsNumber,
        aud: `practice:${odsCode}`,
        iat: now,
        exp: now + lifetimeSeconds,
        jti: randomUUID(),
        nhs_number: nhsNumber,
        family_name: familyName,
        birthdate,
        identity_proofing_level: 'P9',
      },
      'patient+jwt',
    );
  };
}
