import { releasedClaims } from '#consent';
import { secondsAfter } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { errors } from 'oidc-provider';
import { readRefreshToken, spellRefreshToken, type RefreshTokenName } from './family.ts';
import { bindingTo, type Grant, type TokenAnswer, type TokenDeps, type TokenRequest } from './grant.ts';
import { lifetimes, type SignIn } from './mint.ts';
import type { OneUse } from './one-use.ts';
import { revokeTokens } from './revocation.ts';
import { assertStillAgreed } from './still-agreed.ts';
import { rotateFamily, selectFamily, type TokenFamily } from './store.ts';
import { requireParameter } from './token-form.ts';

/** How long a client that lost the answer may ask again with the same refresh token. */
const graceSeconds = 30;

export const refreshGrant: Grant = {
  about: ({ secrets }, params) => {
    const refreshToken = readRefreshToken(secrets, params.get('refresh_token') ?? '');
    return refreshToken === undefined ? {} : { refreshToken };
  },
  exchange: refresh,
};

/**
 * Exchanges a refresh token for a new access token and its successor. Within 30 seconds the same token gets the same
 * successor again; later it revokes its family.
 *
 * @throws {errors.InvalidRequest} no refresh token
 * @throws {errors.InvalidScope} more is asked for than was granted
 * @throws {errors.InvalidGrant} not ours, expired, revoked, reused, of another client, or its sign-in does not stand
 *   any more
 * @see RFC 6749 §6, RFC 9700 §4.14
 */
async function refresh(
  { house, mint }: TokenDeps,
  { client, params, use, about, read, jkt }: TokenRequest,
): Promise<TokenAnswer> {
  const { clientId, im1Enabled } = client;
  requireParameter(params, 'refresh_token');
  const name = about.refreshToken;
  if (name === undefined) throw new errors.InvalidGrant('refresh token not found');
  const asked = { name, clientId, use };
  const family = await checkFamily(house, read.family, asked);
  const wanted = narrow(family.scopes, params.get('scope'));
  const { scopes, sharing } = await assertStillAgreed(house, client, {
    ...family,
    scopes: wanted,
    found: read.family?.sharing,
  });
  const signIn: SignIn = { ...family, scopes };
  const claims = releasedClaims(sharing, { ...signIn, im1Enabled, use: 'access_token' });
  const binding = bindingTo(jkt);
  await rotate(house, family, asked);
  const accessToken = await mint.accessToken(signIn, { ...claims, ...binding.claims });
  return {
    access_token: accessToken,
    token_type: binding.tokenType,
    expires_in: lifetimes.accessToken,
    refresh_token: spellRefreshToken(house.secrets, { ...name, generation: name.generation + 1 }),
    scope: scopes.join(' '),
  };
}

interface Asked {
  readonly name: RefreshTokenName;
  readonly clientId: string;
  readonly use: OneUse;
}

async function checkFamily(
  house: House,
  family: TokenFamily | undefined,
  { name, clientId, use }: Asked,
): Promise<TokenFamily> {
  if (family === undefined) throw new errors.InvalidGrant('refresh token not found');
  if (family.clientId !== clientId) throw new errors.InvalidGrant('client mismatch');
  if (family.revokedAt !== null) throw new errors.InvalidGrant('refresh token was revoked');
  if (family.expiresAt <= house.clock.now()) throw new errors.InvalidGrant('refresh token is expired');
  if (name.generation > family.generation) throw new errors.InvalidGrant('refresh token not found');
  if (name.generation < family.generation && !isWithinGrace(house, family, name)) {
    // A request that was itself seen before revokes nothing.
    await use.spend();
    await revokeTokens(house, { family: name.family, clientId, reason: 'refresh_token_reused' });
    throw new errors.InvalidGrant('refresh token was used before');
  }
  return family;
}

function isWithinGrace(house: House, family: TokenFamily, name: RefreshTokenName): boolean {
  const exchangedAt = family.rotations.at(name.generation - family.generation);
  return exchangedAt !== undefined && secondsAfter(exchangedAt, graceSeconds) >= house.clock.now();
}

async function rotate(house: House, family: TokenFamily, asked: Asked): Promise<void> {
  const { name, use } = asked;
  if (name.generation < family.generation) return use.spend();
  const now = house.clock.now();
  const expiresAt = secondsAfter(now, lifetimes.refreshToken);
  if (await use.write((db, assertion) => rotateFamily(db, assertion, { ...name, now, expiresAt }))) return;
  // A twin of this request was faster: then this one is in grace. Or the family was revoked this moment.
  await checkFamily(house, await selectFamily(house.database.db, name.family), asked);
}

/** @returns the scopes asked for, in the order in which they were granted; all when none are asked for */
function narrow(granted: readonly string[], asked: string | undefined): readonly string[] {
  if (asked === undefined) return granted;
  const scopes = asked.split(' ').filter((scope) => scope !== '');
  const missing = scopes.filter((scope) => !granted.includes(scope));
  if (missing.length > 0)
    throw new errors.InvalidScope('more is asked for than was granted', missing.join(' '));
  return granted.filter((scope) => scopes.includes(scope));
}
