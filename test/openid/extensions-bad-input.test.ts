import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createLog } from '#foundation/log';
import fc from 'fast-check';
import { until } from '../support/until.ts';
import { newProofKey, nothingElse, postAsService, prove, push, signRequest } from './support/extensions.ts';
import { openBrowser } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { openRelay } from './support/relay.ts';
import { authorizeAddress, registerService, type TestService } from './support/service.ts';

let provider: TestProvider;
let service: TestService;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider, {
    pushedRequests: 'allowed',
    signedRequests: 'allowed',
    dpopBound: true,
    tokenRevocation: true,
  });
});
after(() => provider.close());

test('the addresses of the extensions answer every bad body in JSON', async () => {
  const form = 'application/x-www-form-urlencoded';
  const bodies: [string | Buffer, string, number][] = [
    ['', form, 400],
    ['{"token":"x"}', 'application/json', 400],
    [Buffer.from([0x67, 0x3d, 0xff, 0xfe]), form, 400],
    ['token=a%00b', form, 400],
    ['&&&===%%%', form, 400],
    ['request_uri[]=a&request_uri[]=b', form, 400],
    [`request=${'x'.repeat(100_000)}`, form, 413],
  ];
  for (const address of ['/par', '/revoke']) {
    for (const [body, type, status] of bodies) {
      const response = await provider.fetch(address, {
        method: 'POST',
        body,
        headers: { 'content-type': type, accept: 'text/html' },
      });
      const { error } = (await response.json()) as { error: string };
      assert.deepEqual([response.status, error], [status, 'invalid_request']);
      assert.equal(response.headers.get('cache-control'), 'no-store');
    }
  }
});

const names = [
  'scope',
  'state',
  'nonce',
  'vtr',
  'redirect_uri',
  'response_type',
  'prompt',
  'max_age',
  'claims',
];

test('whatever a service signs as a request is answered as a request, and nobody is sent elsewhere', async () => {
  const payload = fc.dictionary(
    fc.oneof(fc.constantFrom(...names, '__proto__', 'request'), fc.string()),
    fc.jsonValue(),
    {
      maxKeys: 6,
    },
  );
  await fc.assert(
    fc.asyncProperty(payload, async (changes) => {
      const request = await signRequest(provider, service, changes);
      const response = await provider.fetch(authorizeAddress(service, { ...nothingElse, request }), {
        redirect: 'manual',
      });
      assert.ok([303, 400].includes(response.status), String(response.status));
      const location = response.headers.get('location') ?? service.redirectUri;
      assert.ok(location.startsWith(service.redirectUri) || location.startsWith('/interaction/'), location);
    }),
    { numRuns: 80 },
  );
});

test('whatever claims to be a proof is refused as none', async () => {
  const key = await newProofKey();
  const header = fc.dictionary(
    fc.constantFrom('jwk', 'typ', 'alg', 'kid', 'crit', 'b64', 'x5c'),
    fc.oneof(
      fc.jsonValue(),
      fc.record({
        kty: fc.constantFrom('RSA', 'EC', 'OKP', 'oct', 'AKP'),
        n: fc.string(),
        e: fc.string(),
        crv: fc.constantFrom('P-256', 'Ed25519', 'X25519'),
        x: fc.string(),
        y: fc.string(),
      }),
    ),
    { minKeys: 1 },
  );
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const good = (await prove(provider, key)).split('.');
  await fc.assert(
    fc.asyncProperty(header, async (changes) => {
      const altered = { alg: 'ES256', typ: 'dpop+jwt', jwk: key.publicJwk, ...changes };
      const { status, body } = await postAsService(provider, service, {
        address: '/token',
        form: { grant_type: 'refresh_token', refresh_token: 'x' },
        headers: { dpop: `${encode(altered)}.${good[1]}.${good[2]}` },
      });
      assert.deepEqual([status, body['error']], [400, 'invalid_dpop_proof']);
    }),
    { numRuns: 60 },
  );
});

test('while the database is away a service is told to try again, and a person too', async () => {
  const relay = await openRelay(provider.databaseUrl);
  const fragile = await startProvider({ beside: provider, databaseUrl: relay.url });
  const { body } = await push(fragile, service);
  relay.cut();
  await until(() => fragile.house.database.pool.totalCount === 0);
  for (const answer of [
    await push(fragile, service),
    await postAsService(fragile, service, { address: '/revoke', form: { token: 'x' } }),
  ]) {
    assert.deepEqual([answer.status, answer.body['error']], [503, 'temporarily_unavailable']);
  }
  const address = authorizeAddress(service, { ...nothingElse, request_uri: String(body['request_uri']) });
  const page = await openBrowser(fragile).go(address);
  assert.equal(page.status, 503);
  relay.mend();
  const response = await fragile.fetch(address, { redirect: 'manual' });
  assert.match(response.headers.get('location') ?? '', /\/interaction\//u);
  await fragile.close();
  await relay.close();
});

test('no log line has a request, a proof or what is asked for in it', async () => {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line: string) => lines.push(line) } });
  const talkative = await startProvider({ beside: provider, log });
  const hint = 'ada.lovelace@example.org';
  const request = await signRequest(provider, service, { login_hint: hint, scope: 'openid profile' });
  const proof = await prove(provider, await newProofKey(), { htu: `${provider.issuer}/par` });
  const pushed = await push(talkative, service, { login_hint: hint }, { dpop: proof });
  assert.equal(pushed.status, 201);
  const again = await push(talkative, service, { login_hint: hint }, { dpop: proof });
  assert.equal(again.body['error'], 'invalid_dpop_proof');
  const uri = String(pushed.body['request_uri']);
  const browser = openBrowser(talkative);
  for (const asked of [{ request }, { request: `${request}x` }, { request_uri: uri }, { request_uri: uri }])
    await browser.go(
      authorizeAddress(service, { ...nothingElse, redirect_uri: service.redirectUri, ...asked }),
    );
  await talkative.close();
  assert.ok(lines.some((line) => line.includes('a request of a service was refused')));
  assert.ok(lines.some((line) => line.includes('invalid_request_object')));
  for (const secret of [hint, request, proof, uri, uri.split(':').at(-1) ?? ''])
    assert.ok(!lines.some((line) => line.includes(secret)), secret);
});
