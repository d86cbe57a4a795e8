import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';

/** Keys of RSA and long user handles stay far below. */
const mostCharacters = 16_000;

const base64url = z.string().regex(/^[\w-]+$/u);
/** Browsers may know ways that are unknown here, which browsers then know what to do with. */
const transports = z.array(z.string().max(20)).max(10);
const credential = { id: base64url, rawId: base64url, type: z.literal('public-key') };
// What browsers add besides is told by nobody who could be believed.
const extensions = z.unknown().transform(() => ({}));

const newPasskey = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: transports.optional(),
  }),
  clientExtensionResults: extensions,
});

const usedPasskey = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url,
  }),
  clientExtensionResults: extensions,
});

const clientData = z.object({ challenge: base64url });

/** @param text JSON of a `PublicKeyCredential` that a browser has made @returns undefined if it is none */
export function readNewPasskey(text: string): RegistrationResponseJSON | undefined {
  const { data } = newPasskey.safeParse(readJson(text));
  if (data === undefined) return undefined;
  const { transports: ways, ...response } = data.response;
  return { ...data, response: ways === undefined ? response : { ...response, transports: ways } };
}

/** @param text JSON of a `PublicKeyCredential` that signed somebody in @returns undefined if it is none */
export function readUsedPasskey(
  text: string,
): (AuthenticationResponseJSON & z.output<typeof usedPasskey>) | undefined {
  return usedPasskey.safeParse(readJson(text)).data;
}

/** @returns the challenge that a browser says it answers */
export function challengeOf(clientDataJson: string): string | undefined {
  return clientData.safeParse(readJson(Buffer.from(clientDataJson, 'base64url').toString())).data?.challenge;
}

function readJson(text: string): unknown {
  if (text.length > mostCharacters) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
