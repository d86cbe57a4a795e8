import { findDueToClose, isDueToClose, tellUnused } from '#accounts';
import type { House } from '#foundation/deps';
import type { Jobs } from '#foundation/jobs';
import { closeAccount } from './close.ts';

const everySeconds = 60;
/** No more at once than a minute is enough for. */
const most = 200;

/** Tells the owners of unused accounts, and closes those that have been unused for too long. One that fails holds up no other. */
export async function tendUnusedAccounts(house: House): Promise<void> {
  await tellUnused(house, { most });
  for (const accountId of await findDueToClose(house.deps, { most })) {
    try {
      await house.transact(async (deps) => {
        if (await isDueToClose(deps, accountId)) await closeAccount(deps, { accountId, reason: 'unused' });
      });
    } catch (error) {
      house.log.error({ err: error }, 'an unused account could not be closed');
    }
  }
}

/** Starts looking after unused accounts in this process. */
export function startPersonalDataWork(house: House, jobs: Jobs): void {
  jobs.every(everySeconds, 'look after unused accounts', () => tendUnusedAccounts(house));
}
