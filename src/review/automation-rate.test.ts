import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import type { House } from '#foundation/deps';
import { changeAutomation, drawsMachine, readAutomation, type Checker } from '#review';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { newChecker, openTestReview, type TestReview } from '../../test/support/review.ts';

const manager = newChecker(['manager']);
let review: TestReview;
let home: TestHouse;
let house: House;

before(async () => {
  review = await openTestReview({ BEVAN_REVIEW_SECOND_CHECK_PERCENT: '100' });
  ({ home } = review);
  ({ house } = home);
});
beforeEach(() => house.database.pool.query('DELETE FROM review.automation'));
after(() => review.close());

const change = (checker: Checker, to: { isOn?: boolean; percent?: number }) =>
  house.transact((deps) => changeAutomation(deps, { checker, ...to }));

test('the rate says of how many a machine decides: each is drawn once, alike at every process, and more takes none away', async () => {
  assert.equal((await change(manager, { percent: 40 })).outcome, 'changed');
  const bundles = Array.from({ length: 2000 }, () => randomUUID());
  const beside = await createTestHouse({ beside: home, environment: review.testRegister.environment });
  const drawn = async (deps = house.deps) => {
    const all: string[] = [];
    for (const bundleId of bundles) if (await drawsMachine(deps, { bundleId })) all.push(bundleId);
    return all;
  };
  const first = await drawn();
  assert.ok(first.length > 700 && first.length < 900, String(first.length));
  assert.deepEqual(await drawn(beside.house.deps), first);
  await beside.close();
  await change(manager, { percent: 60 });
  const more = new Set(await drawn());
  assert.ok(more.size > first.length && first.every((one) => more.has(one)));
  await change(manager, { percent: 0 });
  assert.deepEqual(await drawn(), []);
  await change(manager, { percent: 100 });
  assert.equal((await drawn()).length, bundles.length);
});

test('a manager sets how much machines decide; a supervisor may only stop them; and each change is written down', async () => {
  assert.deepEqual(await readAutomation(house.deps), { isOn: true, percent: 100, changed: undefined });
  const supervisor = newChecker(['supervisor']);
  for (const [who, to] of [
    [newChecker(['checker', 'assurance']), { isOn: false }],
    [supervisor, { isOn: true }],
    [supervisor, { percent: 100 }],
    [supervisor, { isOn: false, percent: 100 }],
  ] as const)
    assert.equal((await change(who, to)).outcome, 'not_allowed');
  for (const percent of [-1, 101, 1.5, Number.NaN])
    assert.equal((await change(manager, { percent })).outcome, 'wrong_percent');
  await change(manager, { percent: 75 });
  await change(supervisor, { isOn: false });
  const { isOn, percent, changed } = await readAutomation(house.deps);
  assert.deepEqual([isOn, percent, changed?.by], [false, 75, supervisor.staffId]);
  // Another rate, from a page that was open all the while, starts nothing again.
  await change(manager, { percent: 80 });
  assert.equal((await readAutomation(house.deps)).isOn, false);
  const { rows } = await house.database.pool.query<{ details: unknown }>(
    "SELECT details FROM audit.event WHERE type = 'review.automation-changed' ORDER BY id DESC LIMIT 1",
  );
  const who = { staffId: manager.staffId, isOn: false, percent: 80 };
  assert.deepEqual(rows[0]?.details, { ...who, wasOn: false, percentBefore: 75 });
});

test('in production no machine decides anything until a manager has said so', async () => {
  const settings = { ...house.settings, mode: 'production' } as const;
  const deps = { ...house.deps, settings };
  const automation = await readAutomation(deps);
  assert.deepEqual([automation.isOn, automation.percent], [false, 0]);
  assert.equal(await drawsMachine(deps, { bundleId: randomUUID() }), false);
});
