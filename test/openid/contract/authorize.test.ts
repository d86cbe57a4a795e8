import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { refuseRequest } from '#openid';
import {
  codeIn,
  createPerson,
  goToEntry,
  openBrowser,
  proveFactors,
  readArrival,
  signIn,
} from '../support/people.ts';
import { entryAddress, startProvider, type TestProvider } from '../support/provider.ts';
import {
  authorizeAddress,
  exchange,
  proofKey,
  registerService,
  type Parameters,
  type TestService,
} from '../support/service.ts';

/** The contract's table of `/authorize`, row by row: what each parameter may be, and what comes of it. */

let provider: TestProvider;
let service: TestService;
let lenient: TestService;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
  lenient = await registerService(provider, { requireNonce: false });
});
after(() => provider.close());

type Expected =
  /** The person is asked to sign in. */
  | 'goes on'
  /** A page, and no redirect. */
  | 'a page'
  /** Back at the service, with this error. */
  | { readonly error: string; readonly description?: RegExp };

interface Row {
  readonly row: string;
  readonly changes: Parameters;
  readonly expected: Expected;
  readonly asking?: () => TestService;
  /** Laid behind the address as it is, for what can't be said by one value a name. */
  readonly more?: string;
}

const rows: readonly Row[] = [
  { row: 'scope: openid alone', changes: { scope: 'openid' }, expected: 'goes on' },
  {
    row: 'scope: without openid',
    changes: { scope: 'email' },
    expected: { error: 'invalid_request', description: /openid/u },
  },
  { row: 'scope: unknown ones are ignored', changes: { scope: 'openid made_up' }, expected: 'goes on' },
  {
    row: 'scope: known, but not registered',
    changes: { scope: 'openid profile' },
    expected: { error: 'invalid_scope' },
  },
  {
    row: 'scope: profile and basic_demographics together',
    changes: { scope: 'openid profile basic_demographics' },
    expected: { error: 'invalid_scope' },
  },
  { row: 'response_type: code', changes: { response_type: 'code' }, expected: 'goes on' },
  {
    row: 'response_type: token',
    changes: { response_type: 'token' },
    expected: { error: 'unsupported_response_type' },
  },
  {
    row: 'response_type: code id_token',
    changes: { response_type: 'code id_token' },
    expected: { error: 'unsupported_response_type' },
  },
  {
    row: 'response_type: missing',
    changes: { response_type: undefined },
    expected: { error: 'invalid_request' },
  },
  { row: 'client_id: unknown', changes: { client_id: 'nobody' }, expected: 'a page' },
  {
    row: 'redirect_uri: another',
    changes: { redirect_uri: 'https://service.example/other' },
    expected: 'a page',
  },
  {
    row: 'redirect_uri: a slash more',
    changes: { redirect_uri: 'https://service.example/callback/' },
    expected: 'a page',
  },
  { row: 'redirect_uri: missing', changes: { redirect_uri: undefined }, expected: 'a page' },
  {
    row: 'state: missing',
    changes: { state: undefined },
    expected: { error: 'invalid_request', description: /state/u },
  },
  {
    row: 'nonce: missing',
    changes: { nonce: undefined },
    expected: { error: 'invalid_request', description: /nonce/u },
  },
  {
    row: 'nonce: missing, for a service that may',
    changes: { nonce: undefined },
    expected: 'goes on',
    asking: () => lenient,
  },
  { row: 'response_mode: query', changes: { response_mode: 'query' }, expected: 'goes on' },
  {
    row: 'response_mode: fragment',
    changes: { response_mode: 'fragment' },
    expected: { error: 'invalid_request', description: /response_mode/u },
  },
  {
    row: 'response_mode: form_post',
    changes: { response_mode: 'form_post' },
    expected: { error: 'invalid_request' },
  },
  { row: 'display: page', changes: { display: 'page' }, expected: 'goes on' },
  { row: 'display: touch', changes: { display: 'touch' }, expected: 'goes on' },
  { row: 'display: others are ignored', changes: { display: 'hologram' }, expected: 'goes on' },
  {
    row: 'prompt: none without a session',
    changes: { prompt: 'none' },
    expected: { error: 'sso_login_required' },
  },
  { row: 'prompt: login', changes: { prompt: 'login' }, expected: 'goes on' },
  {
    row: 'prompt: none with another',
    changes: { prompt: 'none login' },
    expected: { error: 'invalid_request' },
  },
  { row: 'max_age: a number', changes: { max_age: '300' }, expected: 'goes on' },
  { row: 'max_age: no number', changes: { max_age: 'soon' }, expected: 'goes on' },
  { row: 'ui_locales: Welsh', changes: { ui_locales: 'cy' }, expected: 'goes on' },
  { row: 'ui_locales: none that is known', changes: { ui_locales: 'xx-YY zz' }, expected: 'goes on' },
  { row: 'login_hint', changes: { login_hint: 'ada@example.org' }, expected: 'goes on' },
  { row: 'id_token_hint: nonsense', changes: { id_token_hint: 'nonsense' }, expected: 'goes on' },
  { row: 'acr_values', changes: { acr_values: 'urn:example:high' }, expected: 'goes on' },
  { row: 'vtr: one vector', changes: { vtr: '["P0.Cp"]' }, expected: 'goes on' },
  { row: 'vtr: several, with spaces', changes: { vtr: ' [ "P0.Cp.Cd" , "P0.Cp" ] ' }, expected: 'goes on' },
  {
    row: 'vtr: not a JSON array',
    changes: { vtr: 'P0.Cp' },
    expected: { error: 'invalid_request', description: /P0\.Cp.*JSON array/u },
  },
  {
    row: 'vtr: unknown component',
    changes: { vtr: '["P0.Cx"]' },
    expected: { error: 'invalid_request', description: /P0\.Cx/u },
  },
  {
    row: 'vtr: not permitted to the service',
    changes: { vtr: '["P9.Cp.Cd"]' },
    expected: { error: 'invalid_request', description: /P9\.Cp\.Cd/u },
  },
  { row: 'allow_registration: false', changes: { allow_registration: 'false' }, expected: 'goes on' },
  { row: 'allow_registration: anything else', changes: { allow_registration: 'maybe' }, expected: 'goes on' },
  {
    row: 'code_challenge: S256',
    changes: { code_challenge: proofKey().challenge, code_challenge_method: 'S256' },
    expected: 'goes on',
  },
  {
    row: 'code_challenge_method: plain',
    changes: { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' },
    expected: { error: 'invalid_request' },
  },
  {
    row: 'request: for a service that signs none',
    changes: { request: 'a.b.c' },
    expected: { error: 'request_not_supported' },
  },
  {
    row: 'request_uri: somewhere else',
    changes: { request_uri: 'https://service.example/request' },
    expected: { error: 'request_uri_not_supported' },
  },
  { row: 'registration', changes: { registration: '{}' }, expected: { error: 'registration_not_supported' } },
  { row: 'unknown parameters are ignored', changes: { made_up: 'yes' }, expected: 'goes on' },
  { row: 'a repeated parameter', changes: {}, more: '&state=twice', expected: { error: 'invalid_request' } },
  {
    row: 'asserted_login_identity: nonsense',
    changes: { asserted_login_identity: 'nonsense' },
    expected: 'goes on',
  },
  {
    row: 'asserted_login_identity: nonsense, prompt none',
    changes: { asserted_login_identity: 'nonsense', prompt: 'none' },
    expected: { error: 'sso_login_required' },
  },
];

describe('/authorize', () => {
  for (const { row, changes, expected, asking = () => service, more = '' } of rows) {
    test(row, async () => {
      const address = `${authorizeAddress(asking(), { state: 'kept', ...changes })}${more}`;
      const arrival = await goToEntry(openBrowser(provider), address);
      if (expected === 'goes on') {
        assert.equal(arrival.address.pathname, entryAddress, arrival.address.href);
        return;
      }
      if (expected === 'a page') {
        assert.deepEqual([arrival.status, arrival.address.origin], [400, provider.issuer]);
        assert.match(arrival.body, /<h1/u);
        return;
      }
      const { origin, pathname, searchParams } = arrival.address;
      assert.equal(`${origin}${pathname}`, service.redirectUri, arrival.body);
      assert.equal(searchParams.get('error'), expected.error);
      if (expected.description !== undefined)
        assert.match(searchParams.get('error_description') ?? '', expected.description);
      assert.equal(searchParams.get('iss'), provider.issuer);
      // One that comes twice can't be told which of the two was meant.
      if (more === '') assert.equal(searchParams.get('state'), 'state' in changes ? null : 'kept');
    });
  }

  test('allow_registration: false hides every way to create a login, anything else shows it', async () => {
    for (const [value, isShown] of [
      ['false', false],
      ['true', true],
      ['', true],
      [undefined, true],
    ] as const) {
      const arrival = await goToEntry(
        openBrowser(provider),
        authorizeAddress(service, { allow_registration: value }),
      );
      assert.equal((await readArrival(provider, arrival)).registrationAllowed, isShown, value);
    }
  });

  test('redirect_uri: another, to a program that asks for JSON: invalid_redirect_uri', async () => {
    const address = authorizeAddress(service, { redirect_uri: 'https://service.example/x', state: 'kept' });
    const headers = { accept: 'application/json' };
    const response = await provider.fetch(address, { headers, redirect: 'manual' });
    assert.equal(response.status, 400);
    assert.deepEqual(await response.json(), { error: 'invalid_redirect_uri', state: 'kept' });
  });

  test('a person who refuses to share: access_denied, ConsentNotGiven and state, exactly so', async () => {
    const { id: accountId } = await createPerson(provider);
    const browser = openBrowser(provider);
    const arrival = await goToEntry(browser, authorizeAddress(service, { state: 'kept' }));
    const proven = await proveFactors(provider, await readArrival(provider, arrival), { accountId });
    const { uid } = await readArrival(provider, await goToEntry(browser, proven));
    const { address } = await provider.house.transact((deps) =>
      refuseRequest(deps, { uid, error: 'access_denied', description: 'ConsentNotGiven' }),
    );
    const { href } = (await goToEntry(browser, address)).address;
    const answer = 'error=access_denied&error_description=ConsentNotGiven&state=kept';
    assert.ok(href.startsWith(`${service.redirectUri}?${answer}&iss=`), href);
  });

  test('POST with a form leads where GET leads', async () => {
    const [path = '', form = ''] = authorizeAddress(service).split('?');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const arrival = await openBrowser(provider).go(path, (url) => url.pathname === entryAddress, {
      method: 'POST',
      body: form,
      headers,
    });
    assert.equal(arrival.address.pathname, entryAddress);
  });

  test('prompt: absent, with a session that satisfies vtr: signed in without a page', async () => {
    const { id: accountId } = await createPerson(provider);
    const browser = openBrowser(provider);
    codeIn(await signIn(provider, service, { accountId, browser }));
    codeIn((await goToEntry(browser, authorizeAddress(service))).address);
    codeIn((await goToEntry(browser, authorizeAddress(service, { prompt: 'none' }))).address);
  });

  test('prompt: none, where agreeing to share is what is missing: consent_required', async () => {
    const { id: accountId } = await createPerson(provider);
    const browser = openBrowser(provider);
    codeIn(await signIn(provider, service, { accountId, browser }, { scope: 'openid' }));
    const { address } = await goToEntry(
      browser,
      authorizeAddress(service, { prompt: 'none', scope: 'openid email' }),
    );
    assert.equal(address.searchParams.get('error'), 'consent_required');
  });

  test('prompt: login always authenticates again', async () => {
    const { id: accountId } = await createPerson(provider);
    const browser = openBrowser(provider);
    codeIn(await signIn(provider, service, { accountId, browser }));
    const arrival = await goToEntry(browser, authorizeAddress(service, { prompt: 'login' }));
    assert.equal((await readArrival(provider, arrival)).mustAuthenticate, true);
  });

  test('code_challenge: without a verifier, and a verifier without a challenge, fail', async () => {
    const { id: accountId } = await createPerson(provider);
    const { verifier, challenge } = proofKey();
    const bound = await signIn(
      provider,
      service,
      { accountId },
      { code_challenge: challenge, code_challenge_method: 'S256' },
    );
    assert.equal((await exchange(provider, service, codeIn(bound))).body['error'], 'invalid_grant');
    const unbound = await signIn(provider, service, { accountId });
    const answer = await exchange(provider, service, codeIn(unbound), { code_verifier: verifier });
    assert.equal(answer.body['error'], 'invalid_grant');
  });
});
