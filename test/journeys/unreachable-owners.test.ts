import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Account } from '#accounts';
import { auditOf } from '../support/accounts.ts';
import { startDisuse, type Disuse } from '../support/disuse.ts';
import { makeKnown } from '../support/identities.ts';
import { until } from '../support/until.ts';

let disuse: Disuse;
before(async () => {
  disuse = await startDisuse();
});
after(() => disuse.close());
afterEach(() => disuse.reset());

/** The first try to tell somebody is made so many days after they used it last. */
const firstTry = 705;

/** So much time passes, with a try after each step, and a minute in which what came of the last one is known. */
async function passInSteps(steps: number, days: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) await disuse.pass(days);
  await disuse.pass(0);
}

async function whyClosed({ id }: Account): Promise<unknown> {
  const { rows } = await disuse.here.house.database.pool.query<{ reason: unknown }>(
    "SELECT details->>'reason' AS reason FROM audit.event WHERE account_id = $1 AND type = 'account.closing'",
    [id],
  );
  return rows[0]?.reason;
}

async function triesFor({ id }: Account): Promise<number | null | undefined> {
  const { rows } = await disuse.here.house.database.pool.query<{ tries: number | null }>(
    'SELECT unreached_tries AS tries FROM accounts.account WHERE id = $1',
    [id],
  );
  return rows[0]?.tries;
}

describe('an unused account whose owner nothing reaches', () => {
  test('is closed after three years, when a year of tries was refused, whatever is known of them; and the trail says why', async () => {
    const [ann, bea] = [await disuse.somebody(), await disuse.somebody('cy', '+447700900711')];
    await makeKnown(disuse.here, { accountId: ann.id, level: 'P9' });
    [disuse.mailIs, disuse.textIs] = ['refused', 'refused'];
    await disuse.pass(firstTry);
    // A year of tries is over, but not three years.
    await passInSteps(13, 29);
    assert.deepEqual([await disuse.isThere(ann), await disuse.isThere(bea)], [true, true]);
    await passInSteps(1, 16);
    assert.deepEqual([await disuse.isThere(ann), await disuse.isThere(bea)], [false, false]);
    assert.deepEqual([await whyClosed(ann), await whyClosed(bea)], ['unreachable', 'unreachable']);
    const trail = await auditOf(disuse.here, bea.id);
    assert.deepEqual(trail.slice(-3), ['account.unused-unreached', 'account.closing', 'account.closed']);
    assert.ok(!trail.includes('account.unused-told'));
  });

  test('is kept where a service keeps them signed in, and is tried for another year from then', async () => {
    const cat = await disuse.somebody();
    disuse.mailIs = 'refused';
    await disuse.pass(1500);
    await passInSteps(11, 33);
    await disuse.renewTokensFor(cat, 60);
    await passInSteps(1, 33);
    assert.equal(await disuse.isThere(cat), true);
    await disuse.pass(firstTry);
    await passInSteps(11, 33);
    assert.equal(await disuse.isThere(cat), true);
    await passInSteps(1, 33);
    assert.equal(await disuse.isThere(cat), false);
  });

  test('is kept by signing in at the last moment, and counts all anew', async () => {
    const dot = await disuse.somebody();
    disuse.mailIs = 'refused';
    await disuse.pass(1500);
    await passInSteps(11, 33);
    assert.equal(await disuse.signIn(dot), 'recorded');
    await passInSteps(1, 33);
    assert.equal(await disuse.isThere(dot), true);
    await disuse.pass(1500);
    assert.equal(await triesFor(dot), 1);
    await passInSteps(11, 33);
    assert.equal(await disuse.isThere(dot), true);
    await passInSteps(1, 33);
    assert.equal(await disuse.isThere(dot), false);
  });

  test('is closed the ordinary way as soon as something reaches them, 30 days later', async () => {
    const eve = await disuse.somebody();
    disuse.mailIs = 'refused';
    await disuse.pass(1500);
    await passInSteps(11, 33);
    disuse.mailIs = 'sent';
    await disuse.pass(7);
    assert.deepEqual(await disuse.subjectsFor(eve), ['Sign in to keep your Bevan login']);
    await disuse.pass(29);
    assert.equal(await disuse.isThere(eve), true);
    await disuse.pass(1);
    assert.equal(await disuse.isThere(eve), false);
    assert.equal(await whyClosed(eve), 'unused');
  });

  test('is not closed after a few tries, however long is between them: nobody was there to make more', async () => {
    const fon = await disuse.somebody();
    disuse.mailIs = 'refused';
    await disuse.pass(1500);
    await disuse.pass(800);
    await passInSteps(9, 8);
    assert.deepEqual([await triesFor(fon), await disuse.isThere(fon)], [11, true]);
    await passInSteps(1, 8);
    assert.equal(await disuse.isThere(fon), false);
  });

  test('is not closed by what was refused long ago: the last try must have been refused, too', async () => {
    const gwen = await disuse.somebody();
    disuse.mailIs = 'refused';
    await disuse.pass(1500);
    await passInSteps(12, 8);
    disuse.mailIs = 'waiting';
    await disuse.pass(400);
    await disuse.pass(1);
    assert.equal(await disuse.isThere(gwen), true);
    disuse.mailIs = 'refused';
    await passInSteps(1, 8);
    assert.equal(await disuse.isThere(gwen), false);
  });

  test('is not closed while mail waits, for however many years: that is no fault of theirs', async () => {
    const hope = await disuse.somebody();
    disuse.mailIs = 'waiting';
    await disuse.pass(1500);
    await passInSteps(13, 33);
    assert.deepEqual([await triesFor(hope), await disuse.isThere(hope)], [null, true]);
  });

  test('is told by text message where their mailbox puts mail off until it is of no use', async () => {
    const jan = await disuse.somebody('en', '+447700900712');
    disuse.mailIs = 'put-off';
    await disuse.pass(firstTry);
    assert.deepEqual(await disuse.textsFor('+447700900712'), []);
    await disuse.pass(4);
    assert.equal((await disuse.textsFor('+447700900712')).length, 1);
    await disuse.pass(29);
    assert.equal(await disuse.isThere(jan), true);
    await disuse.pass(1);
    await disuse.pass(0);
    assert.equal(await disuse.isThere(jan), false);
    assert.equal(await whyClosed(jan), 'unused');
  });

  test('is closed as well where their mailbox puts everything off, a year of tries, each for days', async () => {
    const [kit, lou] = [await disuse.somebody(), await disuse.somebody('en', '+447700900713')];
    [disuse.mailIs, disuse.textIs] = ['put-off', 'refused'];
    await disuse.pass(1500);
    // A message is of use for three days, and written anew after seven.
    for (let tries = 1; tries <= 11; tries += 1) {
      await disuse.pass(4);
      assert.deepEqual([await triesFor(kit), await triesFor(lou)], [tries, tries]);
      await disuse.pass(30);
    }
    assert.deepEqual([await disuse.isThere(kit), await disuse.isThere(lou)], [true, true]);
    await disuse.pass(4);
    await disuse.pass(0);
    assert.deepEqual([await disuse.isThere(kit), await disuse.isThere(lou)], [false, false]);
    assert.deepEqual([await whyClosed(kit), await whyClosed(lou)], ['unreachable', 'unreachable']);
  });

  test('was tried once for each message, however often its refusal is told', async () => {
    const ira = await disuse.somebody();
    disuse.mailIs = 'refused';
    await disuse.pass(1500);
    const { deps, database } = disuse.here.house;
    const { rows } = await database.pool.query<{ writtenAt: Date }>(
      'SELECT unused_written_at AS "writtenAt" FROM accounts.account WHERE id = $1',
      [ira.id],
    );
    const refused = { accountId: ira.id, writtenAt: rows[0]?.writtenAt.toISOString() ?? '' };
    for (const queue of [
      'accounts.unused-refused',
      'accounts.unused-text-refused',
      'accounts.unused-refused',
    ])
      await deps.enqueue(queue, refused);
    await until(async () => {
      const { rowCount } = await database.pool.query(
        "SELECT FROM jobs.job WHERE state < 'completed' AND name LIKE 'accounts.unused-%'",
      );
      return rowCount === 0;
    });
    assert.equal(await triesFor(ira), 1);
  });
});
