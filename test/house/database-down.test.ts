import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createLog } from '#foundation/log';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { rawRequest } from '../support/raw-request.ts';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { agree, expectPage, signUpTo, type Traveller } from '../support/walks.ts';

const sorry = 'Sorry, the service is not available for a moment';

let database: TestDatabase;
let proxy: DatabaseProxy;
let app: TestApp;
let service: TestService;
const lines: string[] = [];
const somebody = createPeople();
before(async () => {
  database = await createTestDatabase();
  proxy = await openDatabaseProxy(database.url);
  const log = createLog({ level: 'warn', destination: { write: (line: string) => void lines.push(line) } });
  app = await startTestApp({ databaseUrl: proxy.url, log });
  service = await app.registerTestService();
});
after(async () => {
  await app.close();
  await proxy.close();
  await database.drop();
});

async function isReady(): Promise<number> {
  return (await rawRequest(app.listensAt, { path: '/health/ready' })).status;
}

/** The database is back at once; the product may need a moment to notice. */
async function waitUntilReady(): Promise<void> {
  await until(async () => (await isReady()) === 200, 'the moment when the product has its database back');
}

/** As a service would send it, but for the signature, which is looked at only after the service is known. */
function unsignedAssertion(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const { clientId } = service;
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: `${app.origin}/token`,
    jti: 'once',
    exp: 9_999_999_999,
  };
  return `${part({ alg: 'RS512' })}.${part(claims)}.${part({ not: 'a signature' })}`;
}

function travel(name: string): Traveller {
  return { app, service, browser: new Person(app), who: somebody(name) };
}

describe('while the database is away', () => {
  test('a person sees a page that says so, and goes on where they were when it is back', async () => {
    const ada = travel('ada');
    const { browser, who } = ada;
    await signUpTo(ada, 'create-password', { vtr: '["P0.Cp.Cd"]' });
    proxy.cut();
    const form = browser.page.forms[0];
    await browser.submit({ password: who.password, passwordAgain: who.password });
    assert.equal(browser.page.status, 503);
    assert.equal(browser.page.heading, sorry);
    assert.match(browser.page.headers.get('retry-after') ?? '', /^\d+$/u);
    assert.match(browser.page.text, /Your answers are kept.*call 111/u);
    await browser.follow('Try again');
    assert.equal(browser.page.status, 503);
    for (const place of ['/help', '/contact', '/privacy'])
      assert.equal((await browser.newTab().open(place)).status, 200, `${place} needs no database`);
    proxy.restore();
    await waitUntilReady();
    await browser.follow('Try again');
    expectPage(browser, 'create-password');
    assert.equal(browser.page.forms[0]?.fields['username'], form?.fields['username']);
    await browser.submit({ password: who.password, passwordAgain: who.password });
    await browser.submit({ code: await app.codeFor(who.email, 'email') });
    await browser.submit({ phone: who.phone });
    await browser.submit({ code: await app.codeFor(who.phone, 'sms') });
    assert.equal((await service.finish(await agree(ada))).userinfo['email'], who.email);
  });

  test('every address answers within its time: pages as pages, programs’ addresses as JSON, each with Retry-After', async () => {
    const authorize = new URL(await service.requestAddress());
    const browser = new Person(app);
    await browser.open(authorize);
    const page = browser.page.address.pathname;
    const { interaction, 'interaction.sig': signature } = browser.cookies;
    const asks = `interaction=${interaction}; interaction.sig=${signature}`;
    proxy.cut();
    const asked: [string, Parameters<typeof rawRequest>[1], RegExp][] = [
      ['a journey', { path: page, headers: { cookie: `visitor=${browser.cookies['visitor']}` } }, /html/u],
      ['a request', { path: `/interaction/${interaction}`, headers: { cookie: asks } }, /html/u],
      ['a link from a mail', { path: '/reset-password/AAAAAAAAAAAAAAAAAAAAA' }, /html/u],
      ['an authorization request', { path: `${authorize.pathname}${authorize.search}` }, /html/u],
      [
        'the token endpoint',
        {
          path: '/token',
          method: 'POST',
          headers: { accept: '*/*', 'content-type': 'application/x-www-form-urlencoded' },
          body: `grant_type=authorization_code&code=x&client_id=${service.clientId}&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=${unsignedAssertion()}`,
        },
        /json/u,
      ],
    ];
    try {
      for (const [shown, request, type] of asked) {
        const answer = await rawRequest(app.listensAt, request);
        assert.equal(answer.status, 503, `${shown}: ${answer.body.slice(0, 200)}`);
        assert.match(answer.headers.get('content-type') ?? '', type, shown);
        assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/u, shown);
        assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/u, shown);
      }
      assert.equal(await isReady(), 503);
      for (const path of [
        '/health/live',
        '/.well-known/openid-configuration',
        '/.well-known/jwks.json',
        '/nothing',
      ]) {
        assert.ok((await rawRequest(app.listensAt, { path })).status < 500, path);
      }
    } finally {
      proxy.restore();
    }
    await waitUntilReady();
  });

  test('connections that break in the middle of many requests lose none of what was answered', async () => {
    const travellers = Array.from({ length: 6 }, (_, number) => travel(`many${number}`));
    for (const traveller of travellers) await signUpTo(traveller, 'email');
    const posts = travellers.map(({ browser, who }) => browser.submit({ email: who.email }));
    await database.breakConnections();
    await Promise.all(posts);
    for (const { browser, who } of travellers) {
      if (browser.page.status === 503) {
        await browser.follow('Try again');
        if (browser.page.forms[0]?.fields['email'] !== undefined) await browser.submit({ email: who.email });
      }
      expectPage(browser, 'create-password');
      assert.equal(browser.page.forms[0]?.fields['username'], who.email);
    }
  });

  test('messages that another process was asked for wait, and are sent when it is back', async () => {
    const twin = await startTestApp({
      beside: app,
      databaseUrl: database.url,
      resting: true,
    });
    const bea = { ...travel('bea'), browser: new Person(twin) };
    proxy.cut();
    try {
      await signUpTo(bea, 'email-code');
    } finally {
      proxy.restore();
    }
    await bea.browser.submit({ code: await app.codeFor(bea.who.email, 'email') });
    expectPage(bea.browser, 'phone');
    await twin.close();
  });

  test('is a warning in the log, not a fault of the product', () => {
    assert.ok(lines.some((line) => line.includes('the database is not available')));
    assert.deepEqual(
      lines.filter((line) => JSON.parse(line).level >= 50),
      [],
    );
  });
});
