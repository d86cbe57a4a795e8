import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { isStorageUnavailable, openDatabase, statement, type Database } from '#foundation/storage';
import { sql } from 'kysely';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';

let testDatabase: TestDatabase;
let database: Database;
before(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase({ url: testDatabase.url, connections: 1 });
});
after(async () => {
  await database.close();
  await testDatabase.drop();
});
beforeEach(async () => {
  await sql`DROP TABLE IF EXISTS public.thing`.execute(database.db);
  await sql`CREATE TABLE public.thing (id integer PRIMARY KEY, name text, CONSTRAINT named CHECK (name <> ''))`.execute(
    database.db,
  );
});

interface Thing {
  readonly id: number;
  readonly name: string | null;
}
const add = (mark: string) =>
  statement<Thing, Thing>(
    (_, value) =>
      sql<Thing>`INSERT INTO public.thing VALUES (${value('id')}, ${value('name')}) RETURNING *, ${sql.lit(mark)} AS mark`,
  );
const read = statement<{ id: number }, Thing>((db, value) =>
  db
    .withTables<{ 'public.thing': Thing }>()
    .selectFrom('public.thing')
    .selectAll()
    .where('id', '=', value('id')),
);
/** Only what came before is prepared: a statement that comes for the second time has a name. */
const thrice = [1, 2, 3];

function hasCode(code: string, constraint?: string) {
  return (error: unknown) =>
    error instanceof Error &&
    'code' in error &&
    error.code === code &&
    (constraint === undefined || ('constraint' in error && error.constraint === constraint));
}

describe('a prepared statement', () => {
  test('gives values of every kind each time as at the first', async () => {
    const all = statement<{ none: null; bytes: Buffer; at: Date; tags: readonly string[] }, unknown>(
      (_, value) => sql`SELECT ${value('none')}::text AS none, ${value('bytes')}::bytea AS bytes,
        ${value('at')}::timestamptz AS at, ${value('tags')}::text[] AS tags, 9007199254740993 AS big, 7 AS small,
        true AS yes, '{"a":[1,null]}'::jsonb AS data, 'Llŷn 🏴' AS text, '' AS empty, 1 AS twice, 2 AS twice`,
    );
    const values = { none: null, bytes: Buffer.from([0, 255]), at: new Date(1_234_567), tags: ['"', ''] };
    for (const _ of thrice) {
      assert.deepEqual(await all(database.db, values), [
        {
          ...values,
          big: '9007199254740993',
          small: 7,
          yes: true,
          data: { a: [1, null] },
          text: 'Llŷn 🏴',
          empty: '',
          twice: 2,
        },
      ]);
    }
  });

  test('that gives no rows, or many, or a count gives the same each time', async () => {
    for (const time of thrice) {
      assert.deepEqual(await read(database.db, { id: 1 }), []);
      const many = sql`SELECT * FROM generate_series(1, 300)`;
      assert.equal((await many.execute(database.db)).rows.length, 300);
      const changed = await sql`INSERT INTO public.thing VALUES (${time * 10}), (${time * 10 + 1})`.execute(
        database.db,
      );
      assert.equal(changed.numAffectedRows, 2n);
    }
  });

  test('says what was wrong, names the constraint, and works on', async () => {
    const insert = add('wrong');
    for (const id of thrice) {
      await insert(database.db, { id, name: 'right' });
      await assert.rejects(insert(database.db, { id: 9, name: '' }), hasCode('23514', 'named'));
      assert.equal((await read(database.db, { id }))[0]?.name, 'right');
    }
  });

  test('that fails the first time that it is prepared works the next', async () => {
    const insert = add('first');
    await insert(database.db, { id: 1, name: null });
    for (const _ of thrice) {
      await assert.rejects(insert(database.db, { id: 1, name: null }), hasCode('23505'));
    }
    assert.deepEqual(await insert(database.db, { id: 2, name: 'b' }), [{ id: 2, name: 'b', mark: 'first' }]);
    assert.deepEqual(await insert(database.db, { id: 3, name: 'c' }), [{ id: 3, name: 'c', mark: 'first' }]);
  });

  test('that a failed transaction would not prepare works in the next', async () => {
    const insert = add('aborted');
    await insert(database.db, { id: 1, name: null });
    await assert.rejects(
      database.transact(async (db) => {
        await sql`SELECT 1 / 0`.execute(db).catch(() => undefined);
        await insert(db, { id: 2, name: null });
      }),
      hasCode('25P02'),
    );
    for (const id of thrice) await database.transact((db) => insert(db, { id: id + 10, name: null }));
  });

  test('is answered for all that asked at the same moment, though the first of them failed', async () => {
    const divide = statement<{ by: number }, { quotient: number }>((db, value) =>
      db.selectNoFrom(sql<number>`6 / ${value('by')}::integer`.as('quotient')),
    );
    await divide(database.db, { by: 1 });
    for (const _ of thrice) {
      const asked = [0, 1, 2, 0, 3].map((by) => divide(database.db, { by }));
      assert.deepEqual(
        (await Promise.allSettled(asked)).map((outcome) =>
          outcome.status === 'fulfilled' ? outcome.value[0]?.quotient : undefined,
        ),
        [undefined, 6, 3, undefined, 2],
      );
    }
  });

  test('with a value that cannot be sent fails alone', async () => {
    const circle: { around?: unknown } = {};
    circle.around = circle;
    const echo = statement<{ data: object }, { data: unknown }>(
      (_, value) => sql<{ data: unknown }>`SELECT ${value('data')}::jsonb AS data`,
    );
    for (const _ of thrice) {
      assert.deepEqual(await echo(database.db, { data: { a: 1 } }), [{ data: { a: 1 } }]);
      await assert.rejects(echo(database.db, { data: circle }), TypeError);
    }
    assert.equal(database.pool.waitingCount, 0);
  });
});

describe('a table that changes under a prepared statement', () => {
  const changes = [
    sql`ALTER TABLE public.thing ALTER COLUMN id TYPE bigint`,
    sql`ALTER TABLE public.thing RENAME COLUMN name TO called`,
    sql`ALTER TABLE public.thing ADD COLUMN more integer DEFAULT 5`,
  ];
  const expected = [
    { id: '1', name: 'one' },
    { id: 1, called: 'one' },
    { id: 1, name: 'one', more: 5 },
  ];
  for (const [index, change] of changes.entries()) {
    test(`never gives rows that are read as they were before (${String(index)})`, async () => {
      await add('change')(database.db, { id: 1, name: 'one' });
      for (const _ of thrice) assert.deepEqual(await read(database.db, { id: 1 }), [{ id: 1, name: 'one' }]);
      await change.execute(database.db);
      await assert.rejects(
        database.transact((db) => read(db, { id: 1 })),
        (error) => isStorageUnavailable(error),
      );
      for (const _ of thrice) assert.deepEqual(await read(database.db, { id: 1 }), [expected[index]]);
    });
  }
});

describe('a transaction', () => {
  test('that begins with a statement which is prepared then, and fails, leaves nothing in the way of the next', async () => {
    const insert = add('beginning');
    await insert(database.db, { id: 1, name: null });
    for (const _ of thrice) {
      await assert.rejects(
        database.transact((db) => insert(db, { id: 1, name: null })),
        hasCode('23505'),
      );
    }
    for (const id of [2, 3]) {
      const [row] = await database.transact((db) => insert(db, { id, name: 'kept' }));
      assert.deepEqual(row, { id, name: 'kept', mark: 'beginning' });
    }
    assert.equal((await read(database.db, { id: 3 })).length, 1);
  });

  test('whose first statement cannot be sent is undone as a whole all the same', async () => {
    const circle: { around?: unknown } = {};
    circle.around = circle;
    const echo = statement<{ data: object }, unknown>(
      (_, value) => sql`SELECT ${value('data')}::jsonb AS data`,
    );
    const insert = add('after a circle');
    await insert(database.db, { id: 1, name: null });
    for (const id of thrice) {
      await assert.rejects(
        database.transact(async (db) => {
          await assert.rejects(echo(db, { data: circle }), TypeError);
          await insert(db, { id: id + 1, name: 'lost' });
          throw new Error('changed my mind');
        }),
        /changed my mind/u,
      );
    }
    assert.deepEqual(await sql`SELECT id FROM public.thing`.execute(database.db).then(({ rows }) => rows), [
      { id: 1 },
    ]);
  });

  test('in which a statement failed is refused at its end each time, whatever has changed meanwhile', async () => {
    const insert = add('swallowed');
    await insert(database.db, { id: 1, name: 'there already' });
    for (const id of thrice) {
      await assert.rejects(
        database.transact(async (db) => {
          await insert(db, { id: id + 1, name: 'lost' });
          await insert(db, { id: 1, name: 'twice' }).catch(() => undefined);
        }),
        /had failed before/u,
      );
      await database.transact((db) => insert(db, { id: id + 10, name: 'kept' }));
      await assert.rejects(
        database.transact(async (db) => {
          await sql`SET LOCAL search_path = pg_catalog`.execute(db);
          await sql`ALTER TABLE public.thing ADD COLUMN more integer`.execute(db);
          await insert(db, { id: 1, name: 'twice' }).catch(() => undefined);
          throw new Error('changed my mind');
        }),
        /changed my mind/u,
      );
    }
    const { rows } = await sql<Thing>`SELECT id FROM public.thing ORDER BY id`.execute(database.db);
    assert.deepEqual(
      rows.map(({ id }) => id),
      [1, 11, 12, 13],
    );
  });

  test('that fails only when it ends is told so, and the next is kept', async () => {
    await sql`ALTER TABLE public.thing ADD CONSTRAINT once UNIQUE (name) DEFERRABLE INITIALLY DEFERRED`.execute(
      database.db,
    );
    const insert = add('deferred');
    await insert(database.db, { id: 1, name: 'one' });
    for (const id of thrice) {
      await assert.rejects(
        database.transact((db) => insert(db, { id: id + 1, name: 'one' })),
        hasCode('23505', 'once'),
      );
      await database.transact((db) => insert(db, { id: id + 10, name: String(id) }));
    }
    assert.deepEqual(await read(database.db, { id: 2 }), []);
    assert.equal((await read(database.db, { id: 13 })).length, 1);
  });

  test('is one for all that is asked at its first moment, and takes one connection', async () => {
    const insert = add('moment');
    await assert.rejects(
      database.transact(async (db) => {
        await Promise.all([1, 2, 3].map((id) => insert(db, { id, name: null })));
        throw new Error('changed my mind');
      }),
      /changed my mind/u,
    );
    assert.deepEqual(await read(database.db, { id: 1 }), []);
    assert.equal(database.pool.idleCount, 1);
  });

  test('takes nothing any more when it is over', async () => {
    const kept = await database.transact(async (db) => {
      await add('over')(db, { id: 1, name: null });
      return { db };
    });
    await assert.rejects(add('late')(kept.db, { id: 2, name: null }), /over/u);
    await assert.rejects(sql`SELECT 1`.execute(kept.db), /over/u);
    assert.equal(database.pool.idleCount, 1);
    assert.deepEqual(await read(database.db, { id: 2 }), []);
  });
});
