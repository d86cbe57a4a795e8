import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import { deleteExpired, openDatabase, type Database } from '#foundation/storage';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';

const noon = new Date('2026-01-01T12:00:00Z');

suite('rows whose time has passed', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  before(async () => {
    testDatabase = await createTestDatabase();
    database = openDatabase({ url: testDatabase.url, connections: 3 });
    await database.pool.query('CREATE TABLE public.leaf (number integer PRIMARY KEY, falls_at timestamptz)');
    await database.pool.query('CREATE INDEX leaf_falls_at ON public.leaf (falls_at)');
    await database.pool.query('CREATE TABLE public.batch (rows integer)');
    await database.pool.query(`
      CREATE FUNCTION public.note_batch() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO public.batch SELECT count(*) FROM fallen; RETURN NULL; END $$`);
    await database.pool.query(`
      CREATE TRIGGER note_batch AFTER DELETE ON public.leaf REFERENCING OLD TABLE AS fallen
      FOR EACH STATEMENT EXECUTE FUNCTION public.note_batch()`);
  });
  after(async () => {
    await database.close();
    await testDatabase.drop();
  });
  beforeEach(() => database.pool.query('TRUNCATE public.leaf, public.batch'));

  /** Leaf number n falls n minutes before noon. */
  const grow = (first: number, last: number) =>
    database.pool.query(
      `INSERT INTO public.leaf SELECT n, $1::timestamptz - n * interval '1 minute' FROM generate_series($2::integer, $3) n`,
      [noon, first, last],
    );
  const remaining = async () => {
    const { rows } = await database.pool.query<{ number: number }>(
      'SELECT number FROM public.leaf ORDER BY number',
    );
    return rows.map(({ number }) => number);
  };
  const sweep = (atOnce?: number) =>
    deleteExpired(database.db, {
      table: 'public.leaf',
      column: 'falls_at',
      before: noon,
      ...(atOnce === undefined ? {} : { atOnce }),
    });

  test('are all removed, and none whose time is still to come', async () => {
    await grow(-2, 25);
    assert.equal(await sweep(10), 25);
    assert.deepEqual(await remaining(), [-2, -1, 0]);
  });

  test('go a few at a time, so that no statement takes long, however many there are', async () => {
    await grow(1, 12_000);
    assert.equal(await sweep(), 12_000);
    const { rows } = await database.pool.query<{ rows: number }>('SELECT rows FROM public.batch');
    assert.deepEqual(
      rows.map((batch) => batch.rows),
      [5000, 5000, 2000],
    );
  });

  test('wait for the next sweep while somebody holds them, and hold nobody up', async () => {
    await grow(1, 5);
    await database.transact(async (db) => {
      await db
        .withTables<{ leaf: { number: number } }>()
        .selectFrom('leaf')
        .selectAll()
        .where('number', '=', 3)
        .forUpdate()
        .execute();
      assert.equal(await sweep(), 4);
    });
    assert.deepEqual(await remaining(), [3]);
    assert.equal(await sweep(), 1);
  });

  test('are removed once, whoever else sweeps at the same moment', async () => {
    await grow(1, 300);
    const counts = await Promise.all([sweep(20), sweep(20), sweep(20)]);
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      300,
    );
    assert.deepEqual(await remaining(), []);
  });
});
