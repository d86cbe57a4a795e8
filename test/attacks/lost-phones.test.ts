import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  addAuthenticatorApp,
  makeDueReplacements,
  makeRecoveryCodes,
  readAccount,
  redeemRecoveryCode,
  requestReplacement,
} from '#accounts';
import { codeNow, newAuthenticatorSecret } from '#foundation/authenticator';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { madeUpNhsNumber, makeKnown } from '../support/identities.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword, type Traveller } from '../support/walks.ts';

const withCode = { vtr: '["P0.Cp.Cd"]' };
const day = 24 * 3600;
const lost = /cannot use my (phone|app)/u;
const stolenWith = 'another 8 Wheelbarrow tide';

let app: TestApp;
let beside: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  beside = await startTestApp({ beside: app });
  service = await app.registerTestService();
});
after(async () => {
  await beside.close();
  await app.close();
});

const inE164 = (phone: string) => `+44${phone.slice(1).replaceAll(' ', '')}`;

type Victim = Traveller & { accountId: string; phone: string };

/** Somebody with a login; the browser is the attacker's. */
async function victim(name: string): Promise<Victim> {
  const who = somebody(name);
  const phone = inE164(who.phone);
  const account = await makeAccount(app.home, { email: who.email, password: who.password, phone });
  return { app, service, who, phone, browser: new Person(app), accountId: account.id };
}

async function phoneOf({ accountId }: Victim) {
  return (await readAccount(app.home.house.deps, accountId))?.phone;
}

/** Chooses a new password with nothing but the mailbox. */
async function takePasswordByMail(attacker: Traveller): Promise<void> {
  const { browser, who } = attacker;
  await browser.open(await service.requestAddress(withCode));
  if (browser.page.address.pathname.startsWith('/welcome/')) await browser.submit({ choice: 'sign-in' });
  await browser.submit({ email: who.email });
  await browser.press('I have forgotten my password');
  await browser.submit({ email: who.email });
  await browser.open(await app.linkFor(who.email));
  await browser.submit({ password: stolenWith, passwordAgain: stolenWith });
}

const knowing = (attacker: Victim, password: string): Victim => ({
  ...attacker,
  who: { ...attacker.who, password },
  browser: new Person(app),
});

describe('who holds the mailbox alone', () => {
  test('gets a password by it, and then no further: neither the number in some mail nor a code to the mailbox will do', async () => {
    const ada = await victim('ada');
    await takePasswordByMail(ada);
    const attacker = knowing(ada, stolenWith);
    await signInWithPassword(attacker, withCode);
    expectPage(attacker.browser, 'code');
    await attacker.browser.press(lost);
    assert.match(attacker.browser.page.text, /chose your password by email.*CID3001/u);
    assert.deepEqual(
      attacker.browser.page.forms.flatMap(({ names }) => [...names]),
      [],
    );
    assert.equal(await phoneOf(ada), ada.phone);
  });

  test('gains nothing by waiting, nor by a further password; the owner gets on by signing in with the phone', async () => {
    const bea = await victim('bea');
    await takePasswordByMail(bea);
    await takePasswordByMail({ ...bea, browser: new Person(app) });
    app.home.clock.advance(40 * day);
    const attacker = knowing(bea, stolenWith);
    await signInWithPassword(attacker, withCode);
    // The code to sign in is not theirs to see, and must not be taken for the one that the owner asks for.
    await app.codeFor(bea.who.phone, 'sms');
    await attacker.browser.press(lost);
    assert.match(attacker.browser.page.text, /CID3001/u);

    const owner = knowing(bea, stolenWith);
    await signInWithPassword(owner, withCode);
    await owner.browser.submit({ code: await app.codeFor(bea.who.phone, 'sms') });
    await agree(owner);
    const later = knowing(bea, stolenWith);
    await signInWithPassword(later, withCode);
    await later.browser.press(lost);
    expectPage(later.browser, 'how');
    app.home.clock.reset();
  });

  test('who knows the password as well and asks for a new number is seen by the phone, which can stop it', async () => {
    const cai = await victim('cai');
    await signInWithPassword(cai, withCode);
    // The code to sign in is not theirs to see.
    await app.codeFor(cai.who.phone, 'sms');
    await cai.browser.press(lost);
    await cai.browser.submit({ proof: 'email-code' });
    await cai.browser.submit({ code: await app.codeFor(cai.who.email, 'email') });
    await cai.browser.submit({ phone: '07700 900 971' });
    await cai.browser.submit({ code: await app.codeFor('07700 900 971', 'sms') });
    const [link = ''] = (await app.messageFor(cai.who.phone, 'sms')).links;
    const owner = new Person(app);
    await owner.open(link);
    await owner.press('Stop it');
    app.home.clock.advance(day + 1);
    await makeDueReplacements(app.home.house);
    assert.equal(await phoneOf(cai), cai.phone);
    app.home.clock.reset();
  });
});

describe('who holds the phone alone', () => {
  test('gets nowhere: without the password there is no way to recover anything', async () => {
    const dev = await victim('dev');
    await dev.browser.open(await service.requestAddress(withCode));
    await dev.browser.submit({ choice: 'sign-in' });
    await dev.browser.submit({ email: dev.who.email });
    const { address } = dev.browser.page;
    for (const last of ['code', 'code/lost', 'app-code/lost', 'no-way/lost', 'set-up-app', 'password/lost']) {
      const there = address.href.replace(/password$/u, last);
      const form = dev.browser.page.forms[0]?.fields ?? {};
      await dev.browser.post(there, form);
      assert.ok(!dev.browser.page.address.pathname.startsWith('/recover'), last);
      await dev.browser.open(address);
    }
  });
});

describe('who knows the password alone', () => {
  test('sees a page that asks for more at each step, and guesses five times an hour', async () => {
    const eli = await victim('eli');
    await signInWithPassword(eli, withCode);
    await eli.browser.press(lost);
    await eli.browser.submit({ proof: 'old-number' });
    for (let tries = 0; tries < 5; tries += 1) await eli.browser.submit({ number: `07700 900 80${tries}` });
    assert.equal(eli.browser.page.status, 429);
    const again = knowing(eli, eli.who.password);
    await signInWithPassword(again, withCode);
    await again.browser.press(lost);
    await again.browser.submit({ proof: 'old-number' });
    await again.browser.submit({ number: eli.who.phone });
    assert.equal(again.browser.page.status, 429);
    assert.equal(await phoneOf(eli), eli.phone);
  });

  test('who knows the number, too, can’t win tries at the NHS number by answering the first question again', async () => {
    const fay = await victim('fay');
    await makeKnown(app.home, { accountId: fay.accountId, level: 'P9' });
    let status = 200;
    for (let rounds = 0; rounds < 3 && status < 429; rounds += 1) {
      const attacker = knowing(fay, fay.who.password);
      await signInWithPassword(attacker, withCode);
      await attacker.browser.press(lost);
      await attacker.browser.submit({ proof: 'old-number' });
      await attacker.browser.submit({ number: fay.who.phone });
      for (let guesses = 0; guesses < 2 && status < 429; guesses += 1) {
        await attacker.browser.submit({ nhsNumber: madeUpNhsNumber() });
        ({ status } = attacker.browser.page);
      }
    }
    assert.equal(status, 429);
  });

  test('can’t jump a question by its address, nor go on when the password has changed meanwhile', async () => {
    const gil = await victim('gil');
    await signInWithPassword(gil, withCode);
    await gil.browser.press(lost);
    const { address } = gil.browser.page;
    for (const step of ['phone', 'landline', 'phone-code', 'nhs-number', 'requested', 'recovery-code']) {
      await gil.browser.open(address.href.replace(/how$/u, step));
      expectPage(gil.browser, 'how');
    }
    await gil.browser.submit({ proof: 'old-number' });
    await takePasswordByMail({ ...gil, browser: new Person(app) });
    await gil.browser.submit({ number: gil.who.phone });
    assert.ok(gil.browser.page.address.pathname.startsWith('/sign-in/'));
  });

  test('can’t add a phone to a login that has an app and no phone', async () => {
    const who = somebody('hal');
    const { id: accountId } = await makeAccount(app.home, { email: who.email, password: who.password });
    const secret = newAuthenticatorSecret();
    await app.home.house.transact((deps) =>
      addAuthenticatorApp(deps, { accountId, secret, code: codeNow(deps, secret) }),
    );
    const hal = { app, service, who, browser: new Person(app) };
    await signInWithPassword(hal, withCode);
    expectPage(hal.browser, 'no-way');
    const there = hal.browser.page.address.href.replace(/no-way$/u, 'phone');
    await hal.browser.post(there, { ...hal.browser.page.forms[0]?.fields, phone: '07700 900 970' });
    expectPage(hal.browser, 'no-way');
  });
});

test('of one recovery code sent to two processes at once, one is taken', async () => {
  const ivy = await victim('ivy');
  const { accountId } = ivy;
  const [code = ''] = await app.home.house.transact((deps) => makeRecoveryCodes(deps, accountId));
  const attempt = { accountId, code, remoteAddress: '127.0.0.9' };
  const outcomes = await Promise.all(
    [app, beside, app, beside].map(({ home }) =>
      home.house.transact((deps) => redeemRecoveryCode(deps, attempt)),
    ),
  );
  assert.equal(outcomes.filter(({ outcome }) => outcome === 'match').length, 1);
});

test('of many new numbers asked for at once one waits, and it is made once', async () => {
  const jon = await victim('jon');
  const { accountId } = jon;
  const ask = (one: TestApp, last: number) =>
    one.home.house.transact((deps) =>
      requestReplacement(deps, {
        accountId,
        provenAt: deps.clock.now(),
        kind: 'mobile',
        number: `+4477009009${60 + last}`,
        lost: ['mobile'],
        by: 'email-code',
        language: 'en',
        linkTo: (token) => `${app.origin}/stop-change/${token}`,
      }),
    );
  const outcomes = await Promise.all([0, 1, 2, 3].map((last) => ask(last % 2 === 0 ? app : beside, last)));
  assert.equal(outcomes.filter(({ outcome }) => outcome === 'requested').length, 1);
  app.home.clock.advance(day + 1);
  beside.home.clock.advance(day + 1);
  await Promise.all([app, beside, app].map(({ home }) => makeDueReplacements(home.house)));
  const { rows } = await app.home.house.database.pool.query<{ count: string }>(
    "SELECT count(*) FROM audit.event WHERE account_id = $1 AND type = 'recovery.made'",
    [accountId],
  );
  assert.deepEqual(rows, [{ count: '1' }]);
  assert.match((await phoneOf(jon)) ?? '', /^\+44770090096\d$/u);
  app.home.clock.reset();
  beside.home.clock.reset();
});

test('a new number that can’t be read holds up nobody else’s', async () => {
  const [kay, lou] = [await victim('kay'), await victim('lou')];
  for (const { accountId } of [kay, lou]) {
    await app.home.house.transact((deps) =>
      requestReplacement(deps, {
        accountId,
        provenAt: deps.clock.now(),
        kind: 'mobile',
        number: '+447700900955',
        lost: ['mobile'],
        by: 'email-code',
        language: 'en',
        linkTo: (token) => `${app.origin}/stop-change/${token}`,
      }),
    );
    app.home.clock.advance(1);
  }
  const { pool } = app.home.house.database;
  await pool.query("UPDATE accounts.replacement SET sealed_change = 'spoilt' WHERE account_id = $1", [
    kay.accountId,
  ]);
  app.home.clock.advance(day + 1);
  await makeDueReplacements(app.home.house);
  assert.equal(await phoneOf(lou), '+447700900955');
  assert.equal(await phoneOf(kay), kay.phone);
  app.home.clock.reset();
});
