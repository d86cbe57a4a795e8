import { createLog } from '#foundation/log';
import { openWorkers } from '#foundation/workers';

/** A server whose worker never gives way; it says the worker's process id. */

const workers = openWorkers({
  script: new URL('tasks-process.ts', import.meta.url),
  name: 'tests',
  processes: 1,
  queue: 1,
  taskSeconds: 600,
  idleSeconds: 600,
  heapMb: 64,
  memoryMb: 250,
  log: createLog({ level: 'silent' }),
});
await workers.run({
  name: 'loop',
  input: undefined,
  write: async (bytes) => void process.stdout.write(bytes),
});
