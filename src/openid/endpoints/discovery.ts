import { releasableClaims } from '#consent';
import type { Settings } from '#foundation/settings';
import { levelsOf, supportedFactors } from '#identity';
import { languages } from '#foundation/web';
import type { UnknownObject } from 'oidc-provider';
import { addresses, ownPages } from '../addresses.ts';
import { proofAlgorithms } from '../tokens/dpop.ts';

/** Services may keep the discovery document and the keys for as long. */
export const cacheForServices = 'public, max-age=3600';

/** What tokens say besides the claims that scopes release. */
const tokenClaims = [
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'jti',
  'auth_time',
  'nonce',
  'vot',
  'vtm',
  'token_use',
  'client_id',
  'scope',
  'version',
];

/** @returns the address that says what the components of `vot` mean here */
export function trustMarkAddress(issuer: string): string {
  return `${issuer}${addresses.trustMark}/${new URL(issuer).host}`;
}

/** Which levels and factors are really supported. @see RFC 8485 §5 */
export function trustMark(settings: Settings) {
  const { issuer } = settings;
  return {
    idp: issuer,
    trustmark_provider: issuer,
    P: levelsOf(settings),
    C: supportedFactors,
  };
}

/** What the engine can't say of itself in its discovery document. */
export function discoveryAdditions(issuer: string): UnknownObject {
  return {
    userinfo_endpoint: `${issuer}${addresses.userinfo}`,
    vtm: trustMarkAddress(issuer),
    display_values_supported: ['page', 'touch'],
    ui_locales_supported: [...languages],
    request_parameter_supported: true,
    request_object_signing_alg_values_supported: ['RS512'],
    dpop_signing_alg_values_supported: proofAlgorithms,
    revocation_endpoint: `${issuer}${addresses.revocation}`,
    revocation_endpoint_auth_methods_supported: ['private_key_jwt'],
    revocation_endpoint_auth_signing_alg_values_supported: ['RS512'],
    end_session_endpoint: `${issuer}${ownPages.signOut}`,
    fido_uaf_registration_request_endpoint: `${issuer}${addresses.uafRegistrationRequest}`,
    fido_uaf_registration_response_endpoint: `${issuer}${addresses.uafRegistrationResponse}`,
    fido_uaf_authentication_request_endpoint: `${issuer}${addresses.uafAuthenticationRequest}`,
    fido_uaf_deregistration_endpoint: `${issuer}${addresses.uafDeregistration}`,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  };
}

/**
 * What the engine says of itself in its discovery documents and what is not so here. Where requests can be pushed to is
 * told in the one for OAuth clients only: widely used OpenID clients push wherever they find it in the other, without
 * being registered for it and without showing who they are.
 *
 * @param address of the document that is asked for
 */
export function discoveryCorrections(issuer: string, address: string): UnknownObject {
  return {
    response_modes_supported: ['query'],
    ...(address === addresses.authorizationServer
      ? { pushed_authorization_request_endpoint: `${issuer}${addresses.pushedRequest}` }
      : {}),
    claims_supported: [...new Set([...tokenClaims, ...releasableClaims])],
  };
}
