import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Deps } from '#foundation/deps';
import { sql } from 'kysely';
import { z } from 'zod';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { untilWaiting } from '../../../test/support/waiting.ts';
import type { JourneyDefinition } from './types.ts';
import { loadVisit, lockVisit, saveVisit, startVisit } from './visits.ts';

const answers = z.object({ colour: z.string().optional() });
type Answers = z.output<typeof answers>;
const journey: JourneyDefinition<Answers, object> = {
  id: 'colours',
  answers,
  context: z.object({}),
  lifetimeSeconds: 60,
  steps: [],
  finish: () => Promise.resolve({ outcome: 'left', address: '/' }),
};
const visitor = 'a browser';

let one: TestHouse;
let other: TestHouse;
before(async () => {
  one = await createTestHouse();
  other = await createTestHouse({ beside: one });
});
after(async () => {
  await other.close();
  await one.close();
});

async function begin(): Promise<{ ref: string; visitor: string }> {
  const address = await startVisit(one.house.deps, journey, { visitor, context: {} });
  return { ref: address.split('/')[2] ?? '', visitor };
}

test('a visit that nobody else has changed is the same then and now', async () => {
  const asked = await begin();
  await one.house.transact(async (deps) => {
    const locked = await lockVisit(deps, journey, asked);
    assert.ok(locked);
    assert.equal(locked.before, locked.now);
    await saveVisit(deps, journey, { ...locked.now, answers: { colour: 'red' } });
  });
  const known = await loadVisit(one.house.deps, journey, asked);
  assert.deepEqual(known?.answers, { colour: 'red' });
  await one.house.transact(async (deps) => {
    assert.equal((await lockVisit(deps, journey, asked, { known }))?.now, known);
  });
});

test('who waits for a visit is told what it is by now, and what it was when they came, in whichever process', async () => {
  const asked = await begin();
  const known = await loadVisit(other.house.deps, journey, asked);
  const waits = one.house.transact(async (deps) => {
    const locked = await lockVisit(deps, journey, asked);
    assert.ok(locked);
    const second = other.house.transact((beside) => lockVisit(beside, journey, asked, { known }));
    await untilWaiting(one.house.database.pool);
    await saveVisit(deps, journey, { ...locked.now, answers: { colour: 'green' }, notice: 'changed' });
    return { second };
  });
  const { second } = await waits;
  const locked = await second;
  assert.deepEqual(locked?.now.answers, { colour: 'green' });
  assert.equal(locked?.now.notice, 'changed');
  assert.deepEqual(locked?.before.answers, {});
  assert.equal(locked?.before.notice, undefined);
});

test('what is asked for with the hold of a visit waits for it, and fails as the transaction does', async () => {
  const asked = await begin();
  const number = 4_217_001;
  const turn = (deps: Deps) => async () => {
    await sql`SELECT pg_advisory_xact_lock(${number})`.execute(deps.db);
  };
  const isFree = async (deps: Deps) => {
    const { rows } = await sql<{ taken: boolean }>`
      SELECT pg_try_advisory_xact_lock(${number}) AS taken`.execute(deps.db);
    return rows[0]?.taken;
  };
  const { second } = await one.house.transact(async (deps) => {
    await lockVisit(deps, journey, asked);
    const waits = other.house.transact(async (beside) => {
      const locked = await lockVisit(beside, journey, asked, { meanwhile: turn(beside) });
      return { locked, isFree: await one.house.transact(isFree) };
    });
    await untilWaiting(one.house.database.pool);
    assert.equal(await one.house.transact(isFree), true);
    return { second: waits };
  });
  const { locked, isFree: wasFree } = await second;
  assert.ok(locked);
  assert.equal(wasFree, false);
  const failed = one.house.transact((deps) =>
    lockVisit(deps, journey, asked, {
      meanwhile: async () => {
        await sql`SELECT 1 / 0`.execute(deps.db);
      },
    }),
  );
  await assert.rejects(failed, /division by zero/u);
});

test('a visit is nobody’s but the browser’s that began it, and no other journey’s', async () => {
  const asked = await begin();
  const stranger = { ...asked, visitor: 'another browser' };
  const elsewhere = { ...journey, id: 'shapes' };
  assert.equal(await loadVisit(one.house.deps, journey, stranger), undefined);
  assert.equal(await loadVisit(one.house.deps, elsewhere, asked), undefined);
  await one.house.transact(async (deps) => {
    assert.equal(await lockVisit(deps, journey, stranger), undefined);
    assert.equal(await lockVisit(deps, elsewhere, asked), undefined);
    assert.equal(await lockVisit(deps, journey, { ...asked, ref: 'no such visit' }), undefined);
  });
});
