import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  addAuthenticatorApp,
  makeDueReplacements,
  makeRecoveryCodes,
  readAccount,
  readAuthenticatorApp,
  setLandline,
  sweepAccounts,
} from '#accounts';
import { codeNow, newAuthenticatorSecret } from '#foundation/authenticator';
import { auditOf, makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { madeUpNhsNumber, makeKnown } from '../support/identities.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword, type Traveller } from '../support/walks.ts';

const withCode = { vtr: '["P0.Cp.Cd"]' };
const day = 24 * 3600;
const newPhone = '07700 900 987';
const lost = /cannot use my (phone|app)/u;

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService();
});
after(() => app.close());

const inE164 = (phone: string) => `+44${phone.slice(1).replaceAll(' ', '')}`;

type Known = Traveller & { accountId: string; phone: string };

/** Somebody with a login and a mobile phone, in a browser that was never here. */
async function known(name: string): Promise<Known> {
  const who = somebody(name);
  const phone = inE164(who.phone);
  const account = await makeAccount(app.home, { email: who.email, password: who.password, phone });
  return { app, service, who, phone, browser: new Person(app), accountId: account.id };
}

/** Gives the password, and says that the phone is lost. */
async function sayLost(traveller: Traveller): Promise<void> {
  await signInWithPassword(traveller, withCode);
  await traveller.browser.press(lost);
}

async function byEmail({ browser, who }: Traveller): Promise<void> {
  await browser.submit({ proof: 'email-code' });
  expectPage(browser, 'email-code');
  await browser.submit({ code: await app.codeFor(who.email, 'email') });
}

async function proveNew({ browser }: Traveller, phone = newPhone): Promise<void> {
  expectPage(browser, 'phone');
  await browser.submit({ phone });
  expectPage(browser, 'phone-code');
  await browser.submit({ code: await app.codeFor(phone, 'sms') });
}

async function phonesOf(accountId: string) {
  const account = await readAccount(app.home.house.deps, accountId);
  return { phone: account?.phone, landline: account?.landline };
}

async function laterOn(seconds: number): Promise<void> {
  app.home.clock.advance(seconds);
  await makeDueReplacements(app.home.house);
}

async function resetPassword(traveller: Traveller, password: string): Promise<void> {
  const { browser, who } = traveller;
  await browser.open(await service.requestAddress(withCode));
  if (browser.page.address.pathname.startsWith('/welcome/')) await browser.submit({ choice: 'sign-in' });
  await browser.submit({ email: who.email });
  await browser.press('I have forgotten my password');
  await browser.submit({ email: who.email });
  await browser.open(await app.linkFor(who.email));
  await browser.submit({ password, passwordAgain: password });
}

describe('who has lost their phone', () => {
  test('and finds it goes back to the code that was sent; not once they have shown who they are without it', async () => {
    const ann = await known('ann');
    await signInWithPassword(ann, withCode);
    await ann.browser.press(lost);
    for (const page of ['what-is-lost', 'code']) {
      await ann.browser.follow('Back');
      assert.ok(ann.browser.page.address.pathname.endsWith(`/${page}`), ann.browser.page.address.pathname);
    }
    await ann.browser.press(lost);
    await byEmail(ann);
    expectPage(ann.browser, 'phone');
    assert.ok(!ann.browser.page.links.some(({ text }) => text === 'Back'));
    const again = { ...ann, browser: new Person(app) };
    await signInWithPassword(again, withCode);
    await again.browser.press(lost);
    await again.browser.follow('Back');
    await again.browser.follow('Back');
    await again.browser.submit({ code: await app.codeFor(ann.who.phone, 'sms') });
    assert.ok(service.isArrival(await agree(again)));
  });

  test('gets a new number after a day, with the password and a code to the mailbox; both old addresses are told at once', async () => {
    const ada = await known('ada');
    await sayLost(ada);
    expectPage(ada.browser, 'how');
    await byEmail(ada);
    await proveNew(ada);
    assert.equal(ada.browser.page.heading, 'You can use your new phone number in 24 hours');
    const due = /ending 987 .* on: *[A-Z][a-z]+day \d+ \w+ \d{4} at (?:\d[\d:]*[ap]m|midday|midnight)/u;
    assert.match(ada.browser.page.text, due);
    assert.equal((await phonesOf(ada.accountId)).phone, ada.phone);
    const link = await app.linkFor(ada.who.email);
    assert.match(link, /\/stop-change\/[\w-]{22}$/u);
    assert.deepEqual((await app.messageFor(ada.who.phone, 'sms')).links, [link]);

    await laterOn(day - 60);
    assert.equal((await phonesOf(ada.accountId)).phone, ada.phone);
    await laterOn(61);
    assert.equal((await phonesOf(ada.accountId)).phone, inE164(newPhone));
    assert.match((await app.messageFor(ada.who.email, 'email')).text, /mobile phone number .* was changed/u);
    const again = { ...ada, browser: new Person(app) };
    await signInWithPassword(again, withCode);
    await again.browser.submit({ code: await app.codeFor(newPhone, 'sms') });
    assert.ok(service.isArrival(await agree(again)));
    const events = await auditOf(app.home, ada.accountId);
    assert.ok(events.includes('recovery.requested') && events.includes('recovery.made'));
    app.home.clock.reset();
  });

  test('can say the number that they had instead; nothing is sent to it', async () => {
    const bea = await known('bea');
    await sayLost(bea);
    await bea.browser.submit({ proof: 'old-number' });
    await bea.browser.submit({ number: '07700 900 999' });
    assert.match(bea.browser.page.errors['number'] ?? '', /not the phone number of this login/u);
    await bea.browser.submit({ number: `+44 (0)${bea.who.phone.slice(1)}` });
    await proveNew(bea, '07700 900 986');
    assert.match(bea.browser.page.heading, /in 24 hours/u);
  });

  test('must know their NHS number, too, if they are known by one', async () => {
    const cai = await known('cai');
    const nhsNumber = await makeKnown(app.home, { accountId: cai.accountId, level: 'P5' });
    await sayLost(cai);
    await byEmail(cai);
    expectPage(cai.browser, 'nhs-number');
    for (const [typed, said] of [
      ['', /Enter your NHS number/u],
      ['12345', /10 digits/u],
      ['QQ 12 34 56 C', /National Insurance/u],
      ['99900012ab', /digits only/u],
      ['999 000 0001', /not an NHS number/u],
    ] as const) {
      await cai.browser.submit({ nhsNumber: typed });
      assert.match(cai.browser.page.errors['nhsNumber'] ?? '', said);
    }
    await cai.browser.press('I do not know my NHS number');
    assert.match(cai.browser.page.text, /CID3005/u);
    const { supportContact } = app.home.house.settings;
    const written = cai.browser.page.links.filter(({ href }) => href === `mailto:${supportContact}`);
    assert.equal(written.length, 2, 'the address is a link where it is named, and at the foot');
    await cai.browser.follow('Go back and enter it');
    await cai.browser.submit({ nhsNumber: madeUpNhsNumber() });
    assert.match(cai.browser.page.errors['nhsNumber'] ?? '', /not the NHS number of this login/u);
    await cai.browser.submit({ nhsNumber: nhsNumber.replace(/(.{3})(.{3})/u, '$1 $2 ') });
    expectPage(cai.browser, 'phone');
  });

  test('needs neither mailbox nor NHS number with a recovery code, which works once, and is told of its use', async () => {
    const dev = await known('dev');
    await makeKnown(app.home, { accountId: dev.accountId, level: 'P5' });
    const [code = '', ...others] = await app.home.house.transact((deps) =>
      makeRecoveryCodes(deps, dev.accountId),
    );
    assert.equal(others.length, 9);
    await sayLost(dev);
    await dev.browser.submit({ proof: 'recovery-code' });
    await dev.browser.submit({ code: 'AAAA-BBBB-CCCC' });
    assert.match(dev.browser.page.errors['code'] ?? '', /not correct/u);
    await dev.browser.submit({ code: code.toLowerCase().replaceAll('-', ' ') });
    await proveNew(dev, '07700 900 985');
    assert.match(dev.browser.page.heading, /in 24 hours/u);
    app.home.clock.advance(2 * day);
    await sayLost({ ...dev, browser: new Person(app) });
    app.home.clock.reset();
  });

  test('can have a landline called, and is rid of app and passkeys that were lost as well', async () => {
    const eli = await known('eli');
    const secret = newAuthenticatorSecret();
    const { accountId } = eli;
    await app.home.house.transact((deps) =>
      addAuthenticatorApp(deps, { accountId, secret, code: codeNow(deps, secret) }),
    );
    await sayLost(eli);
    expectPage(eli.browser, 'what-is-lost');
    await eli.browser.submit({});
    assert.match(eli.browser.page.errors['lost'] ?? '', /Select what/u);
    await eli.browser.submit({ mobile: 'yes' });
    assert.equal(eli.browser.page.heading, 'Sign in with what you still have');
    assert.match(eli.browser.page.text, /your authenticator app/u);
    await eli.browser.follow('I cannot use any of these');
    await eli.browser.submit({ mobile: 'yes', app: 'yes' });
    await byEmail(eli);
    await eli.browser.press('I do not have a mobile phone');
    await eli.browser.submit({ landline: '01632 960 555' });
    await eli.browser.submit({ code: await app.codeFor('01632 960 555', 'voice') });
    await laterOn(day + 1);
    assert.deepEqual(await phonesOf(accountId), { phone: null, landline: '+441632960555' });
    assert.equal(await readAuthenticatorApp(app.home.house.deps, accountId), undefined);
    app.home.clock.reset();
  });
});

describe('a new number that waits', () => {
  test('is stopped by the link, after a page that asks; everybody is signed out and told what to do', async () => {
    const fay = await known('fay');
    await sayLost(fay);
    await byEmail(fay);
    await proveNew(fay, '07700 900 984');
    const link = await app.linkFor(fay.who.email);
    const owner = new Person(app);
    await owner.open(link);
    assert.equal(owner.page.heading, 'Stop the new phone number?');
    const { signInsValidFrom } = (await readAccount(app.home.house.deps, fay.accountId)) ?? {};
    await owner.press('Stop it');
    assert.equal(owner.page.heading, 'The new phone number was stopped');
    const after = await readAccount(app.home.house.deps, fay.accountId);
    assert.ok((after?.signInsValidFrom ?? 0) > (signInsValidFrom ?? 0));
    assert.match((await app.messageFor(fay.who.email, 'email')).text, /was cancelled/u);
    await laterOn(day + 1);
    assert.equal((await phonesOf(fay.accountId)).phone, fay.phone);
    app.home.clock.reset();
    await owner.open(link);
    assert.match(owner.page.text, /stopped already.*CID3003/u);
    assert.match((await owner.follow('Start to sign in')).heading, /email address/u);
  });

  test('is not stopped by a link that is too late, damaged, or only looked at by a machine', async () => {
    const gil = await known('gil');
    await sayLost(gil);
    await byEmail(gil);
    await proveNew(gil, '07700 900 983');
    const link = await app.linkFor(gil.who.email);
    for (let looks = 0; looks < 3; looks += 1) await new Person(app).open(link);
    await laterOn(day - 60);
    const late = new Person(app);
    await late.open(link);
    await laterOn(61);
    await late.press('Stop it');
    assert.match(late.page.text, /too late.*CID3002/u);
    await late.open(`${link.slice(0, -1)}x`);
    assert.equal(late.page.status, 400);
    assert.equal((await phonesOf(gil.accountId)).phone, inE164('07700 900 983'));
    app.home.clock.reset();
  });

  test('is cancelled when somebody signs in with what was said to be lost, and its owner is told', async () => {
    const hal = await known('hal');
    await sayLost(hal);
    await byEmail(hal);
    await proveNew(hal, '07700 900 982');
    const owner = { ...hal, browser: new Person(app) };
    await signInWithPassword(owner, withCode);
    await owner.browser.submit({ code: await app.codeFor(hal.who.phone, 'sms') });
    await agree(owner);
    await laterOn(day + 1);
    assert.equal((await phonesOf(hal.accountId)).phone, hal.phone);
    app.home.clock.reset();
  });

  test('is seen in the settings by whoever was signed in before', async () => {
    const hew = await known('hew');
    const owner = { ...hew, browser: new Person(app) };
    await signInWithPassword(owner, withCode);
    await owner.browser.submit({ code: await app.codeFor(hew.who.phone, 'sms') });
    await agree(owner);
    await sayLost(hew);
    await byEmail(hew);
    await proveNew(hew, '07700 900 978');
    await owner.browser.open(`${app.origin}/settings`);
    assert.match(owner.browser.page.text, /A new number ending in 978 will be used from \d/u);
  });

  test('is forgotten 30 days past its time', async () => {
    const count = async () =>
      (await app.home.house.database.pool.query('SELECT FROM accounts.replacement')).rowCount ?? 0;
    assert.ok((await count()) > 0);
    app.home.clock.advance(32 * day);
    await sweepAccounts(app.home.house.deps);
    assert.equal(await count(), 0);
    app.home.clock.reset();
  });

  test('does not outlive a new password', async () => {
    const ivy = await known('ivy');
    await sayLost(ivy);
    await byEmail(ivy);
    await proveNew(ivy, '07700 900 981');
    assert.match(await app.linkFor(ivy.who.email), /stop-change/u);
    await resetPassword({ ...ivy, browser: new Person(app) }, 'another 8 Wheelbarrow tide');
    await laterOn(day + 1);
    assert.equal((await phonesOf(ivy.accountId)).phone, ivy.phone);
    app.home.clock.reset();
  });

  test('stands alone: a second one within a day is refused', async () => {
    const jon = await known('jon');
    await sayLost(jon);
    await byEmail(jon);
    await proveNew(jon, '07700 900 980');
    const again = { ...jon, browser: new Person(app) };
    await sayLost(again);
    assert.equal(again.browser.page.status, 429);
    assert.match(again.browser.page.text, /asked for already.*24 hours/u);
  });
});

test('a landline that is lost is replaced by the same rules', async () => {
  const kim = await known('kim');
  await app.home.house.transact((deps) =>
    setLandline(deps, { accountId: kim.accountId, landline: '+441632960321' }),
  );
  await sayLost(kim);
  await kim.browser.submit({ mobile: 'yes', landline: 'yes' });
  await kim.browser.submit({ proof: 'old-number' });
  await kim.browser.submit({ number: '01632 960321' });
  await proveNew(kim, '07700 900 979');
  await laterOn(day + 1);
  assert.deepEqual(await phonesOf(kim.accountId), { phone: inE164('07700 900 979'), landline: null });
  app.home.clock.reset();
});
