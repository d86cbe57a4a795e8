import { createHash } from 'node:crypto';
import { secretsEqual, type Secrets } from '#foundation/security';

/** Every token that comes from one authorization code names its family, so that all of them can be revoked at once. */
export function familyOf(code: string): string {
  return createHash('sha256')
    .update('token family of ')
    .update(code)
    .digest()
    .subarray(0, 16)
    .toString('base64url');
}

const accessTokenId = /^(?<family>[\w-]{22})\.[\w-]{43}$/u;

/** @returns the family that an access token's `jti` names, or undefined if it is not one of ours */
export function familyOfAccessToken(jti: string): string | undefined {
  return accessTokenId.exec(jti)?.groups?.['family'];
}

/**
 * Spells the `jti` of a family's ID token; there is one. It can't be guessed, and can be told from that of an access
 * token without having been stored.
 */
export function spellIdTokenId(secrets: Secrets, family: string): string {
  return `${family}.${secrets.mac('openid id token', family)}`;
}

/** @returns the family of an ID token of ours, or undefined if no ID token has this `jti` */
export function familyOfIdToken(secrets: Secrets, jti: string): string | undefined {
  const family = familyOfAccessToken(jti);
  return family !== undefined && secretsEqual(spellIdTokenId(secrets, family), jti) ? family : undefined;
}

/** Names a session to one service; services can't compare what they are told. */
export function sidOf(secrets: Secrets, of: { sessionUid: string; clientId: string }): string {
  return secrets.mac('openid sid', `${of.sessionUid} ${of.clientId}`);
}

/** One of the refresh tokens of a family. */
export interface RefreshTokenName {
  readonly family: string;
  /** Counted from 1; each exchange makes the next one the valid one. */
  readonly generation: number;
}

const refreshToken = /^(?<family>[\w-]{22})\.(?<generation>[1-9]\d{0,8})\.(?<proof>[\w-]{43})$/u;

/**
 * Spells a refresh token. Nothing but the house's key can make one, so none needs to be stored, and the same successor
 * can be given again.
 */
export function spellRefreshToken(secrets: Secrets, { family, generation }: RefreshTokenName): string {
  return `${family}.${generation}.${secrets.mac('openid refresh token', `${family}.${generation}`)}`;
}

/** @returns which refresh token it is, or undefined if we have not made it */
export function readRefreshToken(secrets: Secrets, token: string): RefreshTokenName | undefined {
  const parts = refreshToken.exec(token)?.groups;
  const { family, generation: digits } = parts ?? {};
  if (family === undefined || digits === undefined) return undefined;
  const name = { family, generation: Number(digits) };
  return secretsEqual(spellRefreshToken(secrets, name), token) ? name : undefined;
}
