import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from 'kysely';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { watchStatements } from '../../../test/support/statements.ts';
import { statement } from './index.ts';

let home: TestHouse;
before(async () => {
  home = await createTestHouse();
  await home.house.database.pool.query(
    'CREATE TABLE public.note (id integer PRIMARY KEY, text text, seen timestamptz)',
  );
});
after(() => home.close());

interface Note {
  readonly id: number;
  readonly text: string | null;
  readonly seen: Date;
}
type Tables = { 'public.note': Note };

const write = statement<Note, unknown>((db, value) =>
  db
    .withTables<Tables>()
    .insertInto('public.note')
    .values({ id: value('id'), text: value('text'), seen: value('seen') })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ text: value('text') })),
);
const read = statement<{ id: number }, Note>((db, value) =>
  db.withTables<Tables>().selectFrom('public.note').selectAll().where('id', '=', value('id')),
);

test('a statement runs with the values of each call, null and dates among them', async () => {
  const { db } = home.house.database;
  const seen = new Date('2026-01-02T03:04:05.678Z');
  await write(db, { id: 1, text: 'one', seen });
  await write(db, { id: 2, text: null, seen });
  assert.deepEqual(await read(db, { id: 1 }), [{ id: 1, text: 'one', seen }]);
  assert.deepEqual(await read(db, { id: 2 }), [{ id: 2, text: null, seen }]);
  assert.deepEqual(await read(db, { id: 3 }), []);
});

test('a value that stands in several places is the same in each', async () => {
  const { db } = home.house.database;
  const seen = new Date();
  await write(db, { id: 4, text: 'first', seen });
  await write(db, { id: 4, text: "second'; DROP TABLE public.note; --", seen });
  assert.equal((await read(db, { id: 4 }))[0]?.text, "second'; DROP TABLE public.note; --");
});

test('many calls at the same moment keep their values apart', async () => {
  const { db } = home.house.database;
  const ids = Array.from({ length: 50 }, (_, index) => 100 + index);
  await Promise.all(ids.map((id) => write(db, { id, text: `note ${id}`, seen: new Date() })));
  const found = await Promise.all(ids.map((id) => read(db, { id })));
  assert.deepEqual(
    found.map((rows) => rows[0]?.text),
    ids.map((id) => `note ${id}`),
  );
});

test('a statement belongs to the transaction that it is run in', async () => {
  const { database } = home.house;
  const changedMind = new Error('something broke');
  await assert.rejects(
    database.transact(async (db) => {
      await write(db, { id: 5, text: 'five', seen: new Date() });
      assert.equal((await read(db, { id: 5 })).length, 1);
      throw changedMind;
    }),
    changedMind,
  );
  assert.deepEqual(await read(database.db, { id: 5 }), []);
});

test('a connection that watches its statements sees each time that one is run', async () => {
  const { house, statements } = watchStatements(home.house);
  await read(house.deps.db, { id: 1 });
  await read(house.deps.db, { id: 2 });
  assert.equal(statements.length, 2);
  await sql`SELECT 1`.execute(house.deps.db);
  assert.equal(statements.length, 3);
});
