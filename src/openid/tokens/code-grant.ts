import { createHash } from 'node:crypto';
import { releasedClaims } from '#consent';
import { secondsAfter } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { secretsEqual } from '#foundation/security';
import { errors } from 'oidc-provider';
import { z } from 'zod';
import { digestOf, openPayload } from '../engine/sealed-entity.ts';
import type { StoredCode } from './about-store.ts';
import { familyOf, sidOf, spellRefreshToken } from './family.ts';
import { bindingTo, type Grant, type TokenAnswer, type TokenDeps, type TokenRequest } from './grant.ts';
import { lifetimes } from './mint.ts';
import type { OneUse } from './one-use.ts';
import { revokeTokens } from './revocation.ts';
import { assertStillAgreed } from './still-agreed.ts';
import { redeemCode } from './store.ts';
import { requireParameter } from './token-form.ts';

/** What the engine keeps of an authorization request under its code; times by the house's clock. */
const codePayload = z.object({
  accountId: z.string(),
  clientId: z.string(),
  redirectUri: z.string(),
  scope: z.string(),
  acr: z.string(),
  authTime: z.number(),
  sessionUid: z.string(),
  nonce: z.string().optional(),
  codeChallenge: z.string().optional(),
  dpopJkt: z.string().optional(),
});
type CodePayload = z.output<typeof codePayload>;

const verifierPattern = /^[\w.~-]{43,128}$/u;

export const codeGrant: Grant = {
  about: (_house, params) => {
    const code = params.get('code');
    return code === undefined ? {} : { codeId: digestOf(code) };
  },
  exchange: exchangeCode,
};

/**
 * Exchanges an authorization code for tokens, once. A second use revokes what the first one issued.
 *
 * @throws {errors.InvalidRequest} a parameter is missing or malformed
 * @throws {errors.InvalidGrant} unknown, used, expired, of another client, redirect URI or verifier, or its sign-in
 *   does not stand any more
 * @see RFC 6749 §4.1.3, RFC 7636 §4.6, OpenID Connect Core §3.1.3
 */
async function exchangeCode(
  { house, mint }: TokenDeps,
  { client, params, use, read, jkt }: TokenRequest,
): Promise<TokenAnswer> {
  const { clientId, im1Enabled, logout } = client;
  const code = requireParameter(params, 'code');
  const redirectUri = requireParameter(params, 'redirect_uri');
  const verifier = readVerifier(params.get('code_verifier'));

  const family = familyOf(code);
  const found = read.code;
  const stored = await readCode(house, found, { clientId, family, use });
  if (stored.redirectUri !== redirectUri) throw new errors.InvalidGrant('redirect_uri mismatch');
  checkVerifier(verifier, stored.codeChallenge);
  if (jkt !== undefined && stored.dpopJkt !== undefined && jkt !== stored.dpopJkt)
    throw new errors.InvalidGrant('the code is bound to another key');

  const signedInAt = new Date(Math.round(stored.authTime * 1000));
  const { accountId } = stored;
  const asked = { accountId, signedInAt, scopes: stored.scope.split(' '), vot: stored.acr };
  const { scopes, sharing } = await assertStillAgreed(house, client, { ...asked, found: found?.sharing });
  const signIn = { ...asked, clientId, im1Enabled, scopes, family };
  const binding = bindingTo(jkt);
  const sid = logout?.needsSid === true ? { sid: sidOf(house.secrets, { ...stored, clientId }) } : {};
  const now = house.clock.now();
  const released = {
    inAccessToken: releasedClaims(sharing, { ...signIn, use: 'access_token' }),
    inIdToken: releasedClaims(sharing, { ...signIn, use: 'id_token' }),
  };
  const wasFirst = await use.write((db, assertion) =>
    redeemCode(db, assertion, {
      code: { id: digestOf(code), now },
      family: {
        ...signIn,
        sessionUid: digestOf(stored.sessionUid),
        expiresAt: secondsAfter(now, lifetimes.refreshToken),
      },
    }),
  );
  if (!wasFirst) throw await replayed(house, { family, clientId, use });
  const [accessToken, idToken] = await Promise.all([
    mint.accessToken(signIn, { ...released.inAccessToken, ...binding.claims }),
    mint.idToken(signIn, { ...released.inIdToken, ...sid }, stored.nonce),
  ]);
  return {
    access_token: accessToken,
    token_type: binding.tokenType,
    expires_in: lifetimes.accessToken,
    refresh_token: spellRefreshToken(house.secrets, { family, generation: 1 }),
    id_token: idToken,
    scope: scopes.join(' '),
  };
}

async function readCode(
  house: House,
  found: StoredCode | undefined,
  asked: { clientId: string; family: string; use: OneUse },
): Promise<CodePayload> {
  // A used code is forgotten when it expires, its family is not.
  if (found === undefined) throw await replayed(house, asked);
  const payload = codePayload.parse(openPayload(house, 'AuthorizationCode', found.sealedPayload));
  if (payload.clientId !== asked.clientId) throw new errors.InvalidGrant('client mismatch');
  if (found.consumedAt !== null) throw await replayed(house, asked);
  if (found.expiresAt <= house.clock.now()) throw new errors.InvalidGrant('authorization code is expired');
  return payload;
}

/**
 * Revokes what a code was exchanged for, if it ever was.
 *
 * @param of.use a request that was itself seen before revokes nothing
 * @returns the refusal
 */
async function replayed(
  house: House,
  { family, clientId, use }: { family: string; clientId: string; use: OneUse },
): Promise<Error> {
  const refusal = await use.finish();
  if (refusal !== undefined) return refusal;
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
