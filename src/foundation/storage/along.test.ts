import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { statement, type Database } from '#foundation/storage';
import { sql } from 'kysely';
import { openNotes, readNote as read, writeNote as write } from '../../../test/support/notes.ts';

let database: Database;
let close: () => Promise<void>;
before(async () => ({ database, close } = await openNotes()));
after(() => close());

const clear = sql`DELETE FROM public.note`;

describe('a statement that goes along', () => {
  // From the second run on statements are prepared, which takes another way.
  for (const run of ['first', 'second', 'third']) {
    test(`is kept with its transaction, and seen by what is asked after it (${run} run)`, async () => {
      const seen = await database.transact(async (db) => {
        await write.along(db, { id: 1, text: 'one' });
        await write.along(db, { id: 2, text: 'two' });
        return read(db, { id: 1 });
      });
      assert.deepEqual(seen, [{ id: 1, text: 'one' }]);
      assert.deepEqual(await read(database.db, { id: 2 }), [{ id: 2, text: 'two' }]);
      await clear.execute(database.db);
    });

    test(`is undone with its transaction (${run} run)`, async () => {
      const undone = database.transact(async (db) => {
        await write.along(db, { id: 3, text: 'three' });
        throw new TypeError('changed my mind');
      });
      await assert.rejects(undone, /changed my mind/u);
      assert.deepEqual(await read(database.db, { id: 3 }), []);
    });

    test(`and fails lets nothing of its transaction stay, and says what was wrong (${run} run)`, async () => {
      await write(database.db, { id: 4, text: 'there' });
      const failed = database.transact(async (db) => {
        await write(db, { id: 5, text: 'before' });
        await write.along(db, { id: 4, text: 'again' });
        await write.along(db, { id: 6, text: 'after' });
      });
      await assert.rejects(failed, /duplicate key/u);
      for (const id of [5, 6]) assert.deepEqual(await read(database.db, { id }), []);
      await clear.execute(database.db);
    });
  }

  test('and fails is what the transaction failed for, though a later one only heard that it had', async () => {
    await write(database.db, { id: 4, text: 'there' });
    const failed = database.transact(async (db) => {
      await write.along(db, { id: 4, text: 'again' });
      await read(db, { id: 4 });
    });
    await assert.rejects(failed, /duplicate key/u);
    await clear.execute(database.db);
  });

  test('and fails hides no earlier failure, nor one of whoever runs the transaction', async () => {
    await write(database.db, { id: 4, text: 'there' });
    const failedBefore = database.transact(async (db) => {
      const wrong = sql`SELECT 1 / 0`.execute(db);
      await write.along(db, { id: 4, text: 'again' });
      await wrong;
    });
    await assert.rejects(failedBefore, /division by zero/u);
    const failedAfter = database.transact(async (db) => {
      await write.along(db, { id: 4, text: 'again' });
      throw new TypeError('changed my mind');
    });
    await assert.rejects(failedAfter, /changed my mind/u);
    await clear.execute(database.db);
  });

  test('leaves the connection usable when it has failed', async () => {
    await write(database.db, { id: 4, text: 'there' });
    const processes = new Set<unknown>();
    const asked = sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`;
    for (let time = 0; time < 5; time += 1) {
      await assert.rejects(
        database.transact(async (db) => {
          processes.add((await asked.execute(db)).rows[0]?.pid);
          await write.along(db, { id: 4, text: 'again' });
        }),
        /duplicate key/u,
      );
    }
    assert.equal(processes.size, 1);
    await clear.execute(database.db);
  });

  test('whose values cannot be sent says so at once, and the transaction is not kept', async () => {
    const odd = {
      toPostgres: () => {
        throw new TypeError('no such value');
      },
    };
    const failed = database.transact(async (db) => {
      await write(db, { id: 7, text: 'before' });
      await write.along(db, { id: 8, text: odd as unknown as string });
      assert.fail('went on');
    });
    await assert.rejects(failed, /no such value/u);
    assert.deepEqual(await read(database.db, { id: 7 }), []);
  });

  test('gives its rows to whoever asks for them after all, also when nobody did before the end', async () => {
    await write(database.db, { id: 4, text: 'there' });
    const late = await database.transact(async (db) => {
      const first = await read.ahead(db, { id: 4 });
      await write.along(db, { id: 5, text: 'five' });
      const second = await read.ahead(db, { id: 5 });
      assert.deepEqual(await first(), [{ id: 4, text: 'there' }]);
      return { second };
    });
    assert.deepEqual(await late.second(), [{ id: 5, text: 'five' }]);
    const alone = await read.ahead(database.db, { id: 5 });
    assert.deepEqual(await alone(), [{ id: 5, text: 'five' }]);
    await clear.execute(database.db);
  });

  test('and fails says so to whoever asks for its rows, and its transaction fails, whoever asked', async () => {
    await write(database.db, { id: 4, text: 'there' });
    for (const isAsked of [true, false]) {
      const failed = database.transact(async (db) => {
        await write.along(db, { id: 5, text: 'five' });
        const rows = await write.ahead(db, { id: 4, text: 'again' });
        if (isAsked) await assert.rejects(rows(), /duplicate key/u);
      });
      await assert.rejects(failed, /duplicate key/u);
      assert.deepEqual(await read(database.db, { id: 5 }), []);
    }
    await clear.execute(database.db);
  });

  test('is refused once the transaction is over', async () => {
    const left = await database.transact((db) => Promise.resolve({ db }));
    await assert.rejects(write.along(left.db, { id: 9, text: 'late' }), /the transaction is over/u);
  });

  test('outside a transaction is waited for, and its failure is its own', async () => {
    await write.along(database.db, { id: 10, text: 'alone' });
    assert.deepEqual(await read(database.db, { id: 10 }), [{ id: 10, text: 'alone' }]);
    await assert.rejects(write.along(database.db, { id: 10, text: 'again' }), /duplicate key/u);
    await clear.execute(database.db);
  });

  test('that breaks a rule which is looked at when the transaction ends fails it', async () => {
    await sql`CREATE TABLE public.owner (note integer REFERENCES public.note (id) DEFERRABLE INITIALLY DEFERRED)`.execute(
      database.db,
    );
    const own = statement<{ note: number }, unknown>(
      (_db, value) => sql`INSERT INTO public.owner (note) VALUES (${value('note')})`,
    );
    await assert.rejects(
      database.transact((db) => own.along(db, { note: 99 })),
      /foreign key/u,
    );
    const { rows } = await sql`SELECT note FROM public.owner`.execute(database.db);
    assert.deepEqual(rows, []);
  });

  test('is lost with a connection that breaks, and the transaction says so', async () => {
    const broken = database.transact(async (db) => {
      await write.along(db, { id: 11, text: 'lost' });
      await sql`SELECT pg_terminate_backend(pg_backend_pid())`.execute(db).catch(() => undefined);
      await write.along(db, { id: 12, text: 'never' });
    });
    await assert.rejects(broken);
    assert.deepEqual(await read(database.db, { id: 11 }), []);
  });
});
