import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person, type Typed } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword, signUpTo, type Traveller } from '../support/walks.ts';

const startAgain = 'Go back to the website or app and start again';
const finished = 'You have already done this step';
const checkAnswer = 'Check your answer and select Continue again';
const notFound = 'Page not found';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService();
});
after(() => app.close());

function travel(name: string): Traveller {
  return { app, service, browser: new Person(app), who: somebody(name) };
}

async function known(name: string): Promise<Traveller> {
  const traveller = travel(name);
  const { email, password, phone } = traveller.who;
  await makeAccount(app.home, { email, password, phone: `+44${phone.slice(1).replaceAll(' ', '')}` });
  return traveller;
}

const pathOf = ({ page }: Person) => page.address.pathname;
/** The part of a journey's address that names the visit: `/sign-up/<ref>`. */
const visitOf = (browser: Person) => pathOf(browser).split('/').slice(0, 3).join('/');

describe('an address of a journey', () => {
  test('that is not due yet leads to the page that is', async () => {
    const ada = travel('ada');
    await signUpTo(ada, 'create-password');
    const visit = visitOf(ada.browser);
    for (const page of ['', '/phone', '/phone-code', '/email-code/resend', '/no-such-page', '/email-code']) {
      await ada.browser.open(`${visit}${page}`);
      expectPage(ada.browser, 'create-password');
    }
    const { _csrf } = ada.browser.page.forms[0]?.fields ?? {};
    for (const page of ['/phone', '/email-code', '/email-code/resend', '/no-such-page']) {
      await ada.browser.post(`${visit}${page}`, { _csrf, phone: ada.who.phone, code: '123456' });
      expectPage(ada.browser, 'create-password');
    }
  });

  test('that is done opens again with what was answered, until what it proved can’t be taken back', async () => {
    const ben = travel('ben');
    await signUpTo(ben, 'phone');
    const visit = visitOf(ben.browser);
    for (const page of ['where-you-live', 'email', 'create-password', 'email-code']) {
      await ben.browser.open(`${visit}/${page}`);
      expectPage(ben.browser, 'phone');
    }
  });

  test('with a button that the page does not have is not found', async () => {
    const cat = travel('cat');
    await signUpTo(cat, 'email');
    const fields = cat.browser.page.forms[0]?.fields ?? {};
    const here = pathOf(cat.browser);
    for (const button of ['resend', 'decline', 'constructor', 'toString', '__proto__']) {
      const page = await cat.browser.newTab().post(`${here}/${button}`, fields);
      assert.equal(page.heading, notFound, button);
    }
  });

  test('of another browser, another journey, or after a day is told to start again, and shows nothing', async () => {
    const dan = travel('dan');
    await signUpTo(dan, 'create-password');
    const { page } = dan.browser;
    const [, , ref = ''] = pathOf(dan.browser).split('/');
    const stranger = new Person(app);
    await stranger.open(await service.requestAddress());
    for (const browser of [stranger, new Person(app)]) {
      await browser.open(page.address);
      assert.equal(browser.page.heading, startAgain);
      assert.ok(!browser.page.html.includes(dan.who.email));
      await browser.post(page.address.href, page.forms[0]?.fields ?? {});
      assert.equal(browser.page.heading, startAgain);
    }
    assert.equal((await dan.browser.newTab().open(`/sign-in/${ref}`)).heading, startAgain);
    app.home.clock.advance(24 * 3600 + 1);
    assert.equal((await dan.browser.reload()).heading, startAgain);
    assert.match(dan.browser.page.text, /CID1004/u);
    app.home.clock.reset();
    await dan.browser.open(page.address);
    expectPage(dan.browser, 'create-password');
  });

  test('is found again without its cookies only by starting again from the service, where nothing is lost', async () => {
    const eli = travel('eli');
    await signUpTo(eli, 'phone');
    const here = eli.browser.page;
    eli.browser.loseCookies();
    assert.equal((await eli.browser.reload()).heading, startAgain);
    assert.equal(
      (await eli.browser.post(here.address.href, here.forms[0]?.fields ?? {})).heading,
      startAgain,
    );
    const again = { ...eli, browser: new Person(app) };
    await signInWithPassword(again, { vtr: '["P0.Cp.Cd"]' });
    expectPage(again.browser, 'phone');
  });
});

describe('a form', () => {
  test('that no page of ours made, or another site sent, changes nothing and leads back', async () => {
    const fay = travel('fay');
    await signUpTo(fay, 'email');
    const { address, forms } = fay.browser.page;
    const typed = { ...forms[0]?.fields, email: fay.who.email };
    const forged: [Typed, Record<string, string>][] = [
      [{ ...typed, _csrf: undefined }, {}],
      [{ ...typed, _csrf: '' }, {}],
      [{ ...typed, _csrf: 'A'.repeat(43) }, {}],
      [typed, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ];
    for (const [fields, headers] of forged) {
      await fay.browser.post(address.href, fields, headers);
      assert.equal(fay.browser.page.status, 403);
      assert.equal(fay.browser.page.heading, checkAnswer);
      await fay.browser.follow('Continue');
      expectPage(fay.browser, 'email');
      assert.equal(fay.browser.page.forms[0]?.fields['email'], '');
    }
    const stranger = new Person(app);
    await signUpTo({ ...travel('x'), browser: stranger }, 'email');
    const theirs = stranger.page.forms[0]?.fields['_csrf'];
    await fay.browser.post(address.href, { ...typed, _csrf: theirs });
    assert.equal(fay.browser.page.heading, checkAnswer);
  });

  test('posted again after its page was answered goes on to where the person is', async () => {
    const gil = travel('gil');
    await signUpTo(gil, 'where-you-live');
    const first = gil.browser.page;
    await signUpTo({ ...gil, browser: gil.browser }, 'create-password');
    assert.notEqual(first.address.pathname, pathOf(gil.browser));
    const nation = gil.browser.newTab();
    await gil.browser.open(`${visitOf(gil.browser)}/where-you-live`);
    assert.match(gil.browser.page.html, /value="england" checked/u);
    await gil.browser.submit();
    expectPage(gil.browser, 'create-password');
    await nation.submit({ password: gil.who.password, passwordAgain: gil.who.password });
    expectPage(nation, 'email-code');
  });
});

describe('a double click', () => {
  /** Sends the page's form twice at once, and goes on from the later answer, as a browser does. */
  async function doubleClick(browser: Person, typed: Typed = {}, button?: string): Promise<void> {
    const form = browser.page.forms.find(
      ({ names, buttons }) =>
        Object.keys(typed).every((name) => names.has(name)) &&
        (button === undefined || buttons.includes(button)),
    );
    assert.ok(form);
    const sent = () => browser.send(form.action, browser.formOf({ ...form.fields, ...typed }));
    const answers: Response[] = [];
    await Promise.all([sent(), sent()].map((one) => one.then((answer) => answers.push(answer))));
    const [first, last] = answers;
    assert.deepEqual([first?.status, last?.status], [303, 303]);
    await browser.open(last?.headers.get('location') ?? '');
  }

  test('on every page of a sign-up counts once: one account, and the person arrives', async () => {
    const hal = travel('hal');
    const { browser, who } = hal;
    await browser.open(await service.requestAddress({ vtr: '["P0.Cp.Cd"]' }));
    await doubleClick(browser, { choice: 'sign-up' });
    await doubleClick(browser, { nation: 'england' });
    await doubleClick(browser, { email: who.email });
    await doubleClick(browser, { password: who.password, passwordAgain: who.password });
    expectPage(browser, 'email-code');
    await doubleClick(browser, { code: await app.codeFor(who.email, 'email') });
    expectPage(browser, 'phone');
    await doubleClick(browser, { phone: who.phone });
    await doubleClick(browser, { code: await app.codeFor(who.phone, 'sms') });
    assert.equal(browser.page.heading, 'Agree to share your information');
    await doubleClick(browser);
    assert.ok((await service.finish(browser.page.address)).claims.sub);
  });

  test('on every page of a sign-in, and on refusing, counts once', async () => {
    const ivy = await known('ivy');
    const { browser, who } = ivy;
    await browser.open(await service.requestAddress({ vtr: '["P0.Cp.Cd"]' }));
    await doubleClick(browser, { choice: 'sign-in' });
    await doubleClick(browser, { email: who.email });
    await doubleClick(browser, { password: who.password });
    expectPage(browser, 'code');
    await doubleClick(browser, { code: await app.codeFor(who.phone, 'sms') });
    await doubleClick(browser, {}, 'I do not agree');
    await doubleClick(browser, { choice: 'carry-on' });
    assert.equal(browser.page.address.searchParams.get('error_description'), 'ConsentNotGiven');
  });

  test('on the code for an address that has a login leads to its password', async () => {
    const jan = await known('jan');
    await signUpTo({ ...jan }, 'email-code');
    await doubleClick(jan.browser, { code: await app.codeFor(jan.who.email, 'email') });
    assert.equal(jan.browser.page.heading, 'Enter your password');
    assert.match(jan.browser.page.text, /You already have/u);
  });

  async function countCodes(): Promise<number> {
    const { rowCount } = await app.home.house.database.pool.query(
      "SELECT FROM audit.event WHERE type = 'code.sent'",
    );
    return rowCount ?? 0;
  }

  test('sends one code, not two; nor does the same answer sent again a moment later', async () => {
    const kay = travel('kay');
    await signUpTo(kay, 'create-password');
    const sentBefore = await countCodes();
    await doubleClick(kay.browser, { password: kay.who.password, passwordAgain: kay.who.password });
    const lee = await known('lee');
    await lee.browser.open(await service.requestAddress({ vtr: '["P0.Cp.Cd"]', login_hint: lee.who.email }));
    await lee.browser.submit();
    await doubleClick(lee.browser, { password: lee.who.password });
    assert.equal(await countCodes(), sentBefore + 2);
    await kay.browser.follow('Go back to change the email address');
    await kay.browser.submit({ password: kay.who.password, passwordAgain: kay.who.password });
    await lee.browser.follow('Back');
    await lee.browser.submit({ password: lee.who.password });
    assert.equal(await countCodes(), sentBefore + 2);
    await kay.browser.submit({ code: await app.codeFor(kay.who.email, 'email') });
    expectPage(kay.browser, 'phone');
    await lee.browser.submit({ code: await app.codeFor(lee.who.phone, 'sms') });
    assert.equal(lee.browser.page.heading, 'Agree to share your information');
  });
});

describe('two tabs of one browser', () => {
  test('with a request each, of two services, arrive each at their own', async () => {
    const other = await app.registerTestService({ clientName: 'Hilltop Pharmacy' });
    const may = await known('may');
    const first = may.browser;
    await first.open(await service.requestAddress());
    const second = first.newTab();
    await second.open(await other.requestAddress());
    for (const tab of [first, second]) await tab.submit({ choice: 'sign-in' });
    for (const tab of [second, first]) await tab.submit({ email: may.who.email });
    await first.submit({ password: may.who.password });
    await second.submit({ password: may.who.password });
    for (const tab of [second, first]) assert.equal(tab.page.heading, 'Agree to share your information');
    await agree({ ...may, browser: second, service: other });
    await agree(may);
    assert.ok((await other.finish(second.page.address)).claims.sub);
    assert.ok((await service.finish(first.page.address)).claims.sub);
  });

  test('with two people end with the one who signed in last, and each service is told of its own', async () => {
    const ned = await known('ned');
    const oda = { ...(await known('oda')), browser: ned.browser.newTab() };
    await signInWithPassword(ned);
    await oda.browser.open(await service.requestAddress({ prompt: 'login', login_hint: oda.who.email }));
    await oda.browser.submit();
    await oda.browser.submit({ password: oda.who.password });
    const second = (await service.finish(await agree(oda))).userinfo['email'];
    assert.equal(second, oda.who.email);
    const first = await service.finish((await ned.browser.press('I agree')).address);
    assert.equal(first.userinfo['email'], oda.who.email);
    assert.equal(first.userinfo.sub, first.claims.sub);
  });

  test('of one visit go on from where the visit is, whichever tab is used', async () => {
    const pat = travel('pat');
    await signUpTo(pat, 'email');
    const second = pat.browser.newTab();
    await pat.browser.submit({ email: pat.who.email });
    await second.reload();
    assert.equal(second.page.forms[0]?.fields['email'], pat.who.email);
    await second.submit();
    expectPage(second, 'create-password');
    await second.submit({ password: pat.who.password, passwordAgain: pat.who.password });
    await pat.browser.reload();
    expectPage(pat.browser, 'create-password');
    await second.submit({ code: await app.codeFor(pat.who.email, 'email') });
    await pat.browser.submit({ password: 'another 9 otter Fjord', passwordAgain: 'another 9 otter Fjord' });
    expectPage(pat.browser, 'phone');
  });
});

describe('after the end', () => {
  test('Back finds no form to send again; the last form, sent again at once, goes where the first one went', async () => {
    const ray = await known('ray');
    await signInWithPassword(ray);
    const last = ray.browser.page;
    await agree(ray);
    const [form] = last.forms;
    const tab = ray.browser.newTab();
    assert.equal((await tab.open(last.address)).heading, finished);
    const repeated = await tab.send(form?.action ?? '', tab.formOf(form?.fields ?? {}));
    assert.equal(repeated.status, 303);
    assert.match(repeated.headers.get('location') ?? '', /^\/authorize\/[\w-]+\?ticket=/u);
    app.home.clock.advance(61);
    await tab.post(form?.action ?? '', form?.fields ?? {});
    assert.equal(tab.page.heading, finished);
    assert.ok(tab.page.links.some(({ href }) => href === `${service.origin}/`));
    app.home.clock.reset();
  });

  test('of the service’s patience, an hour, a sign-up that goes on still makes the login; only the way back is gone', async () => {
    const sue = travel('sue');
    await signUpTo(sue, 'phone');
    app.home.clock.advance(2 * 3600);
    await sue.browser.submit({ phone: sue.who.phone });
    await sue.browser.submit({ code: await app.codeFor(sue.who.phone, 'sms') });
    assert.equal(sue.browser.page.heading, startAgain);
    const again = { ...sue, browser: new Person(app) };
    await signInWithPassword(again, { vtr: '["P0.Cp.Cd"]' });
    expectPage(again.browser, 'code');
    app.home.clock.reset();
  });
});
