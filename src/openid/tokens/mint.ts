import type { Claims } from '#consent';
import { randomToken } from '#foundation/security';
import { errors, jwtVerify, type JWTPayload } from 'jose';
import type { LivingKeys } from '../keys/living-keys.ts';
import { signingAlgorithm } from '../keys/signer.ts';

/** Lifetimes of the contract, in seconds. */
export const lifetimes = {
  code: 600,
  accessToken: 300,
  idToken: 3600,
  refreshToken: 30 * 24 * 3600,
} as const;

/** A person's sign-in to a service, as its tokens tell of it. */
export interface SignIn {
  readonly accountId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The vector of the request that what happened satisfies. */
  readonly vot: string;
  readonly signedInAt: Date;
  /** Names all tokens of this sign-in. */
  readonly family: string;
}

/** Signs and checks the platform's tokens. */
export interface Mint {
  accessToken(signIn: SignIn, claims: JWTPayload): Promise<string>;
  /** @param nonce the one of the authorization request */
  idToken(signIn: SignIn, claims: Claims, nonce: string | undefined): Promise<string>;
  /** @returns an access token's claims, or undefined if it is not one of ours that is still good */
  readAccessToken(token: string): Promise<JWTPayload | undefined>;
}

/** @param issuer.vtm where it says what the components of `vot` mean here */
export function createMint(
  deps: { clock: { now(): Date }; keys: LivingKeys },
  issuer: { issuer: string; vtm: string },
): Mint {
  const sign = (signIn: SignIn, claims: JWTPayload, lifetimeSeconds: number): Promise<string> => {
    const now = Math.floor(deps.clock.now().getTime() / 1000);
    return deps.keys.signJwt({
      ...claims,
      iss: issuer.issuer,
      sub: signIn.accountId,
      aud: signIn.clientId,
      iat: now,
      exp: now + lifetimeSeconds,
      jti: `${signIn.family}.${randomToken()}`,
      auth_time: Math.floor(signIn.signedInAt.getTime() / 1000),
      vot: signIn.vot,
      vtm: issuer.vtm,
    });
  };
  return {
    accessToken: (signIn, claims) =>
      sign(
        signIn,
        {
          ...claims,
          scope: signIn.scopes.join(' '),
          client_id: signIn.clientId,
          token_use: 'access',
          version: 0,
        },
        lifetimes.accessToken,
      ),
    idToken: (signIn, claims, nonce) =>
      sign(
        signIn,
        { ...claims, token_use: 'id', ...(nonce === undefined ? {} : { nonce }) },
        lifetimes.idToken,
      ),
    readAccessToken: async (token) => {
      const claims = await verified(deps, { token, issuer: issuer.issuer });
      return claims?.['token_use'] === 'access' ? claims : undefined;
    },
  };
}

async function verified(
  deps: { clock: { now(): Date }; keys: LivingKeys },
  { token, issuer }: { token: string; issuer: string },
): Promise<JWTPayload | undefined> {
  const findKey = async ({ kid }: { kid?: string }) => {
    const key = await deps.keys.find(kid ?? '');
    if (key === undefined) throw new UnknownKey();
    return key;
  };
  try {
    const { payload } = await jwtVerify(token, findKey, {
      algorithms: [signingAlgorithm],
      issuer,
      typ: 'JWT',
      requiredClaims: ['sub', 'aud', 'exp', 'jti'],
      currentDate: deps.clock.now(),
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof UnknownKey) return undefined;
    throw error;
  }
}

class UnknownKey extends Error {}
