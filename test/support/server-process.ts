import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Environment } from '#foundation/settings';
import { bareEnvironment } from './bare-environment.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const msBetweenLooks = 50;
const mostLooks = 1200;

/** The product as operators run it: a process of its own. */
export interface ServerProcess {
  readonly listensAt: string;
  /** What it has written so far, on both of its streams. */
  output(): string;
  /** Waits until it answers that it is ready. @throws {Error} when it ends instead */
  ready(): Promise<void>;
  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void;
  /** Waits for its end. @returns its exit code; null after a signal that it could not handle */
  ended(): Promise<number | null>;
  /** Kills it if it still runs, and removes its folder. */
  clear(): Promise<void>;
}

/** Starts `src/main.ts` with these settings and no others. */
export async function startServerProcess(port: number, environment: Environment): Promise<ServerProcess> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bevan-process-'));
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...bareEnvironment, PORT: String(port), BEVAN_DATA_DIR: folder, ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      output += bytes.toString('utf8');
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const listensAt = `http://127.0.0.1:${port}`;
  return {
    listensAt,
    output: () => output,
    ready: async () => {
      for (let looks = 0; looks < mostLooks; looks += 1) {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${output}`);
        const answer = await fetch(`${listensAt}/health/ready`).catch(() => undefined);
        if (answer?.ok === true) return;
        await wait(msBetweenLooks);
      }
      throw new Error(`it is not ready:\n${output}`);
    },
    signal: (name) => {
      child.kill(name);
    },
    ended: () => ended,
    clear: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
