import { z } from 'zod';
import { assertionScheme } from './criteria.ts';

const mostCharacters = 16_000;

const base64url = z.string().regex(/^[\w-]+=*$/u);
const version = z.object({ major: z.literal(1), minor: z.literal(0) });

const response = z.object({
  header: z.object({
    upv: version,
    op: z.enum(['Reg', 'Auth']),
    appID: z.string().max(512).optional(),
    serverData: base64url,
  }),
  fcParams: base64url,
  assertions: z.tuple([z.object({ assertionScheme: z.literal(assertionScheme), assertion: base64url })]),
});

/** What a device answers. @see FIDO UAF Protocol Specification §3.4.4, §3.5.4 */
export type UafResponse = z.output<typeof response>;

const finalChallenge = z.object({ appID: z.string(), challenge: z.string(), facetID: z.string() });

const deregistration = z.object({
  authenticators: z
    .array(z.object({ aaid: z.string().max(20).optional(), keyID: z.string().max(4000) }))
    .min(1)
    .max(100),
});

/** @param text JSON, of one message or of a list of one @returns undefined if it is none of version 1.0 */
export function readResponse(text: string): UafResponse | undefined {
  return response.safeParse(onlyMessage(text)).data;
}

/** @param fcParams as a device sent and hashed it @returns what it says that it was asked */
export function readFinalChallenge(fcParams: string): z.output<typeof finalChallenge> | undefined {
  return finalChallenge.safeParse(readJson(Buffer.from(fcParams, 'base64url').toString())).data;
}

/** @param text JSON, of one message or of a list of one @returns which keys are to be forgotten; undefined if it is none */
export function readDeregistration(
  text: string,
): z.output<typeof deregistration>['authenticators'] | undefined {
  return deregistration.safeParse(onlyMessage(text)).data?.authenticators;
}

function onlyMessage(text: string): unknown {
  const read = readJson(text);
  if (!Array.isArray(read)) return read;
  const messages: readonly unknown[] = read;
  return messages.length === 1 ? messages[0] : undefined;
}

function readJson(text: string): unknown {
  if (text.length > mostCharacters) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
