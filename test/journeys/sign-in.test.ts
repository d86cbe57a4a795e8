import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { auditOf, makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople, type MadeUp } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword, type Traveller } from '../support/walks.ts';

const withCode = { vtr: '["P0.Cp.Cd"]' };
const day = 24 * 3600;

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService();
});
after(() => app.close());

/** Somebody with a login, in a browser that was never here. */
async function known(
  name: string,
  changes: { phone?: string | null } = {},
): Promise<Traveller & { accountId: string }> {
  const who = somebody(name);
  const { phone = `+44${who.phone.slice(1).replaceAll(' ', '')}` } = changes;
  const { email, password } = who;
  const account = await makeAccount(app.home, { email, password, ...(phone === null ? {} : { phone }) });
  return { app, service, who, browser: new Person(app), accountId: account.id };
}

function elsewhere(traveller: Traveller): Traveller {
  return { ...traveller, browser: new Person(app) };
}

const codeOf = (who: MadeUp) => app.codeFor(who.phone, 'sms');

describe('signing in', () => {
  test('takes e-mail and password where a service asks for no more', async () => {
    const ada = await known('ada');
    await signInWithPassword(ada);
    const { claims } = await service.finish(await agree(ada));
    assert.equal(claims['vot'], 'P0.Cp');
    assert.equal(claims.sub, ada.accountId);
    assert.deepEqual(await auditOf(app.home, ada.accountId), [
      'account.created',
      'phone.changed',
      'sign-in.succeeded',
      'consent.agreed',
      'authorization.granted',
    ]);
  });

  test('takes a code to the phone as well where a service asks for it; the number is named by its last digits', async () => {
    const bea = await known('bea');
    await signInWithPassword(bea, withCode);
    assert.equal(bea.browser.page.heading, 'Enter the security code');
    assert.match(bea.browser.page.text, new RegExp(`ending ${bea.who.phone.slice(-3)}`, 'u'));
    assert.ok(!bea.browser.page.html.includes(bea.who.phone.slice(0, 9)));
    await bea.browser.submit({ code: await codeOf(bea.who) });
    const { claims } = await service.finish(await agree(bea));
    assert.equal(claims['vot'], 'P0.Cp.Cd');
  });

  test('finds the login by its address in any letters, with spaces around it', async () => {
    const cai = await known('cai');
    await signInWithPassword({ ...cai, who: { ...cai.who, email: ` ${cai.who.email.toUpperCase()} ` } });
    assert.ok(service.isArrival(await agree(cai)));
  });

  test('a second time in the same browser needs nothing at all; another service asks for leave to share, only', async () => {
    const dev = await known('dev');
    await signInWithPassword(dev, withCode);
    await dev.browser.submit({ code: await codeOf(dev.who) });
    await agree(dev);
    await dev.browser.open(await service.requestAddress(withCode));
    assert.equal((await service.finish(dev.browser.page.address)).claims.sub, dev.accountId);

    const other = await app.registerTestService({ clientName: 'Hilltop Pharmacy', ssoWith: [] });
    await dev.browser.open(await other.requestAddress());
    assert.equal(dev.browser.page.heading, 'Agree to share your information');
  });

  test('asks for the code alone when only that is missing', async () => {
    const eli = await known('eli');
    await signInWithPassword(eli);
    await agree(eli);
    await eli.browser.open(await service.requestAddress(withCode));
    expectPage(eli.browser, 'code');
    await eli.browser.submit({ code: await codeOf(eli.who) });
    assert.equal((await service.finish(eli.browser.page.address)).claims['vot'], 'P0.Cp.Cd');
  });

  test('has somebody without a phone prove one when a code is needed, and from then on uses it', async () => {
    const fay = await known('fay', { phone: null });
    await signInWithPassword(fay, withCode);
    expectPage(fay.browser, 'phone');
    await fay.browser.submit({ phone: fay.who.phone });
    await fay.browser.submit({ code: await codeOf(fay.who) });
    const { userinfo } = await service.finish(await agree(fay));
    assert.equal(userinfo['phone_number'], `+44${fay.who.phone.slice(1).replaceAll(' ', '')}`);
    const again = elsewhere(fay);
    await signInWithPassword(again, withCode);
    expectPage(again.browser, 'code');
  });

  test('a code that has expired or was replaced leads to a new one, not to a dead end', async () => {
    const gil = await known('gil');
    await signInWithPassword(gil, withCode);
    const first = await codeOf(gil.who);
    app.home.clock.advance(5 * 60 + 1);
    await gil.browser.submit({ code: first });
    assert.match(gil.browser.page.errors['code'] ?? '', /expired/u);
    await gil.browser.press('Send a new code');
    assert.match(gil.browser.page.text, /We have sent you a new security code/u);
    await gil.browser.submit({ code: await codeOf(gil.who) });
    assert.ok(service.isArrival(await agree(gil)));
    app.home.clock.reset();
  });

  test('a wrong password tells no more than that; what to do next is on the page', async () => {
    const hal = await known('hal');
    await hal.browser.open(await service.requestAddress());
    await hal.browser.submit({ choice: 'sign-in' });
    await hal.browser.submit({ email: hal.who.email });
    await hal.browser.submit({ password: 'not this one' });
    assert.deepEqual(hal.browser.page.errorSummary, [
      'The email address or password is not correct. Check both and try again',
    ]);
    const buttons = hal.browser.page.forms.flatMap((form) => form.buttons);
    assert.deepEqual(buttons, ['Continue', 'I have forgotten my password', 'I do not have a login yet']);
    await hal.browser.press('I do not have a login yet');
    expectPage(hal.browser, 'where-you-live');
    await hal.browser.submit({ nation: 'england' });
    assert.equal(hal.browser.page.forms[0]?.fields['email'], hal.who.email);
  });

  test('goes straight to the e-mail page with a hint, which fills it in; nobody is asked to make a login where none may be', async () => {
    const ivy = await known('ivy');
    await ivy.browser.open(
      await service.requestAddress({ login_hint: ivy.who.email, allow_registration: 'false' }),
    );
    expectPage(ivy.browser, 'email');
    assert.equal(ivy.browser.page.forms[0]?.fields['email'], ivy.who.email);
    await ivy.browser.submit();
    assert.deepEqual(
      ivy.browser.page.forms.flatMap((form) => form.buttons),
      ['Continue', 'I have forgotten my password'],
    );
  });
});

describe('a device that is remembered', () => {
  async function remember(name: string): Promise<Traveller & { accountId: string }> {
    const traveller = await known(name);
    await signInWithPassword(traveller, withCode);
    await traveller.browser.submit({ code: await codeOf(traveller.who), remember: 'yes' });
    await agree(traveller);
    return traveller;
  }

  /** The session ends with the browser; what the device is known by stays. */
  function closeBrowser({ browser }: Traveller): void {
    for (const name of Object.keys(browser.cookies)) if (name !== 'device') browser.loseCookies(name);
  }

  test('needs no code again for 180 days, and each time counts them anew', async () => {
    const jo = await remember('jo');
    for (const days of [179, 179]) {
      closeBrowser(jo);
      app.home.clock.advance(days * day);
      await signInWithPassword(jo, withCode);
      assert.equal((await service.finish(jo.browser.page.address)).claims['vot'], 'P0.Cp.Cd');
    }
    closeBrowser(jo);
    app.home.clock.advance(181 * day);
    await signInWithPassword(jo, withCode);
    expectPage(jo.browser, 'code');
    app.home.clock.reset();
  });

  test('still needs the password, and is no use to anybody else in the same browser', async () => {
    const kim = await remember('kim');
    closeBrowser(kim);
    await kim.browser.open(await service.requestAddress(withCode));
    expectPage(kim.browser, 'email');
    await kim.browser.submit({ email: kim.who.email });
    await kim.browser.submit({ password: 'not this one' });
    assert.ok(kim.browser.page.errors['password']);
    const lou = { ...(await known('lou')), browser: kim.browser };
    await signInWithPassword(lou, withCode);
    expectPage(lou.browser, 'code');
  });

  test('is one browser: in another a code is needed', async () => {
    const mo = elsewhere(await remember('mo'));
    await signInWithPassword(mo, withCode);
    expectPage(mo.browser, 'code');
  });
});
