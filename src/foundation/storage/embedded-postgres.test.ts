import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import pg from 'pg';
import {
  end,
  eventually,
  query,
  serverProcess,
  startElsewhere,
  useEmbeddedPlace,
} from '../../../test/support/embedded-postgres.ts';
import { EmbeddedPostgresFault } from './embedded-postgres.ts';

const isRoot = process.getuid?.() === 0;
/** Whether every account may enter the folder that this repository lies in. */
const isOpenToAll = (folder: string): boolean =>
  (statSync(folder).mode & 0o001) !== 0 &&
  (path.dirname(folder) === folder || isOpenToAll(path.dirname(folder)));
/** An account without rights, as on any Linux. */
const nobody = { uid: 65_534, gid: 65_534 };

describe('the embedded PostgreSQL', () => {
  const place = useEmbeddedPlace();
  const { start, startedBefore } = place;

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
    const { mode } = await stat(path.join(place.dataFolder, 'postgres/password'));
    assert.equal(mode & 0o777, 0o600);
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
    const text = await readFile(path.join(place.dataFolder, 'postgres/server.log'), 'utf8');
    assert.match(text, /duplicate key/u);
    assert.doesNotMatch(text, /ada@patient/u);
  });

  test('comes back by itself, at the same address and with its data, when it is killed', async () => {
    startedBefore();
    const postgres = await start();
    await query(postgres.url, "CREATE TABLE note AS SELECT 'committed' AS text");
    process.kill(await serverProcess(place.dataFolder), 'SIGKILL');
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
    const { child } = await startElsewhere(place.dataFolder);
    await assert.rejects(start(), (error) => {
      assert.ok(error instanceof EmbeddedPostgresFault);
      return error.explanation.includes(`running process ${child.pid}.`);
    });
    await end(child, 'SIGTERM');
  });

  test('waits for a process that is about to stop', async () => {
    startedBefore();
    const { child, url } = await startElsewhere(place.dataFolder);
    await query(url, "CREATE TABLE note AS SELECT 'kept' AS text");
    const ended = end(child, 'SIGTERM');
    const postgres = await start({ durable: false });
    await ended;
    assert.deepEqual(await query(postgres.url, 'SELECT text FROM note'), ['kept']);
  });

  test('clears away what an earlier start left half made, and nothing that another is making now', async () => {
    const [left, made] = ['left', 'made'].map((name) => path.join(place.dataFolder, `postgres-new-${name}`));
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
    const { child, url } = await startElsewhere(place.dataFolder);
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
    const { child, url } = await startElsewhere(place.dataFolder);
    await query(url, "CREATE TABLE note AS SELECT 'kept' AS text");
    const server = await serverProcess(place.dataFolder);
    await end(child, 'SIGKILL');
    process.kill(server, 'SIGKILL');
    const noteFile = path.join(place.dataFolder, 'postgres/data/postmaster.pid');
    const note = await readFile(noteFile, 'utf8');
    await writeFile(noteFile, note.replace(String(server), String(process.pid)));

    const postgres = await start({ durable: false });
    assert.equal((await query(postgres.url, 'SELECT text FROM note')).length, 1);
  });

  test('says so when the data were made by another release of PostgreSQL', async () => {
    startedBefore();
    await writeFile(path.join(place.dataFolder, 'postgres/data/PG_VERSION'), '15\n');
    await assert.rejects(start(), (error) => {
      assert.ok(error instanceof EmbeddedPostgresFault);
      return /made by PostgreSQL 15.*brings PostgreSQL 18/u.test(error.explanation);
    });
  });

  test('started by root, runs under another account, even below a folder that only root may enter', {
    skip: !isRoot,
  }, async () => {
    await chmod(place.dataFolder, 0o700);
    await start({ durable: false });
    const { uid } = await stat(`/proc/${await serverProcess(place.dataFolder)}`);
    assert.notEqual(uid, 0);
  });

  test('started by an ordinary user, runs as that user; root then takes the same data on', {
    skip: !isRoot || !isOpenToAll(import.meta.dirname),
  }, async () => {
    await chown(place.dataFolder, nobody.uid, nobody.gid);
    const { child, url } = await startElsewhere(place.dataFolder, nobody);
    await query(url, "CREATE TABLE note AS SELECT 'kept' AS text");
    assert.equal((await stat(`/proc/${await serverProcess(place.dataFolder)}`)).uid, nobody.uid);
    await end(child, 'SIGTERM');

    const postgres = await start({ durable: false });
    assert.deepEqual(await query(postgres.url, 'SELECT text FROM note'), ['kept']);
    assert.equal((await stat(`/proc/${await serverProcess(place.dataFolder)}`)).uid, nobody.uid);
  });
});
