import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { establishIdentity, forgetAccount, keepGpCredentials, levelOf, readIdentity } from '#identity';
import { auditOf } from '../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { gpCredentials, madeUpNhsNumber, makeKnown } from '../../test/support/identities.ts';
import { watchStatements } from '../../test/support/statements.ts';

suite('who an account’s owner is', () => {
  let home: TestHouse;
  before(async () => {
    home = await createTestHouse();
  });
  after(() => home.close());

  const details = (nhsNumber = madeUpNhsNumber()) => ({
    nhsNumber,
    familyName: 'Hopper',
    birthdate: '1986-12-09',
  });
  const establish = (accountId: string, level: 'P5' | 'P9', given = details(), phoneMatched = false) =>
    home.house.transact((deps) =>
      establishIdentity(deps, { accountId, level, details: given, phoneMatched }),
    );
  const read = (accountId: string) => readIdentity(home.house.deps, accountId);

  test('is not known at first', async () => {
    const accountId = randomUUID();
    assert.deepEqual(await read(accountId), { level: 'P0' });
    assert.equal(await levelOf(home.house.deps, accountId), 'P0');
  });

  test('is read as it was established, in one statement, and leaves a trace without details', async () => {
    const accountId = randomUUID();
    const nhsNumber = await makeKnown(home, { accountId, level: 'P9', withGpCredentials: true });
    const { house, statements } = watchStatements(home.house);
    const identity = await readIdentity(house.deps, accountId);
    assert.ok(identity.level === 'P9');
    const { checkedAt, ...known } = identity;
    assert.ok(Math.abs(checkedAt.getTime() - home.clock.now().getTime()) < 60_000);
    assert.deepEqual(known, {
      level: 'P9',
      details: {
        nhsNumber,
        familyName: 'Hopper',
        givenName: 'Grace',
        birthdate: '1986-12-09',
        gpOdsCode: 'Z99001',
      },
      phoneMatched: false,
      gpCredentials,
    });
    assert.equal(statements.length, 1);
    assert.equal(await levelOf(home.house.deps, accountId), 'P9');
    assert.deepEqual(await auditOf(home, accountId), [
      'identity.established',
      'identity.gp-credentials-kept',
    ]);
  });

  test('can become known better, never less well', async () => {
    const accountId = randomUUID();
    const known = details();
    assert.equal((await establish(accountId, 'P5', known)).outcome, 'established');
    assert.equal((await establish(accountId, 'P9', known)).outcome, 'established');
    assert.equal((await establish(accountId, 'P5', known)).outcome, 'known_better');
    assert.equal(await levelOf(home.house.deps, accountId), 'P9');
  });

  test('a phone that matched once stays matched, and GP credentials stay, while it is the same person', async () => {
    const accountId = randomUUID();
    const known = details();
    await establish(accountId, 'P9', known, true);
    await home.house.transact((deps) => keepGpCredentials(deps, { accountId, credentials: gpCredentials }));
    await establish(accountId, 'P9', { ...known, familyName: 'Murray' }, false);
    const same = await read(accountId);
    assert.ok(same.level === 'P9' && same.phoneMatched && same.gpCredentials !== undefined);
    assert.equal(same.details.familyName, 'Murray');
    await establish(accountId, 'P9', details(), false);
    const other = await read(accountId);
    assert.ok(other.level === 'P9' && !other.phoneMatched && other.gpCredentials === undefined);
  });

  test('GP credentials are only for somebody proven', async () => {
    const accountId = randomUUID();
    const keep = () =>
      home.house.transact((deps) => keepGpCredentials(deps, { accountId, credentials: gpCredentials }));
    assert.equal((await keep()).outcome, 'not_proven');
    await makeKnown(home, { accountId, level: 'P5' });
    assert.equal((await keep()).outcome, 'not_proven');
  });

  test('one NHS number is one account’s, also when several claim it at the same moment', async () => {
    const known = details();
    const accounts = Array.from({ length: 5 }, () => randomUUID());
    const outcomes = await Promise.all(accounts.map((accountId) => establish(accountId, 'P5', known)));
    assert.deepEqual(outcomes.map(({ outcome }) => outcome).toSorted(), [
      'established',
      ...Array.from({ length: 4 }, () => 'nhs_number_taken'),
    ]);
    const [owner = ''] = accounts.filter((_, index) => outcomes[index]?.outcome === 'established');
    await home.house.transact((deps) => forgetAccount(deps, owner));
    assert.deepEqual(await read(owner), { level: 'P0' });
    const [, next = ''] = accounts.filter((accountId) => accountId !== owner);
    assert.equal((await establish(next, 'P5', known)).outcome, 'established');
  });

  test('is unreadable in the database, and can’t be put in another account’s place', async () => {
    const [mine, other] = [randomUUID(), randomUUID()];
    const nhsNumber = await makeKnown(home, { accountId: mine, level: 'P9', withGpCredentials: true });
    await makeKnown(home, { accountId: other, level: 'P9' });
    const { pool } = home.house.database;
    const { rows } = await pool.query<{ text: string }>(
      'SELECT row_to_json(r)::text AS text FROM identity.record r WHERE account_id = $1',
      [mine],
    );
    const text = rows[0]?.text ?? '';
    for (const secret of [nhsNumber, 'Hopper', '1986-12', 'Z99001', gpCredentials.gpLinkageKey]) {
      assert.ok(!text.includes(secret) && !text.includes(Buffer.from(secret).toString('hex')), secret);
    }
    await pool.query(
      `UPDATE identity.record SET sealed_details = (SELECT sealed_details FROM identity.record WHERE account_id = $1)
        WHERE account_id = $2`,
      [mine, other],
    );
    await assert.rejects(read(other), /could not be decrypted/u);
  });
});
