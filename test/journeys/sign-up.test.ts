import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signUp, signUpTo, type Traveller } from '../support/walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService();
});
after(() => app.close());

function travel(name: string, headers: Record<string, string> = {}): Traveller {
  return { app, service, browser: new Person(app, { headers }), who: somebody(name) };
}

async function countAccounts(email: string): Promise<number> {
  const { rowCount } = await app.home.house.database.pool.query(
    'SELECT FROM accounts.account WHERE lower(email) = lower($1)',
    [email],
  );
  return rowCount ?? 0;
}

describe('signing up', () => {
  test('from a service through every page and back to it, with the right claims, and a welcome in the mail', async () => {
    const ada = travel('ada');
    const { browser, who } = ada;
    await browser.open(await service.requestAddress({ vtr: '["P0.Cp.Cd"]' }));
    assert.equal(browser.page.heading, 'Sign in or create a login');
    await browser.submit({ choice: 'sign-up' });
    assert.equal(browser.page.heading, 'Where do you live?');
    await browser.submit({ nation: 'wales' });
    await browser.submit({ email: `  ${who.email} ` });
    await browser.submit({ password: who.password, passwordAgain: who.password });
    assert.ok(browser.page.text.includes(who.email));
    const mail = await app.messageFor(who.email, 'email');
    assert.match(mail.text, new RegExp(`\\b${mail.code}\\b`, 'u'));
    assert.equal(await countAccounts(who.email), 0);
    await browser.submit({ code: `${mail.code?.slice(0, 3)} ${mail.code?.slice(3)}` });
    await browser.submit({ phone: who.phone });
    assert.match(browser.page.text, /ending 001/u);
    assert.ok(!browser.page.html.includes(who.phone));
    await browser.submit({ code: await app.codeFor(who.phone, 'sms') });
    assert.equal(browser.page.heading, 'Agree to share your information');

    const { claims, userinfo } = await service.finish(await agree(ada));
    assert.equal(claims['vot'], 'P0.Cp.Cd');
    assert.equal(userinfo['email'], who.email);
    assert.equal(userinfo['phone_number'], '+447700900001');
    assert.match((await app.messageFor(who.email, 'email')).subject ?? '', /You now have a Bevan login/u);
    const account = await app.home.house.database.pool.query(
      'SELECT nation, language FROM accounts.account WHERE id = $1',
      [claims.sub],
    );
    assert.deepEqual(account.rows, [{ nation: 'wales', language: 'en' }]);
  });

  test('in Welsh stays Welsh: pages, e-mail, text message', async () => {
    const megan = travel('megan', { 'accept-language': 'cy' });
    await signUpTo(megan, 'email-code', {});
    assert.equal(megan.browser.page.language, 'cy');
    assert.equal(megan.browser.page.heading, 'Gwiriwch eich e-bost');
    const mail = await app.messageFor(megan.who.email, 'email');
    assert.match(mail.text, /cod/u);
    await megan.browser.submit({ code: mail.code ?? '' });
    await megan.browser.submit({ phone: megan.who.phone });
    const sms = await app.messageFor(megan.who.phone, 'sms');
    assert.match(sms.text, /cod diogelwch|cod/u);
    await megan.browser.submit({ code: sms.code ?? '' });
    assert.equal(megan.browser.page.language, 'cy');
    assert.ok(service.isArrival(await agree(megan)));
  });

  test('the language can be changed on any page, and is kept', async () => {
    const { browser, ...rest } = travel('nia');
    await signUpTo({ browser, ...rest }, 'email');
    const address = browser.page.address.pathname;
    await browser.follow('Cymraeg');
    assert.equal(browser.page.address.pathname + browser.page.address.search, address);
    assert.equal(browser.page.heading, 'Beth yw eich cyfeiriad e-bost?');
    await browser.submit({ email: 'nia' });
    assert.equal(browser.page.language, 'cy');
    await browser.follow('English');
    assert.equal(browser.page.heading, 'What is your email address?');
  });

  test('somebody who lives elsewhere is told what else to do, and nothing is kept of them', async () => {
    const { browser, ...rest } = travel('zoe');
    await signUpTo({ browser, ...rest }, 'where-you-live');
    await browser.submit({ nation: 'elsewhere' });
    assert.equal(browser.page.heading, 'You cannot create a Bevan login from where you live');
    assert.match(browser.page.text, /Riverside Surgery Online/u);
    await browser.follow('Change where you live');
    expectPage(browser, 'where-you-live');
    assert.equal(browser.page.forms[0]?.fields['nation'], undefined);
  });

  test('a service that is not for where somebody lives says so, and takes them back', async () => {
    const local = await app.registerTestService({ nations: ['scotland'], clientName: 'Glen Pharmacy' });
    const ewan = { ...travel('ewan'), service: local };
    await signUpTo(ewan, 'where-you-live');
    await ewan.browser.submit({ nation: 'england' });
    assert.equal(ewan.browser.page.heading, '“Glen Pharmacy” is not available where you live');
    assert.ok(ewan.browser.page.links.some(({ text, href }) => href === '/services' && /other/u.test(text)));
    assert.match(ewan.browser.page.text, /Scotland/u);
    const { address } = await ewan.browser.submit();
    assert.ok(local.isArrival(address));
    assert.equal(address.searchParams.get('error'), 'access_denied');
    assert.equal(address.searchParams.get('error_description'), 'NotAvailableInNation');
  });

  test('a phone from abroad works, with its country code', async () => {
    const luc = travel('luc');
    await signUpTo(luc, 'phone');
    await luc.browser.submit({ international: 'yes', internationalPhone: '+33 6 12 34 56 78' });
    expectPage(luc.browser, 'phone-code');
    const { code = '' } = await app.messageFor('+33612345678', 'sms');
    await luc.browser.submit({ code });
    assert.equal(luc.browser.page.heading, 'Agree to share your information');
  });
});

describe('a security code', () => {
  test('can be sent again; then only the newest works, and the page says so', async () => {
    const omar = travel('omar');
    await signUpTo(omar, 'email-code');
    const first = await app.codeFor(omar.who.email, 'email');
    await omar.browser.press('Send a new code');
    assert.match(omar.browser.page.text, /We have sent you a new security code/u);
    assert.doesNotMatch((await omar.browser.reload()).text, /We have sent you a new security code/u);
    const second = await app.codeFor(omar.who.email, 'email');
    if (first !== second) {
      await omar.browser.submit({ code: first });
      assert.match(omar.browser.page.errors['code'] ?? '', /not correct/u);
    }
    await omar.browser.submit({ code: second });
    expectPage(omar.browser, 'phone');
  });

  test('by e-mail lasts an hour, to a phone five minutes; the page says that it has expired', async () => {
    const rosa = travel('rosa');
    await signUpTo(rosa, 'email-code');
    const mailed = await app.codeFor(rosa.who.email, 'email');
    app.home.clock.advance(61 * 60);
    await rosa.browser.submit({ code: mailed });
    assert.match(rosa.browser.page.errors['code'] ?? '', /expired/u);
    await rosa.browser.press('Send a new code');
    await rosa.browser.submit({ code: await app.codeFor(rosa.who.email, 'email') });
    await rosa.browser.submit({ phone: rosa.who.phone });
    const texted = await app.codeFor(rosa.who.phone, 'sms');
    app.home.clock.advance(5 * 60 + 1);
    await rosa.browser.submit({ code: texted });
    assert.match(rosa.browser.page.errors['code'] ?? '', /expired/u);
    app.home.clock.reset();
  });

  test('goes to the address or number that was corrected, and the first one is of no use any more', async () => {
    const kofi = travel('kofi');
    const wrong = somebody('kofy');
    await signUpTo({ ...kofi, who: wrong }, 'email-code');
    const strayed = await app.codeFor(wrong.email, 'email');
    await kofi.browser.follow('Go back to change the email address');
    await kofi.browser.follow('Back');
    assert.equal(kofi.browser.page.forms[0]?.fields['email'], wrong.email);
    await kofi.browser.submit({ email: kofi.who.email });
    expectPage(kofi.browser, 'create-password');
    await kofi.browser.submit({ password: kofi.who.password, passwordAgain: kofi.who.password });
    const right = await app.codeFor(kofi.who.email, 'email');
    if (strayed !== right) {
      await kofi.browser.submit({ code: strayed });
      assert.match(kofi.browser.page.errors['code'] ?? '', /not correct/u);
    }
    await kofi.browser.submit({ code: right });

    await kofi.browser.submit({ phone: wrong.phone });
    await kofi.browser.follow('Enter a different phone number');
    assert.equal(kofi.browser.page.forms[0]?.fields['phone'], wrong.phone);
    await kofi.browser.submit({ phone: kofi.who.phone });
    await kofi.browser.submit({ code: await app.codeFor(kofi.who.phone, 'sms') });
    const { userinfo } = await service.finish(await agree(kofi));
    assert.equal(userinfo['email'], kofi.who.email);
    assert.equal(await countAccounts(wrong.email), 0);
  });
});

describe('with an address that has a login', () => {
  test('signing up looks the same until the mail is read; then its owner is let in with the password', async () => {
    const mina = travel('mina');
    await signUp(mina);
    const welcome = await app.messageFor(mina.who.email, 'email');
    assert.equal(welcome.code, undefined);
    const again = {
      ...mina,
      browser: new Person(app),
      who: { ...mina.who, password: 'another 9 otter Fjord' },
    };
    await signUpTo(again, 'email-code');
    assert.equal(again.browser.page.heading, 'Check your email');
    const mail = await app.messageFor(mina.who.email, 'email');
    assert.match(mail.text, /already/u);
    await again.browser.submit({ code: mail.code ?? '' });
    assert.equal(again.browser.page.heading, 'Enter your password');
    assert.match(again.browser.page.text, /You already have a Bevan login with this email address/u);
    await again.browser.submit({ password: again.who.password });
    assert.equal(
      again.browser.page.errors['password'],
      'The email address or password is not correct. Check both and try again',
    );
    await again.browser.submit({ password: mina.who.password });
    assert.ok(service.isArrival(again.browser.page.address));
    assert.equal(await countAccounts(mina.who.email), 1);
  });

  test('one address has one login, however its letters are written', async () => {
    const dora = travel('dora');
    await signUp(dora);
    const shout = {
      ...dora,
      browser: new Person(app),
      who: { ...dora.who, email: dora.who.email.toUpperCase() },
    };
    await signUpTo(shout, 'email-code');
    await shout.browser.submit({ code: await app.codeFor(dora.who.email, 'email') });
    assert.equal(shout.browser.page.heading, 'Enter your password');
    assert.equal(await countAccounts(dora.who.email), 1);
  });
});
