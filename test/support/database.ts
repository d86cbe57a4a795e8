import { createHash, randomBytes } from 'node:crypto';
import { access, constants, glob, mkdtemp, readdir, readFile, rename, rm, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createLog } from '#foundation/log';
import { EmbeddedPostgresFault, migrate, startEmbeddedPostgres } from '#foundation/storage';
import pg from 'pg';

/** A database of one test file's own, brought up to this release. */
export interface TestDatabase {
  readonly url: string;
  /** Ends every connection to it, as a server that is restarted does. */
  breakConnections(): Promise<void>;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

interface Cluster {
  readonly url: string;
  stop(): Promise<void>;
}

const repository = path.resolve(import.meta.dirname, '../..');
/** Any number that nothing else locks by: one process makes the template, the others wait for it. */
const templateLock = 5_518_007;

/** Each database is a thousand files, which a file system in memory makes and removes with far less work. */
const memoryFolder = '/dev/shm';
const enoughRoom = 4 * 2 ** 30;

/** The cluster that this process has started for itself, and how many databases keep it going. */
const ownCluster: { started?: Promise<Cluster>; databases: number } = { databases: 0 };

/**
 * Creates a database from a migrated template. `npm test` runs one cluster for all test files and names it in
 * `BEVAN_TEST_DATABASE_URL`; a file that runs alone starts one for itself.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const cluster = await openCluster();
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = await ensureTemplate(cluster.url);
  await withClient(cluster.url, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return {
    url: databaseUrl(cluster.url, name),
    breakConnections: () =>
      withClient(cluster.url, async (client) => {
        await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
          name,
        ]);
      }),
    drop: async () => {
      await withClient(cluster.url, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
      await cluster.stop();
    },
  };
}

async function openCluster(): Promise<Cluster> {
  const url = process.env['BEVAN_TEST_DATABASE_URL'];
  if (url !== undefined) return { url, stop: async () => undefined };
  ownCluster.databases += 1;
  ownCluster.started ??= startOwnCluster();
  const cluster = await ownCluster.started;
  return {
    url: cluster.url,
    stop: async () => {
      ownCluster.databases -= 1;
      if (ownCluster.databases > 0) return;
      delete ownCluster.started;
      await cluster.stop();
    },
  };
}

/** Starts a cluster in a temporary folder; stopping it removes the folder. */
export async function startOwnCluster(): Promise<Cluster> {
  const folder = (await hasRoom(memoryFolder)) ? memoryFolder : os.tmpdir();
  for (const among of new Set([folder, os.tmpdir()])) await clearAway(among);
  return startCluster(await mkdtemp(path.join(folder, `bevan-test-${process.pid}-`)));
}

/** @returns whether all the databases of a run can be there at once, several times over */
async function hasRoom(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize >= enoughRoom;
  } catch {
    return false;
  }
}

async function startCluster(dataFolder: string): Promise<Cluster> {
  const postgres = await startEmbeddedPostgres({
    dataFolder,
    log: createLog({ level: 'error' }),
    durable: false,
  });
  return {
    url: postgres.url,
    stop: async () => {
      await postgres.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Stops and removes the clusters of test processes that were killed before they could do it themselves. */
async function clearAway(among: string): Promise<void> {
  for (const name of await readdir(among)) {
    const pid = /^bevan-test-(\d+)-/u.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const folder = path.join(among, name);
    const ours = path.join(among, name.replace(pid, String(process.pid)));
    try {
      await rename(folder, ours);
    } catch {
      // Another test process was quicker, or it is another user's.
      continue;
    }
    try {
      const cluster = await startCluster(ours);
      await cluster.stop();
    } catch (error) {
      if (!(error instanceof EmbeddedPostgresFault)) throw error;
      await rm(ours, { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** @returns the name of a database with exactly the migrations of this source tree, made if it isn't there */
async function ensureTemplate(url: string): Promise<string> {
  const name = `template_${await hashOfMigrations()}`;
  await withClient(url, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [templateLock]);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount !== 0) return;
    await client.query(`DROP DATABASE IF EXISTS ${name}_unfinished WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${name}_unfinished`);
    await migrate({ url: databaseUrl(url, `${name}_unfinished`) });
    await client.query(`ALTER DATABASE ${name}_unfinished RENAME TO ${name}`);
  });
  return name;
}

async function hashOfMigrations(): Promise<string> {
  const hash = createHash('sha256');
  const files = await Array.fromAsync(glob('src/**/migrations/*.sql', { cwd: repository }));
  for (const file of files.toSorted()) hash.update(file).update(await readFile(path.join(repository, file)));
  return hash.digest('hex').slice(0, 16);
}

function databaseUrl(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
