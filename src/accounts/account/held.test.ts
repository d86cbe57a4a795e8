import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Deps } from '#foundation/deps';
import { makeAccount } from '../../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { watchStatements } from '../../../test/support/statements.ts';
import {
  addFirstNumber,
  holdLogin,
  readAccount,
  recordSignIn,
  removeLandline,
  setLandline,
  setLanguage,
  setPhone,
} from './account.ts';
import { updateEmail } from './email-change-store.ts';
import { updateNumbers } from './number-store.ts';
import { deleteAccount, endSignIns, updateLock } from './store.ts';

type Change = (deps: Deps, accountId: string) => Promise<unknown>;

/** Whatever changes what is read of an account. */
const changes: Record<string, Change> = {
  'its number': (deps, accountId) => setPhone(deps, { accountId, phone: '+447700900124' }),
  'its landline': (deps, accountId) => setLandline(deps, { accountId, landline: '+441632960345' }),
  'that it has no landline': removeLandline,
  'its first number': (deps, accountId) =>
    addFirstNumber(deps, {
      accountId,
      kind: 'landline',
      number: '+441632960346',
      provenAt: deps.clock.now(),
    }),
  'both its numbers': ({ db }, accountId) =>
    updateNumbers(db, { accountId, phone: '+447700900125', landline: null }),
  'its language': (deps, accountId) => setLanguage(deps, { accountId, language: 'cy' }),
  'its address': ({ db }, accountId) =>
    updateEmail(db, { accountId, email: 'other@mail.example', emailKey: 'other@mail.example' }),
  'the end of its sign-ins': ({ db, clock }, accountId) => endSignIns(db, accountId, clock.now()),
  'that it is gone': ({ db }, accountId) => deleteAccount(db, accountId),
};

suite('what a transaction reads of an account that it holds', () => {
  let here: TestHouse;
  before(async () => {
    here = await createTestHouse();
  });
  after(() => here.close());

  let made = 0;
  async function somebody(change = ''): Promise<string> {
    made += 1;
    const { id } = await makeAccount(here, { email: `held.${made}@mail.example` });
    if (change === 'that it has no landline')
      await here.house.transact((deps) => setLandline(deps, { accountId: id, landline: '+441632960344' }));
    here.clock.advance(5);
    return id;
  }

  for (const [what, change] of Object.entries(changes))
    test(`is ${what}, once that was changed in it`, async () => {
      const accountId = await somebody(what);
      const { before: read, inside } = await here.house.transact(async (deps) => {
        await holdLogin(deps, accountId);
        const first = await readAccount(deps, accountId);
        await change(deps, accountId);
        return { before: first, inside: await readAccount(deps, accountId) };
      });
      assert.notDeepEqual(inside, read);
      assert.deepEqual(inside, await readAccount(here.house.deps, accountId));
    });

  test('lets nobody in whose sign-ins it has ended, or whose login it has locked', async () => {
    const ends: Change[] = [
      ({ db, clock }, accountId) => endSignIns(db, accountId, clock.now()),
      ({ db, clock }, accountId) => updateLock(db, { accountId, lockedAt: clock.now() }),
    ];
    for (const end of ends) {
      const accountId = await somebody();
      const provenAt = here.clock.now();
      here.clock.advance(1);
      const signIn = { accountId, clientId: 'a-service', provenAt };
      const outcomes = await here.house.transact(async (deps) => {
        await holdLogin(deps, accountId);
        const { outcome } = await recordSignIn(deps, signIn);
        await end(deps, accountId);
        return [outcome, (await recordSignIn(deps, signIn)).outcome];
      });
      assert.deepEqual(outcomes, ['recorded', 'ended']);
      const later = await here.house.transact(async (deps) => {
        await holdLogin(deps, accountId);
        return recordSignIn(deps, signIn);
      });
      assert.equal(later.outcome, 'ended');
    }
  });

  test('is asked for once, however often it is read', async () => {
    const accountId = await somebody();
    const { house, statements } = watchStatements(here.house);
    await house.transact(async (deps) => {
      await holdLogin(deps, accountId);
      for (let time = 0; time < 3; time += 1) assert.ok(await readAccount(deps, accountId));
      await holdLogin(deps, accountId);
      assert.equal(
        (await recordSignIn(deps, { accountId, clientId: 'a-service', provenAt: here.clock.now() })).outcome,
        'recorded',
      );
    });
    const reads = statements.filter((text) => text.includes('SelectQueryNode') && text.includes('"account"'));
    assert.equal(reads.length, 1, reads.join('\n'));
  });

  test('is nothing that was known outside of one, or in one before', async () => {
    const accountId = await somebody();
    const { deps } = here.house;
    await holdLogin(deps, accountId);
    assert.equal((await readAccount(deps, accountId))?.phone, null);
    const read = () =>
      here.house.transact(async (inside) => {
        await holdLogin(inside, accountId);
        return (await readAccount(inside, accountId))?.phone;
      });
    assert.equal(await read(), null);
    await setPhone(deps, { accountId, phone: '+447700900126' });
    assert.equal((await readAccount(deps, accountId))?.phone, '+447700900126');
    assert.equal(await read(), '+447700900126');
  });
});
