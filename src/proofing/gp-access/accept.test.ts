import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forgetAccount as forgetLogin, holdLogin, readAccount } from '#accounts';
import { readOdsCode } from '#foundation/identifiers';
import { forgetAccount as forgetIdentity, readIdentity } from '#identity';
import { makeAccount } from '../../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { makeKnown } from '../../../test/support/identities.ts';
import { untilWaiting } from '../../../test/support/waiting.ts';
import { forgetAccount as forgetProofs, readGpConnection } from '../keeping.ts';
import { acceptRenewal } from './accept.ts';

let here: TestHouse;
before(async () => {
  here = await createTestHouse();
});
after(() => here.close());

const odsCode = readOdsCode('Z99001') ?? assert.fail('the code of a practice');

test('somebody closes their login while new details have connected them: nothing is kept of it, and nobody waits for good', async () => {
  const { house, clock } = here;
  const { id: accountId } = await makeAccount(here, { email: 'closes@people.example' });
  await makeKnown(here, { accountId, level: 'P9' });
  const account = await readAccount(house.deps, accountId);
  const identity = await readIdentity(house.deps, accountId);
  assert.ok(account !== undefined && identity.level === 'P9');
  const now = clock.now();
  const access = { odsCode, nextRenewalAt: now, renewals: 0, reason: null, pending: undefined };
  const renewal = {
    holder: { accountId, account, identity, odsCode, access, now },
    details: { odsCode, accountId: '3141592653', linkageKey: 'LinkageKey31' },
    connectionToken: 'token-of-the-connection',
  };
  const { accepting } = await house.transact(async (deps) => {
    await holdLogin(deps, accountId);
    await forgetProofs(deps, accountId);
    const begun = acceptRenewal(house, renewal);
    await untilWaiting(house.database.pool);
    await forgetIdentity(deps, accountId);
    await forgetLogin(deps, accountId);
    return { accepting: begun };
  });
  assert.equal(await accepting, 'of_another');
  assert.equal(await readGpConnection(house.deps, accountId), undefined);
});
