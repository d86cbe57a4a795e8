import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { removeClient } from '#partners';
import { nothingElse, push, signRequest } from '../openid/support/extensions.ts';
import { signHandOver } from '../openid/support/hand-over.ts';
import {
  agreeToShare,
  codeIn,
  createPerson,
  goToEntry,
  openBrowser,
  readArrival,
  signIn,
} from '../openid/support/people.ts';
import { startProvider, type TestProvider } from '../openid/support/provider.ts';
import {
  authorizeAddress,
  exchange,
  nowSeconds,
  registerService,
  type Parameters,
  type TestService,
} from '../openid/support/service.ts';
import { payloadOf } from '../openid/support/tokens.ts';
import { visitsOf } from '../openid/support/visits.ts';

let provider: TestProvider;
let giver: TestService;
let taker: TestService;
before(async () => {
  provider = await startProvider();
  taker = await registerService(provider, { pushedRequests: 'allowed', signedRequests: 'allowed' });
  giver = await registerService(provider, { ssoWith: [taker.clientId] });
});
after(() => provider.close());

/** @returns somebody who shares with the services, and what the first says of them to hand them over */
async function handedOver(from = giver, shares: readonly TestService[] = [taker]) {
  const { id: accountId } = await createPerson(provider);
  for (const service of shares) codeIn(await signIn(provider, service, { accountId }));
  const { body } = await exchange(provider, from, codeIn(await signIn(provider, from, { accountId })));
  return { accountId, assertion: await signHandOver(from, payloadOf(body['id_token'])['jti']) };
}

/** Goes to an address in a browser that knows nobody. @returns `code`, or the error that the service is sent */
async function answerTo(address: string): Promise<string | null> {
  const arrival = await goToEntry(openBrowser(provider), address);
  const { searchParams } = arrival.address;
  return searchParams.has('code') ? 'code' : searchParams.get('error');
}

const byUri = ({ body }: { body: Readonly<Record<string, unknown>> }) =>
  authorizeAddress(taker, { ...nothingElse, request_uri: String(body['request_uri']) });

test('pushing an assertion does not use it up, and pushing it twice does not make two of it', async () => {
  const { assertion } = await handedOver();
  const changes: Parameters = { prompt: 'none', asserted_login_identity: assertion };
  const [one, other] = [await push(provider, taker, changes), await push(provider, taker, changes)];
  assert.equal(await answerTo(byUri(one)), 'code');
  assert.equal(await answerTo(byUri(other)), 'sso_login_required');
});

test('a signed request that hands somebody over does so once, although the request may be shown again', async () => {
  const { assertion } = await handedOver();
  const request = await signRequest(provider, taker, { prompt: 'none', asserted_login_identity: assertion });
  const address = authorizeAddress(taker, { ...nothingElse, request });
  assert.equal(await answerTo(address), 'code');
  assert.equal(await answerTo(address), 'sso_login_required');
});

test('a service can’t say itself what became of an assertion, as the engine keeps it', async () => {
  const { accountId } = await handedOver();
  const session = { uid: 'a-session', accountId, amr: ['Cp'], loginTs: nowSeconds() };
  const standing = { outcome: 'accepted', session };
  for (const prompt of ['none', 'login', undefined]) {
    const plain = { prompt, asserted_login_identity: JSON.stringify(standing) };
    assert.notEqual(await answerTo(authorizeAddress(taker, plain)), 'code');
    assert.notEqual(await answerTo(byUri(await push(provider, taker, plain))), 'code');
    const request = await signRequest(provider, taker, { prompt, asserted_login_identity: standing });
    assert.notEqual(await answerTo(authorizeAddress(taker, { ...nothingElse, request })), 'code');
  }
});

test('a request that fails on its way back leaves nobody signed in who was only handed over', async () => {
  const [other, doomed] = [await registerService(provider), await registerService(provider)];
  const from = await registerService(provider, { ssoWith: [doomed.clientId] });
  const { assertion } = await handedOver(from, [other]);
  const browser = openBrowser(provider);
  const address = authorizeAddress(doomed, { asserted_login_identity: assertion });
  const request = await readArrival(provider, await goToEntry(browser, address));
  assert.equal(request.prompt, 'consent');
  const back = await agreeToShare(provider, request);
  await provider.house.transact((deps) => removeClient(deps, doomed.clientId));
  assert.equal((await goToEntry(browser, back)).status, 400);
  assert.equal(await visitsOf(provider, other).askSilently(browser), 'sso_login_required');
});
