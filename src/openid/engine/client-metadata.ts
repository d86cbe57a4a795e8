import { releasableScopes } from '#consent';
import { type Nation, nations } from '#foundation/identifiers';
import { identityLevels, type IdentityLevel } from '#identity';
import type { Client, RequestUse } from '#partners';
import { requestUses } from '#partners';
import type { AdapterPayload, Client as EngineClient } from 'oidc-provider';
import { z } from 'zod';

/** The part of a registration that the engine has no word for; it carries it along under this name. */
export const registrationProperty = 'registration';

const registration = z.object({
  vectors: z.array(z.string()),
  levels: z.array(z.enum(identityLevels)),
  nations: z.array(z.enum(nations)),
  requireNonce: z.boolean(),
  pushedRequests: z.enum(requestUses).optional(),
  signedRequests: z.enum(requestUses).optional(),
  dpopBound: z.boolean(),
  im1Enabled: z.boolean(),
  fidoUafAppIds: z.array(z.string()).optional(),
});

/** What the rules of a request need to know of a client, beyond what the engine checks itself. */
export interface ClientRules {
  /** Permitted Vectors of Trust. */
  readonly vectors: readonly string[];
  /** The levels that somebody can have here. */
  readonly levels: readonly IdentityLevel[];
  readonly nations: readonly Nation[];
  readonly requireNonce: boolean;
  readonly pushedRequests?: RequestUse | undefined;
  readonly signedRequests?: RequestUse | undefined;
  readonly dpopBound: boolean;
  readonly im1Enabled: boolean;
  /** Whether, and as what, its app signs people in by a key that it keeps for them. */
  readonly fidoUafAppIds?: readonly string[] | undefined;
}

/** What an id can look like; anything else is not worth a question to the database. */
const clientIdPattern = /^[\x21-\x7e]{1,100}$/u;

export function isClientId(text: string): boolean {
  return clientIdPattern.test(text);
}

/** Describes a connected service to the engine, in the words of RFC 7591. */
export function describeClient(client: Client, levels: readonly IdentityLevel[]): AdapterPayload {
  const rules: ClientRules = {
    vectors: client.vectors,
    levels,
    nations: client.nations,
    requireNonce: client.requireNonce,
    pushedRequests: client.pushedRequests,
    signedRequests: client.signedRequests,
    dpopBound: client.dpopBound === true,
    im1Enabled: client.im1Enabled,
    fidoUafAppIds: client.fidoUafAppIds,
  };
  return {
    client_id: client.clientId,
    client_name: client.clientName,
    redirect_uris: client.redirectUris,
    // The engine checks no signature of a service's, and so never asks for published keys.
    ...(client.jwksUri === undefined ? { jwks: { keys: client.jwks.keys } } : { jwks_uri: client.jwksUri }),
    scope: client.scopes.filter((scope) => releasableScopes.includes(scope)).join(' '),
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'RS512',
    id_token_signed_response_alg: 'RS512',
    [registrationProperty]: rules,
  };
}

/** The engine makes another client when a registration changes; and asks many times about the same in one request. */
const rulesRead = new WeakMap<EngineClient, ClientRules>();

/** Reads back what `describeClient` gave the engine to carry. */
export function rulesOf(client: EngineClient): ClientRules {
  const known = rulesRead.get(client);
  if (known !== undefined) return known;
  const rules = registration.parse(client[registrationProperty]);
  rulesRead.set(client, rules);
  return rules;
}
