import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import type { Jobs } from '#foundation/jobs';
import { readClient } from '#partners';
import { z } from 'zod';
import type { LivingKeys } from '../keys/living-keys.ts';
import type { Mint } from '../tokens/mint.ts';
import { postForm } from './outbound.ts';

/** The queue of services that are to be told that somebody signed out. */
export const backChannelQueue = 'openid.back-channel-logout';

/** Tried for about half an hour: later the service will have noticed by other means. */
const rules = { retryLimit: 9, retryDelay: 2, retryDelayMax: 600, expireInSeconds: 60, atOnce: 4 };

const backChannelJob = z.object({ clientId: z.string(), accountId: z.string(), sid: z.string().optional() });
export type BackChannelJob = z.output<typeof backChannelJob>;

interface BackChannelDeps {
  readonly house: House;
  /** Looked at before each use: nothing else follows them. */
  readonly keys: LivingKeys;
  /** Signs with those keys. */
  readonly mint: Mint;
}

/**
 * Starts telling services that people signed out.
 *
 * @see OpenID Connect Back-Channel Logout 1.0 §2.5
 */
export async function startBackChannel(deps: BackChannelDeps, jobs: Jobs): Promise<void> {
  await jobs.work(backChannelQueue, rules, (data) => tell(deps, backChannelJob.parse(data)));
}

/** @throws {Fault} `openid.logout-not-told` */
async function tell({ house, keys, mint }: BackChannelDeps, job: BackChannelJob): Promise<void> {
  const client = await readClient(house.deps, job.clientId);
  const address = client?.logout?.backChannelUri;
  if (address === undefined) return;
  await keys.look();
  const form = { logout_token: await mint.logoutToken(job) };
  const mayBeHere = house.settings.mode === 'sandbox';
  const status = await postForm(address, form, { mayBeHere }).catch((cause: unknown) => {
    throw new Fault('openid.logout-not-told', { cause });
  });
  if (status !== 200 && status !== 204) {
    throw new Fault('openid.logout-not-told', { cause: `status ${status}` });
  }
}
