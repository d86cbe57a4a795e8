import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readDecisions, readIdentity } from '#identity';
import { registrableVectors } from '#partners';
import { openDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts';
import { signHandOver } from './support/hand-over.ts';
import {
  backOf,
  changeEntry,
  createKnownPerson,
  everything,
  grace,
  signInAs,
  startProviderWithRegister,
  tellService,
  type ProviderWithRegister,
} from './support/known-people.ts';
import { createPerson, openBrowser } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { registerService, type TestService } from './support/service.ts';
import { visitsOf } from './support/visits.ts';

const minutes = 60;

/** Two processes on one database; what the second asks it is counted. */
let provider: ProviderWithRegister;
let proxy: DatabaseProxy;
let counted: TestProvider;
let receiver: TestService;
let service: TestService;
before(async () => {
  provider = await startProviderWithRegister();
  proxy = await openDatabaseProxy(provider.databaseUrl);
  counted = await startProvider({ beside: provider, databaseUrl: proxy.url });
  const registration = {
    scopes: ['openid', 'profile', 'profile_extended', 'gp_registration_details', 'phone'],
    vectors: [...registrableVectors],
  };
  receiver = await registerService(provider, registration);
  service = await registerService(provider, { ...registration, ssoWith: [receiver.clientId] });
});
after(async () => {
  await counted.close();
  await proxy.close();
  await provider.close();
});

/** @returns what the database is asked for a silent sign-on in the counted process */
async function statementsOf(accountId: string, meanwhile: () => void): Promise<readonly string[]> {
  const asking = { scope: 'openid phone', vtr: '["P0.Cp"]' };
  const browser = openBrowser(counted);
  backOf(await signInAs(counted, service, { accountId, browser }, asking));
  const visits = visitsOf(counted, service);
  assert.equal(await visits.askSilently(browser, asking), 'code');
  meanwhile();
  assert.equal(await visits.askSilently(browser, asking), 'code');
  proxy.statements.length = 0;
  assert.equal(await visits.askSilently(browser, asking), 'code');
  return [...proxy.statements];
}

test('nobody who is not known pays for it, and whoever is known only when the register is read: one write', async () => {
  const nobody = await createPerson(provider);
  const { account } = await createKnownPerson(provider);
  const without = await statementsOf(nobody.id, () => undefined);
  const known = await statementsOf(account.id, () => undefined);
  assert.ok(without.length > 0);
  assert.equal(known.length, without.length);
  const browser = openBrowser(counted);
  const visits = visitsOf(counted, service);
  const asking = { scope: 'openid phone', vtr: '["P0.Cp"]' };
  backOf(await signInAs(counted, service, { accountId: account.id, browser }, asking));
  provider.clock.advance(59 * minutes);
  assert.equal(await visits.askSilently(browser, asking), 'code');
  provider.clock.advance(2 * minutes);
  proxy.statements.length = 0;
  assert.equal(await visits.askSilently(browser, asking), 'code');
  const writes = proxy.statements.filter((text) =>
    /update "identity"|identity\.record|pg_advisory/iu.test(text),
  );
  assert.deepEqual(writes.filter((text) => /^update/iu.test(text)).length, 1, writes.join('\n'));
  assert.ok(!proxy.statements.some((text) => /^begin/iu.test(text)));
});

test('two processes that read the register for somebody at the same moment write down one change', async () => {
  const person = await createKnownPerson(provider);
  const next = await provider.register.addPatient({ ...grace, familyName: 'Murray' });
  await changeEntry(provider, person, { supersededBy: next });
  const { id: accountId } = person.account;
  const signedIn = await Promise.all(
    [provider, counted, provider, counted].map((place) =>
      signInAs(place, service, { accountId }, { ...everything, scope: 'openid' }),
    ),
  );
  for (const landing of signedIn) backOf(landing);
  const identity = await readIdentity(provider.house.deps, accountId);
  assert.ok(identity.level === 'P5');
  assert.deepEqual([identity.details.nhsNumber, identity.details.familyName], [next, 'Murray']);
  assert.deepEqual(
    (await readDecisions(provider.house.deps, accountId)).map(({ reasons }) => reasons),
    [['nhs_number_superseded', 'details_changed']],
  );
});

test('what one process found holds in the other: tokens, sessions, silent sign-on', async () => {
  const person = await createKnownPerson(provider);
  const accountId = person.account.id;
  const elsewhere = openBrowser(counted);
  const { tokens } = await tellService(
    counted,
    service,
    backOf(await signInAs(counted, service, { accountId, browser: elsewhere })),
  );
  await changeEntry(provider, person, { invalidated: true });
  assert.equal((await signInAs(provider, service, { accountId })).prompt, 'record');
  const headers = { authorization: `Bearer ${tokens.access}` };
  assert.equal((await counted.fetch('/userinfo', { headers })).status, 401);
  assert.equal(await visitsOf(counted, service).askSilently(elsewhere, everything), 'sso_login_required');
});

test('somebody who is handed over is looked up like anybody else', async () => {
  const person = await createKnownPerson(provider);
  const accountId = person.account.id;
  const browser = openBrowser(provider);
  await signInAs(provider, receiver, { accountId });
  const back = backOf(await signInAs(provider, service, { accountId, browser }));
  const { idToken } = await tellService(provider, service, back);
  const visits = visitsOf(provider, receiver);
  const handOver = async () =>
    visits.askSilently(openBrowser(provider), {
      ...everything,
      asserted_login_identity: await signHandOver(service, idToken['jti']),
    });
  // The session lives an hour without use, and what the register said is believed as long in it.
  provider.clock.advance(40 * minutes);
  assert.equal(await visitsOf(provider, service).askSilently(browser, everything), 'code');
  assert.equal(await handOver(), 'code');
  await changeEntry(provider, person, { deceased: true });
  provider.clock.advance(30 * minutes);
  assert.equal(await handOver(), 'interaction_required');
  assert.equal(await handOver(), 'sso_login_required');
});
