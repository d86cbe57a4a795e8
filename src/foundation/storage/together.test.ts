import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { storedBytes, storedDate, together, type Db } from '#foundation/storage';
import type { sql } from 'kysely';
import { z } from 'zod';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { watchStatements } from '../../../test/support/statements.ts';

type Tables = { shelf: { name: string; bytes: Buffer; kept_at: Date; tags: string[] } };
const rowSchema = z.object({ bytes: storedBytes, kept_at: storedDate, tags: z.array(z.string()) });
const book = (name: string) => ({
  select: (db: Db) => db.withTables<Tables>().selectFrom('shelf').selectAll().where('name', '=', name),
});
const named = {
  select: (db: Db, value: (name: 'name') => ReturnType<typeof sql<string>>) =>
    db.withTables<Tables>().selectFrom('shelf').selectAll().where('name', '=', value('name')),
};
const read = together({ first: named, second: book('a second'), none: book('none') });

let home: TestHouse;
before(async () => {
  home = await createTestHouse();
  await home.house.database.pool.query(
    'CREATE TABLE shelf (name text PRIMARY KEY, bytes bytea NOT NULL, kept_at timestamptz NOT NULL, tags text[] NOT NULL)',
  );
});
after(() => home.close());

test('several selections are one statement, and give what was stored, or that there is nothing', async () => {
  const { house, statements } = watchStatements(home.house);
  const books = ['a first', 'a second'].map((name, index) => ({
    name,
    bytes: randomBytes(40),
    kept_at: new Date(Date.UTC(2026, 5, 30, 23, 59, 59, 120 + index)),
    tags: ['"quoted"', 'Llŷn', ''],
  }));
  await house.deps.db.withTables<Tables>().insertInto('shelf').values(books).execute();
  statements.length = 0;
  for (const time of [1, 2]) {
    const rows = await read(house.deps.db, { name: 'a first' });
    assert.equal(statements.length, time);
    for (const [index, row] of [rows.first, rows.second].entries()) {
      const { name: _, ...expected } = books[index] ?? { name: '' };
      assert.deepEqual(rowSchema.parse(row), expected);
    }
    assert.equal(rows.none, null);
  }
  assert.equal((await read(house.deps.db, { name: 'another' })).first, null);
});
