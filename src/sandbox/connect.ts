/** Settings that a developer copies into a service of their own. */
export interface Snippet {
  readonly id: 'openid-client' | 'spring' | 'key' | 'register';
  readonly text: string;
}

const keyCommands = `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out private-key.pem
openssl pkey -in private-key.pem -pubout -out public-key.pem`;

const register = (
  issuer: string,
): string => `curl -s ${issuer}/sandbox/api/clients -H 'content-type: application/json' -d '{
  "client_name": "My service",
  "redirect_uris": ["http://localhost:8080/callback"],
  "public_key_pem": "'"$(awk '{printf "%s\\\\n", $0}' public-key.pem)"'"
}'`;

const openidClient = (issuer: string): string => `import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as client from 'openid-client';

const der = createPrivateKey(readFileSync('private-key.pem')).export({ format: 'der', type: 'pkcs8' });
const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' };
const key = await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
const config = await client.discovery(
  new URL('${issuer}'),
  'YOUR-CLIENT-ID',
  { id_token_signed_response_alg: 'RS512' },
  client.PrivateKeyJwt(key),
  { execute: [client.allowInsecureRequests] }, // this sandbox has no https
);
const codeVerifier = client.randomPKCECodeVerifier();
const address = client.buildAuthorizationUrl(config, {
  redirect_uri: 'http://localhost:8080/callback',
  scope: 'openid email phone',
  vtr: '["P0.Cp.Cd"]',
  state: client.randomState(),
  nonce: client.randomNonce(),
  code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
  code_challenge_method: 'S256',
});`;

const spring = (issuer: string): string => `spring.security.oauth2.client:
  registration:
    login:
      client-id: YOUR-CLIENT-ID
      client-authentication-method: private_key_jwt
      authorization-grant-type: authorization_code
      redirect-uri: "{baseUrl}/login/oauth2/code/login"
      scope: openid,email,phone
  provider:
    login:
      issuer-uri: ${issuer}
# In code: add the parameter vtr=["P0.Cp.Cd"] with an OAuth2AuthorizationRequestResolver,
# sign the client assertion with RS512 (NimbusJwtClientAuthenticationParametersConverter, a JWK with alg RS512),
# and expect RS512 on the ID token (OidcIdTokenDecoderFactory.setJwsAlgorithmResolver).`;

/** @returns settings for common client libraries, with this sandbox's own address in them */
export function connectSnippets(issuer: string): readonly Snippet[] {
  return [
    { id: 'key', text: keyCommands },
    { id: 'register', text: register(issuer) },
    { id: 'openid-client', text: openidClient(issuer) },
    { id: 'spring', text: spring(issuer) },
  ];
}

/** What any other library has to be told, in the names of OpenID Connect. */
export function connectFacts(issuer: string): readonly { readonly name: string; readonly value: string }[] {
  return [
    { name: 'issuer', value: issuer },
    { name: 'discovery', value: `${issuer}/.well-known/openid-configuration` },
    { name: 'response_type', value: 'code' },
    { name: 'token_endpoint_auth_method', value: 'private_key_jwt' },
    { name: 'token_endpoint_auth_signing_alg', value: 'RS512' },
    { name: 'id_token_signed_response_alg', value: 'RS512' },
    { name: 'scope', value: 'openid email phone' },
    { name: 'vtr', value: '["P0.Cp"] / ["P0.Cp.Cd"] / ["P9.Cp.Cd"]' },
  ];
}
