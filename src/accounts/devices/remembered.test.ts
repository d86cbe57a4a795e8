import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { auditOf, makeAccount } from '../../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { isDeviceRemembered, rememberDevice } from './remembered.ts';

const day = 24 * 3600;

suite('a remembered device', () => {
  let here: TestHouse;
  let there: TestHouse;
  before(async () => {
    here = await createTestHouse();
    there = await createTestHouse({ beside: here });
  });
  after(async () => {
    await there.close();
    await here.close();
  });

  let lastPerson = 0;
  const somebody = async () =>
    (await makeAccount(here, { email: `person-${(lastPerson += 1)}@mail.example` })).id;
  const remember = (accountId: string, deviceToken?: string) =>
    here.house.transact((deps) => rememberDevice(deps, { accountId, deviceToken }));
  const isRemembered = (accountId: string, deviceToken: string | undefined, from: TestHouse = here) =>
    isDeviceRemembered(from.house.deps, { accountId, deviceToken });

  test('is known by its token alone, in every process, and to nobody else', async () => {
    const [ada, eve] = [await somebody(), await somebody()];
    const { deviceToken, expiresAt } = await remember(ada);
    assert.match(deviceToken, /^[\w-]{43}$/u);
    const days = (expiresAt.getTime() - here.clock.now().getTime()) / 1000 / day;
    assert.ok(days > 179.9 && days <= 180);
    assert.equal(await isRemembered(ada, deviceToken, there), true);
    assert.equal(await isRemembered(eve, deviceToken), false);
    assert.equal(await isRemembered(ada, 'A'.repeat(43)), false);
    assert.equal(await isRemembered(ada, undefined), false);
    assert.equal(await isRemembered(ada, 'x'.repeat(10_000)), false);
    assert.deepEqual(await auditOf(here, ada), ['account.created', 'device.remembered']);
  });

  test('has its token stored nowhere', async () => {
    const { deviceToken } = await remember(await somebody());
    const { rows } = await here.house.database.pool.query('SELECT * FROM accounts.remembered_device');
    assert.ok(rows.length > 0);
    assert.ok(!JSON.stringify(rows).includes(deviceToken));
  });

  test('ends after 180 days without use, and not before', async () => {
    const ada = await somebody();
    const { deviceToken } = await remember(ada);
    try {
      for (let visit = 0; visit < 3; visit += 1) {
        here.clock.advance(180 * day - 60);
        assert.equal(await isRemembered(ada, deviceToken), true);
      }
      here.clock.advance(180 * day + 60);
      assert.equal(await isRemembered(ada, deviceToken), false);
      assert.equal(await isRemembered(ada, deviceToken), false);
    } finally {
      here.clock.reset();
    }
  });

  test('is each of two people’s own when they share a browser', async () => {
    const [ada, ben] = [await somebody(), await somebody()];
    const first = await remember(ada);
    const second = await remember(ben, first.deviceToken);
    assert.notEqual(second.deviceToken, first.deviceToken);
    assert.equal(await isRemembered(ada, second.deviceToken), true);
    assert.equal(await isRemembered(ben, second.deviceToken), true);
    const third = await remember(ada, second.deviceToken);
    assert.equal(await isRemembered(ada, third.deviceToken), true);
    assert.equal(await isRemembered(ben, third.deviceToken), true);
  });

  test('is not shared with somebody who planted their own token in the browser', async () => {
    const [eve, ada] = [await somebody(), await somebody()];
    const planted = await remember(eve);
    await remember(ada, planted.deviceToken);
    assert.equal(await isRemembered(ada, planted.deviceToken), false);
    assert.equal(await isRemembered(eve, planted.deviceToken), false);
  });

  test('takes a token that was never ours for none', async () => {
    const ada = await somebody();
    const { deviceToken } = await remember(ada, 'made up');
    assert.equal(await isRemembered(ada, deviceToken), true);
    assert.equal(await isRemembered(ada, 'made up'), false);
  });

  test('makes room for the twenty-first by forgetting the one used longest ago', async () => {
    const ada = await somebody();
    const tokens: string[] = [];
    try {
      for (let device = 0; device < 20; device += 1) {
        tokens.push((await remember(ada)).deviceToken);
        here.clock.advance(60);
      }
      const [first, second] = tokens;
      assert.equal(await isRemembered(ada, first), true);
      here.clock.advance(60);
      await remember(ada);
      assert.equal(await isRemembered(ada, first), true);
      assert.equal(await isRemembered(ada, second), false);
      for (const token of tokens.slice(2)) assert.equal(await isRemembered(ada, token), true);
    } finally {
      here.clock.reset();
    }
  });
});
