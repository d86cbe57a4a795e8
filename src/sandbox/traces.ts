import { findAccountId, readAccount } from '#accounts';
import type { Deps } from '#foundation/deps';
import { readPractice } from '#gp-systems';
import { readClient } from '#partners';
import { demoClientId } from './demo-client.ts';
import { exampleServiceIds } from './example-services.ts';
import { personas } from './personas.ts';
import { practiceCodes } from './practices.ts';

/**
 * Tells whether a sandbox has put anything in place here: a service, somebody made up, or a practice with staff whose passwords
 * everybody knows.
 */
export async function hasSandboxTraces(deps: Pick<Deps, 'db'>): Promise<boolean> {
  for (const clientId of [demoClientId, ...exampleServiceIds])
    if ((await readClient(deps, clientId)) !== undefined) return true;
  for (const odsCode of practiceCodes) if ((await readPractice(deps, odsCode)) !== undefined) return true;
  for (const { email, account } of personas) {
    if ((await findAccountId(deps, email)) !== undefined) return true;
    if (account !== undefined && (await readAccount(deps, account.sub)) !== undefined) return true;
  }
  return false;
}
