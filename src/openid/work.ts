import type { House } from '#foundation/deps';
import type { Jobs } from '#foundation/jobs';
import { trustMarkAddress } from './endpoints/discovery.ts';
import { openLivingKeys } from './keys/living-keys.ts';
import { startBackChannel } from './sign-out/back-channel.ts';
import { startEndingEverywhere } from './sign-out/end-everywhere.ts';
import { startEndingAgain } from './sign-out/sign-out.ts';
import { createMint } from './tokens/mint.ts';

/**
 * Starts what this room does in the background after people signed out, or were signed out everywhere: telling services, and making sure of it.
 *
 * @throws {Fault} `openid.no-signing-key`, `security.unsealable`
 */
export async function startOpenidWork(house: House, jobs: Jobs): Promise<void> {
  const { issuer } = house.settings;
  const keys = await openLivingKeys(house);
  const deps = { clock: house.clock, keys, secrets: house.secrets };
  const mint = createMint(deps, { issuer, vtm: trustMarkAddress(issuer) });
  await startBackChannel({ house, keys, mint }, jobs);
  await startEndingAgain(house, jobs);
  await startEndingEverywhere(house, jobs);
}
