import { loadSenders, readSimulatedInbox, startMessagingWork, type InboxMessage } from '#messaging';
import type { TestHouse } from './house.ts';
import { until } from './until.ts';

/** What arrives at a test's e-mail addresses and phones. */
export interface TestInbox {
  /** Waits for a message that was not read here before. @param to an e-mail address or a number in E.164 */
  next(to: string): Promise<InboxMessage>;
  /** Waits for the next message's security code. */
  nextCode(to: string): Promise<string>;
  /** Waits until nothing is left to send; other work may be left, which nobody does here. @returns how many messages there are to somebody */
  countAll(to: string): Promise<number>;
}

/** Starts sending in a test house, to the simulated inbox. */
export async function openInbox({ house, jobs }: TestHouse): Promise<TestInbox> {
  await startMessagingWork(house, jobs, await loadSenders(house.settings, {}));
  const read = new Set<string>();
  const next = async (to: string): Promise<InboxMessage> => {
    const unread = await until(async () => {
      const messages = await readSimulatedInbox(house.deps, { to });
      return messages.findLast((message) => !read.has(message.id));
    }, `something new for ${to}`);
    read.add(unread.id);
    return unread;
  };
  return {
    next,
    nextCode: async (to) => {
      const { code } = await next(to);
      if (code === undefined) throw new Error('the message has no code');
      return code;
    },
    countAll: async (to) => {
      await until(async () => {
        const { rowCount } = await house.database.pool.query(
          "SELECT FROM jobs.job WHERE state < 'completed' AND starts_with(name, 'messaging.') LIMIT 1",
        );
        return rowCount === 0;
      }, 'the end of all that was to send');
      return (await readSimulatedInbox(house.deps, { to })).length;
    },
  };
}
