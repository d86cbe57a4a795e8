import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { Fault } from '#foundation/errors';
import { auditOf, makeAccount } from '../../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { createAccount, forgetAccount, readAccount, recordSignIn, setPhone } from './account.ts';

const person = (email: string) =>
  ({ email, passwordHash: 'a hash', nation: 'wales', language: 'cy' }) as const;

suite('an account', () => {
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

  test('is made with a random id, the address as typed and no phone, and can be read again', async () => {
    const made = await here.house.transact((deps) => createAccount(deps, person('Ada@Mail.example')));
    assert.equal(made.outcome, 'created');
    assert.match(made.account.id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/u);
    assert.equal(made.account.email, 'Ada@Mail.example');
    assert.equal(made.account.phone, null);
    assert.deepEqual(await readAccount(there.house.deps, made.account.id), made.account);
    assert.deepEqual(await auditOf(here, made.account.id), ['account.created']);
  });

  test('does not exist for an id that was never made, or is none', async () => {
    assert.equal(await readAccount(here.house.deps, randomUUID()), undefined);
    assert.equal(await readAccount(here.house.deps, "x'; DROP TABLE accounts.account"), undefined);
  });

  test('is valid for sessions that begin in the second in which it was made', async () => {
    const account = await makeAccount(here, { email: 'second@mail.example' });
    const inWholeSeconds = Math.floor(account.createdAt.getTime() / 1000);
    assert.ok(inWholeSeconds * 1000 >= account.signInsValidFrom.getTime());
  });

  test('is refused for an address that has one, in any spelling, and the transaction goes on', async () => {
    const first = await makeAccount(here, { email: 'eve@bücher.example' });
    await here.house.transact(async (deps) => {
      for (const email of ['EVE@Bücher.example', 'eve@xn--bcher-kva.example']) {
        const again = await createAccount(deps, person(email));
        assert.deepEqual(again, { outcome: 'email_taken', accountId: first.id });
      }
      await setPhone(deps, { accountId: first.id, phone: '+447700900123' });
    });
    const read = await readAccount(here.house.deps, first.id);
    assert.equal(read?.phone, '+447700900123');
    assert.equal(read?.email, 'eve@bücher.example');
  });

  test('is made once when many ask at the same moment, in two processes', async () => {
    const attempts = Array.from({ length: 12 }, (_, index) => {
      const { house } = index % 2 === 0 ? here : there;
      return house.transact((deps) =>
        createAccount(deps, person(index % 3 === 0 ? 'Race@mail.example' : 'race@mail.example')),
      );
    });
    const outcomes = await Promise.all(attempts);
    const ids = outcomes.map((one) => (one.outcome === 'created' ? one.account.id : one.accountId));
    assert.equal(outcomes.filter((one) => one.outcome === 'created').length, 1);
    assert.equal(new Set(ids).size, 1);
  });

  test('keeps when it was last used, and notes where', async () => {
    const account = await makeAccount(here, { email: 'used@mail.example' });
    const signIn = { accountId: account.id, clientId: 'demo', provenAt: account.createdAt };
    const { outcome } = await here.house.transact((deps) => recordSignIn(deps, signIn));
    assert.equal(outcome, 'recorded');
    const { rows } = await here.house.database.pool.query(
      'SELECT last_signed_in_at, client_id FROM accounts.account a JOIN audit.event e ON e.account_id = a.id AND e.type = $1 WHERE a.id = $2',
      ['sign-in.succeeded', account.id],
    );
    assert.ok(rows[0].last_signed_in_at instanceof Date);
    assert.equal(rows[0].client_id, 'demo');
  });

  test('that was closed is gone, and using it is a fault that says so', async () => {
    const { id: accountId } = await makeAccount(here, { email: 'gone@mail.example' });
    await here.house.transact((deps) => forgetAccount(deps, accountId));
    await here.house.transact((deps) => forgetAccount(deps, accountId));
    assert.equal(await readAccount(here.house.deps, accountId), undefined);
    assert.deepEqual(await auditOf(here, accountId), ['account.created', 'account.closed']);
    const isClosed = (error: unknown) => error instanceof Fault && error.code === 'accounts.closed';
    await assert.rejects(setPhone(here.house.deps, { accountId, phone: '+447700900123' }), isClosed);
    const provenAt = here.clock.now();
    const { outcome } = await recordSignIn(here.house.deps, { accountId, clientId: 'demo', provenAt });
    assert.equal(outcome, 'ended');
    const anew = await makeAccount(here, { email: 'gone@mail.example' });
    assert.notEqual(anew.id, accountId);
  });
});
