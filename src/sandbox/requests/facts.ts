import { systemClock } from '#foundation/clock';
import type { House } from '#foundation/deps';
import {
  inspectCode,
  inspectRefreshToken,
  type CodeFacts,
  type RefreshTokenFacts,
  type ServiceRequest,
} from '#openid';
import { listClients, readClient, type Client, type ClientKey, type ClientKeys } from '#partners';
import { compactVerify, importJWK } from 'jose';
import { readJwt, type ReadJwt } from './received.ts';

/** All that an explanation is made from. */
export interface Facts {
  readonly request: ServiceRequest;
  readonly issuer: string;
  /** The first value of each parameter; one that is empty counts as not sent. */
  readonly params: ReadonlyMap<string, string>;
  /** Names that came more than once. */
  readonly repeated: readonly string[];
  /** The client that the request says that it is of. */
  readonly claimedId: string | undefined;
  readonly client: Client | undefined;
  /** When no client has the claimed id: the registered one that is spelled most like it. */
  readonly nearest: string | undefined;
  readonly assertion: ReadJwt | undefined;
  /** The client's keys, registered or published; read where the reason may lie in them. */
  readonly keys: readonly ClientKey[];
  /** Whether one of them made the assertion's signature. */
  readonly isSignedByClient: boolean;
  readonly accessToken: ReadJwt | undefined;
  readonly code: CodeFacts | undefined;
  readonly refreshToken: RefreshTokenFacts | undefined;
  /** By the house's clock. */
  readonly now: Date;
  /** By the machine's, which assertions go by. */
  readonly machineNow: Date;
}

/** Where services post a form and show who they are. */
export function authenticatesAt(endpoint: ServiceRequest['endpoint']): boolean {
  return endpoint === 'par' || endpoint === 'token' || endpoint === 'revoke';
}

const idPattern = /^[\x21-\x7e]{1,100}$/u;

/** Reads a registration, once for all requests that are described together. */
export type FindClient = (clientId: string) => Promise<Client | undefined>;

export function createFindClient(house: House): FindClient {
  const found = new Map<string, Promise<Client | undefined>>();
  return (clientId) => {
    const reading = found.get(clientId) ?? readClient(house.deps, clientId);
    found.set(clientId, reading);
    return reading;
  };
}

/** What finding out about requests needs. */
export interface FactsDeps {
  readonly house: House;
  readonly findClient: FindClient;
  readonly clientKeys: ClientKeys;
}

/** Finds out what a request was about. It changes nothing. */
export async function gatherFacts(
  { house, findClient, clientKeys }: FactsDeps,
  request: ServiceRequest,
): Promise<Facts> {
  const params = new Map<string, string>();
  const names = new Set<string>();
  const repeated = new Set<string>();
  for (const [name, value] of request.params) {
    if (names.has(name)) repeated.add(name);
    names.add(name);
    if (value !== '' && !params.has(name)) params.set(name, value);
  }
  const assertion = readJwt(params.get('client_assertion') ?? '');
  const accessToken = readJwt(request.authorization?.trim().replace(/^\S+\s+/u, '') ?? '');
  const claimedId = claimedClient(request, params, assertion ?? accessToken);
  const isId = claimedId !== undefined && idPattern.test(claimedId);
  const client = isId ? await findClient(claimedId) : undefined;
  const isRefused = request.answer.outcome === 'refused';
  const isRefusedForm = isRefused && authenticatesAt(request.endpoint);
  const [code, refreshToken] = isRefusedForm
    ? [params.get('code'), params.get('refresh_token') ?? params.get('token')]
    : [];
  const keys = isRefusedForm && client !== undefined ? await clientKeys.of(client) : [];
  return {
    request,
    issuer: house.settings.issuer,
    params,
    repeated: [...repeated],
    claimedId,
    client,
    nearest: isId && isRefused && client === undefined ? await findNearest(house, claimedId) : undefined,
    assertion,
    keys,
    isSignedByClient: await isSignedBy(keys, params.get('client_assertion') ?? ''),
    accessToken,
    code: code === undefined ? undefined : await inspectCode(house, code),
    refreshToken: refreshToken === undefined ? undefined : await inspectRefreshToken(house, refreshToken),
    now: house.clock.now(),
    machineNow: systemClock().now(),
  };
}

function claimedClient(
  request: ServiceRequest,
  params: ReadonlyMap<string, string>,
  jwt: ReadJwt | undefined,
): string | undefined {
  if (request.clientId !== undefined) return request.clientId;
  return claimedIds(request, params, jwt).find((id) => typeof id === 'string');
}

function claimedIds(
  { endpoint }: ServiceRequest,
  params: ReadonlyMap<string, string>,
  jwt: ReadJwt | undefined,
): unknown[] {
  switch (endpoint) {
    case 'userinfo':
      return [jwt?.claims['aud']];
    case 'sign-out':
      return [params.get('client_id'), readJwt(params.get('id_token_hint') ?? '')?.claims['aud']];
    default:
      return [jwt?.claims['sub'], params.get('client_id'), jwt?.claims['iss']];
  }
}

async function isSignedBy(keys: readonly ClientKey[], assertion: string): Promise<boolean> {
  for (const { kty, n, e } of keys) {
    try {
      await compactVerify(assertion, await importJWK({ kty, n, e }, 'RS512'), { algorithms: ['RS512'] });
      return true;
    } catch {
      continue;
    }
  }
  return false;
}

const mostCompared = 500;
const mostDifferences = 4;

async function findNearest(house: House, id: string): Promise<string | undefined> {
  const known = (await listClients(house.deps)).slice(-mostCompared).map(({ clientId }) => clientId);
  const ranked = known
    .map((clientId) => ({ clientId, distance: distanceBetween(id.toLowerCase(), clientId.toLowerCase()) }))
    .toSorted((one, other) => one.distance - other.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= mostDifferences ? best.clientId : undefined;
}

/** @returns how many letters have to be changed, put in or left out (Levenshtein) */
function distanceBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > mostDifferences) return Infinity;
  let row = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (const [place, otherLetter] of [...other].entries()) {
      const changed = (row[place] ?? 0) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(changed, (row[place + 1] ?? 0) + 1, (next[place] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? Infinity;
}
