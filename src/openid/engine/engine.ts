import { releasableScopes } from '#consent';
import type { House } from '#foundation/deps';
import { Provider, type Configuration, type OIDCContext } from 'oidc-provider';
import { addresses } from '../addresses.ts';
import { discoveryAdditions } from '../endpoints/discovery.ts';
import type { SigningKeys } from '../keys/keys.ts';
import { createSignInPolicy, describeAgreement, findPerson } from '../sign-in/policy.ts';
import { checkRequest } from '../sign-in/request-rules.ts';
import { lifetimes } from '../tokens/mint.ts';
import { createAdapters } from './adapter.ts';
import { around, type RenderError } from './around.ts';
import { registrationProperty } from './client-metadata.ts';
import { createEngineTime } from './engine-time.ts';

/** How long a person may take between two answers of the engine's. */
const interactionSeconds = 3600;

export interface EngineParts {
  readonly house: House;
  readonly keys: SigningKeys;
  readonly renderError: RenderError;
}

/** Creates the OpenID engine, configured for the contract and for nothing else. */
export function createEngine(parts: EngineParts): Provider {
  const { house } = parts;
  const provider = new Provider(house.settings.issuer, configure(parts));
  // The scheme of `engineRequest`, which is the issuer's.
  provider.proxy = true;
  provider.use<object, { oidc: OIDCContext }>((ctx, next) => around(parts, ctx, next));
  return provider;
}

function configure({ house, keys, renderError }: EngineParts): Configuration {
  const { settings } = house;
  const https = settings.issuer.startsWith('https:');
  const time = createEngineTime(house.clock);
  return {
    adapter: createAdapters(house),
    allowOmittingSingleRegisteredRedirectUri: false,
    claims: { openid: ['sub'] },
    clientAuthMethods: ['private_key_jwt'],
    cookies: {
      keys: [house.secrets.key('openid cookies').toString('base64url')],
      // The prefix binds a cookie to this very host; browsers take it over https only.
      names: { session: https ? '__Host-session' : 'session', interaction: 'interaction', resume: 'resume' },
      long: { httpOnly: true, sameSite: 'lax', signed: true },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    discovery: discoveryAdditions(settings.issuer),
    enabledJWA: {
      clientAuthSigningAlgValues: ['RS512'],
      idTokenSigningAlgValues: ['RS512'],
    },
    expiresWithSession: () => false,
    extraClientMetadata: { properties: [registrationProperty] },
    extraParams: { vtr: checkRequest, allow_registration: null },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
    findAccount: (ctx, accountId) => findPerson(house, ctx, accountId),
    interactions: {
      policy: createSignInPolicy(time),
      url: (_ctx, interaction) => `${addresses.interaction}/${interaction.uid}`,
    },
    issueRefreshToken: () => true,
    jwks: keys.jwks,
    loadExistingGrant: (ctx) => Promise.resolve(describeAgreement(ctx)),
    pkce: { required: () => false },
    renderError,
    responseTypes: ['code'],
    routes: { authorization: addresses.authorize, token: addresses.token, jwks: addresses.jwks },
    scopes: releasableScopes,
    ttl: {
      AccessToken: lifetimes.accessToken,
      AuthorizationCode: lifetimes.code,
      Grant: lifetimes.refreshToken,
      IdToken: lifetimes.idToken,
      Interaction: interactionSeconds,
      RefreshToken: lifetimes.refreshToken,
      Session: settings.sessionIdleSeconds,
    },
  };
}
