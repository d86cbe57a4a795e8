import { signInsEndedQueue } from '#accounts';
import type { Deps, House } from '#foundation/deps';
import type { Jobs } from '#foundation/jobs';
import { z } from 'zod';
import { openSession } from '../hand-over/living-session.ts';
import { announce, partiesOf } from './sign-out.ts';
import { revokeFamiliesBefore, selectSession } from './store.ts';

const rules = { retryLimit: 10, retryDelay: 2, retryDelayMax: 300, expireInSeconds: 60, atOnce: 2 };
/** Longer than a request takes that was under way. One that takes longer has been given what is good for nothing, too. */
const againAfterSeconds = 5;
const endedJob = z.object({
  accountId: z.uuid(),
  endedAt: z.coerce.date(),
  isAgain: z.boolean().optional(),
});

/**
 * Ends, in a transaction, the tokens that services have of an account, and tells those services that want to be told, each once.
 *
 * @param ended.before only those from sign-ins before that moment
 */
export async function endEverywhere(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'enqueue'>,
  ended: { readonly accountId: string; readonly before?: Date },
): Promise<void> {
  const { accountId } = ended;
  const found = await revokeFamiliesBefore(deps.db, { ...ended, now: deps.clock.now() });
  const clientIds = [...new Set(found.map(({ clientId }) => clientId))];
  for (const client of await partiesOf(deps, clientIds)) {
    const sessions = found.filter(({ clientId }) => clientId === client.clientId);
    const uids = client.logout?.needsSid === true ? await uidsOf(deps, sessions) : [undefined];
    for (const uid of uids) await announce(deps, client, { uid, accountId });
  }
}

/** @returns the names of sessions, as far as they are known still; one that is not is told without it: all of theirs are meant */
async function uidsOf(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets'>,
  sessions: readonly { readonly sessionUid: Buffer | null }[],
): Promise<readonly (string | undefined)[]> {
  const uids = new Set<string | undefined>();
  for (const { sessionUid } of sessions) {
    const sealed = sessionUid === null ? undefined : await selectSession(deps.db, sessionUid);
    uids.add(sealed === undefined ? undefined : openSession(deps, sealed)?.uid);
  }
  return [...uids];
}

/**
 * Starts telling services when all sign-ins of an account were ended; once more some seconds later: a request that was under way may have
 * been given tokens meanwhile, which are good for nothing.
 */
export async function startEndingEverywhere(house: House, jobs: Jobs): Promise<void> {
  await jobs.work(signInsEndedQueue, rules, async (data) => {
    const { accountId, endedAt, isAgain } = endedJob.parse(data);
    await house.transact(async (deps) => {
      await endEverywhere(deps, { accountId, before: endedAt });
      if (isAgain === true) return;
      const again = { accountId, endedAt: endedAt.toISOString(), isAgain: true };
      await deps.enqueue(signInsEndedQueue, again, { afterSeconds: againAfterSeconds });
    });
  });
}
