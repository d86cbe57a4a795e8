import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { rawRequest } from '../support/raw-request.ts';
import type { TestService } from '../support/service.ts';
import { signInWithPassword } from '../support/walks.ts';

const somebody = createPeople();

/** What every answer carries, whatever it is. */
const everywhere: Record<string, RegExp> = {
  'x-content-type-options': /^nosniff$/u,
  'x-frame-options': /^DENY$/u,
  'referrer-policy': /^(same-origin|no-referrer)$/u,
  'cross-origin-opener-policy': /^same-origin$/u,
  'permissions-policy': /geolocation=\(\)/u,
  'content-security-policy': /^default-src 'none';/u,
};

function assertHeaders(headers: Headers, shown: string): void {
  for (const [name, pattern] of Object.entries(everywhere))
    assert.match(headers.get(name) ?? '', pattern, `${shown} ${name}`);
  const policy = headers.get('content-security-policy') ?? '';
  assert.doesNotMatch(policy, /unsafe|\*|'nonce|'sha/u, shown);
  for (const rule of ["frame-ancestors 'none'", "base-uri 'none'", "script-src 'self'", "style-src 'self'"]) {
    assert.ok(policy.split('; ').includes(rule), `${shown} ${rule}`);
  }
  assert.equal(headers.get('server'), null, shown);
  assert.equal(headers.get('x-powered-by'), null, shown);
}

describe('at an issuer on this machine', () => {
  let app: TestApp;
  let service: TestService;
  before(async () => {
    app = await startTestApp();
    service = await app.registerTestService();
  });
  after(() => app.close());

  test('every kind of answer carries the security headers', async () => {
    const browser = new Person(app);
    const authorize = new URL(await service.requestAddress());
    const asked: [string, Parameters<typeof rawRequest>[1], number][] = [
      ['a page', { path: '/password-changed' }, 200],
      ['a page that is not there', { path: '/nothing' }, 404],
      ['an address that can’t be read', { path: '/%E0%A4%A' }, 400],
      ['a problem for a program', { path: '/nothing', headers: { accept: '*/*' } }, 404],
      ['a redirect of ours', { path: '/password-changed?lang=cy' }, 303],
      ['a redirect of the engine', { path: `${authorize.pathname}${authorize.search}` }, 303],
      ['an error page of the engine', { path: '/authorize?client_id=nobody' }, 400],
      ['the discovery document', { path: '/.well-known/openid-configuration' }, 200],
      ['the keys', { path: '/.well-known/jwks.json' }, 200],
      ['an error of the token endpoint', { path: '/token', method: 'POST' }, 400],
      ['a method that the token endpoint has not', { path: '/token' }, 405],
      [
        'user information without a token',
        { path: '/userinfo', headers: { accept: 'application/json' } },
        401,
      ],
      ['the trust mark', { path: `/trustmark/${new URL(app.origin).host}` }, 200],
      ['health', { path: '/health/live' }, 200],
      ['readiness', { path: '/health/ready' }, 200],
      ['measurements', { path: '/metrics' }, 200],
      [
        'too large a form',
        {
          path: '/sign-up/AAAAAAAAAAAAAAAAAAAAAA/email',
          method: 'POST',
          body: `a=${'a'.repeat(70_000)}`,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        },
        413,
      ],
    ];
    for (const [shown, request, status] of asked) {
      const answer = await rawRequest(app.listensAt, request);
      assert.equal(answer.status, status, shown);
      assertHeaders(answer.headers, shown);
      assert.equal(answer.headers.get('strict-transport-security'), null, shown);
    }
    await browser.open(authorize);
    assertHeaders(browser.page.headers, 'a page of a journey');
  });

  test('pages hold nothing that the policy would stop: no script, style or event of their own', async () => {
    const browser = new Person(app);
    await browser.open(await service.requestAddress());
    const pages = [browser.page.html];
    await browser.submit({ choice: 'sign-up' });
    pages.push(browser.page.html);
    await browser.submit({});
    pages.push(browser.page.html);
    for (const html of pages) {
      assert.doesNotMatch(html, /<script(?![^>]*\ssrc="\/assets\/)/iu);
      assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|javascript:/iu);
      for (const [, source = ''] of html.matchAll(/\s(?:src|href)="([^"]*)"/gu)) {
        assert.match(source, /^(\/(?!\/)|#|mailto:|http:\/\/localhost:\d+\/)/u);
      }
    }
  });

  test('only the page whose form leads to the service lets a form lead there', async () => {
    const browser = new Person(app);
    await browser.open(await service.requestAddress());
    const policy = browser.page.headers.get('content-security-policy') ?? '';
    assert.ok(policy.includes(`form-action 'self' ${service.origin};`), policy);
    const other = await browser.newTab().open('/password-changed');
    assert.ok((other.headers.get('content-security-policy') ?? '').includes("form-action 'self';"));
  });

  test('no answer about a person is kept anywhere; style sheets and scripts are, for good', async () => {
    const browser = new Person(app);
    await browser.open(await service.requestAddress());
    assert.equal(browser.page.headers.get('cache-control'), 'no-store');
    const assets = [...browser.page.html.matchAll(/"(\/assets\/[^"]+)"/gu)].map(
      ([, address = '']) => address,
    );
    assert.ok(assets.length >= 3);
    for (const address of assets) {
      const plain = await rawRequest(app.listensAt, { path: address });
      assertHeaders(plain.headers, address);
      assert.equal(plain.headers.get('cache-control'), 'public, max-age=31536000, immutable');
      assert.equal(plain.headers.get('vary'), 'Accept-Encoding');
      assert.match(plain.headers.get('content-type') ?? '', /^(text\/(css|javascript)|image\/svg\+xml)/u);
      const zipped = await rawRequest(app.listensAt, {
        path: address,
        headers: { 'accept-encoding': 'gzip' },
      });
      assert.equal(zipped.headers.get('content-encoding'), 'gzip');
    }
  });

  test('cookies are for this host only, out of the reach of scripts, and not sent along by other sites’ forms', async () => {
    const browser = new Person(app);
    await browser.open(await service.requestAddress());
    await browser.open(`${browser.page.address.pathname}?lang=cy`);
    assert.ok(browser.cookieLines.length >= 3);
    for (const line of browser.cookieLines) {
      assert.match(line, /; httponly/iu, line);
      assert.match(line, /; samesite=lax/iu, line);
      assert.doesNotMatch(line, /; (domain|secure)/iu, line);
    }
    assert.ok(Object.keys(browser.cookies).includes('visitor'));
  });
});

describe('at an issuer on https', () => {
  let app: TestApp;
  let service: TestService;
  before(async () => {
    app = await startTestApp({ environment: { BEVAN_ISSUER: 'https://login.example' } });
    service = await app.registerTestService();
  });
  after(() => app.close());

  /** The address of a request, made without asking the issuer, which nobody reaches under that name. */
  function requestAddress(vtr: string): string {
    const query = new URLSearchParams({
      client_id: service.clientId,
      redirect_uri: `${service.origin}/back`,
      response_type: 'code',
      scope: 'openid email phone',
      state: 'the-state',
      nonce: 'the-nonce',
      vtr,
    });
    return `https://login.example/authorize?${query.toString()}`;
  }

  test('browsers are told to use nothing else', async () => {
    for (const path of [
      '/password-changed',
      '/nothing',
      '/%E0%A4%A',
      '/.well-known/jwks.json',
      '/health/live',
    ]) {
      const { headers } = await rawRequest(app.listensAt, { path });
      assertHeaders(headers, path);
      assert.match(
        headers.get('strict-transport-security') ?? '',
        /^max-age=\d{8,}; includeSubDomains$/u,
        path,
      );
    }
  });

  test('cookies go over https only, and those of a whole visit are bound to this very host', async () => {
    const who = somebody('ada');
    await makeAccount(app.home, { email: who.email, password: who.password, phone: '+447700900111' });
    const browser = new Person(app);
    const traveller = {
      app,
      service: { ...service, requestAddress: () => Promise.resolve(requestAddress('["P0.Cp.Cd"]')) },
      browser,
      who,
    };
    await signInWithPassword(traveller);
    await browser.submit({ code: await app.codeFor('07700900111', 'sms'), remember: 'yes' });
    assert.equal(browser.page.heading, 'Agree to share your information');
    await browser.follow('Cymraeg');
    const names = new Set<string>();
    for (const line of browser.cookieLines) {
      assert.match(line, /; secure/iu, line);
      assert.match(line, /; httponly/iu, line);
      assert.match(line, /; samesite=lax/iu, line);
      assert.doesNotMatch(line, /; domain/iu, line);
      const [name = ''] = line.split('=', 1);
      if (name.startsWith('__Host-')) assert.match(line, /; path=\/(;|$)/iu, line);
      names.add(name);
    }
    for (const name of ['visitor', 'session', 'device', 'language'])
      assert.ok(names.has(`__Host-${name}`), name);
  });
});
