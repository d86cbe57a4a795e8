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
} as const;
