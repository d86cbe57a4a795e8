import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forgetAccount, type Account } from '#accounts';
import {
  agreeToShare,
  codeIn,
  createPerson,
  goToEntry,
  openBrowser,
  openPasswordResets,
  proveFactors,
  signIn,
} from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { authorizeAddress, exchange, registerService, type TestService } from './support/service.ts';
import { visitsOf, type Visits } from './support/visits.ts';

let provider: TestProvider;
let service: TestService;
let visits: Visits;
let ada: Account;
let resetPasswordOf: (account: Account) => Promise<void>;
before(async () => {
  provider = await startProvider();
  resetPasswordOf = await openPasswordResets(provider);
  service = await registerService(provider);
  visits = visitsOf(provider, service);
  ada = await createPerson(provider);
});
after(() => provider.close());

test('whoever is signed in is signed in silently, at other services too once they agreed', async () => {
  const browser = await visits.signedIn(ada);
  assert.equal(await visits.askSilently(browser), 'code');
  const other = await registerService(provider);
  assert.equal(await visits.askSilently(browser, {}, other), 'consent_required');
  const request = await visits.ask(browser, {}, other);
  assert.equal(request.prompt, 'consent');
  assert.deepEqual([request.session?.accountId, request.session?.factors], [ada.id, ['Cp']]);
  assert.deepEqual([request.newScopes, request.agreedScopes], [['email', 'phone'], []]);
  const back = await goToEntry(browser, await agreeToShare(provider, request));
  codeIn(back.address);
  assert.equal(await visits.askSilently(browser, {}, other), 'code');
});

test('a person is asked again only for what they have not agreed to yet', async () => {
  const person = await createPerson(provider);
  const browser = await visits.signedIn(person, { scope: 'openid email' });
  assert.equal(await visits.askSilently(browser, { scope: 'openid' }), 'code');
  const request = await visits.ask(browser, { scope: 'openid email phone' });
  assert.deepEqual(
    [request.prompt, request.newScopes, request.agreedScopes],
    ['consent', ['phone'], ['email']],
  );
});

test('a service that only asks who somebody is is agreed to once', async () => {
  const person = await createPerson(provider);
  const browser = openBrowser(provider);
  codeIn(await signIn(provider, service, { accountId: person.id, browser }, { scope: 'openid' }));
  assert.equal(await visits.askSilently(browser, { scope: 'openid' }), 'code');
});

test('a password alone is enough when nothing more is asked for; a code is asked for when it is', async () => {
  const browser = await visits.signedIn(ada);
  assert.equal(await visits.askSilently(browser, { vtr: '["P0.Cp.Cd"]' }), 'sso_login_required');
  const request = await visits.ask(browser, { vtr: '["P0.Cp.Cd"]' });
  assert.deepEqual([request.prompt, request.missing, request.mustAuthenticate], ['login', ['Cd'], false]);
  assert.deepEqual([request.session?.accountId, request.session?.factors], [ada.id, ['Cp']]);
});

test('after the missing factor the session has both, and the time of the sign-in stays', async () => {
  const browser = await visits.signedIn(ada);
  const before = await visits.idTokenAt((await goToEntry(browser, authorizeAddress(service))).address);
  provider.clock.advance(120);
  const request = await visits.ask(browser, { vtr: '["P0.Cp.Cd"]' });
  const address = await proveFactors(provider, request, { accountId: ada.id, factors: ['Cd'] });
  const after = await visits.idTokenAt((await goToEntry(browser, address)).address);
  assert.deepEqual([before['vot'], after['vot']], ['P0.Cp', 'P0.Cp.Cd']);
  assert.equal(after['auth_time'], before['auth_time']);
  assert.equal(await visits.askSilently(browser, { vtr: '["P0.Cp.Cd"]' }), 'code');
  assert.equal(await visits.askSilently(browser, { vtr: '["P0.Cp"]' }), 'code');
});

test('vot is the strongest requested vector that is satisfied, as the service wrote it', async () => {
  const both = { vtr: '["P0.Cp", "Cd.P0.Cp"]' };
  const weak = openBrowser(provider);
  const weakly = await signIn(provider, service, { accountId: ada.id, browser: weak, factors: ['Cp'] }, both);
  assert.equal((await visits.idTokenAt(weakly))['vot'], 'P0.Cp');
  const strongly = await signIn(provider, service, { accountId: ada.id, factors: ['Cp', 'Cd'] }, both);
  assert.equal((await visits.idTokenAt(strongly))['vot'], 'Cd.P0.Cp');
});

test('prompt=login asks again, and the sign-in is then a new one', async () => {
  const browser = await visits.signedIn(ada);
  const before = await visits.idTokenAt((await goToEntry(browser, authorizeAddress(service))).address);
  provider.clock.advance(60);
  const request = await visits.ask(browser, { prompt: 'login' });
  assert.deepEqual([request.prompt, request.mustAuthenticate, request.missing], ['login', true, ['Cp']]);
  const back = await goToEntry(browser, await proveFactors(provider, request, { accountId: ada.id }));
  const after = await visits.idTokenAt(back.address);
  assert.ok(Number(after['auth_time']) >= Number(before['auth_time']) + 60);
});

test('prompt=consent asks again for what was agreed before', async () => {
  const browser = await visits.signedIn(ada);
  const request = await visits.ask(browser, { prompt: 'consent' });
  assert.deepEqual(
    [request.prompt, request.newScopes, request.agreedScopes],
    ['consent', [], ['email', 'phone']],
  );
  const back = await goToEntry(browser, await agreeToShare(provider, request));
  codeIn(back.address);
});

test('a sign-in older than max_age asks again', async () => {
  const browser = await visits.signedIn(ada);
  assert.equal(await visits.askSilently(browser, { max_age: '600' }), 'code');
  provider.clock.advance(601);
  assert.equal(await visits.askSilently(browser, { max_age: '600' }), 'sso_login_required');
  const request = await visits.ask(browser, { max_age: '600' });
  assert.equal(request.mustAuthenticate, true);
  const back = await goToEntry(browser, await proveFactors(provider, request, { accountId: ada.id }));
  codeIn(back.address);
  assert.equal(await visits.askSilently(browser, { max_age: '0' }), 'sso_login_required');
});

test('a hint at somebody else asks for them', async () => {
  const browser = await visits.signedIn(ada);
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
  assert.equal(await visits.askSilently(browser, { id_token_hint: String(own.body['id_token']) }), 'code');
  assert.equal(
    await visits.askSilently(browser, { id_token_hint: String(other.body['id_token']) }),
    'sso_login_required',
  );
  assert.equal(
    await visits.askSilently(browser, { id_token_hint: `${String(other.body['id_token'])}x` }),
    'code',
  );
});

test('a session ends after an hour without use, and lives on with it', async () => {
  const browser = await visits.signedIn(ada);
  for (let hours = 0; hours < 3; hours += 1) {
    provider.clock.advance(3500);
    assert.equal(await visits.askSilently(browser), 'code');
  }
  provider.clock.advance(3601);
  assert.equal(await visits.askSilently(browser), 'sso_login_required');
});

test('a new password ends every session before it', async () => {
  const person = await createPerson(provider);
  const browser = await visits.signedIn(person);
  provider.clock.advance(1);
  await resetPasswordOf(person);
  assert.equal(await visits.askSilently(browser), 'sso_login_required');
  const request = await visits.ask(browser);
  assert.deepEqual([request.prompt, request.session, request.missing], ['login', undefined, ['Cp']]);
  provider.clock.advance(1);
  const back = await goToEntry(browser, await proveFactors(provider, request, { accountId: person.id }));
  codeIn(back.address);
});

test('a closed account is signed in nowhere, and somebody else can sign in after it', async () => {
  const person = await createPerson(provider);
  const browser = await visits.signedIn(person);
  await provider.house.transact((deps) => forgetAccount(deps, person.id));
  assert.equal(await visits.askSilently(browser), 'sso_login_required');
  const request = await visits.ask(browser);
  assert.equal(request.session, undefined);
  const arrival = await goToEntry(browser, await proveFactors(provider, request, { accountId: ada.id }));
  assert.equal((await visits.idTokenAt(arrival.address))['sub'], ada.id);
});
