import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { changePassword, changePhone, readAccount } from '#accounts';
import { auditOf } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Person } from '../support/person.ts';
import { proveAnew, settler, signedInForSettings, type Settler } from '../support/settings-walks.ts';
import { expectPage } from '../support/walks.ts';

let app: TestApp;
before(async () => {
  app = await startTestApp();
});
after(() => app.close());
beforeEach(() => app.home.clock.reset());

const newPassword = 'seventeen brass otters';
const phoneOf = async ({ accountId }: Settler) => (await readAccount(app.home.house.deps, accountId))?.phone;

/** Signs in with a remembered device, and gets no further than the account page. @returns whether a code was asked for */
async function isAskedForCode({ who, browser }: Settler, password = who.password): Promise<boolean> {
  browser.loseCookies('session');
  await browser.open(`${app.origin}/settings`);
  await browser.submit({ email: who.email });
  await browser.submit({ password });
  return browser.page.address.pathname.endsWith('/code');
}

describe('another mobile number', () => {
  test('is proven, and codes go there; the mailbox and the old number are told', async () => {
    const ada = await signedInForSettings(app, 'ada');
    await ada.browser.open(`${app.origin}/settings/phone`);
    assert.equal(ada.browser.page.heading, 'What is your new mobile phone number?');
    await ada.browser.submit({ phone: '07700 900 901' });
    assert.doesNotMatch(ada.browser.page.text, /Remember this device/u);
    await ada.browser.submit({ code: await app.codeFor('07700 900 901', 'sms') });
    assert.match(ada.browser.page.text, /Your mobile phone number has been changed.*Number ending in 901/u);
    assert.equal(await phoneOf(ada), '+447700900901');
    assert.match((await app.messageFor(ada.who.phone, 'sms')).text, /no longer uses this phone number/u);
    assert.match((await app.messageFor(ada.who.email, 'email')).text, /mobile phone number .* was changed/u);
    const again = { ...ada, who: { ...ada.who, phone: '07700 900 901' }, browser: new Person(app) };
    await again.browser.open(`${app.origin}/settings`);
    await proveAnew(again);
    assert.equal(again.browser.page.heading, 'Your account');
  });

  test('has remembered devices forgotten: the phone that was lost may be one', async () => {
    const bea = await settler(app, 'bea');
    await bea.browser.open(`${app.origin}/settings`);
    await proveAnew(bea, true);
    assert.equal(await isAskedForCode(bea), false);
    await bea.browser.open(`${app.origin}/settings/phone`);
    await proveAnew(bea);
    await bea.browser.submit({ phone: '07700 900 902' });
    await bea.browser.submit({ code: await app.codeFor('07700 900 902', 'sms') });
    assert.equal(await isAskedForCode(bea), true);
  });

  test('that is the old one changes nothing and is told to nobody', async () => {
    const cai = await signedInForSettings(app, 'cai');
    await cai.browser.open(`${app.origin}/settings/phone`);
    await cai.browser.submit({ phone: cai.who.phone });
    await cai.browser.submit({ code: await app.codeFor(cai.who.phone, 'sms') });
    assert.match(cai.browser.page.text, /This is the number that we have already/u);
    assert.equal(
      (await auditOf(app.home, cai.accountId)).filter((type) => type === 'phone.changed').length,
      1,
    );
  });

  test('is not set for whoever is put out at the same moment', async () => {
    const dot = await signedInForSettings(app, 'dot');
    const provenAt = app.home.clock.now();
    app.home.clock.advance(1);
    const passwordHash = await app.home.house.passwords.hash(newPassword);
    const { accountId } = dot;
    const outcomes = await Promise.all([
      app.home.house.transact((deps) =>
        changePassword(deps, { accountId, passwordHash, provenAt: app.home.clock.now() }),
      ),
      app.home.house.transact((deps) =>
        changePhone(deps, { accountId, phone: '+447700900903', provenAt: app.home.clock.now() }),
      ),
    ]);
    assert.equal(outcomes[0].outcome, 'changed');
    const late = await app.home.house.transact((deps) =>
      changePhone(deps, { accountId, phone: '+447700900904', provenAt }),
    );
    assert.equal(late.outcome, 'refused');
    assert.notEqual(await phoneOf(dot), '+447700900904');
  });
});

describe('another password', () => {
  const both = (password: string) => ({ password, passwordAgain: password });

  test('ends every sign-in and remembered device, and leads to signing in with it', async () => {
    const eli = await settler(app, 'eli');
    await eli.browser.open(`${app.origin}/settings`);
    await proveAnew(eli, true);
    const elsewhere = { ...eli, browser: new Person(app) };
    await elsewhere.browser.open(`${app.origin}/settings`);
    await proveAnew(elsewhere);
    app.home.clock.advance(5);
    await eli.browser.open(`${app.origin}/settings/password`);
    assert.equal(eli.browser.page.heading, 'Choose a new password');
    await eli.browser.submit(both(newPassword));
    assert.equal(eli.browser.page.heading, 'Your password has been changed');
    await eli.browser.follow('Continue to sign in');
    expectPage(eli.browser, 'email');
    await eli.browser.submit({ email: eli.who.email });
    await eli.browser.submit({ password: eli.who.password });
    assert.ok(eli.browser.page.errors['password']);
    await eli.browser.submit({ password: newPassword });
    expectPage(eli.browser, 'code');
    await eli.browser.submit({ code: await app.codeFor(eli.who.phone, 'sms') });
    assert.equal(eli.browser.page.heading, 'Your account');
    await elsewhere.browser.reload();
    expectPage(elsewhere.browser, 'email');
    assert.match((await app.messageFor(eli.who.email, 'email')).subject ?? '', /password .* was changed/u);
  });

  test('has to be good enough, and typed the same twice', async () => {
    const fay = await signedInForSettings(app, 'fay');
    await fay.browser.open(`${app.origin}/settings/password`);
    await fay.browser.submit(both(fay.who.email));
    assert.match(fay.browser.page.errors['password'] ?? '', /does not contain your email address/u);
    await fay.browser.submit({ password: newPassword, passwordAgain: 'something else' });
    assert.match(fay.browser.page.errors['passwordAgain'] ?? '', /not the same/u);
    assert.doesNotMatch(JSON.stringify(fay.browser.page.forms), /brass otters/u);
    assert.equal(await isAskedForCode({ ...fay, browser: new Person(app) }), true, 'the old one works');
  });

  test('is chosen by nobody who signed in longer ago than ten minutes', async () => {
    const gus = await signedInForSettings(app, 'gus');
    app.home.clock.advance(601);
    await gus.browser.open(`${app.origin}/settings/password`);
    expectPage(gus.browser, 'email');
  });
});
