import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readAccount } from '#accounts';
import { raiseToHigh, readDecisions, readIdentity, withdrawHigh } from '#identity';
import { makeAccount } from '../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { gpCredentials, makeKnown } from '../../test/support/identities.ts';
import { keepGpCredentials } from './record.ts';

let home: TestHouse;
const method = 'photo-id-video';
const [first, second] = ['somebody', 'somebody-else'];

before(async () => {
  home = await createTestHouse();
});
after(() => home.close());

async function raised(email: string): Promise<string> {
  const { id: accountId } = await makeAccount(home, { email });
  const nhsNumber = await makeKnown(home, { accountId, level: 'P5' });
  const { outcome } = await home.house.transact((deps) =>
    raiseToHigh(deps, {
      accountId,
      nhsNumber,
      localities: [],
      method,
      reasons: ['documents_checked'],
      evidence: {},
    }),
  );
  assert.equal(outcome, 'raised');
  return accountId;
}

const withdraw = (accountId: string, more: Partial<Parameters<typeof withdrawHigh>[1]> = {}) =>
  home.house.transact((deps) =>
    withdrawHigh(deps, {
      accountId,
      method,
      proposedBy: first,
      confirmedBy: second,
      reasons: ['second_check_failed'],
      evidence: {},
      ...more,
    }),
  );

test('two members of staff take the highest level away, with GP credentials and all sign-ins; P5 stays', async () => {
  const accountId = await raised('withdrawn@people.example');
  await home.house.transact((deps) => keepGpCredentials(deps, { accountId, credentials: gpCredentials }));
  home.clock.advance(60);
  assert.deepEqual(await withdraw(accountId), { outcome: 'withdrawn' });
  const identity = await readIdentity(home.house.deps, accountId);
  assert.ok(identity.level === 'P5' && identity.gpCredentials === undefined);
  assert.equal(identity.details.familyName, 'Hopper');
  const account = await readAccount(home.house.deps, accountId);
  assert.ok(account !== undefined && account.signInsValidFrom > account.createdAt);
  const [decision] = await readDecisions(home.house.deps, accountId);
  assert.deepEqual([decision?.outcome, decision?.level], ['lowered', { before: 'P9', after: 'P5' }]);
  assert.deepEqual(decision?.evidence, { proposedBy: first, confirmedBy: second });
  assert.deepEqual(await withdraw(accountId), { outcome: 'not_high' });
});

test('one person alone takes nothing away', async () => {
  const accountId = await raised('one.person@people.example');
  assert.deepEqual(await withdraw(accountId, { confirmedBy: first }), { outcome: 'one_person' });
  assert.equal((await readIdentity(home.house.deps, accountId)).level, 'P9');
});

test('what one way has proven is not taken away for what another has got wrong', async () => {
  const accountId = await raised('other.way@people.example');
  assert.deepEqual(await withdraw(accountId, { method: 'another-way' }), { outcome: 'raised_otherwise' });
  assert.equal((await readIdentity(home.house.deps, accountId)).level, 'P9');
});

test('of two who withdraw at one moment one has done it', async () => {
  const accountId = await raised('at.once@people.example');
  const outcomes = (await Promise.all([withdraw(accountId), withdraw(accountId)])).map(
    ({ outcome }) => outcome,
  );
  assert.deepEqual(outcomes.toSorted(), ['not_high', 'withdrawn']);
});
