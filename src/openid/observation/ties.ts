import { createHash } from 'node:crypto';
import { familyOf, familyOfAccessToken } from '../tokens/family.ts';

const tie = (kind: string, text: string): string =>
  createHash('sha256').update(`tie of ${kind} ${text}`).digest().subarray(0, 12).toString('base64url');

/** @param uid of one of the engine's interactions */
export function tieOfInteraction(uid: string): string {
  return tie('interaction', uid);
}

/** @param uri under which a pushed request is known */
export function tieOfPushedRequest(uri: string): string {
  return tie('pushed request', uri);
}

export function tieOfCode(code: string): string {
  return tie('family', familyOf(code));
}

/** @param token a refresh token that was accepted */
export function tieOfRefreshToken(token: string): string {
  return tie('family', token.split('.', 1)[0] ?? '');
}

/** @param jti of an access token; one that is not ours has no ties */
export function tiesOfAccessToken(jti: string): string[] {
  const family = familyOfAccessToken(jti);
  return family === undefined ? [] : [tie('family', family)];
}
