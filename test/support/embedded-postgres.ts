import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createLog } from '#foundation/log';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#foundation/storage';
import pg from 'pg';

const log = createLog({ level: 'silent' });
const foundation = path.resolve(import.meta.dirname, '../../src/foundation');

export async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows.flat();
  } finally {
    await client.end();
  }
}

export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < 1200; tries += 1) {
    try {
      return await attempt();
    } catch {
      await pause(50);
    }
  }
  return attempt();
}

export async function serverProcess(dataFolder: string): Promise<number> {
  const note = await readFile(path.join(dataFolder, 'postgres/data/postmaster.pid'), 'utf8');
  return Number(note.split('\n')[0]);
}

const elsewhere = new Set<ChildProcess>();

/** Another process that starts the embedded PostgreSQL, says its URL and waits; it ends with the test, if not before. */
export async function startElsewhere(
  dataFolder: string,
  account: { uid?: number; gid?: number } = {},
): Promise<{ child: ChildProcess; url: string }> {
  const source = pathToFileURL(path.join(foundation, 'storage/embedded-postgres.ts')).href;
  const logSource = pathToFileURL(path.join(foundation, 'log/index.ts')).href;
  const script = `
    import { startEmbeddedPostgres } from '${source}';
    import { createLog } from '${logSource}';
    const postgres = await startEmbeddedPostgres({ dataFolder: process.argv[1], log: createLog({ level: 'silent' }) });
    process.once('SIGTERM', () => postgres.stop().then(() => process.exit()));
    setInterval(() => undefined, 1000);
    console.log(postgres.url);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, dataFolder], {
    cwd: '/',
    ...account,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  elsewhere.add(child);
  child.once('exit', () => elsewhere.delete(child));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
  return { child, url };
}

export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

/** Where the tests of a suite start the embedded PostgreSQL. */
export interface EmbeddedPlace {
  /** Below a folder of each test's own; a test may choose another there. */
  dataFolder: string;
  /** Whatever is started is stopped after the test. */
  start(options?: { durable?: boolean; port?: number }): Promise<EmbeddedPostgres>;
  /** Puts data there as a start before has left them: saves the time that a first start takes. */
  startedBefore(): void;
}

/** Gives each test of the suite that calls it a folder of its own. */
export function useEmbeddedPlace(): EmbeddedPlace {
  let pristine: string;
  let folder: string;
  let running: EmbeddedPostgres[];
  const place: EmbeddedPlace = {
    dataFolder: '',
    start: async (options = {}) => {
      const postgres = await startEmbeddedPostgres({ dataFolder: place.dataFolder, log, ...options });
      running.push(postgres);
      return postgres;
    },
    startedBefore: () => {
      execFileSync('cp', ['-a', path.join(pristine, 'postgres'), place.dataFolder]);
    },
  };
  before(async () => {
    pristine = await mkdtemp(path.join(os.tmpdir(), 'bevan-embedded-'));
    const postgres = await startEmbeddedPostgres({ dataFolder: pristine, log, durable: false });
    await postgres.stop();
  });
  after(() => rm(pristine, { recursive: true, force: true }));
  beforeEach(async () => {
    running = [];
    folder = await mkdtemp(path.join(os.tmpdir(), 'bevan-embedded-'));
    place.dataFolder = folder;
  });
  afterEach(async () => {
    for (const child of elsewhere) await end(child, 'SIGTERM');
    for (const postgres of running) await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return place;
}
