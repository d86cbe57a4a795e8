import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { rawRequest } from '../support/raw-request.ts';
import type { RequestChanges, TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword } from '../support/walks.ts';

/** What a request waits for begins with the answer to it: a browser is led straight to the first page. */
let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService();
});
after(() => app.close());

const query = (text: string) => app.home.house.database.pool.query(text);
const count = async (table: string) => (await query(`SELECT FROM ${table}`)).rowCount ?? 0;
let visitsBefore = 0;
beforeEach(async () => {
  visitsBefore = await count('journey.visit');
});
const visitsSince = async () => (await count('journey.visit')) - visitsBefore;

async function ask(
  changes: RequestChanges = {},
  headers: Readonly<Record<string, string>> = {},
  at: Pick<TestApp, 'listensAt'> = app,
) {
  const { pathname, search } = new URL(await service.requestAddress(changes));
  const answer = await rawRequest(at.listensAt, { path: `${pathname}${search}`, headers });
  return { ...answer, location: answer.headers.get('location') ?? '' };
}

const firstPage = /^\/welcome\/[\w-]{22}\/start$/u;
const waits = /^\/interaction\/[\w-]{16,}$/u;

/** Cookies without what differs from one request to the next. */
const shape = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((line) => line.replace(/=[^;]*/u, '=').replace(/(?<=\/(?:interaction|authorize)\/)[\w-]+/u, 'uid'))
    .map((line) => line.replace(/expires=[^;]*/u, 'expires'))
    .toSorted();

const security = [
  'content-security-policy',
  'cache-control',
  'referrer-policy',
  'x-content-type-options',
  'x-frame-options',
  'cross-origin-opener-policy',
  'permissions-policy',
];

test('whichever process answers, and whatever it is set to, another goes on from there', async () => {
  const environment = { BEVAN_PROOFING_METHODS: '', BEVAN_SERVICE_NAME: 'Elsewhere' };
  const other = await startTestApp({
    beside: app,
    register: true,
    gpSystems: true,
    resting: true,
    environment,
  });
  try {
    for (const [answers, goesOn] of [
      [app, other],
      [other, app],
    ] as const)
      for (const accept of ['text/html', '*/*']) {
        const asked = await ask({}, { accept }, answers);
        assert.match(asked.location, accept === '*/*' ? waits : firstPage);
        const cookies = asked.headers.getSetCookie().map((line) => line.split(';')[0]);
        const headers = { cookie: cookies.join('; '), accept: 'text/html' };
        const next = await rawRequest(goesOn.listensAt, { path: asked.location, headers });
        assert.equal(next.status, accept === '*/*' ? 303 : 200);
        if (accept === '*/*') assert.match(next.headers.get('location') ?? '', firstPage);
      }
  } finally {
    await other.close();
  }
});

test('the answer has what both answers had, when the address at which it waits lay between', async () => {
  const direct = await ask({ ui_locales: 'cy' });
  const detour = await ask({ ui_locales: 'cy' }, { accept: '*/*' });
  assert.match(detour.location, waits);
  const cookie = detour.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const begun = await rawRequest(app.listensAt, { path: detour.location, headers: { cookie } });
  assert.deepEqual([direct.status, begun.status], [303, 303]);
  assert.match(direct.location, firstPage);
  assert.match(begun.headers.get('location') ?? '', firstPage);
  assert.deepEqual(shape(direct.headers), [...shape(detour.headers), ...shape(begun.headers)].toSorted());
  for (const name of security) assert.equal(direct.headers.get(name), begun.headers.get(name), name);
  assert.equal(await visitsSince(), 2);
});

test('somebody signs in from there, and reads the language that the service suggests', async () => {
  const ada = { app, service, who: somebody('ada'), browser: new Person(app) };
  await makeAccount(app.home, { ...ada.who, phone: `+44${ada.who.phone.slice(1).replaceAll(' ', '')}` });
  await ada.browser.open(await service.requestAddress({ ui_locales: 'cy' }));
  assert.equal(ada.browser.page.language, 'cy');
  assert.equal(await visitsSince(), 1);
  await signInWithPassword(ada);
  const { userinfo } = await service.finish(await agree(ada));
  assert.equal(userinfo['email'], ada.who.email);
  // Whoever is signed in and has to do more is led to that.
  const changes = { vtr: '["P0.Cp.Cd"]' };
  const { pathname } = new URL(await service.requestAddress(changes));
  const { headers } = await ada.browser.send(await service.requestAddress(changes));
  assert.equal(pathname, '/authorize');
  assert.match(headers.get('location') ?? '', /^\/sign-in\/[\w-]{22}/u);
  assert.ok(headers.getSetCookie().every((line) => !line.startsWith('visitor=')));
});

test('a request that is posted leads there, too', async () => {
  const browser = new Person(app);
  const { pathname, searchParams } = new URL(await service.requestAddress());
  await browser.post(pathname, searchParams.toString());
  expectPage(browser, 'start');
  assert.equal(await visitsSince(), 1);
});

describe('nothing is begun', () => {
  test('for programs, frames, pictures, and whoever looks ahead: they are told where it waits', async () => {
    const headers = [
      { accept: 'application/json' },
      { accept: '*/*' },
      { 'sec-fetch-dest': 'iframe' },
      { 'sec-fetch-dest': 'image' },
      { 'sec-fetch-dest': 'empty' },
      { 'sec-purpose': 'prefetch' },
      { 'sec-purpose': 'prefetch;prerender' },
      { purpose: 'prefetch' },
      { 'x-moz': 'prefetch' },
    ];
    for (const sent of headers) {
      const { status, location, headers: answered } = await ask({}, sent);
      assert.equal(status, 303);
      assert.match(location, waits, JSON.stringify(sent));
      assert.ok(shape(answered).every((line) => !line.startsWith('visitor=')));
    }
    assert.equal(await visitsSince(), 0);
    assert.match((await ask({}, { 'sec-fetch-dest': 'document' })).location, firstPage);
  });

  test('where the answer is an error, for the service or for the person', async () => {
    const silent = await ask({ prompt: 'none' });
    assert.match(silent.location, /error=sso_login_required/u);
    const wrong = await ask({ redirect_uri: 'https://elsewhere.example/back' });
    assert.deepEqual([wrong.status, wrong.location], [400, '']);
    const { pathname, search } = new URL(await service.requestAddress());
    const head = await rawRequest(app.listensAt, { method: 'HEAD', path: `${pathname}${search}` });
    assert.ok(head.status >= 400);
    for (const { headers } of [silent, wrong, head])
      assert.ok(shape(headers).every((line) => !line.startsWith('visitor=')));
    assert.equal(await visitsSince(), 0);
  });

  test('where it can’t be: the request waits at its address, shows the fault, and goes on from there', async () => {
    await query(`
      CREATE FUNCTION public.breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;
      CREATE TRIGGER breaks BEFORE INSERT ON journey.visit FOR EACH ROW EXECUTE FUNCTION public.breaks()`);
    const browser = new Person(app);
    try {
      await browser.open(await service.requestAddress());
      assert.equal(browser.page.status, 500);
      assert.match(browser.page.address.pathname, waits);
      const { location, headers } = await ask();
      assert.match(location, waits);
      assert.ok(shape(headers).every((line) => !line.startsWith('visitor=')));
    } finally {
      await query('DROP TRIGGER breaks ON journey.visit');
    }
    await browser.reload();
    expectPage(browser, 'start');
  });
});
