import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../support/app.ts';
import { readPage } from '../support/page.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { rawRequest } from '../support/raw-request.ts';
import type { TestService } from '../support/service.ts';
import { expectPage, signUpTo } from '../support/walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
const form = { 'content-type': 'application/x-www-form-urlencoded' };
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService();
});
after(() => app.close());

/** Sends something odd; whatever comes back must be a page with words, a way on, and our headers. */
async function expectPageFor(
  asked: Parameters<typeof rawRequest>[1],
  status: number,
  heading: RegExp,
): Promise<string> {
  const { body: html, ...answer } = await rawRequest(app.listensAt, asked);
  const shown = `${asked.method ?? 'GET'} ${asked.path.slice(0, 60)}`;
  assert.equal(answer.status, status, `${shown}: ${html.slice(0, 200)}`);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/html/u, shown);
  assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/u, shown);
  const page = readPage({ ...answer, html, address: new URL(app.origin) });
  assert.match(page.heading, heading, shown);
  return html;
}

async function browserAt(page: 'email' | 'create-password'): Promise<Person> {
  const browser = new Person(app);
  await signUpTo({ app, service, browser, who: somebody('eve') }, page);
  return browser;
}

describe('an address that nobody gave out', () => {
  const notFound = /^Page not found$/u;
  const startAgain = /^Go back to the website or app and start again$/u;
  const addresses: [string, number, RegExp][] = [
    ['/index.html', 404, notFound],
    ['//example.org', 404, notFound],
    ['/\\example.org', 404, notFound],
    ['/%2f%2fexample.org', 404, notFound],
    ['http://example.org/nothing', 404, notFound],
    ['/%E0%A4%A', 400, notFound],
    ['/sign-up/%E0%A4%A', 400, notFound],
    ['/sign-up/%00', 400, startAgain],
    ['/sign-up/%00/email', 400, startAgain],
    ['/sign-up/%ff', 400, notFound],
    [`/sign-up/${'a'.repeat(500)}`, 400, startAgain],
    [`/sign-up/${'a'.repeat(600)}`, 414, notFound],
    [`/sign-up/${'a'.repeat(10_000)}`, 414, notFound],
    ['/sign-up/AAAAAAAAAAAAAAAAAAAAAA', 400, startAgain],
    ['/sign-up/AAAAAAAAAAAAAAAAAAAAAA/nothing/like/it', 404, notFound],
    ['/share/AAAAAAAAAAAAAAAAAAAAAA/agree/decline', 400, startAgain],
    ['/no-journey/AAAAAAAAAAAAAAAAAAAAAA', 404, notFound],
    ['/interaction', 404, notFound],
    ['/interaction/%00', 400, startAgain],
    ['/interaction/AAAAAAAAAAAAAAAAAAAAA', 400, startAgain],
    ['/interaction/AAAAAAAAAAAAAAAAAAAAA?uid=a&uid=b', 400, startAgain],
    [`/interaction/${'a'.repeat(500)}`, 400, startAgain],
    ['/authorize/%00', 400, startAgain],
    ['/authorize/%00?ticket=%00', 400, startAgain],
    ['/authorize/AAAAAAAAAAAAAAAAAAAAA?ticket=%00', 400, startAgain],
    ['/authorize/AAAAAAAAAAAAAAAAAAAAA?ticket=a&ticket=b', 400, startAgain],
    ['/help/reference/%00', 404, notFound],
    ['/help/reference/CID1004/%2e%2e', 404, notFound],
    ['/contact?reference=%00', 200, /^Contact us$/u],
    [`/contact?reference=${'C'.repeat(8000)}`, 200, /^Contact us$/u],
    ['/authorize?client_id=%00', 400, /^There is a problem with the website or app that sent you here$/u],
    ['/reset-password/%00', 400, /^This link does not work$/u],
    [`/reset-password/${'a'.repeat(600)}`, 414, notFound],
    ['/trustmark/%00', 404, notFound],
    ['/assets/', 404, notFound],
    ['/assets/%00', 404, notFound],
    ['/assets/../package.json', 404, notFound],
    ['/assets/../../../../etc/passwd', 404, notFound],
    ['/assets/%2e%2e/%2e%2e/package.json', 404, notFound],
    ['/assets/..%2f..%2fpackage.json', 404, notFound],
    ['/assets/..\\..\\package.json', 404, notFound],
  ];
  for (const [path, status, heading] of addresses) {
    test(`shows a page: ${path.length > 80 ? `${path.slice(0, 40)}… (${path.length} characters)` : path}`, async () => {
      await expectPageFor({ path }, status, heading);
    });
  }

  test('is told in the language of the browser, chosen or preferred', async () => {
    for (const path of ['/nothing', '/%E0%A4%A', `/sign-up/${'a'.repeat(600)}`]) {
      const chosen = await rawRequest(app.listensAt, { path, headers: { cookie: 'language=cy' } });
      assert.match(chosen.body, /Heb ddod o hyd i’r dudalen/u);
      const preferred = await rawRequest(app.listensAt, {
        path,
        headers: { 'accept-language': 'cy-GB,cy;q=0.9' },
      });
      assert.match(preferred.body, /Heb ddod o hyd i’r dudalen/u);
    }
  });

  test('is told to a program as data', async () => {
    const answer = await rawRequest(app.listensAt, {
      path: '/nothing',
      headers: { accept: 'application/json' },
    });
    assert.equal(answer.status, 404);
    assert.deepEqual(JSON.parse(answer.body), { error: 'not-found', reference: 'CID0404' });
  });
});

describe('changing the language', () => {
  const addresses = [
    '//example.org',
    '/\\example.org',
    '///example.org/x',
    '/\\/example.org',
    '/%2f%2fexample.org',
  ].concat(['http://example.org', '/%09/example.org', '/;//example.org', '/password-changed']);
  for (const address of addresses) {
    test(`never leads away from here: ${address}?lang=cy`, async () => {
      const answer = await rawRequest(app.listensAt, { path: `${address}?lang=cy&next=//example.org` });
      const location = answer.headers.get('location') ?? '';
      assert.equal(answer.status, 303);
      assert.equal(new URL(location, `${app.origin}/deep/page`).origin, app.origin, location);
      assert.doesNotMatch(location, /lang=/u);

      const page = await rawRequest(app.listensAt, { path: address });
      const links = readPage({ ...page, html: page.body, address: new URL(app.origin) }).links;
      assert.ok(links.length > 0);
      for (const { href } of links) {
        const led = new URL(href, `${app.origin}/deep/page`);
        assert.ok(led.origin === app.origin || led.protocol === 'mailto:', href);
      }
    });
  }

  test('to one that there is not changes nothing', async () => {
    for (const language of ['fr', '', 'cy&lang=en', '%00', '__proto__']) {
      const answer = await rawRequest(app.listensAt, { path: `/password-changed?lang=${language}` });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('set-cookie'), null);
    }
  });
});

describe('a form', () => {
  const unreadable = /^We could not read what was sent$/u;

  test('that is too large is refused with a page that says so', async () => {
    const path = (await browserAt('email')).page.address.pathname;
    await expectPageFor(
      { method: 'POST', path, headers: form, body: `email=${'a'.repeat(70_000)}` },
      413,
      /^Too much was sent at once$/u,
    );
  });

  const bodies: [string, string | Buffer][] = [
    ['with bytes that are not UTF-8', Buffer.from([0x65, 0x3d, 0xff, 0xfe])],
    ['with encoded bytes that are not UTF-8', 'email=%ff%fe'],
    ['with half a character', 'email=%e2%82'],
    ['with a NUL', 'email=a%00%40example.org'],
    ['with a NUL in a name', 'em%00ail=a'],
  ];
  for (const [name, body] of bodies) {
    test(`${name} is refused with a page that says so`, async () => {
      const path = (await browserAt('email')).page.address.pathname;
      await expectPageFor({ method: 'POST', path, headers: form, body }, 400, unreadable);
    });
  }

  const others: [string, string, string, number][] = [
    ['JSON that is none', 'application/json', '{"email":', 400],
    ['JSON that would change what an object is', 'application/json', '{"__proto__":{"_csrf":"x"}}', 400],
    ['a form in parts', 'multipart/form-data; boundary=x', '--x\r\n\r\n--x--', 415],
    ['XML', 'application/xml', '<email/>', 415],
  ];
  for (const [name, type, body, status] of others) {
    test(`that is ${name} is refused with a page that says so`, async () => {
      const path = (await browserAt('email')).page.address.pathname;
      await expectPageFor(
        { method: 'POST', path, headers: { 'content-type': type }, body },
        status,
        unreadable,
      );
    });
  }

  test('sent as JSON or plain text counts as one that no page of ours made', async () => {
    const browser = await browserAt('email');
    const { _csrf = '' } = browser.page.forms[0]?.fields ?? {};
    const typed = { _csrf, email: 'eve@example.org' };
    for (const type of ['application/json', 'text/plain']) {
      const { address } = browser.page;
      const page = await browser.newTab().open(address, {
        method: 'POST',
        body: JSON.stringify(typed),
        headers: { 'content-type': type },
      });
      assert.equal(page.status, 403);
    }
    expectPage(browser, 'email');
  });

  test('that names a field twice counts with the first', async () => {
    const browser = await browserAt('email');
    const { address, forms } = browser.page;
    const { _csrf = '' } = forms[0]?.fields ?? {};
    const query = new URLSearchParams([
      ['_csrf', _csrf],
      ['email', 'first@example.org'],
      ['email', 'second@example.org'],
      ['_csrf', 'forged'],
    ]);
    await browser.post(address.href, query.toString());
    expectPage(browser, 'create-password');
    assert.equal(browser.page.forms[0]?.fields['username'], 'first@example.org');
  });

  test('with fields that nobody asked for is read without them', async () => {
    const browser = await browserAt('email');
    const { address, forms } = browser.page;
    const odd = {
      __proto__: 'x',
      constructor: 'x',
      passwordHash: 'x',
      accountId: 'x',
      'email[]': 'x',
      toString: 'x',
    };
    await browser.post(address.href, { ...forms[0]?.fields, ...odd, email: 'plain@example.org' });
    expectPage(browser, 'create-password');
    const many = Array.from({ length: 5000 }, (_, index) => `f${index}=1`).join('&');
    const { fields } = browser.page.forms[0] ?? {};
    const page = await browser.post(browser.page.address.href, `_csrf=${fields?.['_csrf']}&${many}`);
    assert.equal(page.heading, 'Create a password');
  });

  test('with every character that people have is read as it was typed', async () => {
    const browser = await browserAt('create-password');
    const password = '🐢 café ﬁ ＡＢ \u200D \u0301 “ünïcödé” ²';
    await browser.submit({ password, passwordAgain: password });
    expectPage(browser, 'email-code');
  });
});

describe('a request in another way than pages and services make it', () => {
  const notFound = /^Page not found$/u;
  for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    test(`${method} to a page is answered with a page`, async () => {
      const { address } = (await browserAt('email')).page;
      await expectPageFor({ method, path: address.pathname }, 404, notFound);
    });
  }

  test('HEAD is answered as GET is, without a body', async () => {
    const browser = await browserAt('email');
    const answer = await browser.send(browser.page.address, { method: 'HEAD' });
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), '');
  });

  test('with cookies that are damaged, it counts as without them', async () => {
    for (const cookie of [
      'visitor=%00; language=%ff; device=%E0%A4%A',
      '__proto__=x; =; ;;; visitor',
      'visitor=é',
    ]) {
      const bytes = Buffer.from(cookie).toString('latin1');
      const answer = await rawRequest(app.listensAt, {
        path: '/password-changed',
        headers: { cookie: bytes },
      });
      assert.equal(answer.status, 200);
    }
  });
});
