import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createLog } from '#foundation/log';
import pg from 'pg';
import { EmbeddedPostgresFault, startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';

const log = createLog({ level: 'silent' });
const isRoot = process.getuid?.() === 0;
const isWindows = process.platform === 'win32';
/** Whether every account may enter the folder that this repository lies in. */
const isOpenToAll = (folder: string): boolean =>
  (statSync(folder).mode & 0o001) !== 0 &&
  (path.dirname(folder) === folder || isOpenToAll(path.dirname(folder)));
/** An account without rights, as on any Linux. */
const nobody = { uid: 65_534, gid: 65_534 };

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows.flat();
  } finally {
    await client.end();
  }
}

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      return await attempt();
    } catch {
      await pause(50);
    }
  }
  return attempt();
}

async function serverProcess(dataFolder: string): Promise<number> {
  const note = await readFile(path.join(dataFolder, 'postgres/data/postmaster.pid'), 'utf8');
  return Number(note.split('\n')[0]);
}

/** Another process that starts the embedded PostgreSQL, says its URL and waits. */
async function startElsewhere(
  dataFolder: string,
  account: { uid?: number; gid?: number } = {},
): Promise<{ child: ChildProcess; url: string }> {
  const source = pathToFileURL(path.join(import.meta.dirname, 'embedded-postgres.ts')).href;
  const logSource = pathToFileURL(path.join(import.meta.dirname, '../log/index.ts')).href;
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
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
  return { child, url };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

describe('the embedded PostgreSQL', () => {
  let pristine: string;
  let folder: string;
  let dataFolder: string;
  let running: EmbeddedPostgres[];

  const start = async (options: { durable?: boolean; port?: number } = {}) => {
    const postgres = await startEmbeddedPostgres({ dataFolder, log, ...options });
    running.push(postgres);
    return postgres;
  };

  /** Saves the time that a first start takes. */
  const startedBefore = () => execFileSync('cp', ['-a', path.join(pristine, 'postgres'), dataFolder]);

  before(async () => {
    pristine = await mkdtemp(path.join(os.tmpdir(), 'bevan-embedded-'));
    const postgres = await startEmbeddedPostgres({ dataFolder: pristine, log, durable: false });
    await postgres.stop();
  });
  after(() => rm(pristine, { recursive: true, force: true }));
  beforeEach(async () => {
    running = [];
    folder = await mkdtemp(path.join(os.tmpdir(), 'bevan-embedded-'));
    dataFolder = folder;
  });
  afterEach(async () => {
    for (const postgres of running) await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('keeps what was committed from one start to the next', async () => {
    const first = await start();
    await query(first.url, "CREATE TABLE note AS SELECT 'kept' AS text");
    await first.stop();
    await assert.rejects(query(first.url, 'SELECT 1'));

    const second = await start();
    assert.deepEqual(await query(second.url, 'SELECT text FROM note'), ['kept']);
  });

  test('promises durability, sorts and compares by code point, and listens on loopback only', async () => {
    startedBefore();
    const postgres = await start();
    const show = (name: string) => query(postgres.url, `SHOW ${name}`);
    assert.deepEqual(await show('fsync'), ['on']);
    assert.deepEqual(await show('synchronous_commit'), ['on']);
    assert.deepEqual(await show('listen_addresses'), ['127.0.0.1']);
    assert.deepEqual(await show('server_encoding'), ['UTF8']);
    assert.deepEqual(await query(postgres.url, "SELECT 'Zoë' < 'anna', upper('ë')"), [true, 'Ë']);
  });

  test('lets nobody in without the password, which only its owner can read', async () => {
    startedBefore();
    const postgres = await start({ durable: false });
    const stranger = new URL(postgres.url);
    stranger.password = 'guess';
    await assert.rejects(query(stranger.href, 'SELECT 1'), /password authentication failed/u);
    const { mode } = await stat(path.join(dataFolder, 'postgres/password'));
    assert.equal(mode & 0o777, 0o600);
  });

  describe('is also reached by a socket beside its data', () => {
    const viaSocket = 'SELECT inet_server_addr() IS NULL';
    const sockets = async () =>
      (await readdir(path.join(dataFolder, 'postgres/data'))).filter((name) =>
        /^\.s\.PGSQL\.\d+$/u.test(name),
      );

    test('which only its owner can come to, and not without the password', { skip: isWindows }, async () => {
      dataFolder = path.join(dataFolder, 'Zoë’s folder, 100%25 hers');
      await mkdir(dataFolder);
      startedBefore();
      const postgres = await start({ durable: false });
      assert.deepEqual(await query(postgres.nearUrl, viaSocket), [true]);
      const stranger = new URL(postgres.nearUrl);
      stranger.password = 'guess';
      await assert.rejects(query(stranger.href, 'SELECT 1'), /password authentication failed/u);
      const { mode } = await stat(path.join(dataFolder, 'postgres/data'));
      assert.equal(mode & 0o077, 0);
    });

    test('which comes back with it when it is killed, and leaves none behind', {
      skip: isWindows,
    }, async () => {
      startedBefore();
      const postgres = await start();
      process.kill(await serverProcess(dataFolder), 'SIGKILL');
      assert.deepEqual(await eventually(() => query(postgres.nearUrl, viaSocket)), [true]);
      assert.equal((await sockets()).length, 1);
      await postgres.stop();
      assert.deepEqual(await sockets(), []);
    });

    test('of which none is left by one that was killed and is started at another port', {
      skip: isWindows,
    }, async () => {
      startedBefore();
      const { child } = await startElsewhere(dataFolder);
      const server = await serverProcess(dataFolder);
      await end(child, 'SIGKILL');
      process.kill(server, 'SIGKILL');
      const [before] = await sockets();
      await start({ durable: false });
      const now = await sockets();
      assert.equal(now.length, 1);
      assert.notEqual(now[0], before);
    });

    test('unless its path is too long for one', async () => {
      dataFolder = path.join(dataFolder, 'long'.repeat(25));
      await mkdir(dataFolder);
      startedBefore();
      const postgres = await start({ durable: false });
      assert.equal(postgres.nearUrl, postgres.url);
      assert.deepEqual(await query(postgres.nearUrl, viaSocket), [false]);
    });

    test('unless none can be made there', async () => {
      startedBefore();
      const first = await start({ durable: false });
      await first.stop();
      const { port } = new URL(first.url);
      await mkdir(path.join(dataFolder, 'postgres/data', `.s.PGSQL.${port}`));
      const postgres = await start({ durable: false, port: Number(port) });
      assert.equal(postgres.nearUrl, postgres.url);
      assert.deepEqual(await query(postgres.nearUrl, viaSocket), [false]);
    });
  });

  test('writes nothing that a person typed to its log', async () => {
    startedBefore();
    const postgres = await start({ durable: false });
    await query(postgres.url, 'CREATE TABLE person (email text UNIQUE)');
    await query(postgres.url, "INSERT INTO person VALUES ('ada@patient.example')");
    await assert.rejects(
      query(postgres.url, "INSERT INTO person VALUES ('ada@patient.example')"),
      /duplicate key/u,
    );
    await postgres.stop();
    const text = await readFile(path.join(dataFolder, 'postgres/server.log'), 'utf8');
    assert.match(text, /duplicate key/u);
    assert.doesNotMatch(text, /ada@patient/u);
  });

  test('comes back by itself, at the same address and with its data, when it is killed', async () => {
    startedBefore();
    const postgres = await start();
    await query(postgres.url, "CREATE TABLE note AS SELECT 'committed' AS text");
    process.kill(await serverProcess(dataFolder), 'SIGKILL');
    assert.deepEqual(await eventually(() => query(postgres.url, 'SELECT text FROM note')), ['committed']);
  });

  test('listens on the port that was asked for', async () => {
    startedBefore();
    const chosen = await start({ durable: false });
    const port = Number(new URL(chosen.url).port);
    await chosen.stop();
    const again = await start({ durable: false, port });
    assert.equal(Number(new URL(again.url).port), port);
  });

  test('refuses a second start on the same data, and names the process that has it', async () => {
    startedBefore();
    const { child } = await startElsewhere(dataFolder);
    await assert.rejects(start(), (error) => {
      assert.ok(error instanceof EmbeddedPostgresFault);
      return error.explanation.includes(`running process ${child.pid}.`);
    });
    await end(child, 'SIGTERM');
  });

  test('waits for a process that is about to stop', async () => {
    startedBefore();
    const { child, url } = await startElsewhere(dataFolder);
    await query(url, "CREATE TABLE note AS SELECT 'kept' AS text");
    const ended = end(child, 'SIGTERM');
    const postgres = await start({ durable: false });
    await ended;
    assert.deepEqual(await query(postgres.url, 'SELECT text FROM note'), ['kept']);
  });

  test('clears away what an earlier start left half made, and nothing that another is making now', async () => {
    const [left, made] = ['left', 'made'].map((name) => path.join(dataFolder, `postgres-new-${name}`));
    for (const folder of [left, made]) await mkdir(String(folder), { recursive: true });
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await utimes(String(left), anHourAgo, anHourAgo);
    await start({ durable: false });
    assert.deepEqual(
      [left, made].map((folder) => existsSync(String(folder))),
      [false, true],
    );
  });

  test('lets one of two win that start at the same moment on nothing', async () => {
    const both = await Promise.allSettled([start({ durable: false }), start({ durable: false })]);
    assert.deepEqual(both.map((one) => one.status).toSorted(), ['fulfilled', 'rejected']);
    for (const one of both)
      if (one.status === 'rejected') assert.match(one.reason.explanation, /in use by the running process/u);
  });

  test('takes over the server of a process that was killed, without breaking its other users off', async () => {
    startedBefore();
    const { child, url } = await startElsewhere(dataFolder);
    await query(url, "CREATE TABLE note AS SELECT 'kept' AS text");
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await end(child, 'SIGKILL');

    const postgres = await eventually(() => start());
    assert.equal(postgres.url, url);
    assert.equal((await other.query('SELECT text FROM note')).rowCount, 1);
    await other.end();
    await postgres.stop();
    await assert.rejects(query(url, 'SELECT 1'), /ECONNREFUSED/u);
  });

  test('starts when both process and server were killed, even if their process number is in use again', async () => {
    startedBefore();
    const { child, url } = await startElsewhere(dataFolder);
    await query(url, "CREATE TABLE note AS SELECT 'kept' AS text");
    const server = await serverProcess(dataFolder);
    await end(child, 'SIGKILL');
    process.kill(server, 'SIGKILL');
    const noteFile = path.join(dataFolder, 'postgres/data/postmaster.pid');
    const note = await readFile(noteFile, 'utf8');
    await writeFile(noteFile, note.replace(String(server), String(process.pid)));

    const postgres = await start({ durable: false });
    assert.equal((await query(postgres.url, 'SELECT text FROM note')).length, 1);
  });

  test('says so when the data were made by another release of PostgreSQL', async () => {
    startedBefore();
    await writeFile(path.join(dataFolder, 'postgres/data/PG_VERSION'), '15\n');
    await assert.rejects(start(), (error) => {
      assert.ok(error instanceof EmbeddedPostgresFault);
      return /made by PostgreSQL 15.*brings PostgreSQL 18/u.test(error.explanation);
    });
  });

  test('started by root, runs under another account, even below a folder that only root may enter', {
    skip: !isRoot,
  }, async () => {
    await chmod(dataFolder, 0o700);
    await start({ durable: false });
    const { uid } = await stat(`/proc/${await serverProcess(dataFolder)}`);
    assert.notEqual(uid, 0);
  });

  test('started by an ordinary user, runs as that user; root then takes the same data on', {
    skip: !isRoot || !isOpenToAll(import.meta.dirname),
  }, async () => {
    await chown(dataFolder, nobody.uid, nobody.gid);
    const { child, url } = await startElsewhere(dataFolder, nobody);
    await query(url, "CREATE TABLE note AS SELECT 'kept' AS text");
    assert.equal((await stat(`/proc/${await serverProcess(dataFolder)}`)).uid, nobody.uid);
    await end(child, 'SIGTERM');

    const postgres = await start({ durable: false });
    assert.deepEqual(await query(postgres.url, 'SELECT text FROM note'), ['kept']);
    assert.equal((await stat(`/proc/${await serverProcess(dataFolder)}`)).uid, nobody.uid);
  });
});
