import assert from 'node:assert/strict';
import { createSign, KeyObject } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { SignJWT } from 'jose';
import { startProvider, type TestProvider } from '../support/provider.ts';
import {
  assertionType,
  nowSeconds,
  postToken,
  registerService,
  type Parameters,
  type TestService,
} from '../support/service.ts';

/** The contract's table of `/token`, row by row: who is let in, and which grants there are. */

let provider: TestProvider;
let service: TestService;
let other: TestService;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
  other = await registerService(provider);
});
after(() => provider.close());

type Header = Readonly<Record<string, unknown>>;

let assertions = 0;

function claims(): Record<string, unknown> {
  assertions += 1;
  const { clientId } = service;
  const aud = `${provider.issuer}/token`;
  return { iss: clientId, sub: clientId, aud, jti: `jti-${assertions}`, exp: nowSeconds() + 60 };
}

function signed(header: Header = {}, key = service.privateKey): Promise<string> {
  return new SignJWT(claims()).setProtectedHeader({ alg: 'RS512', ...header }).sign(key);
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Signs with the service's own RSA key, but in another way than the contract's. */
function signedOtherwise(alg: string, digest: string): string {
  const text = `${encode({ alg })}.${encode(claims())}`;
  const signature = createSign(digest).update(text).sign(KeyObject.from(service.privateKey));
  return `${text}.${signature.toString('base64url')}`;
}

/** Whoever is let in is told that this is no code; whoever is not, that they are not. */
async function errorOf(form: Parameters): Promise<{ status: number; error: unknown }> {
  const { redirectUri } = service;
  const { status, body, headers } = await postToken(provider, {
    grant_type: 'authorization_code',
    code: 'made-up',
    redirect_uri: redirectUri,
    client_assertion_type: assertionType,
    ...form,
  });
  assert.match(headers.get('content-type') ?? '', /^application\/json/u);
  assert.match(headers.get('cache-control') ?? '', /no-store/u);
  assert.equal(headers.get('pragma'), 'no-cache');
  return { status, error: body['error'] };
}

type Form = () => Promise<Parameters>;

const letIn: readonly (readonly [row: string, form: Form])[] = [
  ['alg: RS512', async () => ({ client_assertion: await signed() })],
  [
    'kid: of the registered key',
    async () => ({ client_assertion: await signed({ kid: service.publicJwk.kid }) }),
  ],
  ['kid: the service’s own name for it', async () => ({ client_assertion: await signed({ kid: 'mine' }) })],
  ['typ: JWT', async () => ({ client_assertion: await signed({ typ: 'JWT' }) })],
  ['client_id: the same', async () => ({ client_assertion: await signed(), client_id: service.clientId })],
  ['unknown parameters are ignored', async () => ({ client_assertion: await signed(), made_up: 'yes' })],
];

const keptOut: readonly (readonly [row: string, form: Form, error?: string])[] = [
  [
    'alg: none',
    () => Promise.resolve({ client_assertion: `${encode({ alg: 'none' })}.${encode(claims())}.` }),
  ],
  ['alg: RS256', () => Promise.resolve({ client_assertion: signedOtherwise('RS256', 'RSA-SHA256') })],
  ['alg: RS384', () => Promise.resolve({ client_assertion: signedOtherwise('RS384', 'RSA-SHA384') })],
  [
    'alg: HS512 with the public key',
    async () => {
      const secret = Buffer.from(JSON.stringify(service.publicJwk));
      const jwt = new SignJWT(claims()).setProtectedHeader({ alg: 'HS512' });
      return { client_assertion: await jwt.sign(secret) };
    },
  ],
  [
    'signature: by another service’s key',
    async () => ({ client_assertion: await signed({}, other.privateKey) }),
  ],
  [
    'client_id: another',
    async () => ({ client_assertion: await signed(), client_id: other.clientId }),
    'invalid_request',
  ],
  ['client_assertion: missing', () => Promise.resolve({ client_id: service.clientId })],
  [
    'a client_secret in its place',
    () => Promise.resolve({ client_id: service.clientId, client_secret: 'a secret' }),
  ],
];

describe('a service is let in', () => {
  for (const [row, form] of letIn) {
    test(row, async () =>
      assert.deepEqual(await errorOf(await form()), { status: 400, error: 'invalid_grant' }),
    );
  }
});

describe('a service is kept out', () => {
  for (const [row, form, expected = 'invalid_client'] of keptOut) {
    test(row, async () => {
      const { status, error } = await errorOf(await form());
      assert.equal(error, expected);
      assert.ok([400, 401].includes(status), String(status));
    });
  }
});

describe('grant_type', () => {
  const grants: readonly (readonly [grant: string, error: string])[] = [
    ['authorization_code', 'invalid_grant'],
    ['refresh_token', 'invalid_grant'],
    ['client_credentials', 'unsupported_grant_type'],
    ['urn:ietf:params:oauth:grant-type:jwt-bearer', 'unsupported_grant_type'],
  ];
  for (const [grant, error] of grants) {
    test(`${grant}: ${error}`, async () => {
      const form = { grant_type: grant, refresh_token: 'made-up', client_assertion: await signed() };
      assert.deepEqual(await errorOf(form), { status: 400, error });
    });
  }

  test('a parameter that comes twice: invalid_request', async () => {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: 'one',
      client_assertion_type: assertionType,
      client_assertion: await signed(),
    });
    form.append('refresh_token', 'two');
    const { status, body } = await postToken(provider, form.toString());
    assert.deepEqual([status, body['error']], [400, 'invalid_request']);
  });
});
