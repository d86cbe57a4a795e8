import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readAccount, requestPasswordReset, resetPassword } from '#accounts';
import pg from 'pg';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople, type MadeUp } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { untilWaiting } from '../support/waiting.ts';
import { expectPage, signInWithPassword, signUpTo, type Traveller } from '../support/walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService();
});
after(() => app.close());

const device = { vtr: '["P0.Cp.Cd"]' };

function travel(who: MadeUp): Traveller {
  return { app, service, browser: new Person(app), who };
}

async function phoneOf(accountId: string): Promise<string | null | undefined> {
  return (await readAccount(app.home.house.deps, accountId))?.phone;
}

/** The owner chooses a new password with a link from their mail. */
async function choosePassword(who: MadeUp, password: string): Promise<void> {
  const { house } = app.home;
  const linkTo = (token: string) => `${app.origin}/reset-password/${token}`;
  await house.transact((deps) =>
    requestPasswordReset(deps, { email: who.email, language: 'en', remoteAddress: '192.0.2.7', linkTo }),
  );
  const token = (await app.linkFor(who.email)).split('/').at(-1) ?? '';
  const passwordHash = await house.passwords.hash(password);
  const reset = await house.transact((deps) => resetPassword(deps, { token, passwordHash }));
  assert.equal(reset.outcome, 'changed');
}

describe('a sign-in that somebody left at the page that asks for a phone', () => {
  test('puts no other phone in the place of one that the owner has confirmed meanwhile', async () => {
    const owner = somebody('owner');
    const thief = { ...somebody('thief'), email: owner.email, password: owner.password };
    const { id } = await makeAccount(app.home, { email: owner.email, password: owner.password });
    const stale = travel(thief);
    await signInWithPassword(stale, device);
    expectPage(stale.browser, 'phone');

    const own = travel(owner);
    await signInWithPassword(own, device);
    await own.browser.submit({ phone: owner.phone });
    await own.browser.submit({ code: await app.codeFor(owner.phone, 'sms') });
    const confirmed = await phoneOf(id);
    assert.notEqual(confirmed, null);

    await stale.browser.submit({ phone: thief.phone });
    await stale.browser.submit({ code: await app.codeFor(thief.phone, 'sms'), remember: 'yes' });
    assert.equal(await phoneOf(id), confirmed);
    assert.equal(stale.browser.page.address.pathname.split('/')[1], 'sign-in');
    assert.ok(!('device' in stale.browser.cookies));
  });

  test('confirms no phone once the password has been changed', async () => {
    const owner = somebody('owner');
    const thief = { ...somebody('thief'), email: owner.email, password: owner.password };
    const { id } = await makeAccount(app.home, { email: owner.email, password: owner.password });
    const stale = travel(thief);
    await signInWithPassword(stale, device);
    await stale.browser.submit({ phone: thief.phone });
    const code = await app.codeFor(thief.phone, 'sms');
    await choosePassword(owner, 'a new password for harbour 9');

    await stale.browser.submit({ code, remember: 'yes' });
    assert.match(stale.browser.page.errors['code'] ?? '', /expired or been replaced/u);
    await stale.browser.press(/new code/u);
    await stale.browser.submit({ code: await app.codeFor(thief.phone, 'sms'), remember: 'yes' });
    assert.equal(await phoneOf(id), null);
    assert.ok(!('device' in stale.browser.cookies));
    expectPage(stale.browser, 'email');
  });
});

describe('a sign-up that somebody left after its e-mail was confirmed', () => {
  test('signs nobody in, and confirms no phone, once the password has been changed', async () => {
    const owner = somebody('owner');
    const stale = travel(owner);
    await signUpTo(stale, 'phone', device);
    await choosePassword(owner, 'a new password for harbour 9');

    await stale.browser.submit({ phone: owner.phone });
    await stale.browser.submit({ code: await app.codeFor(owner.phone, 'sms') });
    assert.equal(stale.browser.page.address.pathname.split('/')[1], 'sign-in');
    const { rows } = await app.home.house.database.pool.query(
      'SELECT phone FROM accounts.account WHERE email = $1',
      [owner.email],
    );
    assert.deepEqual(rows, [{ phone: null }]);
  });
});

describe('an old password', () => {
  test('that was right when it was checked lets nobody in after it was changed', async () => {
    const owner = somebody('owner');
    await makeAccount(app.home, { email: owner.email, password: owner.password, phone: '+447700900999' });
    const thief = travel(owner);
    await thief.browser.open(await service.requestAddress());
    await thief.browser.submit({ choice: 'sign-in' });
    await thief.browser.submit({ email: owner.email });

    // The thief's other posts of the same page keep this one waiting after its password was found right.
    const hold = new pg.Client({ connectionString: app.home.databaseUrl });
    await hold.connect();
    await hold.query('BEGIN');
    const ref = thief.browser.page.address.pathname.split('/')[2];
    await hold.query('SELECT FROM journey.visit WHERE ref = $1 FOR UPDATE', [ref]);
    const answer = thief.browser.submit({ password: owner.password });
    await untilWaiting(hold);
    await choosePassword(owner, 'a new password for harbour 9');
    await hold.query('COMMIT');
    await hold.end();

    await answer;
    assert.equal(thief.browser.page.address.pathname.split('/')[1], 'sign-in');
    expectPage(thief.browser, 'email');
  });
});
