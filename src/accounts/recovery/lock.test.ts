import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { auditOf, goodPassword, makeAccount } from '../../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { openInbox, type TestInbox } from '../../../test/support/inbox.ts';
import { untilWaiting } from '../../../test/support/waiting.ts';
import { readAccount, recordSignIn } from '../account/account.ts';
import { listPasskeys } from '../credentials/passkey/passkeys.ts';
import { insertPasskey, updateUsedPasskey } from '../credentials/passkey/store.ts';
import { checkPassword } from '../credentials/password/check.ts';
import { insertUafKey, updateUsedUafKey } from '../credentials/uaf/store.ts';
import { listUafKeys } from '../credentials/uaf/uaf.ts';
import { isDeviceRemembered, rememberDevice } from '../devices/remembered.ts';
import { lockLogin } from './lock.ts';
import { resetPassword } from './password-reset.ts';

suite('a login that its owner has locked', () => {
  let here: TestHouse;
  let inbox: TestInbox;
  before(async () => {
    here = await createTestHouse();
    inbox = await openInbox(here);
  });
  after(() => here.close());

  let made = 0;
  async function locked() {
    made += 1;
    const account = await makeAccount(here, { email: `locked.${made}@people.example` });
    const { deviceToken } = await here.house.transact((deps) =>
      rememberDevice(deps, { accountId: account.id }),
    );
    here.clock.advance(1);
    const lock = { accountId: account.id, linkTo: (token: string) => `https://login.example/reset/${token}` };
    assert.equal(await here.house.transact((deps) => lockLogin(deps, lock)), true);
    here.clock.advance(1);
    return { account, deviceToken, lock };
  }

  /** As somebody does who has proven whatever they are asked for, just now. */
  const signIn = (accountId: string) =>
    here.house.transact((deps) =>
      recordSignIn(deps, { accountId, clientId: 'demo', provenAt: here.clock.now() }),
    );

  const tryPassword = (email: string, password: string) =>
    checkPassword(here.house, { email, password, remoteAddress: '192.0.2.1' });

  test('lets nobody in: not with the right password, nor by any other factor, nor on a remembered device', async () => {
    const { account, deviceToken } = await locked();
    assert.equal((await tryPassword(account.email, goodPassword)).outcome, 'no_match');
    assert.deepEqual(await signIn(account.id), { outcome: 'ended' });
    assert.equal(await isDeviceRemembered(here.house.deps, { accountId: account.id, deviceToken }), false);
    const read = await readAccount(here.house.deps, account.id);
    assert.ok(read !== undefined && read.signInsValidFrom > account.signInsValidFrom);
    assert.deepEqual((await auditOf(here, account.id)).includes('account.locked'), true);
  });

  test('opens by the link that was mailed, once, to whoever reads the mail', async () => {
    const { account } = await locked();
    const { links, subject } = await inbox.next(account.email);
    assert.equal(subject, 'Your Bevan login is locked');
    const token = links[0]?.split('/').at(-1) ?? '';
    const passwordHash = await here.house.passwords.hash('nineteen brass otters');
    const reset = () => here.house.transact((deps) => resetPassword(deps, { token, passwordHash }));
    assert.equal((await reset()).outcome, 'changed');
    assert.equal((await reset()).outcome, 'used');
    here.clock.advance(1);
    assert.equal((await tryPassword(account.email, 'nineteen brass otters')).outcome, 'match');
    assert.deepEqual(await signIn(account.id), { outcome: 'recorded' });
  });

  /** An account with a passkey and a key that an app keeps. */
  async function withKeys(email: string) {
    const { id: accountId } = await makeAccount(here, { email, phone: '+447700900341' });
    const { db } = here.house.deps;
    const made = { id: randomUUID(), accountId, publicKey: randomBytes(65), signCount: 0 };
    const times = { createdAt: here.clock.now(), lastUsedAt: null, suspendedAt: null };
    const credentialId = randomBytes(16);
    await insertPasskey(db, {
      ...made,
      ...times,
      credentialId,
      transports: [],
      isSynced: false,
      name: 'Phone',
    });
    await insertUafKey(db, { ...made, ...times, clientId: 'app', aaid: 'EBA0#0001', keyId: credentialId });
    return { accountId, email, keyId: made.id };
  }

  test('waits for whoever signs in with a key at that moment, and puts them out', async () => {
    for (const [key, use] of [
      ['passkey', updateUsedPasskey],
      ['app', updateUsedUafKey],
    ] as const) {
      const { accountId, keyId } = await withKeys(`${key}.in.use@people.example`);
      const lock = { accountId, linkTo: (token: string) => `https://login.example/reset/${token}` };
      const { signedIn, locking } = await here.house.transact(async (deps) => {
        const provenAt = deps.clock.now();
        await use(deps.db, { id: keyId, accountId, signCount: 1, isSynced: false, at: provenAt });
        here.clock.advance(1);
        const begun = here.house.transact((others) => lockLogin(others, lock));
        await untilWaiting(here.house.database.pool);
        return {
          signedIn: await recordSignIn(deps, { accountId, clientId: 'demo', provenAt }),
          locking: begun,
        };
      });
      assert.deepEqual([signedIn, await locking], [{ outcome: 'recorded' }, true]);
      here.clock.advance(1);
      assert.deepEqual(await signIn(accountId), { outcome: 'ended' });
    }
  });

  test('has no passkey and no app left that signs in, as somebody else may have set them up', async () => {
    const { accountId, email } = await withKeys('keys@people.example');
    const lock = { accountId, linkTo: (token: string) => `https://login.example/reset/${token}` };
    await here.house.transact((deps) => lockLogin(deps, lock));
    const passkeys = async () =>
      (await listPasskeys(here.house.deps, accountId)).map(({ isSuspended }) => isSuspended);
    assert.deepEqual(await passkeys(), [true]);
    const appKeys = async () =>
      (await listUafKeys(here.house.deps, accountId)).map(({ isSuspended }) => isSuspended);
    assert.deepEqual(await appKeys(), [true]);
    const { links } = await inbox.next(email);
    const token = links[0]?.split('/').at(-1) ?? '';
    const passwordHash = await here.house.passwords.hash('nineteen brass otters');
    await here.house.transact((deps) => resetPassword(deps, { token, passwordHash }));
    assert.deepEqual([await passkeys(), await appKeys()], [[], []]);
    const events = await auditOf(here, accountId);
    assert.deepEqual(
      events.filter((type) => type.endsWith('.removed')),
      ['passkey.removed', 'app-key.removed'],
    );
  });

  test('can be locked twice, and the newer link counts', async () => {
    const { account, lock } = await locked();
    await inbox.next(account.email);
    assert.equal(await here.house.transact((deps) => lockLogin(deps, lock)), true);
    const { links } = await inbox.next(account.email);
    const token = links[0]?.split('/').at(-1) ?? '';
    const passwordHash = await here.house.passwords.hash('nineteen brass otters');
    const { outcome } = await here.house.transact((deps) => resetPassword(deps, { token, passwordHash }));
    assert.equal(outcome, 'changed');
  });
});
