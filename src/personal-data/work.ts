import { findDueToClose, noteUse, readAccount, tellUnused, whyDueToClose } from '#accounts';
import type { Deps, House } from '#foundation/deps';
import { doDue, type Jobs } from '#foundation/jobs';
import { hasLivingTokens } from '#openid';
import { z } from 'zod';
import { closeAccount, eraseAgainQueue } from './close.ts';
import { eraseAccount } from './erase.ts';

const everySeconds = 60;
/** No more at once than a minute is enough for. */
const most = 200;

/**
 * Tells the owners of unused accounts, and closes those that have been unused for too long. One that fails holds up no other. An
 * account whose owner an app keeps signed in is in use.
 */
export async function tendUnusedAccounts(house: House): Promise<void> {
  await tellUnused(house, { most, isInUse: hasLivingTokens });
  await doDue<string>(house.log, {
    what: 'close an unused account',
    atOnce: most,
    enough: most,
    keyOf: (accountId) => accountId,
    find: (tried) => findDueToClose(house.deps, { tried, most }),
    make: (accountId) => house.transact((deps) => closeUnused(deps, accountId)),
  });
}

async function closeUnused(deps: Deps, accountId: string): Promise<void> {
  const reason = await whyDueToClose(deps, accountId);
  if (reason === undefined) return;
  if (await hasLivingTokens(deps, accountId)) await noteUse(deps, accountId);
  else await closeAccount(deps, { accountId, reason });
}

const againRules = { retryLimit: 10, retryDelay: 5, retryDelayMax: 300, expireInSeconds: 60, atOnce: 2 };
const againJob = z.object({ accountId: z.uuid() });

/** Starts looking after unused accounts in this process, and making sure of those that were closed. */
export async function startPersonalDataWork(house: House, jobs: Jobs): Promise<void> {
  await jobs.work(eraseAgainQueue, againRules, async (data) => {
    const { accountId } = againJob.parse(data);
    await house.transact(async (deps) => {
      // A sandbox that was put back may have the same account again.
      if ((await readAccount(deps, accountId)) === undefined) await eraseAccount(deps, accountId);
    });
  });
  jobs.every(everySeconds, 'look after unused accounts', () => tendUnusedAccounts(house));
}
