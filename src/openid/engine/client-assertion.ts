import { errors } from 'oidc-provider';
import type { EngineTime } from './engine-time.ts';

const mostSecondsAhead = 3600;
const mostJtiCharacters = 512;

/**
 * The contract's rules for client assertions beyond those that the engine checks itself (signature, algorithm, `iss`,
 * `aud`, `exp`, single use). Their times are those of the service's machine, which can't know of a moved clock.
 *
 * @throws {errors.InvalidClientAuth}
 */
export function checkAssertion(
  time: EngineTime,
  claims: { exp?: unknown; sub?: unknown; iss?: unknown; jti?: unknown },
): void {
  const { exp, jti } = claims;
  if (typeof exp !== 'number' || exp > time.now() + mostSecondsAhead) {
    throw new errors.InvalidClientAuth('exp must not be more than an hour ahead');
  }
  if (typeof jti !== 'string' || jti.length > mostJtiCharacters) {
    throw new errors.InvalidClientAuth(`jti must be text of at most ${mostJtiCharacters} characters`);
  }
  if (claims.sub !== claims.iss) throw new errors.InvalidClientAuth('sub must be the client_id');
}
