import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { endSignIns, listUafKeys, lockLogin, requestReplacement } from '#accounts';
import { z } from 'zod';
import { auditOf, makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { makeKnown } from '../support/identities.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { rawRequest } from '../support/raw-request.ts';
import type { TestService } from '../support/service.ts';
import { UafApp, type AppBehaviour } from '../support/uaf-app.ts';
import { agree, expectPage, signInWithPassword, type Traveller } from '../support/walks.ts';

const appId = 'example:health-app';
const levels = ['P0', 'P5', 'P9'] as const;
const vectors = levels.flatMap((level) => ['Cp', 'Cp.Cd', 'Cm'].map((way) => `${level}.${way}`));

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService({ vectors, fidoUafAppIds: [appId] });
});
after(() => app.close());

const record = z.tuple([
  z.looseObject({ status: z.literal('SUCCESS'), username: z.string(), authenticator_string: z.string() }),
]);

interface Owner extends Traveller {
  readonly accountId: string;
  readonly phone: UafApp;
  readonly accessToken: string;
}

async function call(address: string, init: { token?: string; body?: unknown; method?: string } = {}) {
  const { token, body, method = body === undefined ? 'GET' : 'POST' } = init;
  const response = await fetch(`${app.listensAt}${address}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Somebody who has just signed in to the service with password and code. */
async function signedIn(name: string, at: TestService = service, vtr = '["P0.Cp.Cd"]'): Promise<Owner> {
  const who = somebody(name);
  const phone = `+44${who.phone.slice(1).replaceAll(' ', '')}`;
  const account = await makeAccount(app.home, { email: who.email, password: who.password, phone });
  const traveller = { app, service: at, who, browser: new Person(app) };
  await signInWithPassword(traveller, { vtr });
  if (vtr.includes('Cd')) await traveller.browser.submit({ code: await app.codeFor(who.phone, 'sms') });
  const { accessToken } = await at.finish(await agree(traveller));
  return { ...traveller, accountId: account.id, phone: new UafApp(), accessToken };
}

async function askForKey({ accessToken: token }: Owner): Promise<unknown> {
  const { status, body } = await call('/regRequest', { token });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

async function register(owner: Owner, behaviour: AppBehaviour = {}) {
  const message = owner.phone.register(await askForKey(owner), behaviour);
  return call('/regResponse', { body: [message] });
}

async function withKey(name: string): Promise<Owner> {
  const owner = { ...(await signedIn(name)), browser: new Person(app) };
  assert.equal((await register(owner)).status, 200);
  return owner;
}

/** Comes from the app, which has asked for the finger of whoever uses it. */
async function useApp(
  { browser, phone, service: at }: Owner,
  behaviour: AppBehaviour = {},
  vtr = '["P0.Cm"]',
) {
  const response = phone.authenticate((await call('/authRequest')).body, behaviour);
  await browser.open(await at.requestAddress({ vtr, fido_auth_response: response }));
  return response;
}

/** Agrees to share, if that is asked. */
async function agreed(owner: Owner): Promise<URL> {
  const { address } = owner.browser.page;
  return owner.service.isArrival(address) ? address : agree(owner);
}

describe('an app that keeps a key', () => {
  test('is told in discovery where to ask', async () => {
    const { body } = await call('/.well-known/openid-configuration');
    const told = z.record(z.string(), z.unknown()).parse(body);
    assert.deepEqual(
      Object.entries(told).filter(([name]) => name.startsWith('fido_uaf_')),
      [
        ['fido_uaf_registration_request_endpoint', `${app.origin}/regRequest`],
        ['fido_uaf_registration_response_endpoint', `${app.origin}/regResponse`],
        ['fido_uaf_authentication_request_endpoint', `${app.origin}/authRequest`],
        ['fido_uaf_deregistration_endpoint', `${app.origin}/deregRequest`],
      ],
    );
  });

  test('is asked for one that meets the policy, and for a word on how it knew who used it', async () => {
    const ada = await signedIn('ada');
    const { headers, body } = await call('/regRequest', { token: ada.accessToken });
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('pragma'), 'no-cache');
    const criteria = (userVerification: number) => [
      {
        userVerification,
        keyProtection: 15,
        authenticationAlgorithms: [1, 2, 5, 6],
        assertionSchemes: ['UAFV1TLV'],
      },
    ];
    const [{ header, policy, username }] = z
      .tuple([z.looseObject({ header: z.looseObject({}), policy: z.unknown(), username: z.string() })])
      .parse(body);
    assert.deepEqual(policy, { accepted: [criteria(1027), criteria(1041), criteria(1281)] });
    assert.equal(username, ada.accountId);
    const { serverData, ...rest } = header;
    assert.equal(typeof serverData, 'string');
    assert.deepEqual(rest, {
      upv: { major: 1, minor: 0 },
      op: 'Reg',
      appID: `${app.origin}/fido/facets`,
      exts: [{ id: 'fido.uaf.uvm', data: '', fail_if_unknown: true }],
    });
    const facets = await call('/fido/facets');
    assert.equal(facets.headers.get('content-type'), 'application/fido.trusted-apps+json; charset=utf-8');
    assert.deepEqual(facets.body, {
      trustedFacets: [{ version: { major: 1, minor: 0 }, ids: [app.origin] }],
    });
  });

  for (const level of levels) {
    test(`signs its owner in at ${level} without a page, and their mailbox hears of the key`, async () => {
      const bea = await withKey(`bea-${level}`);
      assert.match((await app.messageFor(bea.who.email, 'email')).text, /face or fingerprint/u);
      if (level !== 'P0') await makeKnown(app.home, { accountId: bea.accountId, level });
      await useApp(bea, {}, `["${level}.Cp.Cd","${level}.Cm"]`);
      const { page } = bea.browser;
      const arrived = service.isArrival(page.address) ? page.address : await agree(bea);
      const { claims } = await service.finish(arrived);
      assert.deepEqual([claims.sub, claims['vot']], [bea.accountId, `${level}.Cm`]);
      const events = (await auditOf(app.home, bea.accountId)).filter((type) => type.startsWith('app-key.'));
      assert.deepEqual(events, ['app-key.added']);
    });
  }

  test('may sign in each of the accepted ways, and call itself by its own name', async () => {
    const cai = await signedIn('cai');
    const ways = [
      ['P-256, raw signatures, a raw key', {}, { algorithm: 1 }],
      ['P-256, DER signatures, a key in DER', { keyFormat: 'der' }, { algorithm: 2 }],
      ['secp256k1, raw signatures, a key in DER', { curve: 'secp256k1', keyFormat: 'der' }, { algorithm: 5 }],
      ['secp256k1, DER signatures, a raw key', { curve: 'secp256k1' }, { algorithm: 6 }],
      ['a surrogate attestation', {}, { attestation: 'surrogate' }],
      ['its own name for itself', {}, { appId }],
      ['a face, said as the policy says it', {}, { verified: Buffer.from('11040000', 'hex') }],
    ] as const;
    for (const [title, options, behaviour] of ways) {
      const owner = { ...cai, phone: new UafApp(options), browser: new Person(app) };
      const { status, body } = await register(owner, behaviour);
      assert.equal(status, 200, `${title}: ${JSON.stringify(body)}`);
      assert.equal(record.parse(body)[0].username, cai.accountId);
      await useApp(owner, behaviour);
      assert.equal((await service.finish(owner.browser.page.address)).claims.sub, cai.accountId, title);
    }
  });

  test('is refused, and signs nobody in, where it answers in any other way', async () => {
    const [dev, eli] = [await signedIn('dev'), await withKey('eli')];
    const wrongs = [
      ['does not say how it knew who used it', { verified: null }],
      ['knew nobody', { verified: Buffer.from('01000000', 'hex') }],
      ['asks for something that nobody knows', { unknownExtension: true }],
      ['did not verify anybody this time', { mode: 2 }],
      ['signs with another key', { wrongKey: true }],
      ['calls itself something else', { appId: 'example:another-app' }],
      ['answers another question', { challenge: 'A'.repeat(43) }],
      ['says that it signs in another way than it does', { algorithm: 5 }],
      ['signs in a way that is not accepted', { algorithm: 3 }],
      ['comes from no kind of device', { aaid: 'EBA0-0001' }],
      ['has lost a bit on the way', { spoil: -1 }],
      ['is written in another way', { spoil: 0 }],
    ] as const;
    for (const [title, behaviour] of wrongs) {
      const { status } = await register({ ...dev, phone: new UafApp() }, behaviour);
      assert.equal(status, 400, `one that ${title}`);
      const { browser } = eli;
      await useApp(eli, behaviour);
      assert.match(browser.page.address.pathname, /^\/(welcome|sign-in)\//u, `one that ${title}`);
    }
    assert.deepEqual(await listUafKeys(app.home.house.deps, dev.accountId), []);
  });

  test('signs nobody in with a transaction that nobody asked to confirm', async () => {
    const fay = await withKey('fay');
    await useApp(fay, { transaction: true });
    assert.match(fay.browser.page.address.pathname, /^\/(welcome|sign-in)\//u);
  });

  test('is not used up by a program that looks where a link leads', async () => {
    const wyn = await withKey('wyn');
    const vtr = '["P0.Cm"]';
    const response = wyn.phone.authenticate((await call('/authRequest')).body);
    const ask = async () => new URL(await service.requestAddress({ vtr, fido_auth_response: response }));
    const { pathname, search } = await ask();
    const looked = await rawRequest(app.listensAt, { path: `${pathname}${search}` });
    const waitsAt = looked.headers.get('location') ?? '';
    assert.match(waitsAt, /^\/interaction\//u);
    assert.equal((await rawRequest(app.listensAt, { path: waitsAt })).status, 400);
    await wyn.browser.open(await ask());
    assert.ok(service.isArrival(wyn.browser.page.address));
  });

  test('answers each question once, within five minutes', async () => {
    const gil = await withKey('gil');
    const response = await useApp(gil);
    assert.ok(service.isArrival(gil.browser.page.address));
    const thief = new Person(app);
    await thief.open(await service.requestAddress({ vtr: '["P0.Cm"]', fido_auth_response: response }));
    assert.ok(!service.isArrival(thief.page.address));
    const old = gil.phone.authenticate((await call('/authRequest')).body);
    app.home.clock.advance(301);
    await thief.open(await service.requestAddress({ vtr: '["P0.Cm"]', fido_auth_response: old }));
    assert.ok(!service.isArrival(thief.page.address));
    app.home.clock.reset();
    const message = gil.phone.register(await askForKey(gil));
    const twice = await Promise.all([
      call('/regResponse', { body: [new UafApp().register(await askForKey(gil))] }),
      call('/regResponse', { body: [message] }),
    ]);
    assert.deepEqual(
      twice.map(({ status }) => status),
      [200, 400],
    );
    const spent = new UafApp().register(await askForKey(gil));
    const outcomes = await Promise.all([spent, spent, spent].map((body) => call('/regResponse', { body })));
    assert.equal(outcomes.filter(({ status }) => status === 200).length, 1);
  });

  test('whose count goes back has a copy, and signs nobody in from then on; one that never counts is taken as it is', async () => {
    const hal = await withKey('hal');
    for (const count of [5, 5, 6]) {
      const next = { ...hal, browser: new Person(app) };
      await useApp(next, { count });
      assert.ok(!next.browser.page.address.pathname.startsWith('/welcome/'));
    }
    for (const count of [5, 7]) {
      const next = { ...hal, browser: new Person(app) };
      await useApp(next, { count });
      assert.ok(next.browser.page.address.pathname.startsWith('/welcome/'));
    }
    assert.equal((await listUafKeys(app.home.house.deps, hal.accountId))[0]?.isSuspended, true);
    assert.ok((await auditOf(app.home, hal.accountId)).includes('app-key.suspended'));
  });

  test('of a login that its owner has locked signs nobody in, says so to whoever uses it, and is gone when a new password is chosen', async () => {
    const [lou, max] = [await withKey('lou'), await withKey('max')];
    app.home.clock.advance(1);
    for (const { accountId } of [lou, max]) {
      const linkTo = (token: string) => `${app.origin}/new-password/${token}`;
      await app.home.house.transact((deps) => lockLogin(deps, { accountId, linkTo }));
    }
    // As it was read just before the lock.
    await app.home.house.database.pool.query(
      'UPDATE accounts.uaf_key SET suspended_at = NULL WHERE account_id = $1',
      [max.accountId],
    );
    for (const owner of [lou, max]) {
      await useApp(owner);
      assert.equal(owner.browser.page.heading, 'Your login is locked');
    }
    const stranger = { ...lou, browser: new Person(app) };
    await useApp(stranger, { wrongKey: true });
    expectPage(stranger.browser, 'start');
    await app.linkFor(lou.who.email);
    await lou.browser.press('Choose a new password');
    await lou.browser.submit({ email: lou.who.email });
    await lou.browser.open(await app.linkFor(lou.who.email));
    await lou.browser.submit({ password: 'seventeen brass otters', passwordAgain: 'seventeen brass otters' });
    assert.deepEqual(await listUafKeys(app.home.house.deps, lou.accountId), []);
    const again = { ...lou, browser: new Person(app) };
    await useApp(again);
    expectPage(again.browser, 'start');
    app.home.clock.reset();
  });

  test('signs in its owner, and not whoever is signed in in the same browser', async () => {
    const [ida, jan] = [await withKey('ida'), await signedIn('jan')];
    await useApp({ ...ida, browser: jan.browser });
    const address = service.isArrival(jan.browser.page.address) ? jan.browser.page.address : await agree(jan);
    const { claims } = await service.finish(address);
    assert.deepEqual([claims.sub, claims['vot']], [ida.accountId, 'P0.Cm']);
    await useApp({ ...ida, browser: jan.browser }, { wrongKey: true });
    expectPage(jan.browser, 'start');
  });

  test('signs in to its own service alone: whoever opens its address goes nowhere else as its owner', async () => {
    const una = await withKey('una');
    await useApp(una);
    assert.ok(service.isArrival(una.browser.page.address));
    await una.browser.open(await service.requestAddress({ vtr: '["P0.Cm"]' }));
    assert.ok(service.isArrival(una.browser.page.address));
    const other = await app.registerTestService({ clientName: 'Hilltop', vectors });
    await una.browser.open(await other.requestAddress({ vtr: '["P0.Cm"]' }));
    assert.match(una.browser.page.address.pathname, /^\/(welcome|sign-in)\//u);
    await una.browser.open(`${app.origin}/settings`);
    assert.match(una.browser.page.address.pathname, /^\/(welcome|sign-in)\//u);
    await una.browser.open(await service.requestAddress({ vtr: '["P9.Cm"]' }));
    assert.match(una.browser.page.address.pathname, /^\/(welcome|sign-in)\//u);
  });

  test('does not have whoever opens its address proven as its owner, in one request either', async () => {
    const viv = await withKey('viv');
    await useApp(viv, {}, '["P9.Cm"]');
    assert.match(viv.browser.page.address.pathname, /^\/(welcome|sign-in)\//u);
  });

  test('lets its service hand its owner over to another, and to their account', async () => {
    const giver = await app.registerTestService({
      vectors,
      fidoUafAppIds: [],
      ssoWith: ['account-settings'],
    });
    const owner = { ...(await signedIn('xan', giver)), browser: new Person(app) };
    assert.equal((await register(owner)).status, 200);
    await useApp(owner);
    const { claims } = await giver.finish(await agreed(owner));
    const query = new URLSearchParams({ asserted_login_identity: await giver.handOver(claims) });
    await owner.browser.open(`${app.origin}/settings?${query.toString()}`);
    assert.equal(owner.browser.page.heading, 'Your account');
  });

  test('is good for the requests of its own service alone', async () => {
    const kit = await withKey('kit');
    const other = await app.registerTestService({ clientName: 'Hilltop', vectors, fidoUafAppIds: [appId] });
    await useApp({ ...kit, service: other });
    assert.match(kit.browser.page.address.pathname, /^\/(welcome|sign-in)\//u);
    const without = await app.registerTestService({ clientName: 'Valley', vectors });
    await useApp({ ...kit, service: without });
    assert.match(kit.browser.page.address.pathname, /^\/(welcome|sign-in)\//u);
  });
});

describe('a key is registered', () => {
  test('by a service that is registered for it, for somebody who has just shown two factors', async () => {
    assert.equal((await call('/regRequest')).status, 401);
    assert.equal((await call('/regRequest', { token: 'nonsense' })).status, 401);
    const other = await app.registerTestService({ clientName: 'Hilltop', vectors });
    const lia = await signedIn('lia', other);
    assert.equal((await call('/regRequest', { token: lia.accessToken })).status, 403);
    const mia = await signedIn('mia', service, '["P0.Cp"]');
    const weak = await call('/regRequest', { token: mia.accessToken });
    assert.equal(weak.status, 401);
    assert.match(
      weak.headers.get('www-authenticate') ?? '',
      /insufficient_user_authentication.*max_age="600"/u,
    );
  });

  test('only as long as the sign-in stands', async () => {
    const ned = await signedIn('ned');
    const message = ned.phone.register(await askForKey(ned));
    app.home.clock.advance(1);
    await app.home.house.transact((deps) => endSignIns(deps, ned.accountId));
    assert.equal((await call('/regResponse', { body: [message] })).status, 400);
    assert.equal((await call('/regRequest', { token: ned.accessToken })).status, 401);
    assert.deepEqual(await listUafKeys(app.home.house.deps, ned.accountId), []);
    app.home.clock.reset();
  });

  test('once, whoever asks: nobody takes over the key of another', async () => {
    const oli = await withKey('oli');
    const pat = { ...(await signedIn('pat')), phone: oli.phone };
    assert.equal((await register(pat)).status, 400);
    await useApp(oli);
    assert.equal((await service.finish(oli.browser.page.address)).claims.sub, oli.accountId);
  });

  test('in messages of version 1.0, and in nothing else', async () => {
    const quin = await signedIn('quin');
    const good = z
      .looseObject({ header: z.looseObject({}) })
      .parse(quin.phone.register(await askForKey(quin)));
    for (const body of [
      'nonsense',
      '[]',
      '[1]',
      [good, good],
      [{ ...good, assertions: [] }],
      [{ ...good, header: { ...good.header, upv: { major: 1, minor: 1 } } }],
      [{ ...good, header: { ...good.header, op: 'Auth' } }],
      [{ ...good, header: { ...good.header, serverData: 'AAAA' } }],
      [{ ...good, fcParams: 'AAAA' }],
    ]) {
      const { status } = await call('/regResponse', { body });
      assert.equal(status, 400, JSON.stringify(body).slice(0, 80));
    }
    assert.equal((await call('/regResponse', { body: good })).status, 200);
  });
});

describe('a key is forgotten', () => {
  test('alone, or with all others that the app keeps, and never one of somebody else', async () => {
    const [rob, sue] = [await withKey('rob'), await withKey('sue')];
    const second = { ...rob, phone: new UafApp() };
    assert.equal((await register(second)).status, 200);
    const named = (phone: UafApp) => ({
      header: { upv: { major: 1, minor: 0 }, op: 'Dereg', appID: appId },
      authenticators: [{ aaid: 'EBA0#0001', keyID: phone.keyId.toString('base64url') }],
    });
    const others = await call('/deregRequest', { token: rob.accessToken, body: [named(sue.phone)] });
    assert.deepEqual(
      z.tuple([z.looseObject({ authenticators: z.array(z.unknown()) })]).parse(others.body)[0].authenticators,
      [],
    );
    const one = await call('/deregRequest', { token: rob.accessToken, body: [named(rob.phone)] });
    assert.deepEqual(one.body, [
      {
        header: { upv: { major: 1, minor: 0 }, op: 'Dereg', appID: `${app.origin}/fido/facets` },
        authenticators: named(rob.phone).authenticators,
      },
    ]);
    await useApp(rob);
    assert.ok(!service.isArrival(rob.browser.page.address));
    await useApp({ ...second, browser: new Person(app) });
    const all = await call('/dereg', { token: rob.accessToken });
    assert.equal(all.status, 200);
    assert.deepEqual(await listUafKeys(app.home.house.deps, rob.accountId), []);
    assert.equal((await listUafKeys(app.home.house.deps, sue.accountId)).length, 1);
    assert.equal((await call('/dereg')).status, 401);
    assert.equal((await call('/dereg', { token: rob.accessToken, body: 'nonsense' })).status, 400);
  });
});

test('an app of somebody is listed in their settings, where they stop it', async () => {
  const tom = await withKey('tom');
  const { browser } = tom;
  await browser.open(`${app.origin}/settings/passkeys`);
  await browser.submit({ email: tom.who.email });
  await browser.submit({ password: tom.who.password });
  await browser.submit({ code: await app.codeFor(tom.who.phone, 'sms') });
  assert.match(browser.page.text, new RegExp(`Apps .* ${service.clientName} Set up on`, 'u'));
  await browser.press(/^Stop/u);
  assert.equal(browser.page.heading, `Stop the app of “${service.clientName}” from signing you in?`);
  await browser.press('Stop the app');
  assert.match(browser.page.text, /It was removed/u);
  assert.deepEqual(await listUafKeys(app.home.house.deps, tom.accountId), []);
});

test('a key is not registered by who is at a remembered browser with the password, until they show a code', async () => {
  const who = somebody('sam');
  const phone = `+44${who.phone.slice(1).replaceAll(' ', '')}`;
  await makeAccount(app.home, { email: who.email, password: who.password, phone });
  const sam = { app, service, who, browser: new Person(app) };
  const vtr = '["P0.Cp.Cd"]';
  await signInWithPassword(sam, { vtr });
  await sam.browser.submit({ code: await app.codeFor(who.phone, 'sms'), remember: 'yes' });
  await agree(sam);
  await sam.browser.open(`${app.origin}/session/end`);
  await sam.browser.submit({});
  await signInWithPassword(sam, { vtr });
  const remembered = await service.finish(sam.browser.page.address);
  const refused = await call('/regRequest', { token: remembered.accessToken });
  assert.equal(refused.status, 401);
  assert.match(
    refused.headers.get('www-authenticate') ?? '',
    /insufficient_user_authentication.*max_age="0"/u,
  );
  await signInWithPassword(sam, { vtr, max_age: '0' });
  expectPage(sam.browser, 'code');
  await sam.browser.submit({ code: await app.codeFor(who.phone, 'sms') });
  const { accessToken } = await service.finish(sam.browser.page.address);
  assert.equal((await call('/regRequest', { token: accessToken })).status, 200);
});

test('a key on the phone that was said to be lost shows that it is not: the number that waits is stopped', async () => {
  const tia = await withKey('tia');
  const { accountId } = tia;
  const requested = await app.home.house.transact((deps) =>
    requestReplacement(deps, {
      accountId,
      provenAt: deps.clock.now(),
      kind: 'mobile',
      number: '+447700900961',
      lost: ['mobile'],
      by: 'email-code',
      language: 'en',
      linkTo: (token) => `${app.origin}/stop-change/${token}`,
    }),
  );
  assert.equal(requested.outcome, 'requested');
  await useApp(tia);
  assert.ok((await auditOf(app.home, accountId)).includes('recovery.stopped'));
});
