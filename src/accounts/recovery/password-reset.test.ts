import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { auditOf, goodPassword, makeAccount } from '../../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { openInbox, type TestInbox } from '../../../test/support/inbox.ts';
import { watchStatements } from '../../../test/support/statements.ts';
import { readAccount } from '../account/account.ts';
import { checkSecurityCode, sendSecurityCode } from '../credentials/one-time-code/code.ts';
import { checkPassword } from '../credentials/password/check.ts';
import { isDeviceRemembered, rememberDevice } from '../devices/remembered.ts';
import {
  readPasswordReset,
  requestPasswordReset,
  resetPassword,
  startAccountsWork,
} from './password-reset.ts';

const minute = 60;
const newPassword = 'lantern 4 Orchid granite';

suite('a password reset', () => {
  let here: TestHouse;
  let there: TestHouse;
  let inbox: TestInbox;
  before(async () => {
    here = await createTestHouse();
    there = await createTestHouse({ beside: here });
    inbox = await openInbox(here);
    await startAccountsWork(here.house, here.jobs);
    await startAccountsWork(there.house, there.jobs);
  });
  after(async () => {
    await there.close();
    await here.close();
  });

  let networks = 0;
  const linkTo = (token: string) => `https://login.example/reset-password/${token}`;
  const requestOf = (email: string) => {
    const remoteAddress = `2001:db8:0:${((networks += 1)).toString(16)}::1`;
    return { email, language: 'cy', remoteAddress, linkTo } as const;
  };
  const request = (email: string, from: TestHouse = here) =>
    from.house.transact((deps) => requestPasswordReset(deps, requestOf(email)));
  const tokenFor = async (email: string) => {
    assert.deepEqual(await request(email), { outcome: 'requested' });
    const { links } = await inbox.next(email);
    const [link = ''] = links;
    assert.ok(link.startsWith(linkTo('')));
    return link.slice(linkTo('').length);
  };
  const read = (token: string, from: TestHouse = here) => readPasswordReset(from.house.deps, { token });
  const reset = async (token: string, from: TestHouse = here) => {
    const passwordHash = await from.house.passwords.hash(newPassword);
    return from.house.transact((deps) => resetPassword(deps, { token, passwordHash }));
  };
  const outcomeOf = async (email: string, password: string) =>
    (await checkPassword(here.house, { email, password, remoteAddress: requestOf(email).remoteAddress }))
      .outcome;

  test('sets a new password with the link from the mail, once, and tells the owner', async () => {
    const email = 'ada@mail.example';
    const { id } = await makeAccount(here, { email });
    const token = await tokenFor(email);
    assert.deepEqual(await read(token, there), { outcome: 'usable', accountId: id });
    assert.deepEqual(await reset(token, there), { outcome: 'changed', accountId: id });
    assert.equal(await outcomeOf(email, goodPassword), 'no_match');
    assert.equal(await outcomeOf(email, newPassword), 'match');
    assert.deepEqual((await inbox.next(email)).links, []);
    assert.deepEqual(await read(token), { outcome: 'used' });
    assert.deepEqual(await reset(token), { outcome: 'used' });
    assert.deepEqual(await auditOf(here, id), [
      'account.created',
      'password.reset-requested',
      'password.changed',
      'password.wrong',
    ]);
  });

  test('finds the account in whatever case the address is typed, and writes to the address it was made with', async () => {
    await makeAccount(here, { email: 'Bob@mail.example' });
    assert.deepEqual(await request('BOB@MAIL.example'), { outcome: 'requested' });
    assert.equal((await inbox.next('Bob@mail.example')).to, 'Bob@mail.example');
  });

  test('puts out who used the old password: devices, sessions, codes, other links; and lifts its lock', async () => {
    const email = 'eve@mail.example';
    const phone = '+447700900111';
    const account = await makeAccount(here, { email, phone });
    const accountId = account.id;
    const { deviceToken } = await here.house.transact((deps) => rememberDevice(deps, { accountId }));
    const signIn = { purpose: 'sign-in', boundTo: 'a journey', remoteAddress: '203.0.113.1' } as const;
    const sent = await here.house.transact((deps) =>
      sendSecurityCode(deps, { ...signIn, channel: 'sms', destination: phone, accountId, language: 'en' }),
    );
    assert.equal(sent.outcome, 'sent');
    const code = await inbox.nextCode(phone);
    for (let tries = 0; tries < 6; tries += 1) await outcomeOf(email, 'a wrong password');
    assert.equal(await outcomeOf(email, goodPassword), 'locked');
    const token = await tokenFor(email);

    here.clock.advance(10);
    const changedAt = here.clock.now();
    assert.equal((await reset(token)).outcome, 'changed');
    assert.equal(await outcomeOf(email, newPassword), 'match');
    assert.equal(await isDeviceRemembered(here.house.deps, { accountId, deviceToken }), false);
    const checked = await here.house.transact((deps) =>
      checkSecurityCode(deps, { ...signIn, codeId: sent.codeId, code }),
    );
    assert.deepEqual(checked, { outcome: 'expired' });
    const { signInsValidFrom } = (await readAccount(here.house.deps, accountId)) ?? account;
    assert.ok(signInsValidFrom >= changedAt && signInsValidFrom <= here.clock.now());
  });

  test('leaves everybody else’s devices, sessions and password alone', async () => {
    const [ada, ben] = [
      await makeAccount(here, { email: 'changes@mail.example' }),
      await makeAccount(here, { email: 'stays@mail.example' }),
    ];
    const remembered = await here.house.transact((deps) => rememberDevice(deps, { accountId: ben.id }));
    const { deviceToken } = await here.house.transact((deps) =>
      rememberDevice(deps, { accountId: ada.id, deviceToken: remembered.deviceToken }),
    );
    assert.equal((await reset(await tokenFor('changes@mail.example'))).outcome, 'changed');
    assert.equal(await isDeviceRemembered(here.house.deps, { accountId: ben.id, deviceToken }), true);
    assert.equal(await isDeviceRemembered(here.house.deps, { accountId: ada.id, deviceToken }), false);
    assert.deepEqual(await readAccount(here.house.deps, ben.id), ben);
    assert.equal(await outcomeOf('stays@mail.example', goodPassword), 'match');
  });

  test('is possible for an hour', async () => {
    const email = 'slow@mail.example';
    await makeAccount(here, { email });
    const first = await tokenFor(email);
    here.clock.advance(59 * minute);
    assert.equal((await read(first)).outcome, 'usable');
    here.clock.advance(minute + 1);
    assert.deepEqual(await read(first), { outcome: 'expired' });
    assert.deepEqual(await reset(first), { outcome: 'expired' });
    assert.equal(await outcomeOf(email, goodPassword), 'match');
  });

  test('works with the newest link alone, and no older one afterwards', async () => {
    const email = 'twice@mail.example';
    await makeAccount(here, { email });
    const [first, second] = [await tokenFor(email), await tokenFor(email)];
    assert.deepEqual(await read(first), { outcome: 'expired' });
    assert.deepEqual(await reset(first), { outcome: 'expired' });
    assert.equal((await reset(second)).outcome, 'changed');
    assert.deepEqual(await read(first), { outcome: 'expired' });
  });

  test('happens once when the link is used many times at the same moment, in two processes', async () => {
    const email = 'race@mail.example';
    await makeAccount(here, { email });
    const token = await tokenFor(email);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) => reset(token, index % 2 === 0 ? here : there)),
    );
    const names = outcomes.map(({ outcome }) => outcome).toSorted();
    assert.deepEqual(names, ['changed', ...Array.from({ length: 9 }, () => 'used')]);
  });

  test('is unknown for a link that was never made, or was damaged on its way', async () => {
    const email = 'damaged@mail.example';
    await makeAccount(here, { email });
    const token = await tokenFor(email);
    for (const damaged of [
      '',
      token.slice(0, -1),
      `${token}=`,
      token.toLowerCase(),
      '\u0000',
      'x'.repeat(10_000),
    ]) {
      assert.deepEqual(await read(damaged), { outcome: 'unknown' });
      assert.deepEqual(await reset(damaged), { outcome: 'unknown' });
    }
    assert.equal((await read(token)).outcome, 'usable');
  });

  test('is answered the same, after the same statements, for an address without an account, which gets no mail', async () => {
    await makeAccount(here, { email: 'known@mail.example' });
    const whatHappensFor = async (email: string) => {
      const { house, statements } = watchStatements(here.house);
      return { answer: await requestPasswordReset(house.deps, requestOf(email)), statements };
    };
    const unknown = await whatHappensFor('unknown@mail.example');
    assert.deepEqual(await whatHappensFor('known@mail.example'), unknown);
    await inbox.next('known@mail.example');
    assert.equal(await inbox.countAll('unknown@mail.example'), 0);
  });

  test('leaves no address in the queue', async () => {
    const other = await createTestHouse();
    try {
      await startAccountsWork(other.house, other.jobs);
      await other.jobs.stop();
      const email = 'secret.person@mail.example';
      const { pool } = other.house.database;
      const requested = await other.house.transact((deps) => requestPasswordReset(deps, requestOf(email)));
      assert.equal(requested.outcome, 'requested');
      const { rows } = await pool.query("SELECT data FROM jobs.job WHERE name = 'accounts.password-reset'");
      assert.equal(rows.length, 1);
      const { rows: limits } = await pool.query('SELECT * FROM security.limit_count');
      const stored = JSON.stringify([rows, limits]);
      const { sealed } = rows[0].data;
      assert.ok(!stored.includes('secret'));
      assert.ok(!Buffer.from(sealed, 'base64').toString('latin1').includes('secret'));
    } finally {
      await other.close();
    }
  });

  test('is refused after more than five requests in 15 minutes, whether or not there is an account', async () => {
    await makeAccount(here, { email: 'often@mail.example' });
    for (const email of ['often@mail.example', 'never@mail.example']) {
      for (let requests = 0; requests < 5; requests += 1) {
        assert.deepEqual(await request(email, requests % 2 === 0 ? here : there), { outcome: 'requested' });
      }
      const now = here.clock.now();
      const sixth = await request(email.toUpperCase());
      assert.equal(sixth.outcome, 'locked');
      assert.equal(Math.round((sixth.until.getTime() - now.getTime()) / 60_000), 15);
    }
    for (let mails = 0; mails < 5; mails += 1) await inbox.next('often@mail.example');
    here.clock.advance(15 * minute + 1);
    assert.deepEqual(await request('often@mail.example'), { outcome: 'requested' });
  });

  test('is refused to a network that asks for too many', async () => {
    const careful = await createTestHouse({
      beside: here,
      environment: { BEVAN_CODE_REQUESTS_PER_ADDRESS: '2' },
    });
    try {
      const from = '198.51.100.9';
      for (const outcome of ['requested', 'requested', 'locked']) {
        const email = `anybody-${(networks += 1)}@mail.example`;
        const asked = { ...requestOf(email), remoteAddress: from };
        const answer = await careful.house.transact((deps) => requestPasswordReset(deps, asked));
        assert.equal(answer.outcome, outcome);
      }
    } finally {
      await careful.close();
    }
  });
});
