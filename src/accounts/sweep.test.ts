import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { makeAccount } from '../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { openInbox, type TestInbox } from '../../test/support/inbox.ts';
import {
  forgetAccount,
  rememberDevice,
  requestPasswordReset,
  sendSecurityCode,
  startAccountsWork,
  sweepAccounts,
} from './index.ts';

const hour = 3600;
const day = 24 * hour;

suite('what this room stores', () => {
  let here: TestHouse;
  let inbox: TestInbox;
  before(async () => {
    here = await createTestHouse();
    inbox = await openInbox(here);
    await startAccountsWork(here.house, here.jobs);
  });
  after(() => here.close());

  const rowsOf = async (table: string): Promise<number> => {
    const { rows } = await here.house.database.pool.query<{ rows: number }>(
      `SELECT count(*)::integer AS rows FROM accounts.${table}`,
    );
    return rows[0]?.rows ?? -1;
  };
  const counts = async () => ({
    accounts: await rowsOf('account'),
    passwords: await rowsOf('password'),
    codes: await rowsOf('security_code'),
    devices: await rowsOf('remembered_device'),
    resets: await rowsOf('password_reset'),
  });
  const kept = { accounts: 1, passwords: 1 };
  const sweep = () => sweepAccounts(here.house.deps);

  /** A visit such as many people make: a code, a device, a forgotten password. */
  async function visit(accountId: string, email: string): Promise<void> {
    const remoteAddress = '203.0.113.5';
    await here.house.transact(async (deps) => {
      const code = {
        purpose: 'sign-in',
        channel: 'sms',
        destination: '+447700900222',
        language: 'en',
      } as const;
      const sent = await sendSecurityCode(deps, { ...code, accountId, boundTo: randomUUID(), remoteAddress });
      assert.equal(sent.outcome, 'sent');
      await rememberDevice(deps, { accountId });
      const linkTo = (token: string) => `https://login.example/${token}`;
      const asked = await requestPasswordReset(deps, { email, language: 'en', remoteAddress, linkTo });
      assert.equal(asked.outcome, 'requested');
    });
    await inbox.next(email);
  }

  test('stays bounded, however often the same people come', async () => {
    const email = 'ada@mail.example';
    const { id } = await makeAccount(here, { email });
    for (let visits = 0; visits < 30; visits += 1) {
      await visit(id, email);
      here.clock.advance(hour);
    }
    const { devices, resets, codes } = await counts();
    assert.deepEqual({ devices, resets, codes }, { devices: 20, resets: 20, codes: 30 });
    await sweep();
    assert.deepEqual(await counts(), { ...kept, codes: 0, devices: 20, resets: 20 });
    here.clock.advance(31 * day);
    await sweep();
    assert.deepEqual(await counts(), { ...kept, codes: 0, devices: 20, resets: 0 });
    here.clock.advance(150 * day);
    await sweep();
    assert.deepEqual(await counts(), { ...kept, codes: 0, devices: 0, resets: 0 });
  });

  test('is not swept while it is of use', async () => {
    const email = 'ben@mail.example';
    const { id } = await makeAccount(here, { email });
    await visit(id, email);
    const before = await counts();
    await sweep();
    assert.deepEqual(await counts(), before);
    assert.ok(before.codes > 0 && before.devices > 0 && before.resets > 0);
  });

  test('of an account goes when the account is closed, and of nobody else', async () => {
    const [ada, ben] = ['leaves@mail.example', 'remains@mail.example'];
    const { id } = await makeAccount(here, { email: ada });
    const { id: other } = await makeAccount(here, { email: ben });
    await visit(other, ben);
    const before = await counts();
    await visit(id, ada);
    await here.house.transact((deps) => forgetAccount(deps, id));
    const { accounts, passwords, ...rest } = before;
    assert.deepEqual(await counts(), { accounts: accounts - 1, passwords: passwords - 1, ...rest });
  });
});
