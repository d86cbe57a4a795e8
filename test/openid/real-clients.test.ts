import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { SignJWT, type JWTHeaderParameters } from 'jose';
import type { TestBrowser } from './support/browser.ts';
import { codeIn, createPerson, goToEntry, openBrowser, signIn } from './support/people.ts';
import { entryAddress, startProvider, type TestProvider } from './support/provider.ts';
import {
  assertionType,
  authorizeAddress,
  nowSeconds,
  proofKey,
  refresh,
  registerService,
  type Parameters,
  type TestService,
} from './support/service.ts';
import { payloadOf } from './support/tokens.ts';

/** How services that are in use today speak, learned from their public code. What works for them must go on working. */

let provider: TestProvider;
let service: TestService;
/** Somebody has signed in there and agreed: every request of the service's brings a code at once. */
let browser: TestBrowser;
let sub: string;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
  browser = openBrowser(provider);
  ({ id: sub } = await createPerson(provider));
  codeIn(await signIn(provider, service, { accountId: sub, browser, factors: ['Cp', 'Cd'] }));
});
after(() => provider.close());

async function askedBy(address: string): Promise<URL> {
  return (await goToEntry(browser, address)).address;
}

/** What a client does in its own way when it asks for tokens. */
interface Habit {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Partial<JWTHeaderParameters>;
  readonly form?: Parameters;
  readonly headers?: Readonly<Record<string, string>>;
  /** Changes the form as it goes over the wire. */
  readonly write?: (form: string) => string;
}

/** Exchanges a new code in a client's own way. */
async function exchange({ claims, header, form, headers, write = (text) => text }: Habit) {
  const assertion = await new SignJWT({
    iss: service.clientId,
    sub: service.clientId,
    aud: `${provider.issuer}/token`,
    jti: randomUUID(),
    exp: nowSeconds() + 300,
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS512', ...header })
    .sign(service.privateKey);
  const fields: Parameters = {
    grant_type: 'authorization_code',
    code: codeIn(await askedBy(authorizeAddress(service))),
    redirect_uri: service.redirectUri,
    client_assertion_type: assertionType,
    client_assertion: assertion,
    ...form,
  };
  const given = Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const response = await provider.fetch('/token', {
    method: 'POST',
    body: write(new URLSearchParams(given).toString()),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Percent-encodes every letter, as no client has to and any may. */
function encodeAll(form: string, hex: (code: string) => string): string {
  const each = (text: string) =>
    [...decodeURIComponent(text)]
      .map((character) => `%${hex(character.charCodeAt(0).toString(16).padStart(2, '0'))}`)
      .join('');
  return form
    .split('&')
    .map((pair) => pair.split('=').map(each).join('='))
    .join('&');
}

suite('asking for tokens', () => {
  const now = nowSeconds();
  const minutes = (count: number) => ({ claims: { iat: nowSeconds(), exp: nowSeconds() + count * 60 } });
  const habits: Record<string, () => Habit> = {
    'an assertion that lives one minute': () => minutes(1),
    'an assertion that lives five minutes': () => minutes(5),
    'an assertion that lives thirty minutes': () => minutes(30),
    'an assertion that lives sixty minutes': () => minutes(60),
    'sixty minutes by a clock that is ten seconds ahead': () => ({
      claims: { iat: nowSeconds() + 10, nbf: nowSeconds() + 10, exp: nowSeconds() + 3610 },
    }),
    'nbf, iat and exp as .NET makes them when nobody says otherwise': () => ({
      claims: { nbf: nowSeconds(), iat: nowSeconds(), exp: nowSeconds() + 3600 },
      header: { typ: 'JWT' },
    }),
    'an expiry with a fraction of a second': () => ({ claims: { exp: nowSeconds() + 60.5 } }),
    'no kid, no iat, no typ': () => ({}),
    'a kid that it made up': () => ({ header: { kid: randomUUID() } }),
    'a certificate’s thumbprint beside its kid': () => ({ header: { kid: 'key', x5t: 'c29tZXRoaW5n' } }),
    'typ: JWT': () => ({ header: { typ: 'JWT' } }),
    'typ: client-authentication+jwt': () => ({ header: { typ: 'client-authentication+jwt' } }),
    'the token endpoint as audience': () => ({ claims: { aud: `${provider.issuer}/token` } }),
    'the issuer as audience': () => ({ claims: { aud: provider.issuer } }),
    'both as audiences': () => ({ claims: { aud: [provider.issuer, `${provider.issuer}/token`] } }),
    'one audience in a list': () => ({ claims: { aud: [`${provider.issuer}/token`] } }),
    'the token endpoint among other audiences': () => ({
      claims: { aud: ['https://elsewhere.example/token', `${provider.issuer}/token`] },
    }),
    'claims of its own in the assertion': () => ({ claims: { role: 'portal', jti: '1'.repeat(200) } }),
    'client_id beside the assertion': () => ({ form: { client_id: service.clientId } }),
    'an empty client_secret': () => ({ form: { client_id: service.clientId, client_secret: '' } }),
    'the parameters of the request once more': () => ({
      form: { vtr: '["P0.Cp"]', nonce: 'a', scope: 'openid email phone', response_type: 'code' },
    }),
    telemetry: () => ({ form: { 'x-client-SKU': 'ID_NET9_0', 'x-client-ver': '8.0.1.0' } }),
    'a charset in its content type': () => ({
      headers: { 'content-type': 'Application/X-WWW-Form-URLEncoded;charset=UTF-8' },
    }),
    'any answer being welcome': () => ({ headers: { accept: '*/*' } }),
    'text being welcome': () => ({ headers: { accept: 'text/html, application/json' } }),
    'everything percent-encoded in lower case': () => ({ write: (form) => encodeAll(form, (hex) => hex) }),
    'everything percent-encoded in upper case': () => ({
      write: (form) => encodeAll(form, (hex) => hex.toUpperCase()),
    }),
  };
  for (const [what, habit] of Object.entries(habits)) {
    test(`${what}: tokens come`, async () => {
      const { status, body } = await exchange(habit());
      assert.deepEqual([status, body['error_description']], [200, undefined]);
      assert.equal(payloadOf(body['id_token'])['sub'], sub);
    });
  }

  const refused: Record<string, () => Habit> = {
    'an assertion that lives 61 minutes': () => minutes(61),
    'an assertion that lives a day': () => minutes(24 * 60),
    'an assertion that ended a minute ago': () => ({ claims: { iat: now - 120, exp: now - 60 } }),
    'an assertion for another login only': () => ({ claims: { aud: ['https://elsewhere.example/token'] } }),
    'a name and a secret in a Basic header': () => ({
      form: { client_assertion: undefined, client_assertion_type: undefined },
      headers: { authorization: `Basic ${Buffer.from(`${service.clientId}:secret`).toString('base64')}` },
    }),
    'a Basic header beside the assertion': () => ({
      headers: { authorization: `Basic ${Buffer.from(`${service.clientId}:`).toString('base64')}` },
    }),
    'a secret in the form instead of an assertion': () => ({
      form: {
        client_assertion: undefined,
        client_assertion_type: undefined,
        client_id: service.clientId,
        client_secret: 'secret',
      },
    }),
  };
  for (const [what, habit] of Object.entries(refused)) {
    test(`${what}: invalid_client`, async () => {
      const { status, body } = await exchange(habit());
      assert.deepEqual([status, body['error']], [401, 'invalid_client']);
    });
  }

  test('the answer can be read by clients that compare token_type without case, add up expires_in, and keep what is not replaced', async () => {
    const { body } = await exchange({});
    assert.equal(String(body['token_type']).toLowerCase(), 'bearer');
    assert.equal(Number.isInteger(body['expires_in']), true);
    assert.equal(body['scope'], 'openid email phone');
    const refreshed = await refresh(provider, service, body['refresh_token'], {
      scope: 'openid email phone',
      redirect_uri: service.redirectUri,
      client_id: service.clientId,
    });
    assert.equal(refreshed.status, 200);
    assert.equal(typeof refreshed.body['refresh_token'], 'string');
  });
});

suite('asking for somebody', () => {
  /** Asks with parameters changed, and text put at the end as it is. */
  const ask = (changes: Parameters, more = '') => askedBy(`${authorizeAddress(service, changes)}${more}`);

  const habits: Record<string, [Parameters, string?]> = {
    'state=A': [{ state: 'A' }],
    'a state of 1,900 characters': [{ state: 'CfDJ8'.repeat(380) }],
    'a state full of what needs encoding': [{ state: 'a b&c=d/é?#"%20+ü\\' }],
    'a nonce of 200 characters': [{ nonce: 'x'.repeat(200) }],
    'max_age=300': [{ max_age: '300' }],
    'max_age=300 with a telemetry of its own': [
      { max_age: '300', 'x-client-SKU': 'ID_NET9_0', 'x-client-ver': '8.0.1.0' },
    ],
    'a vtr with spaces': [{ vtr: '[ "P0.Cp", "P0.Cp.Cd" ]' }],
    'a vtr over several lines': [{ vtr: '[\r\n\t"P0.Cp",\n\t"P0.Cp.Cd"\n]' }],
    'a vtr with %20 for its spaces': [{ vtr: undefined }, '&vtr=%5B%22P0.Cp%22,%20%22P0.Cp.Cd%22%5D'],
    'a vtr in lower-case hex': [{ vtr: undefined }, '&vtr=%5b%22P0.Cp%22%5d'],
    'a vtr with nothing encoded but its quotes': [{ vtr: undefined }, '&vtr=[%22P0.Cp%22,%22P0.Cp.Cd%22]'],
    'a redirect URI in lower-case hex': [
      { redirect_uri: undefined },
      '&redirect_uri=https%3a%2f%2fservice.example%2fcallback',
    ],
    'a redirect URI that is not encoded': [
      { redirect_uri: undefined },
      '&redirect_uri=https://service.example/callback',
    ],
    'scopes with %20 between them': [{ scope: undefined }, '&scope=openid%20email%20phone'],
    'scopes twice': [{ scope: 'openid openid email phone email' }],
    'scopes that nobody knows': [{ scope: 'openid email phone nhs_app_credentials offline_access' }],
    'response_mode=query': [{ response_mode: 'query' }],
    'parameters without a value': [{ prompt: '', max_age: '', login_hint: '', ui_locales: '', display: '' }],
    'parameters of other logins': [
      { access_type: 'offline', approval_prompt: 'auto', resource: 'https://api.example', realm: 'x' },
    ],
    'nothing after its last &': [{}, '&'],
  };
  for (const [what, [changes, more]] of Object.entries(habits)) {
    test(`${what}: a code comes, and state as it was sent`, async () => {
      const back = await ask(changes, more);
      assert.equal(back.searchParams.get('error_description'), null);
      assert.ok(codeIn(back) !== '');
      if (changes['state'] !== undefined) assert.equal(back.searchParams.get('state'), changes['state']);
    });
  }

  test('PKCE, though the login that they know does not advertise it', async () => {
    const { verifier, challenge } = proofKey();
    const code = codeIn(await ask({ code_challenge: challenge, code_challenge_method: 'S256' }));
    assert.equal((await exchange({ form: { code, code_verifier: verifier } })).status, 200);
  });

  test('scopes with commas between them: the description says that openid is missing', async () => {
    const { searchParams } = await ask({ scope: 'openid,email,phone' });
    assert.equal(searchParams.get('error'), 'invalid_request');
    assert.match(searchParams.get('error_description') ?? '', /^openid scope must be requested/u);
  });

  test('a form that another site’s page posts, with the charset that browsers add', async () => {
    const [path = '', form = ''] = authorizeAddress(service, { state: 'a b', max_age: '300' }).split('?');
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };
    const back = await browser.go(path, undefined, { method: 'POST', body: form, headers });
    assert.equal(back.address.searchParams.get('state'), 'a b');
    assert.ok(codeIn(back.address) !== '');
  });

  test('max_age=300 is honoured: it never makes a request fail, only asks again', async () => {
    const own = openBrowser(provider);
    const { id: accountId } = await createPerson(provider);
    codeIn(await signIn(provider, service, { accountId, browser: own }));
    provider.clock.advance(301);
    const { address } = await goToEntry(own, authorizeAddress(service, { max_age: '300' }));
    assert.equal(address.pathname, entryAddress);
  });
});

test('nothing is advertised that clients would use unasked, and could not', async () => {
  const response = await provider.fetch('/.well-known/openid-configuration');
  const advertised = (await response.json()) as Record<string, unknown>;
  // ASP.NET Core pushes its requests wherever it finds this, by default and without an assertion.
  assert.equal(advertised['pushed_authorization_request_endpoint'], undefined);
  assert.equal(advertised['registration_endpoint'], undefined);
  assert.ok(!String(advertised['issuer']).endsWith('/'));
});
