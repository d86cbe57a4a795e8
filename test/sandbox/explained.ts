import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { call, locationIn, signIn } from './support.ts';
import type { TestSandbox } from '../support/sandbox.ts';

/** A service that can make every mistake. */
export interface ClumsyService {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly publicKeyPem: string;
  /** The address of a right authorization request. @param changes undefined leaves a parameter out */
  address(changes?: Changes): string;
  /** Signs somebody in. @returns the code */
  code(changes?: Changes): Promise<string>;
  /** A right client assertion. @param how.key another key than the service's; `header` and claims to change */
  assertion(changes?: Readonly<Record<string, unknown>>, how?: AssertionMistake): Promise<string>;
  /** Posts to the token endpoint, with a right assertion unless one is given. */
  token(form: Changes): Promise<Told>;
  /** The same at another address where services authenticate. */
  post(address: string, form: Changes): Promise<Told>;
}

type Changes = Readonly<Record<string, string | undefined>>;
interface AssertionMistake {
  readonly alg?: string;
  readonly kid?: string;
  readonly key?: KeyObject | Uint8Array;
}

const findingShape = z.object({
  reason: z.string(),
  received: z.string(),
  rule: z.string().min(1),
  mend: z.string(),
  see: z.string().min(1),
});

/** A refusal as JSON, with what explains it. */
export interface Told {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const toldShape = z.object({
  error: z.string(),
  error_uri: z.string(),
  explanation: z.array(findingShape).min(1),
});

const keptShape = z.object({
  id: z.string(),
  endpoint: z.string(),
  client_id: z.string().optional(),
  outcome: z.string(),
  error: z.string().optional(),
  sign_in: z.string(),
  received: z.array(z.object({ name: z.string(), value: z.string() })),
  steps: z.array(z.string()),
  findings: z.array(findingShape),
});
export type Kept = z.output<typeof keptShape>;

export function makeKeyPair(): { privateKey: KeyObject; publicKeyPem: string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, publicKeyPem: publicKey.export({ format: 'pem', type: 'spki' }).toString() };
}

export async function registerClumsy(
  sandbox: TestSandbox,
  registration: Readonly<Record<string, unknown>> = {},
): Promise<ClumsyService> {
  const { origin } = sandbox;
  const redirectUri = 'https://hilltop.example/callback';
  const { privateKey, publicKeyPem } = makeKeyPair();
  const { body } = await call(sandbox, 'POST', '/clients', {
    client_name: 'Hilltop',
    redirect_uris: [redirectUri],
    public_key_pem: publicKeyPem,
    vectors: ['P0.Cp', 'P9.Cp.Cd'],
    ...registration,
  });
  const { client_id: clientId } = z.object({ client_id: z.string() }).parse(body);
  const service: ClumsyService = {
    clientId,
    redirectUri,
    publicKeyPem,
    address: (changes = {}) => {
      const right: Changes = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'openid email',
        state: randomUUID(),
        nonce: randomUUID(),
        vtr: '["P0.Cp"]',
      };
      return `${origin}/authorize?${spell({ ...right, ...changes })}`;
    },
    code: async (changes) => {
      const url = service.address(changes);
      const location = locationIn(await signIn(sandbox, { url, persona: 'p0' }));
      const code = new URL(location).searchParams.get('code');
      assert.ok(code, location);
      return code;
    },
    assertion: (changes = {}, { alg = 'RS512', kid, key = privateKey } = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const right = {
        iss: clientId,
        sub: clientId,
        aud: `${origin}/token`,
        jti: randomUUID(),
        exp: now + 60,
      };
      const header = kid === undefined ? { alg } : { alg, kid };
      return new SignJWT({ ...right, ...changes }).setProtectedHeader(header).sign(key);
    },
    token: (form) => service.post('/token', form),
    post: async (address, form) => {
      const right: Changes = {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: 'client_assertion' in form ? undefined : await service.assertion(),
      };
      return post(`${origin}${address}`, spell({ ...right, ...form }));
    },
  };
  return service;
}

function spell(parameters: Changes): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return new URLSearchParams(given).toString();
}

export async function post(
  address: string,
  body: string,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/x-www-form-urlencoded' },
): Promise<Told> {
  const response = await fetch(address, { method: 'POST', body, headers });
  const text = await response.text();
  return { status: response.status, body: z.record(z.string(), z.unknown()).parse(JSON.parse(text || '{}')) };
}

/** What a row of a table expects to be told. */
export interface Expected {
  readonly error: string;
  readonly reason: string;
  /** In what was received. */
  readonly received: RegExp;
  readonly mend: RegExp;
}

/** Fails unless a refusal is explained, at once and where its `error_uri` leads. */
export async function assertExplained(sandbox: TestSandbox, told: Told, expected: Expected): Promise<Kept> {
  const { error, error_uri: address, explanation } = toldShape.parse(told.body);
  assert.equal(error, expected.error);
  const kept = await readKept(sandbox, address);
  assert.deepEqual(kept.findings, explanation);
  assertFinding(kept, expected);
  return kept;
}

export function assertFinding(kept: Kept, expected: Expected): void {
  const [cause] = kept.findings;
  assert.equal(cause?.reason, expected.reason);
  assert.match(cause.received, expected.received);
  assert.match(cause.mend, expected.mend);
  assert.equal(kept.error, expected.error);
  assert.equal(kept.outcome, 'refused');
}

/** Reads a request where an `error_uri` says that it is explained. */
export async function readKept(sandbox: TestSandbox, address: string): Promise<Kept> {
  assert.ok(address.startsWith(`${sandbox.origin}/sandbox/requests/`), address);
  const id = address.split('/').at(-1) ?? '';
  return keptShape.parse((await call(sandbox, 'GET', `/requests/${id}`)).body);
}

export async function listKept(sandbox: TestSandbox, query = ''): Promise<Kept[]> {
  return z.array(keptShape).parse((await call(sandbox, 'GET', `/requests${query}`)).body);
}

/** Goes to an address without following where it leads. */
export async function visit(address: string, accept = 'application/json', init: RequestInit = {}) {
  const response = await fetch(address, {
    redirect: 'manual',
    ...init,
    headers: { accept, ...init.headers },
  });
  return {
    status: response.status,
    location: new URL(response.headers.get('location') ?? 'about:blank', address),
    text: await response.text(),
  };
}

export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

export function makeVerifier(): string {
  return randomBytes(32).toString('base64url');
}

const tokensShape = z.object({ refresh_token: z.string(), access_token: z.string(), id_token: z.string() });

/** Signs somebody in and exchanges the code. */
export async function exchange(service: ClumsyService): Promise<z.output<typeof tokensShape>> {
  const { redirectUri } = service;
  const told = await service.token({
    grant_type: 'authorization_code',
    redirect_uri: redirectUri,
    code: await service.code(),
  });
  return tokensShape.parse(told.body);
}
