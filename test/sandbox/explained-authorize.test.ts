import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import {
  assertExplained,
  assertFinding,
  readKept,
  registerClumsy,
  visit,
  type ClumsyService,
  type Expected,
} from './explained.ts';
import { locationIn, signIn } from './support.ts';

type Row = Expected & {
  readonly wrong: string;
  readonly changes?: Readonly<Record<string, string | undefined>>;
  /** Put at the end of the address. */
  readonly more?: string;
};

/** Told to the service by a redirect. */
const redirected: readonly Row[] = [
  {
    wrong: 'another response_type',
    changes: { response_type: 'code id_token' },
    error: 'unsupported_response_type',
    reason: 'response_type.unsupported',
    received: /response_type=code id_token/u,
    mend: /response_type=code/u,
  },
  {
    wrong: 'no response_type',
    changes: { response_type: undefined },
    error: 'invalid_request',
    reason: 'response_type.missing',
    received: /no response_type/u,
    mend: /response_type=code/u,
  },
  {
    wrong: 'response_mode=form_post',
    changes: { response_mode: 'form_post' },
    error: 'invalid_request',
    reason: 'response_mode.unsupported',
    received: /form_post/u,
    mend: /response_mode=query/u,
  },
  {
    wrong: 'no state',
    changes: { state: undefined },
    error: 'invalid_request',
    reason: 'state.missing',
    received: /no state/u,
    mend: /random state/u,
  },
  {
    wrong: 'no nonce',
    changes: { nonce: undefined },
    error: 'invalid_request',
    reason: 'nonce.missing',
    received: /no nonce/u,
    mend: /require_nonce: false/u,
  },
  {
    wrong: 'a state beyond all measure',
    changes: { state: 'x'.repeat(3000) },
    error: 'invalid_request',
    reason: 'parameter.too-long',
    received: /state of 3000 characters/u,
    mend: /state shorter/u,
  },
  {
    wrong: 'a parameter that comes twice',
    more: '&scope=openid',
    error: 'invalid_request',
    reason: 'parameter.repeated',
    received: /more than once: scope/u,
    mend: /once/u,
  },
  {
    wrong: 'a scope that is not registered',
    changes: { scope: 'openid email profile' },
    error: 'invalid_scope',
    reason: 'scope.not-registered',
    received: /of which profile is not registered/u,
    mend: /Registered: openid email phone/u,
  },
  {
    wrong: 'no openid in scope',
    changes: { scope: 'email' },
    error: 'invalid_request',
    reason: 'scope.without-openid',
    received: /scope=email/u,
    mend: /scope=openid email/u,
  },
  {
    wrong: 'a vtr that is no JSON',
    changes: { vtr: 'P0.Cp' },
    error: 'invalid_request',
    reason: 'vtr',
    received: /vtr=P0\.Cp: P0\.Cp is not a JSON array/u,
    mend: /\["P0\.Cp\.Cd"\]/u,
  },
  {
    wrong: 'a component that nobody knows',
    changes: { vtr: '["P3.Cp"]' },
    error: 'invalid_request',
    reason: 'vtr',
    received: /P3\.Cp has a component that is not known/u,
    mend: /P0, P5, P9/u,
  },
  {
    wrong: 'a vector that is not registered',
    changes: { vtr: '["P0.Cp.Cd"]' },
    error: 'invalid_request',
    reason: 'vtr',
    received: /P0\.Cp\.Cd is not among the vectors/u,
    mend: /Registered: P0\.Cp, P9\.Cp\.Cd/u,
  },
  {
    wrong: 'a challenge without its method',
    changes: { code_challenge: 'x'.repeat(43) },
    error: 'invalid_request',
    reason: 'pkce.challenge',
    received: /code_challenge_method missing/u,
    mend: /S256/u,
  },
  {
    wrong: 'a plain challenge',
    changes: { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' },
    error: 'invalid_request',
    reason: 'pkce.challenge',
    received: /code_challenge_method plain/u,
    mend: /S256/u,
  },
  {
    wrong: 'prompt=none with nobody signed in',
    changes: { prompt: 'none' },
    error: 'sso_login_required',
    reason: 'answer.sso_login_required',
    received: /prompt=none/u,
    mend: /without prompt=none/u,
  },
  {
    wrong: 'prompt=none with another',
    changes: { prompt: 'none login' },
    error: 'invalid_request',
    reason: 'prompt.invalid',
    received: /prompt=none login/u,
    mend: /prompt=login/u,
  },
  {
    wrong: 'a request object',
    changes: { request: 'eyJhbGciOiJub25lIn0.e30.' },
    error: 'request_not_supported',
    reason: 'answer.request_not_supported',
    received: /request_not_supported/u,
    mend: /without request/u,
  },
];

/** Shown on a page, or as JSON: there is no address to which it could be told. */
const shownHere: readonly Row[] = [
  {
    wrong: 'a slash at the end of redirect_uri',
    changes: { redirect_uri: 'https://hilltop.example/callback/' },
    error: 'invalid_redirect_uri',
    reason: 'redirect_uri.not-registered',
    received: /differs from https:\/\/hilltop\.example\/callback only in a slash/u,
    mend: /Send https:\/\/hilltop\.example\/callback exactly/u,
  },
  {
    wrong: 'redirect_uri in other case',
    changes: { redirect_uri: 'https://hilltop.example/Callback' },
    error: 'invalid_redirect_uri',
    reason: 'redirect_uri.not-registered',
    received: /only in upper and lower case/u,
    mend: /exactly/u,
  },
  {
    wrong: 'redirect_uri with a port',
    changes: { redirect_uri: 'https://hilltop.example:8443/callback' },
    error: 'invalid_redirect_uri',
    reason: 'redirect_uri.not-registered',
    received: /:8443\/callback.*only in the port/u,
    mend: /exactly/u,
  },
  {
    wrong: 'redirect_uri over http',
    changes: { redirect_uri: 'http://hilltop.example/callback' },
    error: 'invalid_redirect_uri',
    reason: 'redirect_uri.not-registered',
    received: /only in http and https/u,
    mend: /exactly/u,
  },
  {
    wrong: 'redirect_uri with a query',
    changes: { redirect_uri: 'https://hilltop.example/callback?token=hush' },
    error: 'invalid_redirect_uri',
    reason: 'redirect_uri.not-registered',
    received: /callback\?….*by a query/u,
    mend: /exactly/u,
  },
  {
    wrong: 'another host',
    changes: { redirect_uri: 'https://valley.example/callback' },
    error: 'invalid_redirect_uri',
    reason: 'redirect_uri.not-registered',
    received: /valley\.example.*only in the host/u,
    mend: /Registered: https:\/\/hilltop\.example\/callback/u,
  },
  {
    wrong: 'no redirect_uri',
    changes: { redirect_uri: undefined },
    error: 'invalid_request',
    reason: 'redirect_uri.missing',
    received: /no redirect_uri/u,
    mend: /registered redirect URIs/u,
  },
  {
    wrong: 'no client_id',
    changes: { client_id: undefined },
    error: 'invalid_request',
    reason: 'client_id.missing',
    received: /no client_id/u,
    mend: /client_id/u,
  },
];

suite('a refused authorization request is explained', () => {
  let sandbox: TestSandbox;
  let service: ClumsyService;
  before(async () => {
    sandbox = await openTestSandbox();
    service = await registerClumsy(sandbox);
  });
  after(() => sandbox.close());

  for (const { wrong, changes, more = '', ...expected } of redirected) {
    test(`to the service, by error_uri: ${wrong}`, async () => {
      const { location } = await visit(`${service.address(changes)}${more}`);
      assert.equal(`${location.origin}${location.pathname}`, service.redirectUri);
      assert.equal(location.searchParams.get('error'), expected.error);
      const kept = await readKept(sandbox, location.searchParams.get('error_uri') ?? '');
      assertFinding(kept, expected);
      assert.equal(kept.client_id, service.clientId);
    });
  }

  for (const { wrong, changes, ...expected } of shownHere) {
    test(`here: ${wrong}`, async () => {
      const address = service.address(changes);
      const { status, text } = await visit(address);
      await assertExplained(sandbox, { status, body: JSON.parse(text) }, expected);
      const page = await visit(address, 'text/html');
      assert.equal(page.status, 400);
      assert.match(page.text, /For the developer of the service/u);
      assert.match(page.text, /href="[^"]+\/sandbox\/requests\/[\w-]{16}"/u);
    });
  }

  test('here: a client that is not registered, with the id that was probably meant', async () => {
    const misspelled = `${service.clientId.slice(0, -1)}_`;
    const { status, text } = await visit(service.address({ client_id: misspelled }));
    await assertExplained(
      sandbox,
      { status, body: JSON.parse(text) },
      {
        error: 'invalid_client',
        reason: 'client.unknown',
        received: new RegExp(misspelled, 'u'),
        mend: new RegExp(`most like it is ${service.clientId}`, 'u'),
      },
    );
  });

  test('here: bytes that are no UTF-8', async () => {
    const page = await visit(`${service.address()}&login_hint=%FF`, 'text/html');
    assert.equal(page.status, 400);
    assert.match(page.text, /complete, well-formed and in UTF-8/u);
  });

  test('everything that is wrong is told at once, the cause of the error first', async () => {
    const address = service.address({
      scope: 'openid profile gp',
      vtr: 'P9',
      state: undefined,
      nonce: undefined,
    });
    const { location } = await visit(address);
    const { findings } = await readKept(sandbox, location.searchParams.get('error_uri') ?? '');
    assert.deepEqual(findings.map(({ reason }) => reason).toSorted(), [
      'nonce.missing',
      'scope.not-registered',
      'state.missing',
      'vtr',
    ]);
  });

  test('a person who refuses to share is no mistake: the answer is the contract’s to the letter, and is told', async () => {
    const other = await registerClumsy(sandbox);
    const url = other.address({ state: 'A' });
    const location = locationIn(await signIn(sandbox, { url, persona: 'p0', consent: false }));
    const { searchParams } = new URL(location);
    searchParams.delete('iss');
    assert.equal(searchParams.toString(), 'error=access_denied&error_description=ConsentNotGiven&state=A');
    const address = `${sandbox.origin}/sandbox/requests?client_id=${other.clientId}`;
    assert.match((await visit(address, 'text/html')).text, /Nothing is broken: show the person a page/u);
  });

  test('scopes that exclude each other', async () => {
    const other = await registerClumsy(sandbox, { scopes: ['openid', 'profile', 'basic_demographics'] });
    const { location } = await visit(other.address({ scope: 'openid profile basic_demographics' }));
    assertFinding(await readKept(sandbox, location.searchParams.get('error_uri') ?? ''), {
      error: 'invalid_scope',
      reason: 'scope.exclusive',
      received: /profile basic_demographics/u,
      mend: /never for both/u,
    });
  });
});
