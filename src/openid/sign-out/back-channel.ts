import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import type { Jobs } from '#foundation/jobs';
import { readClient } from '#partners';
import { z } from 'zod';
import type { Mint } from '../tokens/mint.ts';
import { postForm } from './outbound.ts';

/** The queue of services that are to be told that somebody signed out. */
export const backChannelQueue = 'openid.back-channel-logout';

/** Tried for about half an hour: later the service will have noticed by other means. */
const rules = { retryLimit: 9, retryDelay: 2, retryDelayMax: 600, expireInSeconds: 60, atOnce: 4 };

const backChannelJob = z.object({ clientId: z.string(), accountId: z.string(), sid: z.string().optional() });
export type BackChannelJob = z.output<typeof backChannelJob>;

/**
 * Starts telling services that people signed out.
 *
 * @see OpenID Connect Back-Channel Logout 1.0 §2.5
 */
export async function startBackChannel(deps: { house: House; mint: Mint }, jobs: Jobs): Promise<void> {
  await jobs.work(backChannelQueue, rules, (data) => tell(deps, backChannelJob.parse(data)));
}

/** @throws {Fault} `openid.logout-not-told` */
async function tell({ house, mint }: { house: House; mint: Mint }, job: BackChannelJob): Promise<void> {
  const client = await readClient(house.deps, job.clientId);
  const address = client?.logout?.backChannelUri;
  if (address === undefined) return;
  const form = { logout_token: await mint.logoutToken(job) };
  const mayBeHere = house.settings.mode === 'sandbox';
  const status = await postForm(address, form, { mayBeHere }).catch((cause: unknown) => {
    throw new Fault('openid.logout-not-told', { cause });
  });
  if (status !== 200 && status !== 204) {
    throw new Fault('openid.logout-not-told', { cause: `status ${status}` });
  }
}
