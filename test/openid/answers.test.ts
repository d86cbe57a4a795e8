import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { refuseRequest } from '#openid';
import { createPerson, goToEntry, openBrowser, proveFactors, readArrival, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import {
  authorizeAddress,
  registerService,
  requestTokens,
  type Parameters,
  type TestService,
} from './support/service.ts';

let provider: TestProvider;
let service: TestService;
let ada: Account;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
  ada = await createPerson(provider);
});
after(() => provider.close());

/** @returns who an answer says that it is from */
function issuersOf(address: URL): string[] {
  assert.ok(address.href.startsWith(service.redirectUri), address.href);
  return address.searchParams.getAll('iss');
}

test('an answer with a code says who it is from', async () => {
  const back = await signIn(provider, service, { accountId: ada.id });
  assert.ok(back.searchParams.has('code'));
  assert.deepEqual(issuersOf(back), [provider.issuer]);
});

test('so does a person’s refusal', async () => {
  const browser = openBrowser(provider);
  const person = await createPerson(provider);
  const login = await readArrival(provider, await goToEntry(browser, authorizeAddress(service)));
  const arrival = await goToEntry(browser, await proveFactors(provider, login, { accountId: person.id }));
  const { uid } = await readArrival(provider, arrival);
  const { address } = await provider.house.transact((deps) =>
    refuseRequest(deps, { uid, error: 'access_denied', description: 'ConsentNotGiven' }),
  );
  assert.deepEqual(issuersOf((await goToEntry(browser, address)).address), [provider.issuer]);
});

const refusals: [string, Parameters][] = [
  ['sso_login_required', { prompt: 'none' }],
  ['invalid_request', { vtr: 'nonsense' }],
  ['invalid_request', { nonce: undefined }],
  ['invalid_scope', { scope: 'openid profile' }],
  ['unsupported_response_type', { response_type: 'token' }],
  ['unsupported_response_type', { response_type: 'code id_token' }],
  ['request_not_supported', { request: 'a.b.c' }],
  ['request_uri_not_supported', { request_uri: 'https://service.example/request' }],
  ['registration_not_supported', { registration: '{}' }],
];
for (const [error, changes] of refusals) {
  test(`so does a refusal: ${error} for ${JSON.stringify(changes)}`, async () => {
    const { address } = await openBrowser(provider).go(authorizeAddress(service, changes));
    assert.equal(address.searchParams.get('error'), error);
    assert.deepEqual(issuersOf(address), [provider.issuer]);
    assert.equal(address.hash, '');
  });
}

test('a grant that is not offered is refused cleanly, and leaves nothing behind', async () => {
  for (const [grant, more] of [
    ['client_credentials', { scope: 'openid' }],
    ['urn:ietf:params:oauth:grant-type:jwt-bearer', { assertion: 'a.b.c' }],
    ['urn:ietf:params:oauth:grant-type:token-exchange', { subject_token: 'x' }],
    ['password', { username: 'ada', password: 'secret' }],
    ['implicit', {}],
    ['__proto__', {}],
  ] as const) {
    const { status, body } = await requestTokens(provider, service, { grant_type: grant, ...more });
    assert.deepEqual([status, body['error']], [400, 'unsupported_grant_type']);
    assert.equal(body['access_token'], undefined);
  }
});
