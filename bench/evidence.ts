import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { memoryEnvironment, memoryOptions } from '../scripts/installation.mjs';
import { createBenchDatabase } from './support/database.ts';
import { rounded } from './support/figures.ts';
import type { BenchOptions, BenchReport } from './support/report.ts';

/**
 * What people send as proof: how much memory the product's process takes, beyond what it holds when it rests, to receive
 * a video of the largest size, to read it and write it anew, and to show it.
 */

const megabyte = 1024 * 1024;
const usual = { videoBytes: 60 * megabyte };
const small = { videoBytes: megabyte };
const atOnceByDefault = 1;

const promised = { uploadMemoryMb: 64, lookMemoryMb: 64, showMemoryMb: 64, peakMemoryMb: 300 };

interface Server {
  readonly origin: string;
  /** Runs `work`. @returns how much more memory was held at any time than before it, in MiB, and how long it took */
  measure<T>(work: () => Promise<T>): Promise<{ result: T; memoryMb: number; seconds: number }>;
  peakKib(): Promise<number>;
}

export async function benchEvidence(options: BenchOptions): Promise<BenchReport> {
  const stops: (() => unknown)[] = [];
  try {
    const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'bevan-bench-'));
    stops.push(() => rm(dataFolder, { recursive: true, force: true }));
    const database = await createBenchDatabase({ dataFolder, givenUrl: options.databaseUrl });
    stops.push(database.remove);
    const child = fork(path.join(import.meta.dirname, 'evidence-process.ts'), {
      execArgv: [...memoryOptions, '--expose-gc', ...options.nodeOptions],
      env: {
        ...memoryEnvironment,
        PATH: process.env['PATH'],
        BEVAN_MODE: 'sandbox',
        BEVAN_LOG_LEVEL: 'error',
        DATABASE_URL: database.url,
      },
    });
    stops.push(() => stopChild(child));
    const server = openServer(child, z.number().parse(await next(child)));
    const { atOnce = atOnceByDefault, isSmall } = options;
    const { videoBytes } = isSmall ? small : usual;
    // What is loaded once for all is no cost of an upload.
    await passThrough(server, megabyte, 1);
    const { upload, look, show } = await passThrough(server, videoBytes, atOnce);
    return {
      bench: 'evidence',
      atOnce,
      videoMb: videoBytes / megabyte,
      uploadMemoryMb: upload.memoryMb,
      lookMemoryMb: look.memoryMb,
      showMemoryMb: show.memoryMb,
      uploadSeconds: upload.seconds,
      lookSeconds: look.seconds,
      showSeconds: show.seconds,
      peakMemoryMb: Math.round((await server.peakKib()) / 1024),
      promised,
    };
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

/** Sends so many videos at once, waits until they were looked at, and plays them. */
async function passThrough(server: Server, bytes: number, atOnce: number) {
  const { origin } = server;
  const bundles = await Promise.all(Array.from({ length: atOnce }, () => openBundle(origin)));
  const upload = await server.measure(() =>
    Promise.all(bundles.map((bundleId) => send(origin, bundleId, bytes))),
  );
  const uploads = upload.result;
  const look = await server.measure(() => Promise.all(uploads.map((one) => untilLooked(origin, one))));
  const files = look.result;
  const show = await server.measure(() => Promise.all(files.map((one) => play(origin, one, bytes))));
  return { upload, look, show };
}

interface Sent {
  readonly bundleId: string;
  readonly id: string;
}

async function openBundle(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/bundles`, { method: 'POST' });
  return z.object({ bundleId: z.string() }).parse(await answer.json()).bundleId;
}

async function send(origin: string, bundleId: string, bytes: number): Promise<Sent> {
  const headers = { 'tus-resumable': '1.0.0', 'x-bundle': bundleId };
  const begun = await fetch(`${origin}/uploads`, {
    method: 'POST',
    headers: { ...headers, 'upload-length': String(bytes) },
  });
  const location = begun.headers.get('location') ?? '';
  const status = await new Promise((resolve, reject) => {
    const outgoing = request(`${origin}${location}`, {
      method: 'PATCH',
      headers: {
        ...headers,
        'content-type': 'application/offset+octet-stream',
        'content-length': bytes,
        'upload-offset': 0,
      },
    });
    outgoing.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
    for (let at = 0; at < bytes; at += megabyte) outgoing.write(randomBytes(megabyte));
    outgoing.end();
  });
  if (status !== 204) throw new Error(`an upload was answered with ${String(status)}`);
  return { bundleId, id: location.split('/').at(-1) ?? '' };
}

const taken = z.object({ outcome: z.string(), file: z.object({ id: z.string() }).optional() });
const msBetweenLooks = 50;

async function untilLooked(origin: string, { bundleId, id }: Sent): Promise<Sent> {
  for (;;) {
    const answer = await fetch(`${origin}/taken/${bundleId}/${id}`);
    const { outcome, file } = taken.parse(await answer.json());
    if (file !== undefined) return { bundleId, id: file.id };
    if (outcome !== 'checking') throw new Error(`an upload was ${outcome}`);
    await wait(msBetweenLooks);
  }
}

async function play(origin: string, { bundleId, id }: Sent, bytes: number): Promise<void> {
  const { body } = await fetch(`${origin}/files/${bundleId}/${id}`);
  let read = 0;
  for await (const part of body ?? []) if (part instanceof Uint8Array) read += part.length;
  if (read !== bytes) throw new Error(`${read} bytes were shown`);
}

function openServer(child: ChildProcess, port: number): Server {
  let peakKib = 0;
  const ask = async (what: string): Promise<number> => z.number().parse(await tell(child, what));
  const noteThePeak = async (): Promise<number> => {
    const kib = await ask('peak');
    peakKib = Math.max(peakKib, kib);
    return kib;
  };
  return {
    origin: `http://127.0.0.1:${port}`,
    measure: async (work) => {
      await noteThePeak();
      const heldKib = await ask('restart');
      const began = performance.now();
      const result = await work();
      const seconds = rounded((performance.now() - began) / 1000);
      return { result, seconds, memoryMb: rounded(((await noteThePeak()) - heldKib) / 1024, 1) };
    },
    peakKib: async () => {
      await noteThePeak();
      return peakKib;
    },
  };
}

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

function tell(child: ChildProcess, message: string): Promise<unknown> {
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
