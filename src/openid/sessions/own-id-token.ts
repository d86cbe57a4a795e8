import type { House } from '#foundation/deps';
import { randomToken } from '#foundation/security';
import { matchVector, parseVtr, readIdentity } from '#identity';
import { trustMarkAddress } from '../endpoints/discovery.ts';
import { digestOf } from '../engine/sealed-entity.ts';
import { selectEntityByUid } from '../engine/store.ts';
import { isStillLiving, openSession, signedInAt } from '../hand-over/living-session.ts';
import type { LivingKeys } from '../keys/living-keys.ts';
import { ownClientId } from '../own-client.ts';
import { factorsOf } from '../sign-in/factors.ts';

/** So short that it is good for what it is made for, and for one more try. */
const lifetimeSeconds = 300;

/** What somebody must have proven in whose name the national register is changed. */
const vectors = (() => {
  const reading = parseVtr('["P9.Cp.Cd","P9.Cp.Ck","P9.Cm"]');
  if (reading.outcome !== 'valid') throw new Error('nobody could reach what the register asks for');
  return reading.vectors;
})();

/**
 * Makes ID tokens with which our own pages show the national register who signed in, to change contact details in that
 * person's name. No browser and no service ever sees one, and it hands nobody over: it is of no family of tokens.
 *
 * @returns undefined unless the session lives, and its owner is proven (P9) with two factors or a passkey
 */
export function createOwnIdTokens(
  house: House,
  keys: LivingKeys,
): (session: { uid: string; accountId: string }) => Promise<string | undefined> {
  const { deps } = house;
  return async ({ uid, accountId }) => {
    const entity = await selectEntityByUid(deps.db, { model: 'Session', uid: digestOf(uid) });
    const session = entity === undefined ? undefined : openSession(deps, entity.sealedPayload);
    if (session === undefined || !(await isStillLiving(deps, { uid, accountId }))) return undefined;
    const identity = await readIdentity(deps, accountId);
    if (identity.level !== 'P9' || identity.standing !== undefined) return undefined;
    const achieved = { level: identity.level, factors: new Set(factorsOf(session.amr)) };
    const vector = matchVector(vectors, achieved);
    if (vector === undefined) return undefined;
    const now = Math.floor(deps.clock.now().getTime() / 1000);
    return keys.signJwt({
      iss: house.settings.issuer,
      sub: accountId,
      aud: ownClientId,
      iat: now,
      exp: now + lifetimeSeconds,
      jti: randomToken(),
      auth_time: Math.floor(signedInAt(session).getTime() / 1000),
      token_use: 'id',
      nhs_number: identity.details.nhsNumber,
      identity_proofing_level: identity.level,
      vot: vector.text,
      vtm: trustMarkAddress(house.settings.issuer),
    });
  };
}
