import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { codeIn, createPerson, goToEntry, openBrowser, proveFactors, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { authorizeAddress, exchange, registerService, type TestService } from './support/service.ts';
import { visitsOf, type Visits } from './support/visits.ts';

let provider: TestProvider;
let service: TestService;
let visits: Visits;
let ada: Account;
let grace: Account;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
  visits = visitsOf(provider, service);
  [ada, grace] = [await createPerson(provider), await createPerson(provider)];
  codeIn(await signIn(provider, service, { accountId: grace.id }));
});
after(() => provider.close());

const refusal = 'sso_login_required';

test('max_age=0 always asks again, and auth_time is then that of the new sign-in', async () => {
  const browser = await visits.signedIn(ada);
  const silent = await goToEntry(browser, authorizeAddress(service));
  const first = await visits.idTokenAt(silent.address);
  assert.equal(await visits.askSilently(browser, { max_age: '0' }), refusal);
  provider.clock.advance(30);
  const request = await visits.ask(browser, { max_age: '0' });
  assert.deepEqual([request.prompt, request.mustAuthenticate], ['login', true]);
  const address = await proveFactors(provider, request, { accountId: ada.id });
  const again = await visits.idTokenAt((await goToEntry(browser, address)).address);
  assert.ok(Number(again['auth_time']) >= Number(first['auth_time']) + 30);
});

test('with max_age, a sign-in that is young enough is not asked for again, and auth_time says how old it is', async () => {
  const browser = openBrowser(provider);
  const asking = { max_age: '300' };
  const first = await visits.idTokenAt(
    await signIn(provider, service, { accountId: ada.id, browser }, asking),
  );
  provider.clock.advance(290);
  const silent = await goToEntry(browser, authorizeAddress(service, { ...asking, prompt: 'none' }));
  assert.equal((await visits.idTokenAt(silent.address))['auth_time'], first['auth_time']);
  provider.clock.advance(15);
  assert.equal(await visits.askSilently(browser, asking), refusal);
  assert.equal(await visits.askSilently(browser), 'code', 'who does not ask for it is not refused');
});

test('a step-up makes no sign-in younger than it is', async () => {
  const browser = await visits.signedIn(ada);
  provider.clock.advance(100);
  const request = await visits.ask(browser, { vtr: '["P0.Cp.Cd"]' });
  codeIn(
    (await goToEntry(browser, await proveFactors(provider, request, { accountId: ada.id, factors: ['Cd'] })))
      .address,
  );
  assert.equal(await visits.askSilently(browser, { max_age: '60' }), refusal);
});

for (const maxAge of ['soon', '-1', '1.5', '1e3', '99999999999999999999']) {
  test(`max_age=${maxAge} is no age, and is ignored`, async () => {
    assert.equal(await visits.askSilently(await visits.signedIn(ada), { max_age: maxAge }), 'code');
  });
}

test('prompt=login with another person signs that person in, and the first out', async () => {
  const browser = await visits.signedIn(ada);
  const request = await visits.ask(browser, { prompt: 'login' });
  const address = await proveFactors(provider, request, { accountId: grace.id });
  assert.equal((await visits.idTokenAt((await goToEntry(browser, address)).address))['sub'], grace.id);
  const silent = await goToEntry(browser, authorizeAddress(service, { prompt: 'none' }));
  assert.equal((await visits.idTokenAt(silent.address))['sub'], grace.id);
});

test('prompt=none goes with nothing else', async () => {
  const browser = await visits.signedIn(ada);
  for (const prompt of ['none login', 'login none', 'none consent', 'sometimes'])
    assert.equal(await visits.askSilently(browser, { prompt }), 'invalid_request', prompt);
});

test('only the person whom id_token_hint means can answer the request', async () => {
  const { body } = await exchange(
    provider,
    service,
    codeIn(await signIn(provider, service, { accountId: grace.id })),
  );
  const hint = { id_token_hint: String(body['id_token']) };
  assert.equal(await visits.askSilently(openBrowser(provider), hint), refusal);
  const browser = await visits.signedIn(ada);
  assert.equal(await visits.askSilently(browser, hint), refusal);
  const request = await visits.ask(browser, hint);
  assert.deepEqual([request.prompt, request.mustAuthenticate], ['login', true]);
  const wrong = await goToEntry(browser, await proveFactors(provider, request, { accountId: ada.id }));
  const { searchParams } = wrong.address;
  assert.deepEqual([searchParams.get('error'), searchParams.get('code')], ['login_required', null]);
  assert.equal(await visits.askSilently(browser), 'code', 'and nobody was signed out');
  const again = await visits.ask(browser, hint);
  const right = await goToEntry(browser, await proveFactors(provider, again, { accountId: grace.id }));
  assert.equal((await visits.idTokenAt(right.address))['sub'], grace.id);
  assert.equal(await visits.askSilently(browser, hint), 'code');
});

test('login_hint and ui_locales reach the pages, the first language that these have', async () => {
  const hinted = { login_hint: 'ada@example.org', ui_locales: 'fr-FR cy-GB en' };
  const request = await visits.ask(openBrowser(provider), hinted);
  assert.deepEqual([request.loginHint, request.language], ['ada@example.org', 'cy']);
  const without = await visits.ask(openBrowser(provider), { ui_locales: 'fr de' });
  assert.deepEqual([without.loginHint, without.language], [undefined, undefined]);
});

test('login_hint at somebody else does not change who is signed in', async () => {
  const browser = await visits.signedIn(ada);
  const asking = { prompt: 'none', login_hint: grace.email };
  const silent = await goToEntry(browser, authorizeAddress(service, asking));
  assert.equal((await visits.idTokenAt(silent.address))['sub'], ada.id);
});
