import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { readAgreement } from '#consent';
import { refuseRequest } from '#openid';
import type { TestBrowser } from './support/browser.ts';
import { signHandOver } from './support/hand-over.ts';
import {
  agreeToShare,
  codeIn,
  createPerson,
  goToEntry,
  openBrowser,
  proveFactors,
  readArrival,
  signIn,
} from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { authorizeAddress, exchange, registerService, type TestService } from './support/service.ts';
import { payloadOf } from './support/tokens.ts';
import { visitsOf, type Visits } from './support/visits.ts';

let provider: TestProvider;
let giver: TestService;
let taker: TestService;
let visits: Visits;
before(async () => {
  provider = await startProvider();
  taker = await registerService(provider, { clientName: 'Taker' });
  giver = await registerService(provider, { clientName: 'Giver', ssoWith: [taker.clientId] });
  visits = visitsOf(provider, taker);
});
after(() => provider.close());

/** Signs somebody in to the giver, in a browser of their own. @returns what hands them over */
async function giverOf(person: Account): Promise<() => Promise<{ asserted_login_identity: string }>> {
  const back = await signIn(provider, giver, { accountId: person.id });
  const { body } = await exchange(provider, giver, codeIn(back));
  const { jti } = payloadOf(body['id_token']);
  return async () => ({ asserted_login_identity: await signHandOver(giver, jti) });
}

/** @returns somebody who agreed to share with the taker */
async function knownPerson(): Promise<Account> {
  const person = await createPerson(provider);
  codeIn(await signIn(provider, taker, { accountId: person.id }));
  return person;
}

async function arriveAt(browser: TestBrowser, address: string): Promise<unknown> {
  return (await visits.idTokenAt((await goToEntry(browser, address)).address))['sub'];
}

const refusal = 'sso_login_required';

test('who is handed over still agrees to share, and is then signed in to that service alone', async () => {
  const person = await createPerson(provider);
  const handOver = await giverOf(person);
  const browser = openBrowser(provider);
  assert.equal(await visits.askSilently(browser, await handOver()), 'consent_required');
  assert.equal(browser.cookieNames.length, 0);
  const request = await visits.ask(browser, await handOver());
  assert.deepEqual([request.prompt, request.session?.accountId], ['consent', person.id]);
  assert.deepEqual(request.newScopes, ['email', 'phone']);
  assert.equal(await arriveAt(browser, await agreeToShare(provider, request)), person.id);
  assert.equal(browser.cookieNames.includes('session'), false);
  assert.equal(await visits.askSilently(browser), refusal);
  assert.equal(await visits.askSilently(browser, await handOver()), 'code');
});

test('who is handed over and refuses to share goes back without', async () => {
  const person = await createPerson(provider);
  const browser = openBrowser(provider);
  const { uid } = await visits.ask(browser, await (await giverOf(person))());
  const { address } = await provider.house.transact((deps) =>
    refuseRequest(deps, { uid, error: 'access_denied', description: 'ConsentNotGiven' }),
  );
  const back = await goToEntry(browser, address);
  assert.equal(back.address.searchParams.get('error_description'), 'ConsentNotGiven');
  assert.equal(await visits.askSilently(browser), refusal);
});

test('a session that ends while the person reads what is shared is good for nothing', async () => {
  const person = await createPerson(provider);
  const browser = openBrowser(provider);
  const handOver = await giverOf(person);
  provider.clock.advance(3590);
  const request = await visits.ask(browser, await handOver());
  provider.clock.advance(20);
  const again = await readArrival(provider, await goToEntry(browser, await agreeToShare(provider, request)));
  assert.deepEqual([again.prompt, again.session], ['login', undefined]);
  const parties = { accountId: person.id, clientId: taker.clientId };
  assert.equal(await readAgreement(provider.house.deps, parties), undefined);
});

test('nor is it a moment later, on the way back', async () => {
  const person = await createPerson(provider);
  const handOver = await giverOf(person);
  provider.clock.advance(3590);
  const browser = openBrowser(provider);
  const request = await visits.ask(browser, await handOver());
  const agreed = await agreeToShare(provider, request);
  provider.clock.advance(20);
  const again = await readArrival(provider, await goToEntry(browser, agreed));
  assert.deepEqual([again.prompt, again.session, again.mustAuthenticate], ['login', undefined, false]);
  const address = await proveFactors(provider, again, { accountId: person.id });
  const consent = await readArrival(provider, await goToEntry(browser, address));
  assert.equal(await arriveAt(browser, await agreeToShare(provider, consent)), person.id);
});

test('the page on which to agree can’t be taken over by another browser', async () => {
  const person = await createPerson(provider);
  const request = await visits.ask(openBrowser(provider), await (await giverOf(person))());
  const thief = openBrowser(provider);
  const stolen = await goToEntry(thief, await agreeToShare(provider, request));
  assert.deepEqual([stolen.status, thief.cookieNames], [400, []]);
});

test('where somebody else is signed in nobody is signed in silently, and nobody is signed out', async () => {
  const [ada, grace] = [await knownPerson(), await knownPerson()];
  const handOver = await giverOf(ada);
  const browser = await visits.signedIn(grace);
  assert.equal(await visits.askSilently(browser, await handOver()), refusal);
  assert.equal(await arriveAt(browser, authorizeAddress(taker, { prompt: 'none' })), grace.id);
  const request = await visits.ask(browser, await handOver());
  assert.deepEqual([request.prompt, request.mustAuthenticate], ['login', true]);
  const address = await proveFactors(provider, request, { accountId: grace.id });
  assert.equal(await arriveAt(browser, address), grace.id, 'whoever then signs in is who arrives');
  const second = await visits.ask(browser, await handOver());
  const other = await proveFactors(provider, second, { accountId: ada.id });
  assert.equal(await arriveAt(browser, other), ada.id);
});

test('somebody else who signs in while the page on which to agree is open is not mixed up with who came', async () => {
  const [ada, grace] = [await createPerson(provider), await knownPerson()];
  const browser = openBrowser(provider);
  const consent = await visits.ask(browser, await (await giverOf(ada))());
  codeIn(await signIn(provider, taker, { accountId: grace.id, browser }));
  assert.equal(await arriveAt(browser, await agreeToShare(provider, consent)), grace.id);
  const parties = { accountId: ada.id, clientId: taker.clientId };
  assert.equal(await readAgreement(provider.house.deps, parties), undefined);
});

test('whoever is signed in here already keeps their own session, as it was', async () => {
  const person = await knownPerson();
  const browser = await visits.signedIn(person);
  const strong = { vtr: '["P0.Cp.Cd"]' };
  const back = await signIn(provider, giver, { accountId: person.id }, strong);
  const { body } = await exchange(provider, giver, codeIn(back));
  const assertion = await signHandOver(giver, payloadOf(body['id_token'])['jti']);
  const asking = { ...strong, asserted_login_identity: assertion };
  assert.equal(await visits.askSilently(browser, asking), 'code');
  assert.equal(await visits.askSilently(browser), 'code');
  assert.equal(await visits.askSilently(browser, strong), refusal);
});

test('an assertion that isn’t accepted is ignored, but signs nobody else in without a page', async () => {
  const person = await knownPerson();
  const browser = await visits.signedIn(person);
  const junk = { asserted_login_identity: 'junk' };
  assert.equal(await visits.askSilently(browser, junk), refusal);
  assert.equal(await arriveAt(browser, authorizeAddress(taker, junk)), person.id);
});

test('prompt=login and max_age count for who is handed over too', async () => {
  const person = await knownPerson();
  const handOver = await giverOf(person);
  const browser = openBrowser(provider);
  for (const changes of [{ prompt: 'login' }, { max_age: '0' }]) {
    const request = await visits.ask(browser, { ...(await handOver()), ...changes });
    assert.deepEqual([request.prompt, request.mustAuthenticate, request.session], ['login', true, undefined]);
  }
  provider.clock.advance(120);
  const old = { max_age: '60' };
  assert.equal(await visits.askSilently(browser, { ...(await handOver()), ...old }), refusal);
  assert.equal(await visits.askSilently(browser, { ...(await handOver()), max_age: '600' }), 'code');
  const request = await visits.ask(browser, { ...(await handOver()), ...old });
  assert.equal(request.mustAuthenticate, true);
  const address = await proveFactors(provider, request, { accountId: person.id });
  assert.equal(await arriveAt(browser, address), person.id);
  assert.equal(await visits.askSilently(browser), 'code', 'who has signed in themselves has a session');
});

test('a service that is not for where the person lives stays so', async () => {
  const person = await createPerson(provider, { nation: 'scotland' });
  const english = await registerService(provider, { nations: ['england'] });
  const pair = await registerService(provider, { ssoWith: [english.clientId] });
  const { body } = await exchange(
    provider,
    pair,
    codeIn(await signIn(provider, pair, { accountId: person.id })),
  );
  const assertion = await signHandOver(pair, payloadOf(body['id_token'])['jti']);
  const asking = { asserted_login_identity: assertion };
  assert.equal(await visits.askSilently(openBrowser(provider), asking, english), 'interaction_required');
});

test('a request that comes as a form hands over as well, and one with two assertions is refused', async () => {
  const person = await knownPerson();
  const handOver = await giverOf(person);
  const form = authorizeAddress(taker, { prompt: 'none', ...(await handOver()) }).split('?')[1] ?? '';
  const posted = await openBrowser(provider).go('/authorize', () => false, {
    method: 'POST',
    body: form,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  codeIn(posted.address);
  const two = `${authorizeAddress(taker, { prompt: 'none', ...(await handOver()) })}&asserted_login_identity=x`;
  const refused = await openBrowser(provider).go(two);
  assert.equal(refused.address.searchParams.get('error'), 'invalid_request');
});
