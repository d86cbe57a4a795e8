import { nations } from '#foundation/identifiers';
import { createMemory } from '#foundation/memory';
import { storedDate } from '#foundation/storage';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import {
  nhsRelations,
  requestUses,
  serviceLanguages,
  type Assurances,
  type Client,
  type ClientKey,
  type ClientLogout,
  type Listing,
} from './client.ts';
import { directoryText, levelsAccepted } from './directory-words.ts';

/** What the database has of a registration. */
export type ClientRow = {
  client_id: string;
  client_name: string;
  redirect_uris: string[];
  jwks: string;
  scopes: string[];
  vectors: string[];
  nations: string[];
  sso_with: string[];
  im1_enabled: boolean;
  require_nonce: boolean;
  logout: string | null;
  home_uri: string | null;
  terms_uri: string | null;
  privacy_uri: string | null;
  jwks_uri: string | null;
  pushed_requests: string | null;
  signed_requests: string | null;
  dpop_bound: boolean;
  token_revocation: boolean;
  fido_uaf_app_ids: string[] | null;
  assurances: string | null;
  listing: string | null;
  directory_id: string | null;
  directory_level: string | null;
  directory_text: string | null;
  created_at: Date;
};
export const storedKeys = z.object({
  keys: z.array(
    z.object({
      kty: z.literal('RSA'),
      kid: z.string(),
      alg: z.literal('RS512'),
      use: z.literal('sig'),
      n: z.string(),
      e: z.string(),
    }) satisfies z.ZodType<ClientKey>,
  ),
});
const storedLogout = z.object({
  redirectUris: z.array(z.string()),
  backChannelUri: z.string().optional(),
  needsSid: z.boolean(),
}) satisfies z.ZodType<ClientLogout>;
const storedWords = z.object({ en: z.string(), cy: z.string().optional() });
const storedAssurances = z.object({
  benefit: storedWords,
  nhsBody: z.object({
    name: z.string(),
    odsCode: z.string().optional(),
    relation: z.enum(nhsRelations),
  }),
  freeAtPointOfDelivery: z.literal(true),
}) satisfies z.ZodType<Assurances>;
const storedListing = z.object({
  description: storedWords,
  operator: z.string(),
  languages: z.array(z.enum(serviceLanguages)),
  helpUri: z.string(),
  accessibilityUri: z.string(),
}) satisfies z.ZodType<Listing>;
const storedNations = z.array(z.enum(nations));
const storedUse = z.enum(requestUses).nullable();

/** A row as PostgreSQL gives it, or as it spells it in JSON. */
const storedClient = z
  .object({
    client_id: z.string(),
    client_name: z.string(),
    redirect_uris: z.array(z.string()),
    jwks: storedKeys,
    scopes: z.array(z.string()),
    vectors: z.array(z.string()),
    nations: storedNations,
    sso_with: z.array(z.string()),
    im1_enabled: z.boolean(),
    require_nonce: z.boolean(),
    logout: storedLogout.nullable(),
    home_uri: z.string().nullable(),
    terms_uri: z.string().nullable(),
    privacy_uri: z.string().nullable(),
    jwks_uri: z.string().nullable(),
    pushed_requests: storedUse,
    signed_requests: storedUse,
    dpop_bound: z.boolean(),
    token_revocation: z.boolean(),
    fido_uaf_app_ids: z.array(z.string()).nullable(),
    assurances: storedAssurances.nullable(),
    listing: storedListing.nullable(),
    directory_id: z.string().nullable(),
    created_at: z.union([z.date(), storedDate]),
  })
  .transform(
    (row): Client => ({
      clientId: row.client_id,
      clientName: row.client_name,
      redirectUris: row.redirect_uris,
      jwks: row.jwks,
      scopes: row.scopes,
      vectors: row.vectors,
      nations: row.nations,
      ssoWith: row.sso_with,
      im1Enabled: row.im1_enabled,
      requireNonce: row.require_nonce,
      logout: row.logout ?? undefined,
      homeUri: row.home_uri ?? undefined,
      termsUri: row.terms_uri ?? undefined,
      privacyUri: row.privacy_uri ?? undefined,
      jwksUri: row.jwks_uri ?? undefined,
      pushedRequests: row.pushed_requests ?? undefined,
      signedRequests: row.signed_requests ?? undefined,
      dpopBound: row.dpop_bound,
      tokenRevocation: row.token_revocation,
      fidoUafAppIds: row.fido_uaf_app_ids ?? undefined,
      assurances: row.assurances ?? undefined,
      listing: row.listing ?? undefined,
      directoryId: row.directory_id ?? undefined,
      createdAt: row.created_at,
    }),
  );

/** @returns the client that a row holds */
export function fromRow(row: Selectable<ClientRow>): Client {
  return storedClient.parse(row);
}

const remembered = createMemory<{ readonly text: string; readonly client: Client }>({ most: 1000 });

/**
 * Reads a registration as the database spells it. That takes longer than to ask for it, and every request of a service asks:
 * so what was read is remembered for as long as the database says the same, to the letter.
 */
export function readSpelled(clientId: string, text: string): Client {
  const known = remembered.find(clientId);
  if (known?.text === text) return known.client;
  const client = deepFreeze(storedClient.parse(JSON.parse(text)));
  remembered.keep(clientId, { text, client });
  return client;
}

/** Nobody who is given it changes it for the others. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}

export function toRow(client: Client): ClientRow {
  return {
    client_id: client.clientId,
    client_name: client.clientName,
    redirect_uris: [...client.redirectUris],
    jwks: JSON.stringify(client.jwks),
    scopes: [...client.scopes],
    vectors: [...client.vectors],
    nations: [...client.nations],
    sso_with: [...client.ssoWith],
    im1_enabled: client.im1Enabled,
    require_nonce: client.requireNonce,
    logout: client.logout === undefined ? null : JSON.stringify(client.logout),
    home_uri: client.homeUri ?? null,
    terms_uri: client.termsUri ?? null,
    privacy_uri: client.privacyUri ?? null,
    jwks_uri: client.jwksUri ?? null,
    pushed_requests: client.pushedRequests ?? null,
    signed_requests: client.signedRequests ?? null,
    dpop_bound: client.dpopBound ?? false,
    token_revocation: client.tokenRevocation ?? false,
    fido_uaf_app_ids: client.fidoUafAppIds === undefined ? null : [...client.fidoUafAppIds],
    assurances: client.assurances === undefined ? null : JSON.stringify(client.assurances),
    listing: client.listing === undefined ? null : JSON.stringify(client.listing),
    directory_id: client.directoryId ?? null,
    directory_level: client.listing === undefined ? null : (levelsAccepted(client)[0] ?? null),
    directory_text: client.listing === undefined ? null : directoryText(client),
    created_at: client.createdAt,
  };
}
