import { decodeJwt, decodeProtectedHeader } from 'jose';

/** @returns what a token says, unchecked */
export function payloadOf(token: unknown): Record<string, unknown> {
  return decodeJwt(String(token));
}

export function headerOf(token: unknown): Record<string, unknown> {
  return { ...decodeProtectedHeader(String(token)) };
}
