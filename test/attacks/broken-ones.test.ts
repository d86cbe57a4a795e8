import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { makeDueEmailChanges, readAccount, requestEmailChange, type Account } from '#accounts';
import { sweepHouse } from '../../src/app.ts';
import { removeObjects } from '../../src/evidence/removals.ts';
import type { ObjectStore } from '../../src/evidence/object-store.ts';
import { openAttempt } from '../../src/proofing/capture/attempts.ts';
import { makeAccount } from '../support/accounts.ts';
import { createTestHouse, type TestHouse } from '../support/house.ts';
import { openInbox } from '../support/inbox.ts';

/** One that is broken, by a fault of ours or a row that nobody foresaw, is no reason to leave the others waiting. */
let home: TestHouse;
before(async () => {
  home = await createTestHouse();
  await openInbox(home);
  await home.house.database.pool.query(
    `CREATE FUNCTION public.breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$`,
  );
});
after(() => home.close());

const query = (text: string, ...values: unknown[]) => home.house.database.pool.query(text, values);

/** Makes changes to one row, or to all, fail. @returns what mends it */
async function breakChanges(
  of: { readonly table: string; readonly on: 'UPDATE' | 'DELETE' },
  which = 'true',
): Promise<() => Promise<unknown>> {
  const { table, on } = of;
  await query(
    `CREATE TRIGGER breaks BEFORE ${on} ON ${table} FOR EACH ROW WHEN (${which}) EXECUTE FUNCTION public.breaks()`,
  );
  return () => query(`DROP TRIGGER breaks ON ${table}`);
}

async function withChange(name: string): Promise<Account> {
  const account = await makeAccount(home, { email: `${name}@people.example` });
  await home.house.transact((deps) =>
    requestEmailChange(deps, {
      accountId: account.id,
      email: `new.${name}@people.example`,
      provenAt: deps.clock.now(),
      linkTo: () => 'http://localhost:3000/keep',
    }),
  );
  home.clock.advance(1);
  return account;
}

const emailOf = async ({ id }: Account) => (await readAccount(home.house.deps, id))?.email;

test('a new e-mail address that can’t be set holds up nobody else’s', async () => {
  const broken = await withChange('ada');
  const whole = await withChange('ben');
  const mend = await breakChanges(
    { table: 'accounts.email_change', on: 'UPDATE' },
    `OLD.account_id = '${broken.id}'`,
  );
  home.clock.advance(24 * 3600);
  await makeDueEmailChanges(home.house);
  assert.equal(await emailOf(whole), 'new.ben@people.example');
  assert.equal(await emailOf(broken), 'ada@people.example');
  await mend();
  await makeDueEmailChanges(home.house);
  assert.equal(await emailOf(broken), 'new.ada@people.example');
});

async function addAttempt(): Promise<string> {
  const { id: accountId } = await makeAccount(home, { email: `${randomUUID()}@people.example` });
  const { id } = await home.house.transact((deps) =>
    openAttempt(deps, { accountId, method: 'photo-id-video' }),
  );
  return id;
}

test('what nobody has sent in time, and one room that can’t be swept, hold up no sweep of another', async () => {
  const [broken, whole] = [await addAttempt(), await addAttempt()];
  const { bundleId, accountId } = { bundleId: randomUUID(), accountId: randomUUID() };
  await query(
    `INSERT INTO evidence.bundle (id, account_id, purpose, sealed_key, opened_at, kept_until) VALUES ($1, $2, 'test', '', $3, $3)`,
    bundleId,
    accountId,
    home.clock.now(),
  );
  await query(
    'INSERT INTO security.limit_count (key, attempts, window_ends_at, expires_at) VALUES ($1, 1, $2, $2)',
    'broken',
    home.clock.now(),
  );
  const mendAttempt = await breakChanges({ table: 'proofing.attempt', on: 'UPDATE' }, `OLD.id = '${broken}'`);
  const mendLimits = await breakChanges(
    { table: 'security.limit_count', on: 'DELETE' },
    "OLD.key = 'broken'",
  );
  home.clock.advance(24 * 3600 + 1);
  await assert.rejects(sweepHouse(home.house), /broken/u);
  const { rows } = await query('SELECT id FROM proofing.attempt WHERE state = $1', 'open');
  assert.deepEqual(rows, [{ id: broken }]);
  assert.notEqual(whole, broken);
  assert.equal((await query('SELECT FROM evidence.bundle WHERE id = $1', bundleId)).rowCount, 0);
  await mendAttempt();
  await mendLimits();
  await sweepHouse(home.house);
  assert.equal((await query("SELECT FROM proofing.attempt WHERE state = 'open'")).rowCount, 0);
});

test('what an object store will not let go of holds up no other, and a store that is away is left alone', async () => {
  const [stuck, ...others] = Array.from({ length: 12 }, () => randomUUID());
  const { clock } = home.house;
  for (const contentId of [stuck, ...others]) {
    await query(
      'INSERT INTO evidence.removal (content_id, bundle_id, due_at, times) VALUES ($1, $2, $3, 1)',
      contentId,
      randomUUID(),
      clock.now(),
    );
    home.clock.advance(1);
  }
  const left = async () => (await query('SELECT content_id AS id FROM evidence.removal')).rows.length;
  let asked = 0;
  const store = (fails: (prefix: string) => boolean): ObjectStore => ({
    put: () => Promise.reject(new Error('not now')),
    get: () => Promise.reject(new Error('not now')),
    removeAll: async (prefix) => {
      asked += 1;
      if (fails(prefix)) throw new Error('it is kept');
    },
  });
  await assert.rejects(
    removeObjects(
      home.house.deps,
      store(() => true),
    ),
    /it is kept/u,
  );
  assert.equal(asked, 5);
  home.clock.advance(601);
  await assert.rejects(
    removeObjects(
      home.house.deps,
      store((prefix) => prefix.includes(stuck ?? '')),
    ),
    /it is kept/u,
  );
  assert.equal(await left(), 1);
  home.clock.advance(601);
  await removeObjects(
    home.house.deps,
    store(() => false),
  );
  assert.equal(await left(), 0);
});
