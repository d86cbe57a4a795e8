import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { endSignIns, lockLogin } from '#accounts';
import { rotateSigningKeys } from '#openid';
import { closeAccount } from '#personal-data';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { agree, signInWithPassword, type Traveller } from '../support/walks.ts';

/** What a service was told, at which of its addresses. */
interface Told {
  readonly path: string;
  readonly type: string | undefined;
  readonly token: string;
}

let app: TestApp;
let ear: Server;
let earOrigin: string;
const told: Told[] = [];
/** What the service answers next, if not that all is well. */
const answers: number[] = [];
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  ear = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      const type = request.headers['content-type'];
      told.push({ path: request.url ?? '', type, token: form.get('logout_token') ?? '' });
      response.writeHead(answers.shift() ?? 200, { location: `${earOrigin}/elsewhere` }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(ear, 'listening');
  earOrigin = `http://localhost:${(ear.address() as AddressInfo).port}`;
});
after(async () => {
  ear.close();
  await app.close();
});

/** Registers a service that is told at an address of its own. */
function attentive(path: string, needsSid: boolean, ssoWith: string[] = []): Promise<TestService> {
  const logout = { redirectUris: [], backChannelUri: `${earOrigin}${path}`, needsSid };
  return app.registerTestService({ clientName: path, logout, ssoWith });
}

async function toldAt(path: string, times = 1): Promise<Told[]> {
  for (let looks = 0; looks < 1500; looks += 1) {
    const found = told.filter((one) => one.path === path);
    if (found.length >= times) return found;
    await wait(20);
  }
  throw new Error(`nobody was told at ${path} ${times} times`);
}

async function verify({ token }: Told) {
  const response = await fetch(`${app.listensAt}/.well-known/jwks.json`);
  const keys = createLocalJWKSet((await response.json()) as JSONWebKeySet);
  return jwtVerify(token, keys, { issuer: app.origin, algorithms: ['RS512'], typ: 'logout+jwt' });
}

async function newcomer(name: string): Promise<Traveller & { accountId: string }> {
  const who = somebody(name);
  const { email, password } = who;
  const account = await makeAccount(app.home, { email, password, phone: '+447700900111' });
  const service = await app.registerTestService({ clientName: 'First' });
  return { app, service, who, browser: new Person(app), accountId: account.id };
}

/** Signs in, or is signed in already, and agrees to share. */
async function visit(traveller: Traveller, service: TestService) {
  const { browser } = traveller;
  const there = { ...traveller, service };
  if (browser.cookies['session'] === undefined) await signInWithPassword(there);
  else await browser.open(await service.requestAddress());
  return service.finish(browser.page.status === 303 ? browser.page.address : await agree(there));
}

async function signOut({ browser }: Traveller): Promise<void> {
  await browser.open(`${app.origin}/session/end`);
  await browser.press('Sign out');
  assert.equal(browser.page.heading, 'You have signed out');
}

async function userinfoStatus(accessToken: string): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` };
  return (await fetch(`${app.listensAt}/userinfo`, { headers })).status;
}

test('a service that registered for it is told who signed out, and of which session', async () => {
  const ada = await newcomer('ada');
  const service = await attentive('/ada', true);
  const { claims } = await visit(ada, service);
  assert.match(String(claims['sid']), /^[\w-]{43}$/u);
  await signOut(ada);
  const [first] = await toldAt('/ada');
  assert.equal(first?.type, 'application/x-www-form-urlencoded');
  const { payload } = await verify(first ?? assert.fail());
  assert.deepEqual(
    [payload.sub, payload.aud, payload['sid']],
    [ada.accountId, service.clientId, claims['sid']],
  );
  assert.deepEqual(payload['events'], { 'http://schemas.openid.net/event/backchannel-logout': {} });
  assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 120);
  assert.match(payload.jti ?? '', /^[\w-]{43}$/u);
  assert.equal('nonce' in payload, false);
  const known = await app.home.house.database.pool.query<{ data: string }>(
    `SELECT data::text FROM jobs.job WHERE name = 'openid.back-channel-logout'`,
  );
  assert.doesNotMatch(known.rows.map(({ data }) => data).join(' '), new RegExp(ada.who.email, 'u'));
});

test('what a service is told is signed by the key that signs at that moment', async () => {
  const kim = await newcomer('kim');
  await visit(kim, await attentive('/kim', false));
  const rotation = await app.home.house.transact((deps) => rotateSigningKeys(deps, { evenIfTooSoon: true }));
  await signOut(kim);
  const [first] = await toldAt('/kim');
  assert.ok(rotation.outcome === 'rotated');
  assert.equal(decodeProtectedHeader(first?.token ?? '').kid, rotation.active);
});

test('a button pressed twice at the same moment signs out once', async () => {
  const gus = await newcomer('gus');
  await visit(gus, await attentive('/gus', false));
  await gus.browser.open(`${app.origin}/session/end`);
  const [form] = gus.browser.page.forms;
  const press = () => gus.browser.send(form?.action ?? '', gus.browser.formOf({ ...form?.fields }));
  const answers = await Promise.all([press(), press(), press()]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [303, 303, 303],
  );
  await toldAt('/gus');
  await wait(3000);
  assert.equal((await toldAt('/gus')).length, 1);
});

/** Signs somebody out while another request of theirs is under way, which stores the session again. */
async function signOutMeanwhile(traveller: Traveller & { accountId: string }): Promise<void> {
  const { pool } = app.home.house.database;
  await pool.query(`CREATE TABLE openid.under_way AS SELECT * FROM openid.entity WHERE model = 'Session'
    AND uid = (SELECT session_uid FROM openid.token_family WHERE account_id = '${traveller.accountId}' LIMIT 1)
    AND ended_at IS NULL`);
  await signOut(traveller);
  await pool.query(`INSERT INTO openid.entity SELECT model, sha256(id), uid, sealed_payload, consumed_at,
    ended_at, expires_at FROM openid.under_way`);
  await pool.query('DROP TABLE openid.under_way');
}

test('a service that is given tokens by a request under way in another tab is told as well', async () => {
  const ivy = await newcomer('ivy');
  const taker = await attentive('/ivy', true);
  const giver = await app.registerTestService({ clientName: 'Ivy’s', ssoWith: [taker.clientId] });
  await visit(ivy, taker);
  const { claims } = await visit(ivy, giver);
  await signOutMeanwhile(ivy);
  await toldAt('/ivy');
  const browser = new Person(app);
  const asserted = await giver.handOver(claims);
  await browser.open(await taker.requestAddress({ prompt: 'none', asserted_login_identity: asserted }));
  const meanwhile = await taker.finish(browser.page.address);
  const [, second] = await toldAt('/ivy', 2);
  assert.equal((await verify(second ?? assert.fail())).payload['sid'], meanwhile.claims['sid']);
  assert.equal(await userinfoStatus(meanwhile.accessToken), 401);
});

test('a request under way in another tab does not bring the session back for long', async () => {
  const hal = await newcomer('hal');
  const taker = await app.registerTestService({ clientName: 'Hal’s other' });
  const giver = await app.registerTestService({ clientName: 'Hal’s', ssoWith: [taker.clientId] });
  await visit(hal, taker);
  const { claims } = await visit(hal, giver);
  await signOutMeanwhile(hal);
  const ask = async () => {
    const asserted = await giver.handOver(claims);
    const browser = new Person(app);
    await browser.open(await taker.requestAddress({ prompt: 'none', asserted_login_identity: asserted }));
    return browser.page.address.searchParams.get('error') ?? 'code';
  };
  assert.equal(await ask(), 'code', 'it is there again');
  for (let looks = 0; looks < 300 && (await ask()) === 'code'; looks += 1) await wait(50);
  assert.equal(await ask(), 'sso_login_required');
});

test('without the need to name the session, neither token does', async () => {
  const bea = await newcomer('bea');
  const { claims } = await visit(bea, await attentive('/bea', false));
  assert.equal('sid' in claims, false);
  await signOut(bea);
  const [first] = await toldAt('/bea');
  assert.equal('sid' in (await verify(first ?? assert.fail())).payload, false);
});

test('signing out ends the tokens of services that take part, in that session, and of no others', async () => {
  const cai = await newcomer('cai');
  const service = await attentive('/cai', true);
  const partaking = await visit(cai, service);
  const apart = await visit(cai, cai.service);
  const otherBrowser = await visit({ ...cai, browser: new Person(app) }, service);
  assert.notEqual(otherBrowser.claims['sid'], partaking.claims['sid']);
  await signOut(cai);
  assert.equal(await userinfoStatus(partaking.accessToken), 401);
  assert.equal(await userinfoStatus(apart.accessToken), 200);
  assert.equal(await userinfoStatus(otherBrowser.accessToken), 200);
  assert.equal((await toldAt('/cai')).length, 1);
});

test('a code that was not exchanged by then is worth nothing', async () => {
  const dot = await newcomer('dot');
  await visit(dot, dot.service);
  await dot.browser.open(await dot.service.requestAddress());
  const { address } = dot.browser.page;
  await signOut(dot);
  await assert.rejects(dot.service.finish(address), (error: Error) =>
    /invalid_grant/u.test(JSON.stringify(error.cause)),
  );
});

test('a service that somebody was handed over to is told when the session ends that it rests on', async () => {
  const eve = await newcomer('eve');
  const taker = await attentive('/eve', false);
  const giver = await app.registerTestService({ clientName: 'Giver', ssoWith: [taker.clientId] });
  const { claims } = await visit(eve, giver);
  const elsewhere = new Person(app);
  const asserted = await giver.handOver(claims);
  await elsewhere.open(await taker.requestAddress({ asserted_login_identity: asserted }));
  const there = await taker.finish(await agree({ ...eve, browser: elsewhere, service: taker }));
  await signOut(eve);
  await toldAt('/eve');
  assert.equal(await userinfoStatus(there.accessToken), 401);
  await elsewhere.open(
    await taker.requestAddress({ prompt: 'none', asserted_login_identity: await giver.handOver(claims) }),
  );
  assert.equal(elsewhere.page.address.searchParams.get('error'), 'sso_login_required');
});

test('a service that fails is told again, and where it points to is not', async () => {
  const fay = await newcomer('fay');
  await visit(fay, await attentive('/fay', true));
  answers.push(302, 500);
  await signOut(fay);
  const all = await toldAt('/fay', 3);
  const ids = await Promise.all(all.map(async (one) => (await verify(one)).payload.jti));
  assert.equal(new Set(ids).size, 3);
  assert.deepEqual(
    told.filter(({ path }) => path === '/elsewhere'),
    [],
  );
});

const endings: Readonly<Record<string, (who: Traveller & { accountId: string }) => Promise<unknown>>> = {
  'is closed': ({ accountId }) =>
    app.home.house.transact((deps) => closeAccount(deps, { accountId, reason: 'asked' })),
  'is locked by an owner who says that it was not them': ({ accountId }) =>
    app.home.house.transact((deps) =>
      lockLogin(deps, { accountId, linkTo: (token) => `${app.origin}/new-password/${token}` }),
    ),
  'can’t be used any more': ({ accountId }) => app.home.house.transact((deps) => endSignIns(deps, accountId)),
};
for (const [index, [what, endAll]] of Object.entries(endings).entries())
  test(`when a login ${what}, services in which its owner is signed in are told, each session once`, async () => {
    const [named, plain, unheard] = [`/named-${index}`, `/plain-${index}`, `/unheard-${index}`];
    const hal = await newcomer(`hal${index}`);
    const ivy = await newcomer(`ivy${index}`);
    const service = await attentive(named, true);
    const first = await visit(hal, service);
    const elsewhere = await visit({ ...hal, browser: new Person(app) }, service);
    const other = await attentive(plain, false);
    await visit(hal, other);
    await visit(ivy, other);
    await attentive(unheard, false);
    app.home.clock.advance(1);
    await Promise.all([endAll(hal), endAll(hal)]);
    const payloads = [...(await toldAt(named, 2)), ...(await toldAt(plain))].map(verify);
    const tokens = (await Promise.all(payloads)).map(({ payload }) => payload);
    assert.deepEqual(
      tokens.map((payload) => [payload.sub, payload.aud]),
      [service, service, other].map(({ clientId }) => [hal.accountId, clientId]),
    );
    const sids = [first, elsewhere].map(({ claims }) => claims['sid']);
    assert.deepEqual(tokens.map((payload) => payload['sid']).toSorted(), [...sids, undefined].toSorted());
    await nothingLeft();
    assert.deepEqual(
      [named, plain, unheard].map((path) => told.filter((one) => one.path === path).length),
      [2, 1, 0],
    );
  });

/** Waits until nobody is left to tell, also of what is looked for once more. */
const nothingLeft = () =>
  until(async () => {
    const { rowCount } = await app.home.house.database.pool.query(
      `SELECT FROM jobs.job WHERE state < 'completed' AND name = ANY('{accounts.sign-ins-ended,openid.back-channel-logout}')`,
    );
    return rowCount === 0;
  });
