import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { migrate } from '#foundation/storage';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from './database.ts';

const databases: TestDatabase[] = [];
const create = async () => {
  const database = await createTestDatabase();
  databases.push(database);
  return database;
};
after(async () => {
  for (const database of databases) await database.drop();
});

test('each test database is migrated, and a world of its own', async () => {
  const [ours, theirs] = await Promise.all([create(), create()]);
  assert.deepEqual(await migrate({ url: ours.url }), []);

  const client = new pg.Client({ connectionString: ours.url });
  await client.connect();
  await client.query('CREATE TABLE public.seen_by_us_alone ()');
  await client.end();

  const other = new pg.Client({ connectionString: theirs.url });
  await other.connect();
  const { rowCount } = await other.query("SELECT FROM pg_tables WHERE tablename = 'seen_by_us_alone'");
  await other.end();
  assert.equal(rowCount, 0);
});
