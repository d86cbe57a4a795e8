import { releasableScopes } from '#consent';
import { supportedLevels, supportedProfiles } from '#identity';
import { languages } from '#foundation/web';
import type { UnknownObject } from 'oidc-provider';
import { addresses, ownPages } from '../addresses.ts';

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
];

/** What each scope can release, for services to know. */
const scopeClaims: Readonly<Record<string, readonly string[]>> = {
  profile: ['identity_proofing_level'],
  basic_demographics: ['identity_proofing_level'],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified', 'phone_number_pds_matched'],
};

/** @returns the address that says what the components of `vot` mean here */
export function trustMarkAddress(issuer: string): string {
  return `${issuer}${addresses.trustMark}/${new URL(issuer).host}`;
}

/** Which levels and factors are really supported. @see RFC 8485 §5 */
export function trustMark(issuer: string) {
  return {
    idp: issuer,
    trustmark_provider: issuer,
    P: supportedLevels,
    C: [...new Set(supportedProfiles.flatMap((profile) => profile.factors))],
  };
}

/** What the engine can't say of itself in its discovery document. */
export function discoveryAdditions(issuer: string): UnknownObject {
  return {
    userinfo_endpoint: `${issuer}${addresses.userinfo}`,
    vtm: trustMarkAddress(issuer),
    display_values_supported: ['page', 'touch'],
    ui_locales_supported: [...languages],
    request_parameter_supported: false,
    end_session_endpoint: `${issuer}${ownPages.signOut}`,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  };
}

/** What the engine says of itself in its discovery document and what is not so here. */
export function discoveryCorrections(): UnknownObject {
  const claims = releasableScopes.flatMap((scope) => scopeClaims[scope] ?? []);
  return {
    response_modes_supported: ['query'],
    claims_supported: [...new Set([...tokenClaims, ...claims])],
  };
}
