import type { Clock } from '#foundation/clock';
import { secretsEqual, type Secrets } from '#foundation/security';
import { z } from 'zod';

/** For whom the register is asked: an application on its own, or somebody who has signed in. */
export type Access =
  | { readonly mode: 'application' }
  | { readonly mode: 'patient'; readonly nhsNumber?: string | undefined; readonly vot?: string | undefined };

interface TokenDeps {
  readonly secrets: Pick<Secrets, 'mac'>;
  readonly clock: Clock;
}

const purpose = 'access token of the simulated register';
export const tokenSeconds = 599;

const contents = z.object({
  expiresAt: z.number(),
  access: z.discriminatedUnion('mode', [
    z.object({ mode: z.literal('application') }),
    z.object({ mode: z.literal('patient'), nhsNumber: z.string().optional(), vot: z.string().optional() }),
  ]),
});

/** Issues a token that says itself what it is good for, so that it holds after a restart, too. */
export function issueAccessToken({ secrets, clock }: TokenDeps, access: Access): string {
  const expiresAt = clock.now().getTime() + tokenSeconds * 1000;
  const body = Buffer.from(JSON.stringify({ expiresAt, access })).toString('base64url');
  return `${body}.${secrets.mac(purpose, body)}`;
}

/** @returns undefined if it was not issued here, or has expired */
export function readAccessToken({ secrets, clock }: TokenDeps, token: string): Access | undefined {
  const [body = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0 || !secretsEqual(signature, secrets.mac(purpose, body))) return undefined;
  const { expiresAt, access } = contents.parse(JSON.parse(Buffer.from(body, 'base64url').toString()));
  return expiresAt > clock.now().getTime() ? access : undefined;
}
