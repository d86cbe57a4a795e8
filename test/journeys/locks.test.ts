import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { auditOf, makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople, type MadeUp } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword, signUpTo, type Traveller } from '../support/walks.ts';

const minute = 60;
const withCode = { vtr: '["P0.Cp.Cd"]' };
/** Long enough after everything that a limit remembers nothing of it. */
const muchLater = 30 * 24 * 3600;

let app: TestApp;
/** A second process on the same database. */
let twin: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  twin = await startTestApp({ beside: app });
  service = await app.registerTestService();
});
after(async () => {
  await twin.close();
  await app.close();
});

async function known(name: string): Promise<Traveller & { accountId: string }> {
  const who = somebody(name);
  const { email, password, phone } = who;
  const account = await makeAccount(app.home, {
    email,
    password,
    phone: `+44${phone.slice(1).replaceAll(' ', '')}`,
  });
  return { app, service, who, browser: new Person(app), accountId: account.id };
}

async function atPassword(who: MadeUp, browser: Person): Promise<Person> {
  await browser.open(await service.requestAddress({ login_hint: who.email }));
  await browser.submit({ email: who.email });
  return browser;
}

/** The page says how long, the header too, and it leads back to where the person was. */
function assertLocked(browser: Person, minutes: number): void {
  const { status, heading, headers, text } = browser.page;
  assert.equal(status, 429, heading);
  assert.match(
    heading,
    new RegExp(
      `^(Try again in ${minutes} minutes?|Rhowch gynnig arall arni ymhen ${minutes} (munud|funud))$`,
      'u',
    ),
  );
  const seconds = Number(headers.get('retry-after'));
  assert.ok(seconds > (minutes - 1) * minute && seconds <= minutes * minute, String(seconds));
  assert.match(text, /999/u);
}

/** A code that is not the one that was sent. */
function wrong(code: string, more = 1): string {
  return String((Number(code) + more) % 1_000_000).padStart(6, '0');
}

describe('wrong passwords', () => {
  test('more than five lock for 15 minutes, the right one too; the page counts down in both languages', async () => {
    const ada = await known('ada');
    const { browser, who } = ada;
    await atPassword(who, browser);
    for (let tries = 0; tries < 5; tries += 1) {
      await browser.submit({ password: `guess ${tries}` });
      assert.equal(
        browser.page.errors['password'],
        'The email address or password is not correct. Check both and try again',
      );
    }
    await browser.submit({ password: 'guess 5' });
    assertLocked(browser, 15);
    app.home.clock.advance(5 * minute);
    await browser.reload();
    assertLocked(browser, 10);
    await browser.follow('Cymraeg');
    assert.equal(browser.page.language, 'cy');
    assertLocked(browser, 10);
    app.home.clock.advance(8 * minute + 1);
    await browser.reload();
    assertLocked(browser, 2);
    const elsewhere = await atPassword(who, new Person(app));
    await elsewhere.submit({ password: who.password });
    assertLocked(elsewhere, 2);
    app.home.clock.advance(2 * minute);
    await elsewhere.follow('Return to the page you were on');
    expectPage(elsewhere, 'password');
    await elsewhere.submit({ password: who.password });
    assert.ok(service.isArrival(await agree({ ...ada, browser: elsewhere })));
    app.home.clock.reset();
  });

  test('lock an address that has no login in the same way', async () => {
    const nobody = await atPassword(somebody('nobody'), new Person(app));
    for (let tries = 0; tries < 6; tries += 1) await nobody.submit({ password: `guess ${tries}` });
    assertLocked(nobody, 15);
  });

  test('are forgotten with a right one, and count for 15 minutes only', async () => {
    const { who, browser } = await known('ben');
    await atPassword(who, browser);
    for (let tries = 0; tries < 5; tries += 1) await browser.submit({ password: `guess ${tries}` });
    await browser.submit({ password: who.password });
    assert.equal(browser.page.heading, 'Agree to share your information');
    const again = await atPassword(who, new Person(app));
    for (let tries = 0; tries < 5; tries += 1) await again.submit({ password: `guess ${tries}` });
    app.home.clock.advance(15 * minute + 1);
    for (let tries = 0; tries < 5; tries += 1) await again.submit({ password: `guess ${tries}` });
    assert.ok(again.page.errors['password']);
    app.home.clock.reset();
  });

  test('are no way to keep somebody out for good: a new password by mail opens the login again', async () => {
    const cai = await known('cai');
    await atPassword(cai.who, cai.browser);
    for (let tries = 0; tries < 6; tries += 1) await cai.browser.submit({ password: `guess ${tries}` });
    assertLocked(cai.browser, 15);
    await cai.browser.follow('Return to the page you were on');
    await cai.browser.press('I have forgotten my password');
    await cai.browser.submit();
    await cai.browser.open(await app.linkFor(cai.who.email));
    await cai.browser.submit({ password: 'seventeen brass otters', passwordAgain: 'seventeen brass otters' });
    await cai.browser.follow('Continue to sign in');
    await cai.browser.submit({ password: 'seventeen brass otters' });
    assert.ok(service.isArrival(await agree(cai)));
  });

  test('sent fifty at once, to two processes, are tried six times and no more', async () => {
    const { who, browser, accountId } = await known('dev');
    await atPassword(who, browser);
    const [form] = browser.page.forms;
    const guess = (place: TestApp, number: number) =>
      fetch(`${place.listensAt}${form?.action}`, {
        ...browser.formOf(
          { ...form?.fields, password: `guess ${number}` },
          { cookie: `visitor=${browser.cookies['visitor']}` },
        ),
        redirect: 'manual',
      });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, number) => guess(number % 2 === 0 ? app : twin, number)),
    );
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [303]);
    assert.equal((await auditOf(app.home, accountId)).filter((type) => type === 'password.wrong').length, 6);
    await browser.submit({ password: who.password });
    assertLocked(browser, 15);
  });
});

describe('wrong security codes', () => {
  /** Enters a wrong code five times. @returns the code that was right */
  async function guessFive(browser: Person, code: string): Promise<void> {
    for (let tries = 1; tries <= 4; tries += 1) {
      await browser.submit({ code: wrong(code, tries) });
      assert.match(browser.page.errors['code'] ?? '', /not correct/u);
    }
    await browser.submit({ code: wrong(code, 5) });
  }

  test('five lock for 15 minutes, five more within a day for an hour, and a day later for 15 minutes again', async () => {
    const eve: Traveller = { app, service, browser: new Person(app), who: somebody('eve') };
    const { browser, who } = eve;
    await signUpTo(eve, 'email-code');
    const first = await app.codeFor(who.email, 'email');
    await guessFive(browser, first);
    assertLocked(browser, 15);
    app.home.clock.advance(15 * minute);
    await browser.follow('Return to the page you were on');
    await browser.press('Send a new code');
    await guessFive(browser, await app.codeFor(who.email, 'email'));
    assertLocked(browser, 60);
    await browser.follow('Return to the page you were on');
    await browser.press('Send a new code');
    assertLocked(browser, 60);
    const again = { ...eve, browser: new Person(app) };
    await assert.rejects(signUpTo(again, 'email-code'), /429/u);
    app.home.clock.advance(3600 + 24 * 3600);
    const later = { ...eve, browser: new Person(app) };
    await signUpTo(later, 'email-code');
    await guessFive(later.browser, await app.codeFor(who.email, 'email'));
    assertLocked(later.browser, 15);
    app.home.clock.reset();
  });

  test('count for a phone whoever enters them, and asking for a new code forgets none', async () => {
    const fay = await known('fay');
    await signInWithPassword(fay, withCode);
    for (let codes = 0; codes < 4; codes += 1) {
      const code = await app.codeFor(fay.who.phone, 'sms');
      await fay.browser.submit({ code: wrong(code) });
      assert.match(fay.browser.page.errors['code'] ?? '', /not correct/u);
      await fay.browser.press('Send a new code');
    }
    await fay.browser.submit({ code: wrong(await app.codeFor(fay.who.phone, 'sms')) });
    assertLocked(fay.browser, 15);
    const elsewhere = { ...fay, browser: new Person(app) };
    await signInWithPassword(elsewhere, withCode);
    assertLocked(elsewhere.browser, 15);
    app.home.clock.advance(15 * minute);
    await elsewhere.browser.follow('Return to the page you were on');
    expectPage(elsewhere.browser, 'code');
    await elsewhere.browser.submit({ code: await app.codeFor(fay.who.phone, 'sms') });
    assert.ok(service.isArrival(await agree(elsewhere)));
    app.home.clock.reset();
  });

  test('sent fifty at once, to two processes, are tried five times and no more; the right one among the late ones is refused', async () => {
    const gil = await known('gil');
    const { browser, who, accountId } = gil;
    await signInWithPassword(gil, withCode);
    const code = await app.codeFor(who.phone, 'sms');
    const [form] = browser.page.forms;
    const guess = (place: TestApp, number: number) =>
      fetch(`${place.listensAt}${form?.action}`, {
        ...browser.formOf(
          { ...form?.fields, code: wrong(code, number + 1) },
          { cookie: `visitor=${browser.cookies['visitor']}` },
        ),
        redirect: 'manual',
      });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, number) => guess(number % 2 === 0 ? app : twin, number)),
    );
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [303]);
    assert.equal((await auditOf(app.home, accountId)).filter((type) => type === 'code.wrong').length, 5);
    await browser.submit({ code });
    assertLocked(browser, 15);
  });
});

describe('requests for codes and links', () => {
  test('more than five in 15 minutes lock for 15 minutes, for an e-mail address', async () => {
    const hal: Traveller = { app, service, browser: new Person(app), who: somebody('hal') };
    await signUpTo(hal, 'email-code');
    let newest = await app.codeFor(hal.who.email, 'email');
    for (let requests = 1; requests < 5; requests += 1) {
      await hal.browser.press('Send a new code');
      expectPage(hal.browser, 'email-code');
      newest = await app.codeFor(hal.who.email, 'email');
    }
    await hal.browser.press('Send a new code');
    assertLocked(hal.browser, 15);
    await hal.browser.follow('Return to the page you were on');
    expectPage(hal.browser, 'email-code');
    await hal.browser.submit({ code: newest });
    expectPage(hal.browser, 'phone');
  });

  test('a lock that a person runs into on the way to a page ends there, and the code is sent then', async () => {
    const ivy = await known('ivy');
    await signInWithPassword(ivy, withCode);
    await app.codeFor(ivy.who.phone, 'sms');
    for (let requests = 1; requests < 5; requests += 1) {
      await ivy.browser.press('Send a new code');
      await app.codeFor(ivy.who.phone, 'sms');
    }
    const again = { ...ivy, browser: new Person(app) };
    await signInWithPassword(again, withCode);
    assertLocked(again.browser, 15);
    app.home.clock.advance(15 * minute);
    await again.browser.reload();
    expectPage(again.browser, 'code');
    await again.browser.submit({ code: await app.codeFor(ivy.who.phone, 'sms') });
    assert.equal(again.browser.page.heading, 'Agree to share your information');
    app.home.clock.reset();
  });

  test('for links count by address, whether or not it has a login', async () => {
    for (const who of [(await known('jan')).who, somebody('nobody')]) {
      const browser = await atPassword(who, new Person(app));
      await browser.press('I have forgotten my password');
      await browser.submit();
      for (let requests = 1; requests < 5; requests += 1) await browser.press('Send a new link');
      expectPage(browser, 'check-email');
      await browser.press('Send a new link');
      assertLocked(browser, 15);
    }
  });

  test('made at once by a dozen browsers, at two processes, send five and no more', async () => {
    const who = somebody('kay');
    const browsers = await Promise.all(
      Array.from({ length: 12 }, async (_, number) => {
        const browser = new Person(number % 2 === 0 ? app : twin);
        await signUpTo({ app, service, browser, who }, 'create-password');
        return browser;
      }),
    );
    const sentBefore = await countSent();
    await Promise.all(
      browsers.map((browser) => browser.submit({ password: who.password, passwordAgain: who.password })),
    );
    assert.equal((await countSent()) - sentBefore, 5);
    assert.equal(browsers.filter(({ page }) => page.status === 429).length, 7);
    assert.equal(browsers.filter(({ page }) => page.heading === 'Check your email').length, 5);
  });

  async function countSent(): Promise<number> {
    const { rowCount } = await app.home.house.database.pool.query(
      "SELECT FROM audit.event WHERE type = 'code.sent'",
    );
    return rowCount ?? 0;
  }
});

describe('a network', () => {
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  let behindProxy: TestApp;
  let open: TestApp;
  before(async () => {
    const environment = { BEVAN_WRONG_PASSWORDS_PER_ADDRESS: '10', BEVAN_CODE_REQUESTS_PER_ADDRESS: '8' };
    behindProxy = await startTestApp({
      beside: app,
      environment: { ...environment, BEVAN_TRUSTED_PROXIES: '127.0.0.1' },
    });
    open = await startTestApp({ beside: app, environment });
  });
  after(async () => {
    await behindProxy.close();
    await open.close();
  });

  async function guessTen(
    place: TestApp,
    options: (number: number) => { headers: Record<string, string> },
  ): Promise<Person[]> {
    const browsers: Person[] = [];
    for (let number = 0; number < 10; number += 1) {
      const browser = new Person(place, options(number));
      await atPassword(somebody('stuffed'), browser);
      await browser.submit({ password: 'a password from a list' });
      browsers.push(browser);
    }
    return browsers;
  }

  test('that tries many people’s passwords is locked, also for a right one; other networks are not', async () => {
    const browsers = await guessTen(behindProxy, (number) =>
      from(number % 2 === 0 ? '203.0.113.9' : '198.51.100.66, 203.0.113.9'),
    );
    assert.equal(browsers.filter(({ page }) => page.status === 429).length, 1);
    const lee = await known('lee');
    const same = await atPassword(lee.who, new Person(behindProxy, from('203.0.113.9')));
    await same.submit({ password: lee.who.password });
    assertLocked(same, 15);
    const other = await atPassword(lee.who, new Person(behindProxy, from('203.0.113.10')));
    await other.submit({ password: lee.who.password });
    assert.equal(other.page.heading, 'Agree to share your information');
    app.home.clock.advance(15 * minute);
    await same.follow('Return to the page you were on');
    await same.submit({ password: lee.who.password });
    assert.equal(same.page.heading, 'Agree to share your information');
    app.home.clock.reset();
  });

  test('of version 6 is one network with all its addresses', async () => {
    const browsers = await guessTen(behindProxy, (number) => from(`2001:db8:0:7::${number + 1}`));
    assert.equal(browsers.at(-1)?.page.status, 429);
    const beside = await atPassword(somebody('beside'), new Person(behindProxy, from('2001:db8:0:8::1')));
    await beside.submit({ password: 'not the right one' });
    assert.ok(beside.page.errors['password']);
  });

  test('can’t pretend to be another where no proxy is trusted', async () => {
    app.home.clock.advance(muchLater);
    const browsers = await guessTen(open, (number) => from(`192.0.2.${number}`));
    assert.equal(browsers.at(-1)?.page.status, 429);
    app.home.clock.reset();
  });

  test('that asks for codes for many people is locked', async () => {
    const pages: Person[] = [];
    for (let number = 0; number < 9; number += 1) {
      const browser = new Person(behindProxy, from('203.0.113.77'));
      const who = somebody('spammed');
      await signUpTo({ app: behindProxy, service, browser, who }, 'create-password');
      await browser.submit({ password: who.password, passwordAgain: who.password });
      pages.push(browser);
    }
    assert.deepEqual(
      pages.map(({ page }) => page.status),
      [...Array.from({ length: 8 }, () => 200), 429],
    );
  });
});
