import { z } from 'zod';
import type { Network } from './browser.ts';

/** @see RFC 7523 §2.2 */
export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const tokens = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  id_token: z.string().optional(),
});

/** Asks the token endpoint, as a service's own server does. @throws if it refuses */
export async function postToken(
  network: Network,
  parameters: Readonly<Record<string, string>>,
): Promise<z.output<typeof tokens>> {
  const answer = await network.ask({
    path: '/token',
    method: 'POST',
    form: new URLSearchParams(parameters).toString(),
  });
  if (answer.status !== 200) throw new Error(`no tokens (${answer.status}): ${answer.body}`);
  return tokens.parse(JSON.parse(answer.body));
}
