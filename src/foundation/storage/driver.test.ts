import assert from 'node:assert/strict';
import { connect, createServer, type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { isStorageUnavailable, openDatabase, statement, type Database } from '#foundation/storage';
import { sql } from 'kysely';
import {
  openNotes,
  readNote as read,
  writeNote as write,
  type NoteTables,
} from '../../../test/support/notes.ts';
import { untilWaiting } from '../../../test/support/waiting.ts';

let database: Database;
let close: () => Promise<void>;
before(async () => ({ database, close } = await openNotes()));
after(() => close());

const remove = (id: number) => sql`DELETE FROM public.note WHERE id = ${id}`;

describe('statements outside a transaction', () => {
  test('are seen by whoever asks next', async () => {
    for (let id = 0; id < 20; id += 1) {
      await write(database.db, { id, text: `note ${id}` });
      assert.deepEqual(await read(database.db, { id }), [{ id, text: `note ${id}` }]);
    }
    for (let id = 0; id < 20; id += 1) await remove(id).execute(database.db);
  });

  test('that read never wait for one that holds what they read', async () => {
    await write(database.db, { id: 30, text: 'held' });
    await database.transact(async (db) => {
      await sql`UPDATE public.note SET text = 'changed' WHERE id = 30`.execute(db);
      assert.deepEqual(await read(database.db, { id: 30 }), [{ id: 30, text: 'held' }]);
      assert.deepEqual(await read(db, { id: 30 }), [{ id: 30, text: 'changed' }]);
    });
    await remove(30).execute(database.db);
  });

  test('fail one by one: what others asked at the same moment is answered', async () => {
    const wrong = statement<{ id: number }, unknown>((db, value) =>
      db
        .withTables<NoteTables>()
        .selectFrom('public.note')
        .select(sql`1 / ${value('id')}`.as('none')),
    );
    await write(database.db, { id: 0, text: 'nought' });
    const asked = [read(database.db, { id: 0 }), wrong(database.db, { id: 0 }), read(database.db, { id: 0 })];
    const outcomes = await Promise.allSettled(asked);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    await remove(0).execute(database.db);
  });

  test('hold no more connections than the pool has, however many there are', async () => {
    const many = Array.from({ length: 200 }, (_, id) => read(database.db, { id }));
    assert.equal((await Promise.all(many)).flat().length, 0);
    assert.ok(database.pool.totalCount <= 3);
    assert.equal(database.pool.waitingCount, 0);
    assert.equal(database.pool.idleCount, database.pool.totalCount);
  });
});

describe('a transaction', () => {
  test('that does nothing takes no connection', async () => {
    const busy = Array.from({ length: 3 }, () => database.pool.connect());
    const taken = await Promise.all(busy);
    assert.equal(await database.transact(() => Promise.resolve('done')), 'done');
    for (const client of taken) client.release();
  });

  test('whose first statement fails leaves nothing, and the connection works on', async () => {
    await write(database.db, { id: 1, text: 'first' });
    await assert.rejects(database.transact((db) => write(db, { id: 1, text: 'twice' })));
    await database.transact((db) => write(db, { id: 2, text: 'second' }));
    assert.equal((await read(database.db, { id: 2 })).length, 1);
  });

  test('in which a statement failed is not kept, though somebody went on as if it had not', async () => {
    await assert.rejects(
      database.transact(async (db) => {
        await write(db, { id: 3, text: 'lost' });
        await write(db, { id: 1, text: 'there already' }).catch(() => undefined);
      }),
    );
    assert.deepEqual(await read(database.db, { id: 3 }), []);
  });
});

test('in the smallest pool transactions go on, though reading never stops', async () => {
  const url = database.pool.options.connectionString ?? '';
  const smallest = openDatabase({ url, connections: 2 });
  const holder = await database.pool.connect();
  const lock = statement<object, unknown>((db) =>
    db.selectNoFrom(sql`pg_advisory_xact_lock_shared(1)`.as('nothing')),
  );
  try {
    await holder.query('SELECT pg_advisory_lock(1)');
    const reading = lock(smallest.db, {});
    await untilWaiting(database.pool);
    const ids = Array.from({ length: 20 }, (_, nth) => 40 + nth);
    await Promise.all(ids.map((id) => smallest.transact((db) => write(db, { id, text: 'written' }))));
    await holder.query('SELECT pg_advisory_unlock(1)');
    assert.equal((await reading).length, 1);
    for (const id of ids) await remove(id).execute(database.db);
  } finally {
    holder.release();
    await smallest.close();
  }
});

async function expectReadOn(
  { db, transact }: Pick<Database, 'db' | 'transact'>,
  column: string,
): Promise<void> {
  await write(db, { id: 9, text: 'before' });
  for (let times = 0; times < 3; times += 1) {
    await read(db, { id: 9 });
    await transact((within) => read(within, { id: 9 }));
  }
  await sql`ALTER TABLE public.note ADD COLUMN ${sql.ref(column)} integer`.execute(db);
  assert.equal((await read(db, { id: 9 }))[0]?.text, 'before');
  const again = () => transact((within) => read(within, { id: 9 }));
  const [row] = await again().catch((error: unknown) => {
    assert.ok(isStorageUnavailable(error));
    return again();
  });
  assert.equal(row?.text, 'before');
  await remove(9).execute(db);
}

test('a table that gets a column while a process runs is read on, at the latest when asked again', () =>
  expectReadOn(database, 'more'));

test('so is one of a PostgreSQL that speaks another language', async () => {
  const target = new URL(database.pool.options.connectionString ?? '');
  // As long as the English words, which the message says ahead.
  const inWelsh = 'ni chaiff math y canlyniad newid wedyn';
  const server = createServer((client) => {
    const there = connect({ host: target.hostname, port: Number(target.port) });
    client.pipe(there).on('error', () => client.destroy());
    client.on('error', () => there.destroy());
    there.on('data', (bytes: Buffer) => {
      const words = bytes
        .toString('latin1')
        .replaceAll('cached plan must not change result type', inWelsh.padEnd(39));
      client.write(Buffer.from(words, 'latin1'));
    });
    there.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const through = new URL(target);
  through.host = `127.0.0.1:${port}`;
  const welsh = openDatabase({ url: through.href, connections: 2 });
  try {
    await expectReadOn(welsh, 'evenMore');
  } finally {
    await welsh.close();
    server.close();
  }
});
