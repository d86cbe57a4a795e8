import { fork, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { migrate } from '#foundation/storage';
import { z } from 'zod';
import { memoryEnvironment, memoryOptions } from '../scripts/installation.mjs';
import { createBenchDatabase } from './support/database.ts';
import { median, quantile, rounded } from './support/figures.ts';
import type { BenchOptions, BenchReport } from './support/report.ts';

/**
 * Asking the national register: what a trace costs the process that asks, without the register and without PostgreSQL;
 * and whether two processes that trace as fast as they can keep to the one rate that they share.
 */

const usual = { tracesToWarmUp: 2000, tracesThatCount: 4000, seconds: 6 };
const small = { tracesToWarmUp: 3, tracesThatCount: 9, seconds: 1 };
type Amounts = typeof usual;
const rounds = 3;
const atOnceByDefault = 16;
/** Faster than one process traces: what is measured is what it does, not how it waits. */
const unlimited = 10_000;

const processes = 2;
const sharedPerSecond = 50;
/** Turns that were not used are not saved up: there is never more than one at once. */
const burst = 1;

const promised = { cpuMs: 5, requestsTooMany: 0, peakMemoryMb: 300 };

const done = z.object({
  operations: z.number(),
  seconds: z.number(),
  latenciesMs: z.array(z.number()),
  cpuMs: z.number(),
  peakMemoryMb: z.number(),
});
type Done = z.infer<typeof done>;

interface Tracer {
  perform(order: { what: 'traces' | 'floor'; count: number; atOnce: number; seconds: number }): Promise<Done>;
}

export async function benchTrace(options: BenchOptions): Promise<BenchReport> {
  const stops: (() => unknown)[] = [];
  try {
    const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'bevan-bench-'));
    stops.push(() => rm(dataFolder, { recursive: true, force: true }));
    const database = await createBenchDatabase({ dataFolder, givenUrl: options.databaseUrl });
    stops.push(database.remove);
    await migrate({ url: database.url });
    const register = fork(path.join(import.meta.dirname, 'trace-register.ts'));
    stops.push(() => stopChild(register));
    const port = z.number().parse(await next(register));
    const startTracer = async (perSecond: number): Promise<Tracer> => {
      const child = fork(path.join(import.meta.dirname, 'tracer.ts'), {
        execArgv: [...memoryOptions, ...options.nodeOptions],
        env: environment({ databaseUrl: database.url, port, perSecond }),
      });
      stops.push(() => stopChild(child));
      await next(child);
      return { perform: async (order) => done.parse(await tell(child, order)) };
    };
    const askedAt = async () => z.array(z.number()).parse(await tell(register, 'times'));
    const amounts = options.isSmall ? small : usual;
    const { atOnce = atOnceByDefault, seconds = amounts.seconds } = options;
    const cost = await measureCost(await startTracer(unlimited), atOnce, amounts);
    const tracers = await Promise.all(Array.from({ length: processes }, () => startTracer(sharedPerSecond)));
    await askedAt();
    const count = sharedPerSecond * seconds * processes;
    const shared = await Promise.all(
      tracers.map((tracer) => tracer.perform({ what: 'traces', count, atOnce, seconds })),
    );
    return {
      bench: 'trace',
      ...cost,
      shared: { processes, sharedPerSecond, of: shared.map(({ operations }) => operations) },
      ...judgeRate(await askedAt()),
      promised,
    };
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

async function measureCost(tracer: Tracer, atOnce: number, { tracesToWarmUp, tracesThatCount }: Amounts) {
  const seconds = 60;
  await tracer.perform({ what: 'traces', count: tracesToWarmUp, atOnce, seconds });
  await tracer.perform({ what: 'floor', count: tracesToWarmUp, atOnce, seconds });
  const traces: Done[] = [];
  const floors: Done[] = [];
  for (let round = 0; round < rounds; round += 1) {
    floors.push(await tracer.perform({ what: 'floor', count: tracesThatCount / rounds, atOnce, seconds }));
    traces.push(await tracer.perform({ what: 'traces', count: tracesThatCount / rounds, atOnce, seconds }));
  }
  const operations = traces.reduce((sum, one) => sum + one.operations, 0);
  const latenciesMs = traces.flatMap((one) => one.latenciesMs);
  const cpuMs = median(traces.map((one) => one.cpuMs));
  const floorCpuMs = median(floors.map((one) => one.cpuMs));
  return {
    operations,
    perSecond: rounded(operations / traces.reduce((sum, one) => sum + one.seconds, 0), 1),
    cpuMs,
    floorCpuMs,
    ratio: rounded(floorCpuMs / cpuMs),
    latencyMs: { p50: rounded(median(latenciesMs), 1), p99: rounded(quantile(latenciesMs, 0.99), 1) },
    peakMemoryMb: Math.max(...traces.map((one) => one.peakMemoryMb)),
  };
}

/** @param askedAt how many milliseconds after the beginning each request arrived; it may come late, and never early */
function judgeRate(askedAt: readonly number[]) {
  const seconds = (askedAt.at(-1) ?? 0) / 1000;
  const inSecondFrom = (from: number) => askedAt.filter((at) => at >= from && at < from + 1000).length;
  return {
    requests: askedAt.length,
    requestsPerSecond: rounded(askedAt.length / seconds, 1),
    mostInOneSecond: Math.max(...askedAt.map(inSecondFrom)),
    requestsTooMany: Math.max(0, Math.floor(askedAt.length - (sharedPerSecond * seconds + burst))),
  };
}

function environment(given: { databaseUrl: string; port: number; perSecond: number }) {
  const origin = `http://127.0.0.1:${given.port}`;
  return {
    ...memoryEnvironment,
    PATH: process.env['PATH'],
    BEVAN_MODE: 'sandbox',
    DATABASE_URL: given.databaseUrl,
    BEVAN_PDS_URL: `${origin}/FHIR/R4`,
    BEVAN_PDS_TOKEN_URL: `${origin}/oauth2/token`,
    BEVAN_PDS_API_KEY: 'bench',
    BEVAN_PDS_KEY_ID: 'bench-1',
    BEVAN_PDS_PRIVATE_KEY: privateKey,
    BEVAN_PDS_REQUESTS_PER_SECOND: String(given.perSecond),
  };
}

const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ format: 'pem', type: 'pkcs8' })
  .toString();

function next(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`a process of the bench ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}

function tell(child: ChildProcess, message: object | string): Promise<unknown> {
  const answered = next(child);
  child.send(message);
  return answered;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
