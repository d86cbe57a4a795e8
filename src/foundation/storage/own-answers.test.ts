import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isStorageUnavailable, statement, type Database, type Db } from '#foundation/storage';
import { sql } from 'kysely';
import { openNotes, readNote, writeNote, type NoteTables } from '../../../test/support/notes.ts';

let database: Database;
let close: () => Promise<void>;
before(async () => ({ database, close } = await openNotes(4)));
after(() => close());

/** The same numbers at every run. */
function createDice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

type Asked = { readonly mark: string; readonly number: number };

/** Statements whose rows all look different: the answer of another is noticed. */
const shareable = Array.from({ length: 12 }, (_, kind) =>
  statement<Asked, Record<string, unknown>>((db, value) =>
    db.selectNoFrom([
      sql`${value('mark')}::text`.as(`mark${kind}`),
      ...Array.from({ length: kind % 4 }, (_none, index) =>
        sql`${value('number')}::integer + ${index}::integer`.as(`number${index}`),
      ),
    ]),
  ),
);
const own = Array.from({ length: 12 }, (_, kind) =>
  statement<Asked, Record<string, unknown>>(
    (_db, value) =>
      sql`SELECT ${value('mark')}::text AS ${sql.ref(`mark${kind}`)}, ${value('number')}::integer AS ${sql.ref(`number${kind % 4}`)}`,
  ),
);
const divide = statement<{ by: number }, unknown>((db, value) =>
  db.selectNoFrom(sql`1 / ${value('by')}::integer`.as('quotient')),
);
const nowhere = statement<{ by: number }, unknown>(
  (_db, value) => sql`SELECT ${value('by')}::integer FROM public.nowhere`,
);
const breakOthers = sql`
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;
const end = statement<object, unknown>(() => sql`SELECT pg_terminate_backend(pg_backend_pid())`);

async function askShareable(db: Db, kind: number, asked: Asked): Promise<void> {
  const expected = { [`mark${kind}`]: asked.mark };
  for (let index = 0; index < kind % 4; index += 1)
    Object.assign(expected, { [`number${index}`]: asked.number + index });
  assert.deepEqual(await shareable[kind]?.(db, asked), [expected]);
}

async function askOwn(db: Db, kind: number, asked: Asked): Promise<void> {
  const expected = { [`mark${kind}`]: asked.mark, [`number${kind % 4}`]: asked.number };
  assert.deepEqual(await own[kind]?.(db, asked), [expected]);
}

test('among thousands of statements at once, many of which fail, everybody gets the answer to their own, and each transaction is kept or not', async () => {
  const dice = createDice(20_261_127);
  const kept = new Set<number>();
  const undone = new Set<number>();
  /** The connection broke: nobody can know. */
  const unknown = new Set<number>();
  const isAssertion = (error: unknown) => error instanceof assert.AssertionError;
  const says = (words: RegExp) => (error: unknown) =>
    isStorageUnavailable(error) || words.test(String(error));
  const calm = (error: unknown) => {
    if (isAssertion(error)) throw error;
  };
  const alone = async (id: number): Promise<void> => {
    const asked = { mark: `alone ${id}`, number: id };
    const kind = dice(12);
    switch (dice(8)) {
      case 0:
        return assert.rejects(divide(database.db, { by: 0 }), says(/division/u));
      case 1:
        return assert.rejects(nowhere(database.db, { by: id }), says(/does not exist/u));
      case 2:
        return askOwn(database.db, kind, asked).catch(calm);
      case 3:
        return void (await sql`SELECT ${id}::integer AS id`.execute(database.db).catch(calm));
      default:
        return askShareable(database.db, kind, asked).catch(calm);
    }
  };
  const together = async (id: number): Promise<void> => {
    const steps = Array.from({ length: 1 + dice(6) }, () => ({ what: dice(12), kind: dice(12) }));
    try {
      await database.transact(async (db) => {
        await writeNote.along(db, { id: 2 * id, text: `first of ${id}` });
        for (const { what, kind } of steps) {
          const asked = { mark: `within ${id}`, number: id };
          if (what < 3) await askShareable(db, kind, asked);
          else if (what < 5) await askOwn(db, kind, asked);
          else if (what < 7) await Promise.all([askOwn(db, kind, asked), askShareable(db, kind, asked)]);
          else if (what === 7) await divide(db, { by: 0 });
          else if (what === 8) await writeNote.along(db, { id: 2 * id, text: 'again' });
          else if (what === 9 && kind === 0) await end(db, {});
          else if (what === 10) await nowhere(db, { by: id }).catch(() => undefined);
          else if (kind === 1) throw new TypeError('changed my mind');
        }
        const last = { id: 2 * id + 1, text: `last of ${id}` };
        await (dice(2) === 0 ? writeNote(db, last) : writeNote.along(db, last));
      });
      kept.add(id);
    } catch (error) {
      calm(error);
      (isStorageUnavailable(error) ? unknown : undone).add(id);
    }
  };
  let next = 0;
  const worker = async () => {
    for (;;) {
      const id = (next += 1);
      if (id > 1600) return;
      if (id % 500 === 0) await breakOthers.execute(database.db).catch(calm);
      await (dice(3) === 0 ? together(id) : alone(id));
    }
  };
  await Promise.all(Array.from({ length: 60 }, worker));
  assert.ok(kept.size > 100 && undone.size > 100, `${kept.size} kept, ${undone.size} undone`);
  const notes = await database.db
    .withTables<NoteTables>()
    .selectFrom('public.note')
    .select('id')
    .orderBy('id')
    .execute();
  const written = notes.map(({ id }) => id);
  const whole = new Set(written.map((id) => Math.floor(id / 2)));
  assert.deepEqual(
    written,
    [...whole].flatMap((id) => [2 * id, 2 * id + 1]),
  );
  assert.deepEqual(
    [...kept].filter((id) => !whole.has(id)),
    [],
  );
  assert.deepEqual(
    [...whole].filter((id) => !kept.has(id) && !unknown.has(id)),
    [],
  );
  assert.equal(database.pool.idleCount, database.pool.totalCount);
  assert.equal(database.pool.waitingCount, 0);
  const { rows } = await sql<{ state: string }>`
    SELECT DISTINCT state FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`.execute(
    database.db,
  );
  assert.deepEqual(
    rows.filter(({ state }) => state !== 'idle'),
    [],
  );
  assert.deepEqual(await readNote(database.db, { id: 0 }), []);
});

test('whoever reads a table that is changed again and again meanwhile has each value under its own name', async () => {
  const { db } = database;
  await sql`CREATE TABLE public.swap (a text, b text, c bigint)`.execute(db);
  await sql`INSERT INTO public.swap VALUES ('of a', 'of b', 3)`.execute(db);
  const readAll = statement<object, Record<string, unknown>>((each) =>
    each.withTables<{ 'public.swap': Record<string, unknown> }>().selectFrom('public.swap').selectAll(),
  );
  const seen = new Set<string>();
  const changes = new AbortController();
  const look = async (read: () => Promise<Record<string, unknown>[]>) => {
    while (!changes.signal.aborted) {
      const rows = await read().catch((error: unknown) => {
        assert.ok(isStorageUnavailable(error), String(error));
        return [];
      });
      for (const { a, b, c, ...more } of rows) {
        assert.deepEqual([a, b, String(c), more], ['of a', 'of b', '3', {}]);
        seen.add(typeof c);
      }
    }
  };
  const change = (time: number) =>
    database.transact(async (within) => {
      const column = sql.ref(time % 2 === 0 ? 'a' : 'b');
      const type = sql.raw(time % 2 === 0 ? 'integer' : 'bigint');
      await sql`ALTER TABLE public.swap RENAME COLUMN ${column} TO old`.execute(within);
      await sql`ALTER TABLE public.swap ADD COLUMN ${column} text`.execute(within);
      await sql`UPDATE public.swap SET ${column} = old`.execute(within);
      await sql`ALTER TABLE public.swap DROP COLUMN old`.execute(within);
      await sql`ALTER TABLE public.swap ALTER COLUMN c TYPE ${type}`.execute(within);
    });
  const changeOften = async () => {
    try {
      for (let time = 0; time < 20; time += 1) await change(time);
    } finally {
      changes.abort();
    }
  };
  await Promise.all([
    ...Array.from({ length: 4 }, () => look(() => readAll(db, {}))),
    ...Array.from({ length: 2 }, () => look(() => database.transact((within) => readAll(within, {})))),
    changeOften(),
  ]);
  assert.deepEqual([...seen].toSorted(), ['number', 'string']);
});
