import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forgetAccount as forgetLogin, holdLogin } from '#accounts';
import { readOdsCode } from '#foundation/identifiers';
import { forgetAccount as forgetIdentity, readIdentity } from '#identity';
import { makeAccount } from '../../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { makeKnown } from '../../../test/support/identities.ts';
import { untilWaiting } from '../../../test/support/waiting.ts';
import { forgetAccount as forgetProofs, keepDetailsUsed, readGpConnection } from '../keeping.ts';
import { detailsKeyOf } from '../keys.ts';
import { settleDetails } from './settle.ts';

let here: TestHouse;
before(async () => {
  here = await createTestHouse();
});
after(() => here.close());

const odsCode = readOdsCode('Z99001') ?? assert.fail('the code of a practice');

test('somebody closes their login while the details that they typed are confirmed: nothing is kept of it, and nobody waits for good', async () => {
  const { house } = here;
  const { id: accountId } = await makeAccount(here, { email: 'closes@people.example' });
  await makeKnown(here, { accountId, level: 'P5' });
  const identity = await readIdentity(house.deps, accountId);
  assert.ok(identity.level !== 'P0');
  const { nhsNumber } = identity.details;
  const details = { odsCode, gpUserId: '3141592653', gpLinkageKey: 'LinkageKey31' };
  const confirmed = {
    outcome: 'connected',
    accountId,
    nhsNumber,
    details,
    detailsKey: detailsKeyOf(house.deps, details),
    connectionToken: 'token-of-the-connection',
    localities: [],
    limits: [],
    evidence: {},
  } as const;
  const { settling } = await house.transact(async (deps) => {
    await holdLogin(deps, accountId);
    await forgetProofs(deps, accountId);
    const begun = house.transact((within) => settleDetails(within, confirmed));
    await untilWaiting(house.database.pool);
    await forgetIdentity(deps, accountId);
    await forgetLogin(deps, accountId);
    return { settling: begun };
  });
  assert.deepEqual(await settling, { outcome: 'refused', refusal: { reason: 'not_connected' } });
  assert.equal(await readGpConnection(house.deps, accountId), undefined);
  // Nor are the details anybody's who is no more.
  const { id: another } = await makeAccount(here, { email: 'another@people.example' });
  assert.ok(await house.transact((deps) => keepDetailsUsed(deps, { accountId: another, details })));
});
