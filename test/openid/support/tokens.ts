import assert from 'node:assert/strict';
import { decodeJwt, decodeProtectedHeader } from 'jose';

/** @returns what a token says, unchecked */
export function payloadOf(token: unknown): Record<string, unknown> {
  return decodeJwt(String(token));
}

export function headerOf(token: unknown): Record<string, unknown> {
  return { ...decodeProtectedHeader(String(token)) };
}

/** The header that presents an access token. */
export function bearer(token: unknown): { authorization: string } {
  assert.ok(typeof token === 'string');
  return { authorization: `Bearer ${token}` };
}
