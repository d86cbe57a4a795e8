import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { refuseRequest } from '#openid';
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
import { entryAddress, startProvider, type TestProvider } from './support/provider.ts';
import { authorizeAddress, registerService, type TestService } from './support/service.ts';
import { visitsOf, type Visits } from './support/visits.ts';

let provider: TestProvider;
let service: TestService;
let visits: Visits;
let ada: Account;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
  visits = visitsOf(provider, service);
  ada = await createPerson(provider);
});
after(() => provider.close());

test('somebody else signs in in the same browser, and simply arrives as themselves', async () => {
  const browser = await visits.signedIn(ada);
  const grace = await createPerson(provider);
  const request = await visits.ask(browser, { prompt: 'login' });
  let arrival = await goToEntry(browser, await proveFactors(provider, request, { accountId: grace.id }));
  assert.equal(arrival.address.pathname, entryAddress, arrival.body);
  const consent = await readArrival(provider, arrival);
  assert.deepEqual([consent.prompt, consent.session?.accountId], ['consent', grace.id]);
  arrival = await goToEntry(browser, await agreeToShare(provider, consent));
  assert.equal((await visits.idTokenAt(arrival.address))['sub'], grace.id);
  const silent = await goToEntry(browser, authorizeAddress(service, { prompt: 'none' }));
  assert.equal((await visits.idTokenAt(silent.address))['sub'], grace.id);
});

test('of two tabs with two people the later one stays signed in, and neither gets the other’s tokens', async () => {
  const grace = await createPerson(provider);
  await visits.signedIn(grace);
  const browser = openBrowser(provider);
  const [adas, graces] = [await visits.ask(browser), await visits.ask(browser)];
  const forAda = await goToEntry(browser, await proveFactors(provider, adas, { accountId: ada.id }));
  assert.equal((await visits.idTokenAt(forAda.address))['sub'], ada.id);
  const forGrace = await goToEntry(browser, await proveFactors(provider, graces, { accountId: grace.id }));
  assert.equal((await visits.idTokenAt(forGrace.address))['sub'], grace.id);
  const silent = await goToEntry(browser, authorizeAddress(service, { prompt: 'none' }));
  assert.equal((await visits.idTokenAt(silent.address))['sub'], grace.id);
});

test('who agrees in one tab after somebody else signed in in another is asked again from the start', async () => {
  const other = await registerService(provider);
  const grace = await createPerson(provider);
  const browser = await visits.signedIn(ada);
  const consent = await visits.ask(browser, {}, other);
  assert.equal(consent.prompt, 'consent');
  const login = await visits.ask(browser, { prompt: 'login' });
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
  const request = await visits.ask(browser, { state: 'kept' });
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
  assert.equal(await visits.askSilently(browser), 'consent_required');
});

test('a person from a nation that the service does not serve is told so before anything is shared', async () => {
  const english = await registerService(provider, { nations: ['england', 'wales'] });
  const person = await createPerson(provider, { nation: 'scotland' });
  const browser = await visits.signedIn(person);
  assert.equal(await visits.askSilently(browser, {}, english), 'interaction_required');
  const request = await visits.ask(browser, {}, english);
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
  const request = await visits.ask(browser);
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

test('the way back that a process of the release before this one has told leads on', async () => {
  const browser = openBrowser(provider);
  const request = await visits.ask(browser, { prompt: 'login' });
  const address = await proveFactors(provider, request, { accountId: ada.id });
  const [way = '', query = ''] = address.split('?');
  const former = `${way.replace('/authorize/', '/interaction/')}/return?${query}`;
  assert.match(former, /^\/interaction\/[\w-]+\/return\?ticket=[\w-]+$/u);
  assert.equal((await visits.idTokenAt((await goToEntry(browser, former)).address))['sub'], ada.id);
});

test('a ticket that is too old leads back to the journey, and one request’s ticket is no use to another', async () => {
  const browser = openBrowser(provider);
  const [one, other] = [await visits.ask(browser), await visits.ask(browser)];
  const address = await proveFactors(provider, one, { accountId: ada.id });
  const swapped = await goToEntry(browser, address.replace(one.uid, other.uid));
  assert.equal((await readArrival(provider, swapped)).uid, other.uid);
  provider.clock.advance(61);
  const back = await goToEntry(browser, address);
  assert.equal((await readArrival(provider, back)).uid, one.uid);
});

test('a request is forgotten after an hour', async () => {
  const browser = openBrowser(provider);
  const request = await visits.ask(browser);
  const address = `/interaction/${request.uid}`;
  assert.equal((await goToEntry(browser, address)).address.pathname, entryAddress);
  provider.clock.advance(3601);
  const late = await goToEntry(browser, address);
  assert.deepEqual([late.status, late.address.pathname], [400, address]);
});

test('a session cookie that was made up or altered opens nothing', async () => {
  const browser = await visits.signedIn(ada);
  const forged = await provider.fetch(authorizeAddress(service, { prompt: 'none' }), {
    headers: { cookie: `session=${'a'.repeat(21)}; session.sig=${'b'.repeat(27)}` },
    redirect: 'manual',
  });
  assert.match(forged.headers.get('location') ?? '', /sso_login_required/u);
  assert.equal(await visits.askSilently(browser), 'code');
});
