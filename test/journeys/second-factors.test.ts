import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  addAuthenticatorApp,
  isDeviceRemembered,
  readAccount,
  readAuthenticatorApp,
  setLandline,
} from '#accounts';
import { codeNow, newAuthenticatorSecret } from '#foundation/authenticator';
import { registrableVectors } from '#partners';
import { auditOf, makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword, signUpTo, type Traveller } from '../support/walks.ts';

const device = { vtr: '["P0.Cp.Cd"]' };
const appOnly = { vtr: '["P0.Cp.Ck"]' };
const either = { vtr: '["P0.Cp.Cd","P0.Cp.Ck"]' };

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService({ vectors: registrableVectors });
});
after(() => app.close());

const inE164 = (phone: string) => `+44${phone.slice(1).replaceAll(' ', '')}`;

type Known = Traveller & { accountId: string };

async function known(name: string, { phone = true } = {}): Promise<Known> {
  const who = somebody(name);
  const { email, password } = who;
  const number = phone ? { phone: inE164(who.phone) } : {};
  const account = await makeAccount(app.home, { email, password, ...number });
  return { app, service, who, browser: new Person(app), accountId: account.id };
}

/** Gives somebody an authenticator app. @returns what it shows now */
async function giveApp({ accountId }: Known): Promise<() => string> {
  const secret = newAuthenticatorSecret();
  const { house } = app.home;
  await house.transact((deps) =>
    addAuthenticatorApp(deps, { accountId, secret, code: codeNow(deps, secret) }),
  );
  app.home.clock.advance(30);
  return () => codeNow(house, secret);
}

async function giveLandline({ accountId }: Known, landline: string): Promise<void> {
  await app.home.house.transact((deps) => setLandline(deps, { accountId, landline }));
}

/** Opens a part of the settings, with all factors given just now. */
async function openPart({ browser, who }: Known, part: string, code: () => Promise<string>): Promise<void> {
  await browser.open(`${app.origin}/settings/${part}`);
  await browser.submit({ email: who.email });
  await browser.submit({ password: who.password });
  await browser.submit({ code: await code() });
}

describe('an authenticator app', () => {
  test('lets somebody sign in with its code, which a service hears as Ck', async () => {
    const ada = await known('ada');
    const code = await giveApp(ada);
    await signInWithPassword(ada, appOnly);
    expectPage(ada.browser, 'app-code');
    await ada.browser.submit({ code: '000000' });
    assert.match(ada.browser.page.errors['code'] ?? '', /not correct/u);
    await ada.browser.submit({ code: code() });
    const { claims } = await service.finish(await agree(ada));
    assert.equal(claims['vot'], 'P0.Cp.Ck');
  });

  test('takes no code twice, in whatever browser', async () => {
    const bea = await known('bea');
    const code = await giveApp(bea);
    const shown = code();
    await signInWithPassword(bea, appOnly);
    await bea.browser.submit({ code: shown });
    const thief = { ...bea, browser: new Person(app) };
    await signInWithPassword(thief, appOnly);
    await thief.browser.submit({ code: shown });
    assert.match(thief.browser.page.errors['code'] ?? '', /used before/u);
  });

  test('locks after five wrong codes, also for the right one', async () => {
    const cai = await known('cai');
    const code = await giveApp(cai);
    await signInWithPassword(cai, appOnly);
    const right = code();
    for (let tries = 0; tries < 5; tries += 1)
      await cai.browser.submit({ code: right === '000000' ? '111111' : '000000' });
    assert.equal(cai.browser.page.status, 429);
    const other = { ...cai, browser: new Person(app) };
    await signInWithPassword(other, appOnly);
    await other.browser.submit({ code: right });
    assert.equal(other.browser.page.status, 429);
  });

  test('is one way of several where a service takes any; people choose', async () => {
    const dev = await known('dev');
    const code = await giveApp(dev);
    await giveLandline(dev, '+441632960111');
    await signInWithPassword(dev, either);
    expectPage(dev.browser, 'code');
    await dev.browser.press('Use my authenticator app instead');
    expectPage(dev.browser, 'app-code');
    await dev.browser.press('Call my landline phone instead');
    assert.match(dev.browser.page.text, /calling your landline phone number ending 111/u);
    await dev.browser.press('Use my authenticator app instead');
    await dev.browser.submit({ code: code() });
    assert.equal((await service.finish(await agree(dev))).claims['vot'], 'P0.Cp.Ck');
  });

  test('is set up on the way where a service takes nothing else, once the phone has been shown', async () => {
    const eli = await known('eli');
    await signInWithPassword(eli, appOnly);
    expectPage(eli.browser, 'code');
    await eli.browser.submit({ code: await app.codeFor(eli.who.phone, 'sms') });
    expectPage(eli.browser, 'set-up-app');
    const key = /:\s((?:[A-Z2-7]{4} ?){8})/u.exec(eli.browser.page.text)?.[1] ?? '';
    const secret = key.replaceAll(' ', '');
    await eli.browser.submit({ code: '12345' });
    assert.match(eli.browser.page.errors['code'] ?? '', /6 digits/u);
    await eli.browser.submit({ code: codeNow(app.home.house, secret) });
    assert.equal((await service.finish(await agree(eli))).claims['vot'], 'P0.Cp.Ck');
    assert.match((await app.messageFor(eli.who.email, 'email')).text, /authenticator app was added/u);
  });

  test('is asked for alone of whoever is signed in with a phone', async () => {
    const fay = await known('fay');
    const code = await giveApp(fay);
    await signInWithPassword(fay, device);
    await fay.browser.submit({ code: await app.codeFor(fay.who.phone, 'sms') });
    await agree(fay);
    await fay.browser.open(await service.requestAddress(appOnly));
    expectPage(fay.browser, 'app-code');
    await fay.browser.submit({ code: code() });
    assert.equal((await service.finish(fay.browser.page.address)).claims['vot'], 'P0.Cp.Ck');
  });

  test('is connected and removed in the settings, and the owner is told of both', async () => {
    const gil = await known('gil');
    const sms = () => app.codeFor(gil.who.phone, 'sms');
    await openPart(gil, 'authenticator-app', sms);
    expectPage(gil.browser, 'set-up');
    const key = /:\s((?:[A-Z2-7]{4} ?){8})/u.exec(gil.browser.page.text)?.[1] ?? '';
    assert.match(gil.browser.page.html, /<svg class="bevan-qr"/u);
    await gil.browser.submit({ code: codeNow(app.home.house, key.replaceAll(' ', '')) });
    assert.match(gil.browser.page.text, /authenticator app is connected/u);
    assert.match((await app.messageFor(gil.who.email, 'email')).text, /app was added/u);
    await gil.browser.open(`${app.origin}/settings/authenticator-app`);
    expectPage(gil.browser, 'remove');
    await gil.browser.press('Remove the app');
    assert.match(gil.browser.page.text, /has been removed/u);
    assert.equal(await readAuthenticatorApp(app.home.house.deps, gil.accountId), undefined);
    assert.match((await app.messageFor(gil.who.email, 'email')).text, /app was removed/u);
  });

  test('stays where it is all that somebody has besides the password', async () => {
    const hal = await known('hal', { phone: false });
    const code = await giveApp(hal);
    await openPart(hal, 'authenticator-app', () => Promise.resolve(code()));
    expectPage(hal.browser, 'remove');
    await hal.browser.press('Remove the app');
    assert.match(hal.browser.page.text, /was not removed/u);
    assert.ok(await readAuthenticatorApp(app.home.house.deps, hal.accountId));
  });
});

describe('a landline', () => {
  test('is enough to make a login: a call reads out the code', async () => {
    const who = somebody('ivy');
    const ivy = { app, service, who, browser: new Person(app) };
    await signUpTo(ivy, 'phone');
    await ivy.browser.press('I do not have a mobile phone');
    await ivy.browser.submit({ landline: '07700 900 123' });
    assert.match(ivy.browser.page.errors['landline'] ?? '', /UK landline/u);
    await ivy.browser.press('Use a mobile phone instead');
    expectPage(ivy.browser, 'phone');
    await ivy.browser.press('I do not have a mobile phone');
    await ivy.browser.submit({ landline: '01632 960 222' });
    const call = await app.messageFor('01632 960 222', 'voice');
    const digits = [...(call.code ?? '')].join('. ');
    assert.equal(call.text.split(digits).length - 1, 2);
    await ivy.browser.submit({ code: call.code });
    const { claims } = await service.finish(await agree(ivy));
    const account = await readAccount(app.home.house.deps, claims.sub ?? '');
    assert.deepEqual([account?.phone, account?.landline], [null, '+441632960222']);

    const again = { ...ivy, browser: new Person(app) };
    await signInWithPassword(again, device);
    assert.match(again.browser.page.heading, /read out to you/u);
    await again.browser.submit({ code: await app.codeFor('01632 960 222', 'voice'), remember: 'yes' });
    assert.equal((await service.finish(again.browser.page.address)).claims['vot'], 'P0.Cp.Cd');
  });

  test('takes the place of the text message where there is no signal; the code that came before is void', async () => {
    const jon = await known('jon');
    await giveLandline(jon, '+441632960333');
    await signInWithPassword(jon, device);
    const texted = await app.codeFor(jon.who.phone, 'sms');
    await jon.browser.press('Call my landline phone instead');
    const called = await app.codeFor('01632960333', 'voice');
    await jon.browser.submit({ code: texted });
    assert.notEqual(jon.browser.page.errors['code'], undefined);
    await jon.browser.press('Call me again');
    assert.match(jon.browser.page.text, /calling you again/u);
    const newest = await app.codeFor('01632960333', 'voice');
    assert.notEqual(newest, called);
    await jon.browser.submit({ code: newest });
    assert.equal((await service.finish(await agree(jon))).claims['vot'], 'P0.Cp.Cd');
  });

  test('is added, changed and removed in the settings', async () => {
    const kim = await known('kim');
    await openPart(kim, 'landline', () => app.codeFor(kim.who.phone, 'sms'));
    await kim.browser.submit({ landline: '01632 960 444' });
    await kim.browser.submit({ code: await app.codeFor('01632 960 444', 'voice') });
    assert.match(kim.browser.page.text, /has been saved.*Number ending in 444/u);
    assert.match((await app.messageFor(kim.who.email, 'email')).text, /landline phone was added/u);
    await kim.browser.open(`${app.origin}/settings/landline`);
    await kim.browser.submit({});
    assert.match(kim.browser.page.errors['choice'] ?? '', /Select/u);
    await kim.browser.submit({ choice: 'remove' });
    assert.match(kim.browser.page.text, /has been removed/u);
    assert.deepEqual(
      (await auditOf(app.home, kim.accountId)).filter((type) => type.startsWith('landline')),
      ['landline.changed', 'landline.removed'],
    );
  });
});

test('ten recovery codes are shown once, and the row tells how many are left', async () => {
  const lia = await known('lia');
  await openPart(lia, 'recovery-codes', () => app.codeFor(lia.who.phone, 'sms'));
  await lia.browser.press('Show my codes');
  const page = lia.browser.page.address;
  const codes = lia.browser.page.text.match(/\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b/gu) ?? [];
  assert.equal(new Set(codes).size, 10);
  await lia.browser.press('I have kept my codes');
  assert.match(lia.browser.page.text, /10 left/u);
  await lia.browser.open(page);
  assert.ok(codes.every((code) => !lia.browser.page.html.includes(code)));
  const { rows } = await app.home.house.database.pool.query<{ mac: string }>(
    'SELECT mac FROM accounts.recovery_code WHERE account_id = $1',
    [lia.accountId],
  );
  assert.equal(rows.length, 10);
  assert.ok(rows.every(({ mac }) => codes.every((code) => !mac.includes(code.replaceAll('-', '')))));
});

test('a browser is not offered to be remembered where that would be of no use', async () => {
  const moe = await known('moe');
  await signInWithPassword(moe, appOnly);
  expectPage(moe.browser, 'code');
  assert.ok(!moe.browser.page.forms.some(({ names }) => names.has('remember')));
  assert.equal(
    await isDeviceRemembered(app.home.house.deps, { accountId: moe.accountId, deviceToken: 'none' }),
    false,
  );
});
