import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openVouching } from '#openid';
import { newProofKey, postAsService, prove, signRequest, nothingElse } from '../openid/support/extensions.ts';
import { signHandOver } from '../openid/support/hand-over.ts';
import { codeIn, createPerson, goToEntry, openBrowser, signIn } from '../openid/support/people.ts';
import { startProvider, type TestProvider } from '../openid/support/provider.ts';
import {
  assertionType,
  authorizeAddress,
  exchange,
  nowSeconds,
  postToken,
  registerService,
  signAssertion,
  type TestService,
} from '../openid/support/service.ts';
import { bearer, payloadOf } from '../openid/support/tokens.ts';
import { visitsOf, type Visits } from '../openid/support/visits.ts';

let provider: TestProvider;
let service: TestService;
let taker: TestService;
let visits: Visits;
before(async () => {
  provider = await startProvider();
  taker = await registerService(provider);
  service = await registerService(provider, {
    ssoWith: [taker.clientId],
    dpopBound: false,
    signedRequests: 'allowed',
    tokenRevocation: true,
  });
  visits = visitsOf(provider, taker);
});
after(() => provider.close());

/** Signs somebody in to the service who shares with the other, too. */
async function held() {
  const person = await createPerson(provider);
  codeIn(await signIn(provider, taker, { accountId: person.id }));
  const back = await signIn(provider, service, { accountId: person.id });
  const { body } = await exchange(provider, service, codeIn(back));
  return { person, body, idTokenId: payloadOf(body['id_token'])['jti'] };
}

function refreshWith(assertion: string, refreshToken: unknown) {
  return postToken(provider, {
    grant_type: 'refresh_token',
    refresh_token: String(refreshToken),
    client_assertion_type: assertionType,
    client_assertion: assertion,
  });
}

/**
 * Shows a JWT with an `exp` that has just as much left as clocks may differ by, less a part of a second: another, if that second was over
 * before the first was taken.
 */
async function showAtLastMoment(
  sign: (exp: number) => Promise<string>,
  show: (jwt: string) => Promise<string>,
): Promise<[first: string, second: string]> {
  for (;;) {
    while (Date.now() % 1000 < 50 || Date.now() % 1000 > 300) await wait(20);
    const second = nowSeconds();
    const jwt = await sign(second - 15 + 0.02);
    const first = await show(jwt);
    const again = await show(jwt);
    if (first !== again || nowSeconds() === second) return [first, again];
  }
}

const asClient = () => ({ sub: service.clientId, aud: `${provider.issuer}/token` });

test('what hands somebody over, and stands in an address, is no client assertion, whatever else it says', async () => {
  const { body, idTokenId } = await held();
  const assertion = await signHandOver(service, idTokenId, asClient());
  const answer = await refreshWith(assertion, body['refresh_token']);
  assert.deepEqual([answer.status, answer.body['error']], [401, 'invalid_client']);
});

test('a signed request and a proof of a key are no client assertions', async () => {
  const { body } = await held();
  const jti = { jti: 'of-any-kind' };
  const request = await signRequest(provider, service, { ...asClient(), ...jti });
  const key = { ...(await newProofKey('RS512')), privateKey: service.privateKey };
  const proof = await prove(provider, key, {
    iss: service.clientId,
    ...asClient(),
    ...jti,
    exp: nowSeconds() + 60,
  });
  for (const assertion of [request, proof]) {
    const answer = await refreshWith(assertion, body['refresh_token']);
    assert.deepEqual([answer.status, answer.body['error']], [401, 'invalid_client']);
  }
});

test('a client assertion and a signed request hand nobody over', async () => {
  await held();
  const assertion = await signAssertion(provider, service, { iat: nowSeconds() });
  const request = await signRequest(provider, service, { iat: nowSeconds(), jti: 'a-request' });
  for (const jwt of [assertion, request])
    assert.equal(
      await visits.askSilently(openBrowser(provider), { asserted_login_identity: jwt }),
      'sso_login_required',
    );
});

test('what hands somebody over is no request', async () => {
  const { idTokenId } = await held();
  const jwt = await signHandOver(service, idTokenId, { aud: provider.issuer });
  const address = authorizeAddress(service, { ...nothingElse, request: jwt });
  const { status, address: at } = await goToEntry(openBrowser(provider), address);
  assert.equal(status, 400);
  assert.equal(at.pathname, '/authorize');
});

test('an assertion with a part of a second in its exp is good once, to its last moment', async () => {
  const shown = await showAtLastMoment(
    (exp) => signAssertion(provider, service, { exp }),
    async (assertion) => String((await refreshWith(assertion, 'unknown')).body['error']),
  );
  assert.deepEqual(shown, ['invalid_grant', 'invalid_client']);
});

test('so is what hands somebody over', async () => {
  const { idTokenId } = await held();
  const shown = await showAtLastMoment(
    (exp) => signHandOver(service, idTokenId, { exp, iat: exp - 30 }),
    (assertion) => visits.askSilently(openBrowser(provider), { asserted_login_identity: assertion }),
  );
  assert.deepEqual(shown, ['code', 'sso_login_required']);
});

test('an access token is no hint at a person, and no ID token opens userinfo or ends tokens', async () => {
  const [alice, bob] = [await createPerson(provider), await createPerson(provider)];
  const browser = await visits.signedIn(alice);
  const back = await signIn(provider, taker, { accountId: bob.id });
  const { body } = await exchange(provider, taker, codeIn(back));
  const hint = (token: unknown) => visits.askSilently(browser, { id_token_hint: String(token) });
  assert.equal(await hint(body['id_token']), 'sso_login_required');
  assert.equal(await hint(body['access_token']), 'code');
  const ofService = (await held()).body;
  const userinfo = (token: unknown) => provider.fetch('/userinfo', { headers: bearer(token) });
  assert.equal((await userinfo(ofService['id_token'])).status, 401);
  const token = String(ofService['id_token']);
  await postAsService(provider, service, { address: '/revoke', form: { token } });
  assert.equal((await userinfo(ofService['access_token'])).status, 200);
});

test('what vouches for a patient to a GP system is no access token, no hint, no client assertion, and hands nobody over', async () => {
  const vouchFor = await openVouching(provider.house);
  const who = { odsCode: 'Y00001', nhsNumber: '9990000018', familyName: 'Meadows', birthdate: '1980-05-17' };
  const token = await vouchFor(who);
  const { body } = await held();
  assert.equal((await provider.fetch('/userinfo', { headers: bearer(token) })).status, 401);
  assert.equal((await refreshWith(token, body['refresh_token'])).body['error'], 'invalid_client');
  const browser = await visits.signedIn(await createPerson(provider));
  const ask = (more: Record<string, string>) => visits.askSilently(browser, more);
  // A hint that is none of ours is not looked at.
  assert.equal(await ask({ id_token_hint: token }), 'code');
  assert.equal(
    await visits.askSilently(openBrowser(provider), { asserted_login_identity: token }),
    'sso_login_required',
  );
});
