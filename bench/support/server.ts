import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { memoryEnvironment, memoryOptions } from '../../scripts/installation.mjs';
import { findFreePort } from '../../test/support/free-port.ts';

/** The product, running as `npm start` runs it, in a process of its own. */
export interface BenchServer {
  readonly issuer: string;
  readonly port: number;
  /** @returns the CPU seconds (user and system, all threads) that its process has used so far */
  cpuSeconds(): Promise<number>;
  /** @returns the most memory that its process has held at any time, in MiB; undefined where the system doesn't tell */
  peakMemoryMb(): Promise<number | undefined>;
  /** @returns how many signatures it has made so far */
  signatures(): Promise<number>;
  stop(): Promise<void>;
}

const repository = path.resolve(import.meta.dirname, '../..');
const signatureCount = pathToFileURL(path.join(import.meta.dirname, '../count-signatures.ts')).href;
const mostStartSeconds = 60;
const msBetweenLooks = 50;

/**
 * Starts the product in sandbox mode, without the log of requests that production doesn't have either. It believes the
 * addresses that the load names as those of its people: many people at many addresses, as limits per network address
 * expect them.
 *
 * @param options.dataFolder for its keys and its log
 * @param options.nodeOptions further options for its Node.js, such as `--cpu-prof`
 */
export async function startBenchServer(options: {
  dataFolder: string;
  databaseUrl: string;
  masterKey: Buffer;
  nodeOptions: readonly string[];
}): Promise<BenchServer> {
  const { dataFolder, databaseUrl, masterKey, nodeOptions } = options;
  const port = await findFreePort();
  const logFile = path.join(dataFolder, 'server.log');
  const log = await open(logFile, 'w');
  const child = spawn(
    process.execPath,
    [...memoryOptions, `--import=${signatureCount}`, ...nodeOptions, path.join(repository, 'src/main.ts')],
    {
      cwd: dataFolder,
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
      env: {
        ...memoryEnvironment,
        PATH: process.env['PATH'],
        BEVAN_MODE: 'sandbox',
        BEVAN_DATA_DIR: dataFolder,
        BEVAN_MASTER_KEY: masterKey.toString('base64'),
        BEVAN_SANDBOX_KEEPS_REQUESTS: 'false',
        BEVAN_TRUSTED_PROXIES: '127.0.0.1',
        DATABASE_URL: databaseUrl,
        PORT: String(port),
      },
    },
  );
  await log.close();
  const address = `http://127.0.0.1:${port}`;
  try {
    await untilReady(child, address);
  } catch (error) {
    await stopChild(child);
    throw new Error(`the product did not start:\n${await readFile(logFile, 'utf8')}`, { cause: error });
  }
  return {
    issuer: `http://localhost:${port}`,
    port,
    cpuSeconds: async () => {
      const metrics = await (await fetch(`${address}/metrics`)).text();
      return Number(/^process_cpu_seconds_total (?<seconds>\S+)/mu.exec(metrics)?.groups?.['seconds']);
    },
    peakMemoryMb: async () => {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      const kib = /^VmHWM:\s+(?<kib>\d+) kB/mu.exec(status)?.groups?.['kib'];
      return kib === undefined ? undefined : Math.round(Number(kib) / 1024);
    },
    signatures: async () => {
      const counted = new Promise<unknown>((resolve) => child.once('message', resolve));
      child.send('count');
      return z.number().parse(await counted);
    },
    stop: () => stopChild(child),
  };
}

async function untilReady(child: ChildProcess, address: string): Promise<void> {
  for (let waited = 0; waited < mostStartSeconds * 1000; waited += msBetweenLooks) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const answer = await fetch(`${address}/health/ready`).catch(() => undefined);
    if (answer?.ok === true) return;
    await wait(msBetweenLooks);
  }
  throw new Error(`it was not ready after ${mostStartSeconds} seconds`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
