import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { answerTasks } from '#foundation/workers';

/** A worker for tests: what it does well, and every way in which a worker can go wrong. */

const kept: Buffer[] = [];
let done = 0;

answerTasks(
  {
    echo: async (input) => input,
    count: async () => {
      done += 1;
      return { done, pid: process.pid };
    },
    environment: async () => ({ ...process.env, NODE_CHANNEL_FD: undefined }),
    readFile: async (file) => readFileSync(String(file), 'utf8'),
    pid: async () => process.pid,
    sleep: async (milliseconds) => {
      await new Promise((resolve) => {
        setTimeout(resolve, Number(milliseconds));
      });
      return process.pid;
    },
    loop: async (_input, caller) => {
      await caller.write(Buffer.from(String(process.pid)));
      while (kept.length === 0);
    },
    crash: async () => process.kill(process.pid, 'SIGSEGV'),
    fillMemory: async () => {
      for (;;) {
        kept.push(Buffer.alloc(10_000_000, 1));
        await new Promise(setImmediate);
      }
    },
    fillHeap: async () => {
      const all: object[] = [];
      for (;;) all.push({ all: [all.length] });
    },
    quote: async (input) => {
      throw new RangeError(`cannot decode ${String(input)}`);
    },
    reverse: async (_input, caller) => {
      const bytes = await caller.read(0, 5_000_000);
      await caller.write(Uint8Array.from(bytes).toReversed());
      return { length: bytes.length, beyond: (await caller.read(bytes.length, 10)).length };
    },
    lie: async () => process.send?.({ kind: 'write', bytes: 'not bytes' }),
    flood: async () => {
      for (let request = 1; request < 100; request += 1)
        process.send?.({ kind: 'read', request, offset: 0, length: 10 });
      await new Promise(() => {});
    },
  },
  wait(Number(process.env['PREPARES_MS'] ?? 0)),
);
