import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isStorageUnavailable, openDatabase, type Database } from '#foundation/storage';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { openDatabaseProxy, type DatabaseProxy } from '../../../test/support/database-proxy.ts';
import { until } from '../../../test/support/until.ts';

let testDatabase: TestDatabase;
let proxy: DatabaseProxy;
let database: Database;
const idleErrors: Error[] = [];
/** Longer than a database that is well takes for anything here, also on a machine with much else to do. */
const silenceMs = 2500;
before(async () => {
  testDatabase = await createTestDatabase();
  proxy = await openDatabaseProxy(testDatabase.url);
  database = openDatabase({
    url: proxy.url,
    connections: 2,
    silenceMs,
    onIdleError: (error) => idleErrors.push(error),
  });
  await sql`CREATE TABLE public.note (text text PRIMARY KEY)`.execute(database.db);
});
after(async () => {
  await database.close();
  await proxy.close();
  await testDatabase.drop();
});

async function notes(): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`SELECT text FROM public.note ORDER BY text`.execute(
    database.db,
  );
  return rows.map(({ text }) => text);
}

const note = (text: string) => sql`INSERT INTO public.note VALUES (${text})`;

describe('a transaction', () => {
  test('keeps what was done when it returns, and nothing of it when it throws', async () => {
    await database.transact(async (db) => {
      await note('kept').execute(db);
    });
    await assert.rejects(
      database.transact(async (db) => {
        await note('lost').execute(db);
        throw new Error('no');
      }),
      /^Error: no$/u,
    );
    assert.deepEqual(await notes(), ['kept']);
  });

  test('that its database ends in the middle fails as unavailable and leaves nothing; the next one works', async () => {
    const error = await database
      .transact(async (db) => {
        await note('cut off').execute(db);
        await testDatabase.breakConnections();
        await note('too late').execute(db);
      })
      .catch((reason: unknown) => reason);
    assert.ok(isStorageUnavailable(error), String(error));
    assert.deepEqual(await notes(), ['kept']);
  });
});

describe('a database', () => {
  test('that refuses connections is unavailable, and is used again as soon as it takes them', async () => {
    await notes();
    const errors = idleErrors.length;
    proxy.cut();
    await until(() => idleErrors.length > errors);
    await assert.rejects(notes(), (error) => isStorageUnavailable(error));
    proxy.restore();
    assert.deepEqual(await notes(), ['kept']);
  });

  test('that goes away under a statement is unavailable, and does not take the process with it', async () => {
    const slow = sql`SELECT pg_sleep(30)`.execute(database.db);
    const held = database.transact(async (db) => {
      await note('held').execute(db);
      await wait(200);
    });
    await wait(100);
    proxy.cut();
    await assert.rejects(slow, (error) => isStorageUnavailable(error));
    await assert.rejects(held, (error) => isStorageUnavailable(error));
    proxy.restore();
    assert.deepEqual(await notes(), ['kept']);
  });

  test('that hangs is unavailable, statement or transaction, and works again when it does', async () => {
    await notes();
    proxy.stall();
    await assert.rejects(notes(), (error) => isStorageUnavailable(error));
    await assert.rejects(
      database.transact((db) => note('hung').execute(db)),
      (error) => isStorageUnavailable(error),
    );
    proxy.restore();
    assert.deepEqual(await notes(), ['kept']);
  });

  test('that is left alone for longer than that keeps its connections', async () => {
    await notes();
    const errors = idleErrors.length;
    await wait(silenceMs + 200);
    assert.deepEqual(await notes(), ['kept']);
    assert.equal(idleErrors.length, errors);
  });

  test('that finds a statement wrong is not unavailable', async () => {
    await assert.rejects(note('kept').execute(database.db), (error) => !isStorageUnavailable(error));
    await assert.rejects(sql`SELECT nothing`.execute(database.db), (error) => !isStorageUnavailable(error));
  });
});
