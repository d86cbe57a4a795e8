import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { nations } from '#foundation/identifiers';
import { clientRegistration, registrableVectors } from '#partners';
import { z } from 'zod';
import { assurances } from '../../support/listing.ts';
import { openTestSandbox, type TestSandbox } from '../../support/sandbox.ts';
import { call, refusalIn } from '../../sandbox/support.ts';

/** The contract's rules of registering a service, row by row, over the sandbox's programming interface. */

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString();
const jwk = pair.publicKey.export({ format: 'jwk' });
const address = 'https://hilltop.example/callback';
const least = { client_name: 'Hilltop', redirect_uris: [address], public_key_pem: pem };

function pemOf(type: 'rsa' | 'ec', modulusLength = 2048): string {
  const { publicKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return publicKey.export({ format: 'pem', type: 'spki' }).toString();
}

function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${address}/${index}`);
}

type Changes = Readonly<Record<string, unknown>>;

const clientShape = z.record(z.string(), z.unknown());

let sandbox: TestSandbox;
before(async () => {
  sandbox = await openTestSandbox();
});
after(() => sandbox.close());

const taken: readonly (readonly [row: string, changes: Changes])[] = [
  ['redirect_uris: one', {}],
  ['redirect_uris: ten', { redirect_uris: addresses(10) }],
  ['redirect_uris: plain http on this machine, in a sandbox', { redirect_uris: ['http://localhost:1/cb'] }],
  ['a key: RSA of 2048 bits in PEM', { public_key_pem: pem }],
  [
    'a key: several',
    {
      public_key_pem: undefined,
      jwks: {
        keys: [
          { ...jwk, kid: 'one' },
          { ...jwk, kid: 'two' },
        ],
      },
    },
  ],
  [
    'a key: where the service publishes them',
    { public_key_pem: undefined, jwks_uri: 'http://localhost:1/jwks' },
  ],
  ['scopes: openid alone', { scopes: ['openid'] }],
  [
    'scopes: gp_integration_credentials with IM1',
    { scopes: ['openid', 'gp_integration_credentials'], im1_enabled: true },
  ],
  ...registrableVectors.map((vector) => [`vectors: ${vector}`, { vectors: [vector] }] as const),
  ...nations.map((nation) => [`nations: ${nation}`, { nations: [nation] }] as const),
  ['sso_with: another service', { sso_with: ['some-service'] }],
  ['im1_enabled: true', { im1_enabled: true }],
  ['require_nonce: false', { require_nonce: false }],
  [
    'tos_uri and policy_uri',
    { tos_uri: 'https://hilltop.example/t', policy_uri: 'https://hilltop.example/p' },
  ],
];

describe('a registration is taken', () => {
  for (const [row, changes] of taken) {
    test(row, async () => {
      const { status, body } = await call(sandbox, 'POST', '/clients', { ...least, ...changes });
      assert.equal(status, 201, JSON.stringify(body));
      const { public_key_pem: _pem, jwks: _jwks, ...given } = { ...least, ...changes } as Changes;
      const shown = clientShape.parse(body);
      for (const [name, value] of Object.entries(given))
        if (value !== undefined) assert.deepEqual(shown[name], value, name);
    });
  }

  test('client_id: allocated, another each time, and not chosen by the service', async () => {
    const ids = new Set<unknown>();
    for (let times = 0; times < 3; times += 1)
      ids.add(clientShape.parse((await call(sandbox, 'POST', '/clients', least)).body)['client_id']);
    assert.equal(ids.size, 3);
    assert.equal((await call(sandbox, 'POST', '/clients', { ...least, client_id: 'mine' })).status, 400);
  });

  test('nothing private is ever shown, nor is a secret allocated', async () => {
    const { body } = await call(sandbox, 'POST', '/clients', least);
    assert.doesNotMatch(JSON.stringify(body), /"d"|"p"|"q"|secret|PRIVATE/u);
  });
});

const refused: readonly (readonly [row: string, changes: Changes, field: string])[] = [
  ['client_name: missing', { client_name: undefined }, 'client_name'],
  ['client_name: empty', { client_name: ' ' }, 'client_name'],
  ['redirect_uris: missing', { redirect_uris: undefined }, 'redirect_uris'],
  ['redirect_uris: none', { redirect_uris: [] }, 'redirect_uris'],
  ['redirect_uris: eleven', { redirect_uris: addresses(11) }, 'redirect_uris'],
  ['redirect_uris: one twice', { redirect_uris: [address, address] }, 'redirect_uris'],
  ['redirect_uris: plain http', { redirect_uris: ['http://hilltop.example/cb'] }, 'redirect_uris.0'],
  ['redirect_uris: an app’s own scheme', { redirect_uris: ['hilltop:/cb'] }, 'redirect_uris.0'],
  ['redirect_uris: no address', { redirect_uris: ['/cb'] }, 'redirect_uris.0'],
  [
    'redirect_uris: a wildcard in the host',
    { redirect_uris: ['https://*.hilltop.example/'] },
    'redirect_uris.0',
  ],
  ['redirect_uris: a wildcard in the path', { redirect_uris: [`${address}/*`] }, 'redirect_uris.0'],
  ['redirect_uris: a query string', { redirect_uris: [`${address}?a=b`] }, 'redirect_uris.0'],
  ['redirect_uris: an empty query string', { redirect_uris: [`${address}?`] }, 'redirect_uris.0'],
  ['redirect_uris: a fragment', { redirect_uris: [`${address}#there`] }, 'redirect_uris.0'],
  ['redirect_uris: an empty fragment', { redirect_uris: [`${address}#`] }, 'redirect_uris.0'],
  ['a key: none', { public_key_pem: undefined }, 'public_key_pem'],
  ['a key: two ways at once', { jwks: { keys: [jwk] } }, 'public_key_pem'],
  ['a key: shorter than 2048 bits', { public_key_pem: pemOf('rsa', 1024) }, 'public_key_pem'],
  ['a key: not RSA', { public_key_pem: pemOf('ec') }, 'public_key_pem'],
  ['a key: no PEM', { public_key_pem: 'nonsense' }, 'public_key_pem'],
  [
    'a key: private',
    { public_key_pem: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() },
    'public_key_pem',
  ],
  [
    'a key: for another algorithm',
    { public_key_pem: undefined, jwks: { keys: [{ ...jwk, alg: 'RS256' }] } },
    'jwks.keys.0',
  ],
  ['scopes: without openid', { scopes: ['email'] }, 'scopes'],
  ['scopes: unknown', { scopes: ['openid', 'everything'] }, 'scopes.1'],
  [
    'scopes: gp_integration_credentials without IM1',
    { scopes: ['openid', 'gp_integration_credentials'] },
    'scopes',
  ],
  ['vectors: none', { vectors: [] }, 'vectors'],
  ['vectors: an unknown level', { vectors: ['P1.Cp'] }, 'vectors.0'],
  ['vectors: no whole profile', { vectors: ['P9'] }, 'vectors.0'],
  ['nations: none', { nations: [] }, 'nations'],
  ['nations: unknown', { nations: ['france'] }, 'nations.0'],
  ['sso_with: no list', { sso_with: 'some-service' }, 'sso_with'],
  ['im1_enabled: a text', { im1_enabled: 'true' }, 'im1_enabled'],
  ['tos_uri: plain http', { tos_uri: 'http://hilltop.example/t' }, 'tos_uri'],
  ['policy_uri: a script', { policy_uri: 'javascript:alert(1)' }, 'policy_uri'],
];

describe('a registration is refused, naming the member', () => {
  for (const [row, changes, field] of refused) {
    test(row, async () => {
      const answer = await call(sandbox, 'POST', '/clients', { ...least, ...changes });
      assert.equal(answer.status, 400, JSON.stringify(answer.body));
      const { error, problems } = refusalIn(answer);
      assert.equal(error, 'invalid_client_metadata');
      assert.deepEqual([...new Set(problems.map((problem) => problem.field))], [field]);
    });
  }
});

describe('outside a sandbox, every address is https', () => {
  const schema = clientRegistration({ mode: 'production' });
  const local = 'http://localhost:3001/there';
  const rows: readonly (readonly [row: string, changes: Changes])[] = [
    ['redirect_uris', { redirect_uris: [local] }],
    ['jwks_uri', { public_key_pem: undefined, jwks_uri: local }],
    ['client_uri', { client_uri: local }],
    ['tos_uri', { tos_uri: local }],
    ['policy_uri', { policy_uri: local }],
    ['post_logout_redirect_uris', { post_logout_redirect_uris: [local] }],
    ['backchannel_logout_uri', { backchannel_logout_uri: local }],
  ];
  for (const [row, changes] of rows) {
    test(row, () => {
      const { error } = schema.safeParse({ ...least, ...changes });
      assert.match(error?.issues[0]?.message ?? '', /https/u);
      assert.equal(error?.issues[0]?.path[0], row);
    });
  }

  test('and then it is taken', () => assert.ok(schema.safeParse({ ...least, assurances }).success));
});
