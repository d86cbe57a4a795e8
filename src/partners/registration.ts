import { nations } from '#foundation/identifiers';
import { z } from 'zod';
import {
  address,
  complaintOfAddress,
  complaintOfKeyAddress,
  complaintOfRedirectUri,
  text,
  type RegistrationRules,
} from './address.ts';
import { readJwk, readPem } from './client-key.ts';
import {
  complainOfExtensions,
  extensionShape,
  extensionsOf,
  extensionsOnTheWire,
  trueOrFalse,
} from './extensions.ts';
import { complainOfListing, line, listingOf, listingOnTheWire, listingShape } from './listing.ts';
import {
  registrableScopes,
  registrableVectors,
  type Client,
  type ClientKey,
  type ClientLogout,
  type ClientRegistration,
} from './client.ts';

const mostUris = 10;
const mostKeys = 10;

const clientName = line('the public name of the service, which people read', 60);

const listOf = <const T extends string>(values: readonly T[], what: string) =>
  z
    .array(z.enum(values, { error: `must be one of ${values.join(', ')}` }), {
      error: `must be a list of ${what}`,
    })
    .min(1, `must name at least one of ${values.join(', ')}`)
    .transform((chosen) => values.filter((value) => chosen.includes(value)));

const publicKeyPem = text('a public key in PEM')
  .max(20_000, 'is too long for a public key')
  .transform((pem, context): ClientKey[] => {
    const reading = readPem(pem);
    if (reading.outcome === 'usable') return [reading.key];
    context.addIssue({ code: 'custom', message: reading.reason });
    return z.NEVER;
  });

const jwk = z
  .record(z.string(), z.unknown(), { error: 'must be a JSON Web Key' })
  .transform((value, context): ClientKey => {
    const reading = readJwk(value);
    if (reading.outcome === 'usable') return reading.key;
    context.addIssue({ code: 'custom', message: reading.reason });
    return z.NEVER;
  });

const jwks = z
  .object(
    {
      keys: z
        .array(jwk, { error: 'must be a list of JSON Web Keys' })
        .min(1, 'must hold at least one key')
        .max(mostKeys, `must not hold more than ${mostKeys} keys`)
        .refine(
          (keys) => new Set(keys.map((key) => key.kid)).size === keys.length,
          'must not hold two keys of the same kid',
        ),
    },
    { error: 'must be a JSON Web Key Set: an object with the member keys' },
  )
  .transform((set) => set.keys);

/** Addresses to which people are sent: exact, and each once. */
const redirectUris = (rules: RegistrationRules) =>
  z
    .array(address(rules, complaintOfRedirectUri), {
      error: `must be a list of at most ${mostUris} addresses`,
    })
    .max(mostUris, `must not hold more than ${mostUris} addresses`)
    .refine((uris) => new Set(uris).size === uris.length, 'must not hold the same address twice');

/** Signing out is off for a service until it registers an address for it. */
const logoutShape = (rules: RegistrationRules) => ({
  post_logout_redirect_uris: redirectUris(rules).default([]),
  backchannel_logout_uri: address(rules, complaintOfRedirectUri).optional(),
  backchannel_logout_session_required: z.boolean({ error: 'must be true or false' }).default(false),
});
type LogoutOnTheWire = z.output<z.ZodObject<ReturnType<typeof logoutShape>>>;

function readLogout(wire: LogoutOnTheWire): ClientLogout | undefined {
  const { post_logout_redirect_uris: uris, backchannel_logout_uri: backChannelUri } = wire;
  if (uris.length === 0 && backChannelUri === undefined) return undefined;
  return { redirectUris: uris, backChannelUri, needsSid: wire.backchannel_logout_session_required };
}

function logoutOnTheWire(logout: ClientLogout): LogoutOnTheWire {
  const { redirectUris: uris, backChannelUri, needsSid } = logout;
  return {
    post_logout_redirect_uris: [...uris],
    ...(backChannelUri === undefined ? {} : { backchannel_logout_uri: backChannelUri }),
    backchannel_logout_session_required: needsSid,
  };
}

const wireShape = (rules: RegistrationRules) =>
  z.strictObject(
    {
      client_name: clientName,
      redirect_uris: redirectUris(rules).min(1, 'must hold at least one address'),
      ...logoutShape(rules),
      public_key_pem: publicKeyPem.optional(),
      jwks: jwks.optional(),
      jwks_uri: address(rules, complaintOfKeyAddress).optional(),
      scopes: listOf(registrableScopes, 'scopes')
        .refine((scopes) => scopes.includes('openid'), 'must include openid')
        .default(['openid', 'email', 'phone']),
      vectors: listOf(registrableVectors, 'vectors').default([...registrableVectors]),
      nations: listOf(nations, 'nations').default([...nations]),
      sso_with: z
        .array(
          text('a client id')
            .min(1, 'must not be empty')
            .max(100, 'is too long for a client id')
            .regex(/^[\x21-\x7e]*$/u, 'must not hold other than visible ASCII characters'),
          { error: 'must be a list of client ids' },
        )
        .max(100, 'must not name more than 100 services')
        .default([]),
      im1_enabled: trueOrFalse,
      require_nonce: z.boolean({ error: 'must be true or false' }).default(true),
      client_uri: address(rules, complaintOfAddress).optional(),
      tos_uri: address(rules, complaintOfAddress).optional(),
      policy_uri: address(rules, complaintOfAddress).optional(),
      ...extensionShape,
      ...listingShape(rules),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `holds members that a registration does not have: ${issue.keys.join(', ').slice(0, 200)}`
          : 'must be a JSON object',
    },
  );

/**
 * The schema of a service's registration as it comes over the wire (`client_name`, `redirect_uris`, …), giving the
 * registration in the house's own names. Every problem has a message that says what to do.
 *
 * @see RFC 7591 §2 for the names that it shares
 */
export function clientRegistration(rules: RegistrationRules) {
  return wireShape(rules)
    .superRefine((wire, context) => {
      const sources = [wire.public_key_pem, wire.jwks, wire.jwks_uri];
      if (sources.filter((source) => source !== undefined).length !== 1) {
        context.addIssue({
          code: 'custom',
          path: ['public_key_pem'],
          message: 'exactly one of public_key_pem, jwks and jwks_uri must be given',
        });
      }
      complainOfExtensions(wire, context);
      complainOfListing(wire, rules, context);
      if (wire.backchannel_logout_session_required && wire.backchannel_logout_uri === undefined) {
        context.addIssue({
          code: 'custom',
          path: ['backchannel_logout_session_required'],
          message: 'is only for a service with a backchannel_logout_uri',
        });
      }
      if (wire.scopes.includes('gp_integration_credentials') && !wire.im1_enabled) {
        context.addIssue({
          code: 'custom',
          path: ['scopes'],
          message: 'gp_integration_credentials is only for a service with im1_enabled',
        });
      }
    })
    .transform(
      (wire): ClientRegistration => ({
        clientName: wire.client_name,
        redirectUris: wire.redirect_uris,
        jwks: { keys: wire.public_key_pem ?? wire.jwks ?? [] },
        scopes: wire.scopes,
        vectors: wire.vectors,
        nations: wire.nations,
        ssoWith: wire.sso_with,
        im1Enabled: wire.im1_enabled,
        requireNonce: wire.require_nonce,
        logout: readLogout(wire),
        homeUri: wire.client_uri,
        termsUri: wire.tos_uri,
        privacyUri: wire.policy_uri,
        jwksUri: wire.jwks_uri,
        ...extensionsOf(wire),
        ...listingOf(wire),
      }),
    );
}

function registrationOnTheWire(client: Client) {
  return {
    client_name: client.clientName,
    redirect_uris: client.redirectUris,
    ...(client.jwksUri === undefined ? { jwks: client.jwks } : { jwks_uri: client.jwksUri }),
    scopes: client.scopes,
    vectors: client.vectors,
    nations: client.nations,
    sso_with: client.ssoWith,
    im1_enabled: client.im1Enabled,
    require_nonce: client.requireNonce,
    ...(client.logout === undefined ? {} : logoutOnTheWire(client.logout)),
    ...(client.homeUri === undefined ? {} : { client_uri: client.homeUri }),
    ...(client.termsUri === undefined ? {} : { tos_uri: client.termsUri }),
    ...(client.privacyUri === undefined ? {} : { policy_uri: client.privacyUri }),
    ...extensionsOnTheWire(client),
    ...listingOnTheWire(client),
  };
}

/** A client as the wire shows it. */
export function clientOnTheWire(client: Client) {
  return {
    client_id: client.clientId,
    client_id_issued_at: Math.floor(client.createdAt.getTime() / 1000),
    ...registrationOnTheWire(client),
  };
}

/** The ways to give keys, of which a registration has one. */
const keySources = ['public_key_pem', 'jwks', 'jwks_uri'];

/**
 * Lays changes from the wire over a client's registration. The result is as unchecked as the changes: it has to go
 * through `clientRegistration`. A member given as null is taken away.
 */
export function overlayRegistration(
  client: Client,
  changes: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const registered: Record<string, unknown> = registrationOnTheWire(client);
  const bringsKey = keySources.some((source) => source in changes && changes[source] !== null);
  const kept = Object.entries(registered).filter(([name]) => !bringsKey || !keySources.includes(name));
  const merged = { ...Object.fromEntries(kept), ...changes };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}
