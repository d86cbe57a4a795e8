import { releasableScopes } from '#consent';
import type { Register } from '#pds';
import { Provider, type Configuration, type OIDCContext } from 'oidc-provider';
import { addresses } from '../addresses.ts';
import { discoveryAdditions } from '../endpoints/discovery.ts';
import type { LivingKeys } from '../keys/living-keys.ts';
import type { HandOverDeps } from '../hand-over/accept.ts';
import { handOverParameter, takeHandOver } from '../hand-over/standing.ts';
import { fidoParameter, takeFidoResponse } from '../sign-in/fido-response.ts';
import { findPerson } from '../sign-in/person.ts';
import { createSignInPolicy, describeAgreement } from '../sign-in/policy.ts';
import { checkRequest } from '../sign-in/request-rules.ts';
import { lifetimes } from '../tokens/mint.ts';
import { createAdapters } from './adapter.ts';
import { around, type AroundParts } from './around.ts';
import { registrationProperty } from './client-metadata.ts';
import { engineKeys } from './engine-keys.ts';
import { createEngineTime, type EngineTime } from './engine-time.ts';
import { createRequestWrites, type RequestWrites } from './request-writes.ts';

/** How long a person may take between two answers of the engine's. */
const interactionSeconds = 3600;

/** The name of the session's cookie; on https it has the prefix that all our cookies have there. */
export const sessionCookie = 'session';

export interface EngineParts extends AroundParts, HandOverDeps {
  readonly keys: LivingKeys;
  readonly register: Register | undefined;
}

/** Creates the OpenID engine, configured for the contract and for nothing else. */
export function createEngine(parts: EngineParts): Provider {
  const { house } = parts;
  const writes = createRequestWrites(house);
  const provider = new Provider(house.settings.issuer, configure(parts, writes));
  // The scheme of `engineRequest`, which is the issuer's.
  provider.proxy = true;
  provider.use<object, { oidc: OIDCContext }>((ctx, next) => around({ ...parts, writes }, ctx, next));
  return provider;
}

/** The prefix binds a cookie to this very host; browsers take it over https only. */
function cookieNames(https: boolean) {
  const session = https ? `__Host-${sessionCookie}` : sessionCookie;
  return { session, interaction: 'interaction', resume: 'resume' };
}

/** The parameters of the contract that the engine doesn't know, in the order in which they are checked. */
function furtherParameters(parts: EngineParts, time: EngineTime) {
  return {
    vtr: checkRequest,
    [handOverParameter]: takeHandOver(parts, time),
    [fidoParameter]: takeFidoResponse,
    allow_registration: null,
    dpop_jkt: null,
  };
}

function configure(parts: EngineParts, writes: RequestWrites): Configuration {
  const { house, keys, register, renderError } = parts;
  const { settings } = house;
  const https = settings.issuer.startsWith('https:');
  const time = createEngineTime(house.clock);
  return {
    adapter: createAdapters(house, writes),
    allowOmittingSingleRegisteredRedirectUri: false,
    claims: { openid: ['sub'] },
    clientAuthMethods: ['private_key_jwt'],
    cookies: {
      keys: [house.secrets.key('openid cookies').toString('base64url')],
      names: cookieNames(https),
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
    extraParams: furtherParameters(parts, time),
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
    findAccount: (ctx, accountId) => findPerson(house, ctx, accountId),
    interactions: {
      policy: createSignInPolicy(house, time, register),
      url: (_ctx, interaction) => `${addresses.interaction}/${interaction.uid}`,
    },
    issueRefreshToken: () => true,
    jwks: { keys: engineKeys(keys) },
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
