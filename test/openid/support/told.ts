import assert from 'node:assert/strict';
import { setLandline, type Account } from '#accounts';
import type { NhsNumber } from '#foundation/identifiers';
import type { AuthenticationFactor, IdentityLevel } from '#identity';
import { makeKnown } from '../../support/identities.ts';
import { codeIn, createPerson, signIn } from './people.ts';
import type { TestProvider } from './provider.ts';
import { exchange, type Parameters, type TestService } from './service.ts';
import { bearer, payloadOf } from './tokens.ts';

/** Somebody at a level of identity, with everything that somebody can have there. */
export interface Known {
  readonly person: Account;
  readonly level: IdentityLevel;
  readonly nhsNumber: NhsNumber | undefined;
}

export const landline = '+441632960123';

/** @returns somebody new at that level */
export async function createKnown(provider: TestProvider, level: IdentityLevel): Promise<Known> {
  const person = await createPerson(provider);
  await setLandline(provider.house.deps, { accountId: person.id, landline });
  if (level === 'P0') return { person, level, nhsNumber: undefined };
  const nhsNumber = await makeKnown(provider, {
    accountId: person.id,
    level,
    phoneMatched: true,
    withGpCredentials: level === 'P9',
  });
  return { person, level, nhsNumber };
}

export type Claims = Readonly<Record<string, unknown>>;

/** What a service is told of somebody: the answer of the token endpoint, and what it finds wherever it can look. */
export interface Told {
  readonly tokens: Claims;
  readonly idToken: Claims;
  readonly accessToken: Claims;
  readonly userinfo: Claims;
}

/** Signs somebody in to a service who agrees to everything, and looks wherever the service can. */
export async function tellOf(
  provider: TestProvider,
  service: TestService,
  of: { person: Account; factors?: readonly AuthenticationFactor[] },
  changes: Parameters = {},
): Promise<Told> {
  const by = { accountId: of.person.id, ...(of.factors === undefined ? {} : { factors: of.factors }) };
  const { status, body } = await exchange(
    provider,
    service,
    codeIn(await signIn(provider, service, by, changes)),
  );
  assert.equal(status, 200, JSON.stringify(body));
  return {
    tokens: body,
    idToken: payloadOf(body['id_token']),
    accessToken: payloadOf(body['access_token']),
    userinfo: await readUserinfo(provider, body['access_token']),
  };
}

export async function readUserinfo(provider: TestProvider, accessToken: unknown): Promise<Claims> {
  const response = await provider.fetch('/userinfo', { headers: bearer(accessToken) });
  assert.equal(response.status, 200);
  return (await response.json()) as Claims;
}

/** Asks `/userinfo` to keep something else. */
export function patchUserinfo(
  provider: TestProvider,
  accessToken: unknown,
  body: unknown,
): Promise<Response> {
  return provider.fetch('/userinfo', {
    method: 'PATCH',
    headers: { ...bearer(accessToken), 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
