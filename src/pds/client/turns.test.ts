import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase, type Database } from '#foundation/storage';
import { sql } from 'kysely';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { areTurnsPaused, takeTurn } from '../store.ts';
import { awaitTurn, pauseAll } from './turns.ts';

describe('turns at the register', () => {
  let database: TestDatabase;
  let one: Database;
  let other: Database;
  before(async () => {
    database = await createTestDatabase();
    // Each as another process has them: with connections of its own, and few of them.
    one = openDatabase({ url: database.url, connections: 2 });
    other = openDatabase({ url: database.url, connections: 2 });
  });
  after(async () => {
    await one.close();
    await other.close();
    await database.drop();
  });
  beforeEach(() => sql`TRUNCATE pds.turn`.execute(one.db));

  test('come at the rate that both processes share, however many ask at once', async () => {
    const perSecond = 50;
    const began = performance.now();
    const at: number[] = [];
    const ask = async ({ db }: Database) => {
      assert.ok(await awaitTurn(db, { perSecond, patienceMs: 5000 }));
      at.push(performance.now() - began);
    };
    await Promise.all(Array.from({ length: 40 }, (_, turn) => ask(turn % 2 === 0 ? one : other)));
    // The first at once, each further one a fiftieth of a second later; timers are never early by more than one of theirs.
    const sorted = at.toSorted((first, second) => first - second);
    for (const [index, ms] of sorted.entries())
      assert.ok(ms >= (index * 1000) / perSecond - 2, `${index}: ${ms}`);
    assert.ok((sorted.at(-1) ?? 0) < 8000, `${sorted.at(-1)} ms`);
  });

  test('that were not used are not saved up', async () => {
    const asked = { perSecond: 0.1, patienceMs: 60_000 };
    await takeTurn(one.db, asked);
    // As if it had been long ago.
    await sql`UPDATE pds.turn SET next_at = next_at - interval '40 seconds'`.execute(one.db);
    const waits: (number | undefined)[] = [];
    for (let turn = 0; turn < 3; turn += 1) waits.push(await takeTurn(one.db, asked));
    assert.equal(waits[0], 0);
    assert.ok((waits[1] ?? 0) > 0 && (waits[2] ?? 0) > 10_000, waits.join());
  });

  test('too late for somebody are left to others', async () => {
    const asked = { perSecond: 0.1, patienceMs: 200 };
    assert.equal(await awaitTurn(one.db, asked), true);
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 20 }, () => awaitTurn(other.db, asked)));
    assert.ok(!answers.includes(true));
    assert.ok(performance.now() - began < 8000, 'who gets no turn is told at once');
    const waitMs = await takeTurn(one.db, { perSecond: 0.1, patienceMs: 20_000 });
    assert.ok((waitMs ?? Infinity) <= 10_000, 'they took none');
  });

  test('are waited for without holding the database', async () => {
    await awaitTurn(one.db, { perSecond: 1, patienceMs: 0 });
    let waiting = 4;
    const turns = Array.from({ length: waiting }, async () => {
      assert.ok(await awaitTurn(one.db, { perSecond: 1, patienceMs: 19_000 }));
      waiting -= 1;
    });
    await wait(50);
    // There are two connections: were they held, this would have to wait for three turns.
    await sql`SELECT 1`.execute(one.db);
    assert.ok(waiting >= 2, String(waiting));
    const { rows } = await sql`SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND state LIKE 'idle in transaction%'`.execute(other.db);
    assert.equal(rows.length, 0);
    await Promise.all(turns);
  });

  test('stop for all when the register says so, also for those who wait already', async () => {
    await takeTurn(one.db, { perSecond: 0.5, patienceMs: 0 });
    const began = performance.now();
    const waiting = awaitTurn(other.db, { perSecond: 0.5, patienceMs: 19_000 });
    await wait(10);
    await pauseAll(one.db, 4000);
    assert.equal(await awaitTurn(one.db, { perSecond: 0.5, patienceMs: 200 }), false);
    assert.equal(await waiting, true);
    assert.ok(performance.now() - began >= 4000);
  });

  test('stop for a second when it does not say for how long, and never for more than a minute', async () => {
    const pausedMs = async () => {
      const { rows } = await sql<{ ms: number }>`SELECT
        (extract(epoch FROM paused_until - clock_timestamp()) * 1000)::float8 AS ms FROM pds.turn`.execute(
        one.db,
      );
      return rows[0]?.ms ?? 0;
    };
    await pauseAll(one.db, undefined);
    const usual = await pausedMs();
    assert.ok(usual > 0 && usual <= 1000, `${usual} ms`);
    await pauseAll(one.db, 86_400_000);
    const most = await pausedMs();
    assert.ok(most > 50_000 && most <= 60_000, `${most} ms`);
    await pauseAll(one.db, 10);
    assert.ok((await pausedMs()) > 50_000, 'a shorter pause ends no longer one');
  });

  test('go on when the database’s clock was put back', async () => {
    await takeTurn(one.db, { perSecond: 5, patienceMs: 0 });
    await sql`UPDATE pds.turn SET next_at = now() + interval '1 hour', paused_until = now() + interval '1 hour'`.execute(
      one.db,
    );
    assert.equal(await takeTurn(one.db, { perSecond: 0.1, patienceMs: 10_000 }), 0);
    assert.ok(((await takeTurn(one.db, { perSecond: 0.1, patienceMs: 10_000 })) ?? 0) > 100);
    assert.equal(await areTurnsPaused(one.db), false);
    await pauseAll(one.db, 30_000);
    assert.equal(await areTurnsPaused(one.db), true);
    assert.equal(await takeTurn(one.db, { perSecond: 5, patienceMs: 5000 }), undefined);
  });

  test('begin anew when the database has lost them in a crash', async () => {
    await pauseAll(one.db, 60_000);
    await sql`TRUNCATE pds.turn`.execute(one.db);
    assert.equal(await takeTurn(one.db, { perSecond: 0.1, patienceMs: 0 }), 0);
    assert.equal(await takeTurn(other.db, { perSecond: 0.1, patienceMs: 0 }), undefined);
  });
});
