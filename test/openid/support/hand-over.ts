import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { nowSeconds, type TestService } from './service.ts';

/**
 * Signs what a service says of somebody whom it hands over.
 *
 * @param code the `jti` of the ID token that it got for them
 * @param changes claims to change; undefined leaves one out
 */
export function signHandOver(
  service: Pick<TestService, 'clientId' | 'privateKey'>,
  code: unknown,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const now = nowSeconds();
  const claims = { iss: service.clientId, code, jti: randomUUID(), iat: now, exp: now + 60, ...changes };
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS512' }).sign(service.privateKey);
}
