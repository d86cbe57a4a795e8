import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { registrableVectors } from '#partners';
import { makeKnown } from '../support/identities.ts';
import { createPerson, goToEntry, openBrowser, proveFactors, readArrival } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { registerService, type TestService } from './support/service.ts';
import { visitsOf, type Visits } from './support/visits.ts';

let provider: TestProvider;
let english: TestService;
let visits: Visits;
before(async () => {
  provider = await startProvider();
  english = await registerService(provider, {
    scopes: ['openid', 'profile'],
    vectors: [...registrableVectors],
    nations: ['england'],
  });
  visits = visitsOf(provider, english);
});
after(() => provider.close());

const asked = { scope: 'openid profile', vtr: '["P5.Cp"]' };

test('an address that is found out during a visit decides in that visit, before anything is shared', async () => {
  const person = await createPerson(provider, { nation: 'england' });
  const browser = openBrowser(provider);
  const accountId = person.id;
  const first = await visits.ask(browser, asked);
  const arrival = await goToEntry(browser, await proveFactors(provider, first, { accountId }));
  const proving = await readArrival(provider, arrival);
  assert.equal(proving.prompt, 'identity');
  await makeKnown(provider, { accountId, level: 'P5', details: { homeNations: ['scotland'] } });
  const next = await goToEntry(browser, await proveFactors(provider, proving, { accountId, factors: [] }));
  const stopped = await readArrival(provider, next);
  assert.deepEqual([stopped.prompt, stopped.livesByRegister], ['availability', true]);
});

test('an address that changes after an agreement to share decides at the next request, silent or not', async () => {
  const person = await createPerson(provider, { nation: 'england' });
  const accountId = person.id;
  const nhsNumber = await makeKnown(provider, {
    accountId,
    level: 'P5',
    details: { homeNations: ['england'] },
  });
  const browser = await visits.signedIn(person, asked);
  assert.equal(await visits.askSilently(browser, asked), 'code');
  await makeKnown(provider, { accountId, level: 'P5', nhsNumber, details: { homeNations: ['wales'] } });
  assert.equal(await visits.askSilently(browser, asked), 'interaction_required');
  assert.equal((await visits.ask(browser, asked)).prompt, 'availability');
  await makeKnown(provider, {
    accountId,
    level: 'P5',
    nhsNumber,
    details: { homeNations: ['england', 'wales'] },
  });
  assert.equal(await visits.askSilently(browser, asked), 'code');
});

test('somebody who is not signed in is asked to sign in, whatever the service’s nations', async () => {
  const request = await visits.ask(openBrowser(provider), asked);
  assert.deepEqual([request.prompt, request.livesByRegister], ['login', undefined]);
});
