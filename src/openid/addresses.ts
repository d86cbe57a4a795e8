/** Where everything answers, below the issuer's address. */
export const addresses = {
  authorize: '/authorize',
  token: '/token',
  pushedRequest: '/par',
  revocation: '/revoke',
  userinfo: '/userinfo',
  jwks: '/.well-known/jwks.json',
  discovery: '/.well-known/openid-configuration',
  /** The same, where OAuth clients look for it. @see RFC 8414 §3 */
  authorizationServer: '/.well-known/oauth-authorization-server',
  trustMark: '/trustmark',
  interaction: '/interaction',
  /** FIDO UAF: keys that apps keep. */
  uafRegistrationRequest: '/regRequest',
  uafRegistrationResponse: '/regResponse',
  uafAuthenticationRequest: '/authRequest',
  uafDeregistration: '/deregRequest',
  /** The same, as widely used apps spell it. */
  uafDeregistrationShort: '/dereg',
} as const;

/** Pages that people are sent to without a connected service's request to sign in. The pages are the journeys'. */
export const ownPages = {
  /** Where somebody sees what we know of them. */
  settings: '/settings',
  /** @see OpenID Connect RP-Initiated Logout 1.0 §2 */
  signOut: '/session/end',
} as const;
