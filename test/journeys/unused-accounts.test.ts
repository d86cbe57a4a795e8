import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { readAccount, recordSignIn, startAccountsWork, type Account } from '#accounts';
import { loadSenders, readSimulatedInbox, startMessagingWork, type Senders } from '#messaging';
import { startPersonalDataWork, tendUnusedAccounts } from '#personal-data';
import { auditOf, makeAccount } from '../support/accounts.ts';
import { createTestHouse, type TestHouse } from '../support/house.ts';
import { until } from '../support/until.ts';

let here: TestHouse;
let there: TestHouse;
before(async () => {
  here = await createTestHouse();
  there = await createTestHouse({ beside: here });
  const senders = await loadSenders(here.house.settings, {});
  await startMessagingWork(here.house, here.jobs, {
    ...senders,
    email: interrupted(senders.email, () => mailIs),
    sms: interrupted(senders.sms, () => textIs),
  });
  await startAccountsWork(here.house, here.jobs);
  await startPersonalDataWork(here.house, here.jobs);
});
after(async () => {
  await there.close();
  await here.close();
});
afterEach(() => {
  here.clock.reset();
  mailIs = 'sent';
  textIs = 'sent';
});

const day = 24 * 3600;
let made = 0;

type Fate = 'sent' | 'waiting' | 'refused';
/** What becomes of mail at the moment, … */
let mailIs: Fate = 'sent';
/** … and of text messages. */
let textIs: Fate = 'sent';

function interrupted(sender: Senders['email'], fate: () => Fate): Senders['email'] {
  return {
    ...sender,
    send: async (...sending) =>
      fate() === 'sent'
        ? sender.send(...sending)
        : { outcome: fate() === 'refused' ? 'refused' : 'not_now', reason: 'away' },
  };
}

async function somebody(language: 'en' | 'cy' = 'en', phone?: string): Promise<Account> {
  made += 1;
  const email = `unused.${made}@people.example`;
  return makeAccount(here, { email, language, ...(phone === undefined ? {} : { phone }) });
}

const textsFor = async (phone: string) =>
  (await readSimulatedInbox(here.house.deps, { to: phone })).map(({ text }) => text);

/** Days pass, and the accounts are looked after, by two processes at once. */
async function pass(days: number): Promise<void> {
  here.clock.advance(days * day);
  await Promise.all([tendUnusedAccounts(here.house), tendUnusedAccounts(there.house)]);
  // Word of it goes out, and is noted, before more days pass.
  const isTold = ['messaging.%', 'accounts.unused-%'];
  const isLeft = mailIs === 'waiting' ? isTold.slice(1) : isTold;
  await until(async () => {
    const { rowCount } = await here.house.database.pool.query(
      "SELECT FROM jobs.job WHERE state < 'completed' AND name LIKE ANY($1::text[]) LIMIT 1",
      [isLeft],
    );
    return rowCount === 0;
  });
}

/** @returns the subjects of what somebody was sent, the newest first */
async function subjectsFor(account: Account): Promise<string[]> {
  const messages = await readSimulatedInbox(here.house.deps, { to: account.email });
  return messages.map(({ subject = '' }) => subject);
}

async function signIn(account: Account): Promise<string> {
  const signedIn = { accountId: account.id, clientId: 'demo', provenAt: here.clock.now() };
  return (await here.house.transact((deps) => recordSignIn(deps, signedIn))).outcome;
}

const isThere = async (account: Account) => (await readAccount(here.house.deps, account.id)) !== undefined;

describe('an account that nobody uses', () => {
  test('is left alone for 23 months, told of once, and closed after 24, with word of it', async () => {
    const ada = await somebody();
    await pass(690);
    assert.deepEqual(await subjectsFor(ada), []);
    await pass(15);
    await pass(1);
    assert.deepEqual(await subjectsFor(ada), ['Sign in to keep your Bevan login']);
    await pass(20);
    assert.equal(await isThere(ada), true);
    await pass(15);
    assert.equal(await isThere(ada), false);
    assert.deepEqual(await subjectsFor(ada), [
      'Your Bevan login is closed',
      'Sign in to keep your Bevan login',
    ]);
    assert.deepEqual(await auditOf(here, ada.id), [
      'account.created',
      'account.unused-told',
      'account.closing',
      'account.closed',
    ]);
    const again = await makeAccount(here, { email: ada.email });
    assert.notEqual(again.id, ada.id);
  });

  test('is kept by signing in, also on the last day, and told of anew two years later', async () => {
    const ben = await somebody('cy');
    await pass(705);
    assert.deepEqual(await subjectsFor(ben), ['Mewngofnodwch i gadw eich Bevan login']);
    await pass(24);
    assert.equal(await signIn(ben), 'recorded');
    await pass(30);
    assert.equal(await isThere(ben), true);
    await pass(675);
    assert.equal((await subjectsFor(ben)).length, 2);
    assert.equal(await isThere(ben), true);
  });

  test('is never closed before its owner has had 30 days since they were told, however late that was', async () => {
    const cai = await somebody();
    await pass(1500);
    assert.deepEqual(await subjectsFor(cai), ['Sign in to keep your Bevan login']);
    await pass(29);
    assert.equal(await isThere(cai), true);
    await pass(1);
    assert.equal(await isThere(cai), false);
  });

  test('is in use while an app keeps its owner signed in, also when they were told before', async () => {
    const fay = await somebody();
    const { pool } = here.house.database;
    const renewUntil = (days: number) =>
      pool.query(
        `INSERT INTO openid.token_family (family, client_id, account_id, scopes, vot, signed_in_at, generation, rotations, expires_at)
         VALUES ('app', 'app', $1, '{}', 'P0.Cp', $2, 1, '{}', $3)
         ON CONFLICT (family) DO UPDATE SET expires_at = excluded.expires_at`,
        [fay.id, fay.createdAt, new Date(here.clock.now().getTime() + days * day * 1000)],
      );
    here.clock.advance(740 * day);
    await renewUntil(30);
    await pass(1);
    assert.deepEqual(await subjectsFor(fay), []);
    await pass(690);
    assert.deepEqual(await subjectsFor(fay), []);
    await pass(20);
    assert.deepEqual(await subjectsFor(fay), ['Sign in to keep your Bevan login']);
    await renewUntil(40);
    await pass(31);
    assert.equal(await isThere(fay), true);
    await pass(600);
    assert.equal(await isThere(fay), true);
  });

  test('is not closed while mail can’t be sent: its owner is written to again until it is, and has 30 days from then', async () => {
    const gil = await somebody();
    mailIs = 'waiting';
    await pass(705);
    // Three days later it is not sent any more, …
    await pass(6);
    mailIs = 'sent';
    await pass(0);
    assert.deepEqual(await subjectsFor(gil), []);
    await pass(60);
    assert.equal(await isThere(gil), true);
    // … but written anew.
    assert.deepEqual(await subjectsFor(gil), ['Sign in to keep your Bevan login']);
    await pass(29);
    assert.equal(await isThere(gil), true);
    await pass(1);
    assert.equal(await isThere(gil), false);
  });

  test('is not closed while its owner’s mailbox refuses mail, and they are written to once a week', async () => {
    const hal = await somebody();
    mailIs = 'refused';
    await pass(1500);
    for (let weeks = 0; weeks < 6; weeks += 1) await pass(7);
    assert.equal(await isThere(hal), true);
    assert.deepEqual(await auditOf(here, hal.id), ['account.created']);
    mailIs = 'sent';
    await pass(6);
    assert.deepEqual(await subjectsFor(hal), []);
    await pass(2);
    assert.deepEqual(await subjectsFor(hal), ['Sign in to keep your Bevan login']);
    await pass(30);
    assert.equal(await isThere(hal), false);
  });

  test('is told of by a text message where the mailbox refuses mail, in the language of its owner, who has 30 days from then', async () => {
    const [liz, mair] = [await somebody('en', '+447700900701'), await somebody('cy', '+447700900702')];
    mailIs = 'refused';
    await pass(705);
    const [inEnglish] = await textsFor('+447700900701');
    assert.match(inEnglish ?? '', /^You have not used your Bevan login.*In 30 days we will close it/u);
    const [inWelsh] = await textsFor('+447700900702');
    assert.match(inWelsh ?? '', /^Nid ydych wedi defnyddio eich Bevan login/u);
    assert.ok((await auditOf(here, liz.id)).includes('account.unused-told'));
    await pass(29);
    assert.deepEqual([await isThere(liz), (await textsFor('+447700900701')).length], [true, 1]);
    assert.equal(await signIn(mair), 'recorded');
    await pass(1);
    assert.deepEqual([await isThere(liz), await isThere(mair)], [false, true]);
  });

  test('is not closed while neither mail nor a text message reaches its owner, who is tried once a week', async () => {
    const nia = await somebody('en', '+447700900703');
    [mailIs, textIs] = ['refused', 'refused'];
    await pass(1500);
    for (let weeks = 0; weeks < 6; weeks += 1) await pass(7);
    assert.equal(await isThere(nia), true);
    textIs = 'sent';
    await pass(7);
    assert.equal((await textsFor('+447700900703')).length, 1);
    await pass(30);
    assert.equal(await isThere(nia), false);
  });

  test('is not told of by a text message for mail that was refused before somebody used it', async () => {
    const oli = await somebody('en', '+447700900704');
    const writtenAt = here.clock.now();
    await here.house.database.pool.query('UPDATE accounts.account SET unused_written_at = $1 WHERE id = $2', [
      writtenAt,
      oli.id,
    ]);
    here.clock.advance(1);
    assert.equal(await signIn(oli), 'recorded');
    await here.house.deps.enqueue('accounts.unused-refused', {
      accountId: oli.id,
      writtenAt: writtenAt.toISOString(),
    });
    await pass(0);
    assert.deepEqual(await textsFor('+447700900704'), []);
  });

  test('is not told of by mail that was written before somebody used it', async () => {
    const ida = await somebody();
    mailIs = 'waiting';
    await pass(705);
    here.clock.advance(1);
    assert.equal(await signIn(ida), 'recorded');
    mailIs = 'sent';
    await pass(0);
    assert.equal((await subjectsFor(ida)).length, 1);
    await pass(740);
    // It is two years since, but nobody was told of these.
    assert.equal(await isThere(ida), true);
    assert.equal((await subjectsFor(ida)).length, 2);
    await pass(31);
    assert.equal(await isThere(ida), false);
  });

  test('that breaks holds up no other, however many there are', async () => {
    const jan = await somebody();
    const kit = await somebody();
    await pass(1500);
    const { pool } = here.house.database;
    await pool.query(`
      CREATE FUNCTION accounts.breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;
      CREATE TRIGGER breaks BEFORE DELETE ON accounts.account FOR EACH ROW WHEN (OLD.id = '${jan.id}') EXECUTE FUNCTION accounts.breaks()`);
    await pass(31);
    assert.equal(await isThere(kit), false);
    assert.equal(await isThere(jan), true);
    await pool.query('DROP TRIGGER breaks ON accounts.account');
    await pass(0);
    assert.equal(await isThere(jan), false);
  });

  test('is not closed in the moment in which somebody signs in', async () => {
    const dee = await somebody();
    await pass(1500);
    here.clock.advance(40 * day);
    const signedIn = here.house.transact(async (deps) => {
      const at = { accountId: dee.id, clientId: 'demo', provenAt: deps.clock.now() };
      const { outcome } = await recordSignIn(deps, at);
      await tendUnusedAccounts(there.house);
      return outcome;
    });
    assert.equal(await signedIn, 'recorded');
    await tendUnusedAccounts(there.house);
    assert.equal(await isThere(dee), true);
  });
});
