import { releasableClaims } from '#consent';
import type { Settings } from '#foundation/settings';
import { levelsOf, supportedFactors } from '#identity';
import { languages } from '#foundation/web';
import type { UnknownObject } from 'oidc-provider';
import { addresses } from '../addresses.ts';

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
    request_parameter_supported: false,
  };
}

/** What the engine says of itself in its discovery document and what is not so here. */
export function discoveryCorrections(): UnknownObject {
  return {
    response_modes_supported: ['query'],
    claims_supported: [...new Set([...tokenClaims, ...releasableClaims])],
  };
}
