import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forgetAccount, type Account } from '#accounts';
import { refuseRequest, type SignInRequest } from '#openid';
import type { TestBrowser } from './support/browser.ts';
import {
  agreeToShare,
  codeIn,
  createPerson,
  goToEntry,
  openBrowser,
  openPasswordResets,
  proveFactors,
  readArrival,
  signIn,
} from './support/people.ts';
import { entryAddress, startProvider, type TestProvider } from './support/provider.ts';
import {
  authorizeAddress,
  exchange,
  registerService,
  type Parameters,
  type TestService,
} from './support/service.ts';
import { payloadOf } from './support/tokens.ts';

let provider: TestProvider;
let service: TestService;
let ada: Account;
let resetPasswordOf: (account: Account) => Promise<void>;
before(async () => {
  provider = await startProvider();
  resetPasswordOf = await openPasswordResets(provider);
  service = await registerService(provider);
  ada = await createPerson(provider);
});
after(() => provider.close());

/** Asks silently. @returns the error, or `code` */
async function askSilently(
  browser: TestBrowser,
  changes: Parameters = {},
  asking = service,
): Promise<string> {
  const arrival = await goToEntry(browser, authorizeAddress(asking, { prompt: 'none', ...changes }));
  const { searchParams } = arrival.address;
  return searchParams.has('code') ? 'code' : (searchParams.get('error') ?? arrival.address.href);
}

async function ask(browser: TestBrowser, changes: Parameters = {}, asking = service): Promise<SignInRequest> {
  return readArrival(provider, await goToEntry(browser, authorizeAddress(asking, changes)));
}

/** A browser in which somebody has signed in and agreed. */
async function signedIn(account: Account = ada, changes: Parameters = {}): Promise<TestBrowser> {
  const browser = openBrowser(provider);
  codeIn(await signIn(provider, service, { accountId: account.id, browser }, changes));
  return browser;
}

async function idTokenAt(back: URL) {
  const { body } = await exchange(provider, service, codeIn(back));
  return payloadOf(body['id_token']);
}

test('whoever is signed in is signed in silently, at other services too once they agreed', async () => {
  const browser = await signedIn();
  assert.equal(await askSilently(browser), 'code');
  const other = await registerService(provider);
  assert.equal(await askSilently(browser, {}, other), 'consent_required');
  const request = await ask(browser, {}, other);
  assert.equal(request.prompt, 'consent');
  assert.deepEqual(request.session, { accountId: ada.id, factors: ['Cp'] });
  assert.deepEqual([request.newScopes, request.agreedScopes], [['email', 'phone'], []]);
  const back = await goToEntry(browser, await agreeToShare(provider, request));
  codeIn(back.address);
  assert.equal(await askSilently(browser, {}, other), 'code');
});

test('a person is asked again only for what they have not agreed to yet', async () => {
  const person = await createPerson(provider);
  const browser = await signedIn(person, { scope: 'openid email' });
  assert.equal(await askSilently(browser, { scope: 'openid' }), 'code');
  const request = await ask(browser, { scope: 'openid email phone' });
  assert.deepEqual(
    [request.prompt, request.newScopes, request.agreedScopes],
    ['consent', ['phone'], ['email']],
  );
});

test('a password alone is enough when nothing more is asked for; a code is asked for when it is', async () => {
  const browser = await signedIn();
  assert.equal(await askSilently(browser, { vtr: '["P0.Cp.Cd"]' }), 'sso_login_required');
  const request = await ask(browser, { vtr: '["P0.Cp.Cd"]' });
  assert.deepEqual([request.prompt, request.missing, request.mustAuthenticate], ['login', ['Cd'], false]);
  assert.deepEqual(request.session, { accountId: ada.id, factors: ['Cp'] });
});

test('after the missing factor the session has both, and the time of the sign-in stays', async () => {
  const browser = await signedIn();
  const before = await idTokenAt((await goToEntry(browser, authorizeAddress(service))).address);
  provider.clock.advance(120);
  const request = await ask(browser, { vtr: '["P0.Cp.Cd"]' });
  const address = await proveFactors(provider, request, { accountId: ada.id, factors: ['Cd'] });
  const after = await idTokenAt((await goToEntry(browser, address)).address);
  assert.deepEqual([before['vot'], after['vot']], ['P0.Cp', 'P0.Cp.Cd']);
  assert.equal(after['auth_time'], before['auth_time']);
  assert.equal(await askSilently(browser, { vtr: '["P0.Cp.Cd"]' }), 'code');
  assert.equal(await askSilently(browser, { vtr: '["P0.Cp"]' }), 'code');
});

test('vot is the strongest requested vector that is satisfied, as the service wrote it', async () => {
  const both = { vtr: '["P0.Cp", "Cd.P0.Cp"]' };
  const weak = openBrowser(provider);
  const weakly = await signIn(provider, service, { accountId: ada.id, browser: weak, factors: ['Cp'] }, both);
  assert.equal((await idTokenAt(weakly))['vot'], 'P0.Cp');
  const strongly = await signIn(provider, service, { accountId: ada.id, factors: ['Cp', 'Cd'] }, both);
  assert.equal((await idTokenAt(strongly))['vot'], 'Cd.P0.Cp');
});

test('prompt=login asks again, and the sign-in is then a new one', async () => {
  const browser = await signedIn();
  const before = await idTokenAt((await goToEntry(browser, authorizeAddress(service))).address);
  provider.clock.advance(60);
  const request = await ask(browser, { prompt: 'login' });
  assert.deepEqual([request.prompt, request.mustAuthenticate, request.missing], ['login', true, ['Cp']]);
  const back = await goToEntry(browser, await proveFactors(provider, request, { accountId: ada.id }));
  const after = await idTokenAt(back.address);
  assert.ok(Number(after['auth_time']) >= Number(before['auth_time']) + 60);
});

test('a sign-in older than max_age asks again', async () => {
  const browser = await signedIn();
  assert.equal(await askSilently(browser, { max_age: '600' }), 'code');
  provider.clock.advance(601);
  assert.equal(await askSilently(browser, { max_age: '600' }), 'sso_login_required');
  const request = await ask(browser, { max_age: '600' });
  assert.equal(request.mustAuthenticate, true);
  const back = await goToEntry(browser, await proveFactors(provider, request, { accountId: ada.id }));
  codeIn(back.address);
  assert.equal(await askSilently(browser, { max_age: '0' }), 'sso_login_required');
});

test('a hint at somebody else asks for them', async () => {
  const browser = await signedIn();
  const own = await exchange(
    provider,
    service,
    codeIn((await goToEntry(browser, authorizeAddress(service))).address),
  );
  const grace = await createPerson(provider);
  const other = await exchange(
    provider,
    service,
    codeIn(await signIn(provider, service, { accountId: grace.id })),
  );
  assert.equal(await askSilently(browser, { id_token_hint: String(own.body['id_token']) }), 'code');
  assert.equal(
    await askSilently(browser, { id_token_hint: String(other.body['id_token']) }),
    'sso_login_required',
  );
  assert.equal(await askSilently(browser, { id_token_hint: `${String(other.body['id_token'])}x` }), 'code');
});

test('a session ends after an hour without use, and lives on with it', async () => {
  const browser = await signedIn();
  for (let hours = 0; hours < 3; hours += 1) {
    provider.clock.advance(3500);
    assert.equal(await askSilently(browser), 'code');
  }
  provider.clock.advance(3601);
  assert.equal(await askSilently(browser), 'sso_login_required');
});

test('a new password ends every session before it', async () => {
  const person = await createPerson(provider);
  const browser = await signedIn(person);
  provider.clock.advance(1);
  await resetPasswordOf(person);
  assert.equal(await askSilently(browser), 'sso_login_required');
  const request = await ask(browser);
  assert.deepEqual([request.prompt, request.session, request.missing], ['login', undefined, ['Cp']]);
  provider.clock.advance(1);
  const back = await goToEntry(browser, await proveFactors(provider, request, { accountId: person.id }));
  codeIn(back.address);
});

test('a closed account is signed in nowhere, and somebody else can sign in after it', async () => {
  const person = await createPerson(provider);
  const browser = await signedIn(person);
  await provider.house.transact((deps) => forgetAccount(deps, person.id));
  assert.equal(await askSilently(browser), 'sso_login_required');
  const request = await ask(browser);
  assert.equal(request.session, undefined);
  const arrival = await goToEntry(browser, await proveFactors(provider, request, { accountId: ada.id }));
  assert.equal((await idTokenAt(arrival.address))['sub'], ada.id);
});

test('somebody else signs in in the same browser, and simply arrives as themselves', async () => {
  const browser = await signedIn();
  const grace = await createPerson(provider);
  const request = await ask(browser, { prompt: 'login' });
  let arrival = await goToEntry(browser, await proveFactors(provider, request, { accountId: grace.id }));
  assert.equal(arrival.address.pathname, entryAddress, arrival.body);
  const consent = await readArrival(provider, arrival);
  assert.deepEqual([consent.prompt, consent.session?.accountId], ['consent', grace.id]);
  arrival = await goToEntry(browser, await agreeToShare(provider, consent));
  assert.equal((await idTokenAt(arrival.address))['sub'], grace.id);
  const silent = await goToEntry(browser, authorizeAddress(service, { prompt: 'none' }));
  assert.equal((await idTokenAt(silent.address))['sub'], grace.id);
});

test('of two tabs with two people the later one stays signed in, and neither gets the other’s tokens', async () => {
  const grace = await createPerson(provider);
  await signedIn(grace);
  const browser = openBrowser(provider);
  const [adas, graces] = [await ask(browser), await ask(browser)];
  const forAda = await goToEntry(browser, await proveFactors(provider, adas, { accountId: ada.id }));
  assert.equal((await idTokenAt(forAda.address))['sub'], ada.id);
  const forGrace = await goToEntry(browser, await proveFactors(provider, graces, { accountId: grace.id }));
  assert.equal((await idTokenAt(forGrace.address))['sub'], grace.id);
  const silent = await goToEntry(browser, authorizeAddress(service, { prompt: 'none' }));
  assert.equal((await idTokenAt(silent.address))['sub'], grace.id);
});

test('who agrees in one tab after somebody else signed in in another is asked again from the start', async () => {
  const other = await registerService(provider);
  const grace = await createPerson(provider);
  const browser = await signedIn();
  const consent = await ask(browser, {}, other);
  assert.equal(consent.prompt, 'consent');
  const login = await ask(browser, { prompt: 'login' });
  await goToEntry(browser, await proveFactors(provider, login, { accountId: grace.id }));
  const again = await readArrival(provider, await goToEntry(browser, await agreeToShare(provider, consent)));
  assert.deepEqual(
    [again.prompt, again.session?.accountId, again.clientId],
    ['consent', grace.id, other.clientId],
  );
});

test('a missing factor does not stand on a session that has ended meanwhile', async () => {
  const impatient = await startProvider({ environment: { BEVAN_SESSION_IDLE_SECONDS: '600' } });
  const asking = await registerService(impatient);
  const person = await createPerson(impatient);
  const browser = openBrowser(impatient);
  codeIn(await signIn(impatient, asking, { accountId: person.id, browser }));
  const strong = { vtr: '["P0.Cp.Cd"]' };
  const request = await readArrival(impatient, await goToEntry(browser, authorizeAddress(asking, strong)));
  assert.deepEqual([request.session?.factors, request.missing], [['Cp'], ['Cd']]);
  impatient.clock.advance(601);
  const address = await proveFactors(impatient, request, { accountId: person.id, factors: ['Cp', 'Cd'] });
  const again = await readArrival(impatient, await goToEntry(browser, address));
  assert.deepEqual([again.session, again.missing], [undefined, ['Cp', 'Cd']]);
  assert.notEqual(again.uid, request.uid);
  await impatient.close();
});

test('a person who refuses goes back with ConsentNotGiven, exactly so', async () => {
  const person = await createPerson(provider);
  const browser = openBrowser(provider);
  const request = await ask(browser, { state: 'kept' });
  const arrival = await goToEntry(browser, await proveFactors(provider, request, { accountId: person.id }));
  const consent = await readArrival(provider, arrival);
  const { address } = await provider.house.transact((deps) =>
    refuseRequest(deps, { uid: consent.uid, error: 'access_denied', description: 'ConsentNotGiven' }),
  );
  const back = await goToEntry(browser, address);
  assert.equal(`${back.address.origin}${back.address.pathname}`, service.redirectUri);
  assert.deepEqual(Object.fromEntries(back.address.searchParams), {
    error: 'access_denied',
    error_description: 'ConsentNotGiven',
    state: 'kept',
    iss: provider.issuer,
  });
  assert.equal(await askSilently(browser), 'consent_required');
});

test('a person from a nation that the service does not serve is told so before anything is shared', async () => {
  const english = await registerService(provider, { nations: ['england', 'wales'] });
  const person = await createPerson(provider, { nation: 'scotland' });
  const browser = await signedIn(person);
  assert.equal(await askSilently(browser, {}, english), 'interaction_required');
  const request = await ask(browser, {}, english);
  assert.deepEqual([request.prompt, request.nations], ['availability', ['england', 'wales']]);
  const { address } = await provider.house.transact((deps) =>
    refuseRequest(deps, { uid: request.uid, error: 'access_denied', description: 'NotAvailableInNation' }),
  );
  const back = await goToEntry(browser, address);
  assert.equal(back.address.searchParams.get('error_description'), 'NotAvailableInNation');
});

test('the way back works once, for a minute, in the browser that made the request', async () => {
  const person = await createPerson(provider);
  const browser = openBrowser(provider);
  const thief = openBrowser(provider);
  const request = await ask(browser);
  const address = await proveFactors(provider, request, { accountId: person.id });
  const stolen = await goToEntry(thief, address);
  assert.deepEqual([stolen.status, thief.cookieNames], [400, []]);
  assert.match(stolen.body, /CID1004/u);
  const late = await proveFactors(provider, request, { accountId: person.id });
  const arrival = await goToEntry(browser, address);
  assert.equal((await readArrival(provider, arrival)).prompt, 'consent');
  const twice = await goToEntry(browser, address);
  assert.deepEqual([twice.status, twice.address.origin], [400, provider.issuer]);
  provider.clock.advance(61);
  assert.equal((await goToEntry(browser, late)).status, 400);
});

test('a ticket that is too old leads back to the journey, and one request’s ticket is no use to another', async () => {
  const browser = openBrowser(provider);
  const [one, other] = [await ask(browser), await ask(browser)];
  const address = await proveFactors(provider, one, { accountId: ada.id });
  const swapped = await goToEntry(browser, address.replace(one.uid, other.uid));
  assert.equal((await readArrival(provider, swapped)).uid, other.uid);
  provider.clock.advance(61);
  const back = await goToEntry(browser, address);
  assert.equal((await readArrival(provider, back)).uid, one.uid);
});

test('a request is forgotten after an hour', async () => {
  const browser = openBrowser(provider);
  const request = await ask(browser);
  const address = `/interaction/${request.uid}`;
  assert.equal((await goToEntry(browser, address)).address.pathname, entryAddress);
  provider.clock.advance(3601);
  const late = await goToEntry(browser, address);
  assert.deepEqual([late.status, late.address.pathname], [400, address]);
});

test('a session cookie that was made up or altered opens nothing', async () => {
  const browser = await signedIn();
  const forged = await provider.fetch(authorizeAddress(service, { prompt: 'none' }), {
    headers: { cookie: `session=${'a'.repeat(21)}; session.sig=${'b'.repeat(27)}` },
    redirect: 'manual',
  });
  assert.match(forged.headers.get('location') ?? '', /sso_login_required/u);
  assert.equal(await askSilently(browser), 'code');
});
