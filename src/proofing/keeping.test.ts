import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { readOdsCode } from '#foundation/identifiers';
import { attemptFailed, countAttempt } from '#foundation/security';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { clearDetailsLimits, onlineAccountLimit } from './details-limits.ts';
import { keepDetailsUsed, releaseDetails } from './keeping.ts';

suite('registration details that a sandbox puts back', () => {
  let here: TestHouse;
  before(async () => {
    here = await createTestHouse();
  });
  after(() => here.close());

  const odsCode = readOdsCode('Z99001') ?? assert.fail('the code of a practice');
  const details = { odsCode, gpUserId: '3141592653', gpLinkageKey: 'LinkageKey31' };

  /** As somebody does who claims that online account, with a wrong key. */
  function guess(): Promise<string> {
    const limits = [onlineAccountLimit(details)];
    return here.house.transact(async (deps) => {
      const counted = await countAttempt(deps, limits);
      return counted.outcome === 'locked' ? 'locked' : (await attemptFailed(deps, limits)).outcome;
    });
  }

  const use = () =>
    here.house.transact((deps) => keepDetailsUsed(deps, { accountId: randomUUID(), details }));

  test('prove somebody again, and may be typed at once, whoever had guessed at them', async () => {
    assert.deepEqual([await use(), await use()], [true, false]);
    for (let tries = 0; tries < 5; tries += 1) await guess();
    assert.equal(await guess(), 'locked');
    await here.house.transact((deps) => releaseDetails(deps, details));
    await here.house.transact((deps) => clearDetailsLimits(deps));
    assert.equal(await guess(), 'allowed');
    assert.equal(await use(), true);
  });
});
