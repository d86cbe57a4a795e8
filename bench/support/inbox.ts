import { setTimeout as wait } from 'node:timers/promises';
import type { BenchWorld } from './prepare.ts';

/** Everybody's phones: one look for all who wait, so that looking costs next to nothing. */
export interface Phones {
  /** Waits for the next code to somebody who has waited for no other since. */
  nextCode(phone: string): Promise<string>;
  close(): Promise<void>;
}

const msBetweenLooks = 20;
/** Messages of two processes become visible out of order; looking back a little misses none. */
const overlapMs = 2000;
const mostMessages = 500;
const longestWaitMs = 60_000;

export function openPhones(world: BenchWorld): Phones {
  const arrived = new Map<string, string[]>();
  const seen = new Set<string>();
  let since = new Date();
  const closing = new AbortController();
  const look = async () => {
    while (!closing.signal.aborted) {
      const lookedAt = Date.now();
      for (const { id, to, code } of (await world.readInbox(since, mostMessages)).toReversed()) {
        if (seen.has(id) || code === undefined) continue;
        seen.add(id);
        arrived.set(to, [...(arrived.get(to) ?? []), code]);
      }
      since = new Date(lookedAt - overlapMs);
      await wait(msBetweenLooks);
    }
  };
  const looking = look();
  return {
    nextCode: async (phone) => {
      for (const began = Date.now(); Date.now() - began < longestWaitMs; ) {
        const code = arrived.get(phone)?.shift();
        if (code !== undefined) return code;
        await wait(msBetweenLooks);
      }
      throw new Error('a code did not come');
    },
    close: async () => {
      closing.abort();
      await looking;
    },
  };
}
