import { createHash } from 'node:crypto';
import { releasedClaims } from '#consent';
import { secondsAfter } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { secretsEqual } from '#foundation/security';
import type { Client } from '#partners';
import { errors } from 'oidc-provider';
import { z } from 'zod';
import { digestOf, openPayload } from '../engine/sealed-entity.ts';
import { selectEntity, type StoredEntity } from '../engine/store.ts';
import { familyOf, spellRefreshToken } from './family.ts';
import type { TokenAnswer, TokenDeps } from './grant.ts';
import { lifetimes, type SignIn } from './mint.ts';
import { revokeTokens } from './revocation.ts';
import { assertStillAgreed } from './still-agreed.ts';
import { redeemCode } from './store.ts';
import { requireParameter, type TokenParameters } from './token-form.ts';

/** What the engine keeps of an authorization request under its code; times by the house's clock. */
const storedCode = z.object({
  accountId: z.string(),
  clientId: z.string(),
  redirectUri: z.string(),
  scope: z.string(),
  acr: z.string(),
  authTime: z.number(),
  nonce: z.string().optional(),
  codeChallenge: z.string().optional(),
});
type StoredCode = z.output<typeof storedCode>;

const verifierPattern = /^[\w.~-]{43,128}$/u;

/**
 * Exchanges an authorization code for tokens, once. A second use revokes what the first one issued.
 *
 * @throws {errors.InvalidRequest} a parameter is missing or malformed
 * @throws {errors.InvalidGrant} unknown, used, expired, of another client, redirect URI or verifier, or its sign-in
 *   does not stand any more
 * @see RFC 6749 §4.1.3, RFC 7636 §4.6, OpenID Connect Core §3.1.3
 */
export async function exchangeCode(
  { house, mint }: TokenDeps,
  { clientId }: Client,
  params: TokenParameters,
): Promise<TokenAnswer> {
  const code = requireParameter(params, 'code');
  const redirectUri = requireParameter(params, 'redirect_uri');
  const verifier = readVerifier(params.get('code_verifier'));

  const family = familyOf(code);
  const stored = await findCode(house, { code, clientId, family });
  if (stored.redirectUri !== redirectUri) throw new errors.InvalidGrant('redirect_uri mismatch');
  checkVerifier(verifier, stored.codeChallenge);

  const signedInAt = new Date(Math.round(stored.authTime * 1000));
  const { accountId } = stored;
  const asked = { accountId, clientId, signedInAt, scopes: stored.scope.split(' ') };
  const scopes = await assertStillAgreed(house, asked);
  const signIn: SignIn = { ...asked, scopes, vot: stored.acr, family };
  const now = house.clock.now();
  const [accessToken, idToken, wasFirst] = await Promise.all([
    releasedClaims(house.deps, { ...signIn, use: 'access_token' }).then((claims) =>
      mint.accessToken(signIn, claims ?? {}),
    ),
    releasedClaims(house.deps, { ...signIn, use: 'id_token' }).then((claims) =>
      mint.idToken(signIn, claims ?? {}, stored.nonce),
    ),
    redeemCode(
      house.database.db,
      { id: digestOf(code), now },
      { ...signIn, expiresAt: secondsAfter(now, lifetimes.refreshToken) },
    ),
  ]);
  if (!wasFirst) throw await replayed(house, { family, clientId });
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: lifetimes.accessToken,
    refresh_token: spellRefreshToken(house.secrets, { family, generation: 1 }),
    id_token: idToken,
    scope: scopes.join(' '),
  };
}

async function findCode(
  house: House,
  asked: { code: string; clientId: string; family: string },
): Promise<StoredCode> {
  const entity = await selectEntity(house.database.db, {
    model: 'AuthorizationCode',
    id: digestOf(asked.code),
  });
  if (entity === undefined) {
    // A used code is forgotten when it expires, its family is not.
    throw await replayed(house, asked);
  }
  const stored = openCode(house, entity);
  if (stored.clientId !== asked.clientId) throw new errors.InvalidGrant('client mismatch');
  if (entity.consumedAt !== null) throw await replayed(house, asked);
  if (entity.expiresAt <= house.clock.now()) throw new errors.InvalidGrant('authorization code is expired');
  return stored;
}

function openCode(house: House, entity: StoredEntity): StoredCode {
  return storedCode.parse(openPayload(house, 'AuthorizationCode', entity.sealedPayload));
}

/** Revokes what a code was exchanged for, if it ever was. @returns the refusal */
async function replayed(
  house: House,
  { family, clientId }: { family: string; clientId: string },
): Promise<Error> {
  await revokeTokens(house, { family, clientId, reason: 'code_replayed' });
  return new errors.InvalidGrant('authorization code not found or already used');
}

function readVerifier(verifier: string | undefined): string | undefined {
  if (verifier !== undefined && !verifierPattern.test(verifier)) {
    throw new errors.InvalidRequest(
      'code_verifier must be 43 to 128 letters, digits, dashes, dots, underscores or tildes',
    );
  }
  return verifier;
}

/** A challenge asks for its verifier, and a verifier for its challenge. */
function checkVerifier(verifier: string | undefined, challenge: string | undefined): void {
  if (verifier === undefined && challenge === undefined) return;
  if (verifier === undefined) throw new errors.InvalidGrant('code_verifier is missing');
  const expected = createHash('sha256').update(verifier).digest('base64url');
  if (!secretsEqual(expected, challenge ?? '')) throw new errors.InvalidGrant('code_verifier mismatch');
}
