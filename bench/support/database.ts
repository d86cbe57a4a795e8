import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { createLog } from '#foundation/log';
import { startEmbeddedPostgres } from '#foundation/storage';
import pg from 'pg';

/** An empty database of the bench's own. */
export interface BenchDatabase {
  readonly url: string;
  /** @returns the CPU seconds of the whole PostgreSQL so far; undefined where this system doesn't tell */
  cpuSeconds(): Promise<number | undefined>;
  /** @returns how many transactions this database has ended so far */
  transactions(): Promise<number>;
  remove(): Promise<void>;
}

/**
 * Creates the database: in an embedded PostgreSQL that is as durable as in production, or in the one given.
 *
 * @param options.dataFolder where an embedded one keeps its data
 */
export async function createBenchDatabase(options: {
  dataFolder: string;
  givenUrl: string | undefined;
}): Promise<BenchDatabase> {
  const { dataFolder, givenUrl } = options;
  const embedded =
    givenUrl === undefined
      ? await startEmbeddedPostgres({ dataFolder, log: createLog({ level: 'error' }) })
      : undefined;
  const name = `bench_${randomBytes(8).toString('hex')}`;
  const admin = new pg.Client({ connectionString: embedded?.url ?? givenUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(embedded?.nearUrl ?? givenUrl ?? '');
  url.pathname = `/${name}`;
  const postmaster = await findPostmaster(admin);
  return {
    url: url.href,
    cpuSeconds: () => (postmaster === undefined ? Promise.resolve(undefined) : cpuSecondsOfTree(postmaster)),
    transactions: async () => {
      const { rows } = await admin.query<{ count: string }>(
        'SELECT xact_commit + xact_rollback AS count FROM pg_stat_database WHERE datname = $1',
        [name],
      );
      return Number(rows[0]?.count);
    },
    remove: async () => {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
      await embedded?.stop();
    },
  };
}

/** Linux counts the CPU time of a process in hundredths of a second. */
const ticksPerSecond = 100;

interface ProcessStatus {
  readonly parent: number;
  /** Its own CPU seconds, and those of children that have ended. */
  readonly cpuSeconds: number;
}

/** @returns undefined where there is no such process, or the system has no `/proc` */
async function readProcess(pid: number): Promise<(ProcessStatus & { readonly name: string }) | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The name may hold anything, so fields are counted from its last bracket. See proc_pid_stat(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
  return { name, parent: Number(fields[1]), cpuSeconds: ticks / ticksPerSecond };
}

/** @returns the process that started the one which serves this connection, if it runs on this machine */
async function findPostmaster(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const backend = await readProcess(rows[0]?.pid ?? 0);
  return backend?.name === 'postgres' ? backend.parent : undefined;
}

async function cpuSecondsOfTree(root: number): Promise<number> {
  const names = await readdir(path.resolve('/proc'));
  const processes = await Promise.all(
    names
      .filter((name) => /^\d+$/u.test(name))
      .map(async (name) => ({ pid: Number(name), ...(await readProcess(Number(name))) })),
  );
  return processes
    .filter(({ pid, parent }) => pid === root || parent === root)
    .reduce((sum, { cpuSeconds = 0 }) => sum + cpuSeconds, 0);
}
