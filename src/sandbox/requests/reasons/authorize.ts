import { releasableScopes } from '#consent';
import { levelsOf, parseVtr, supportedFactors } from '#identity';
import { registrableVectors } from '#partners';
import { length, shown } from '../received.ts';
import type { Facts } from '../facts.ts';
import { clientUnknown } from './client.ts';
import { redirectUriNotRegistered } from './redirect-uri.ts';
import { listed, type Reason } from './reason.ts';

const mostCharacters = 2048;
const limited = ['state', 'nonce', 'login_hint', 'ui_locales', 'acr_values', 'display'];
const prompts = ['none', 'login', 'consent'];
const challengePattern = /^[\w.~-]{43}$/u;

const scopesOf = ({ params }: Facts): string[] =>
  (params.get('scope') ?? '').split(' ').filter((scope) => scope !== '');

/** A parameter that must be there. */
const missing = (name: string, see: string, why: string, mend: string): Reason => ({
  id: `${name}.missing`,
  errors: ['invalid_request', 'invalid_scope', 'invalid_redirect_uri'],
  see,
  rule: `${name} is required: ${why}.`,
  find: ({ params, client }) => {
    // What a request object holds is not read here.
    const isElsewhere = params.has('request') || params.has('request_uri');
    const isOptional = isElsewhere || (name === 'nonce' && client?.requireNonce === false);
    return params.has(name) || isOptional ? undefined : { received: `no ${name}`, mend };
  },
});

const presence: readonly Reason[] = [
  missing(
    'client_id',
    'RFC 6749 §4.1.1',
    'it says which registered service asks',
    'Send the client_id that you got when you registered.',
  ),
  missing(
    'redirect_uri',
    'OpenID Connect Core §3.1.2.1',
    'it says where the answer goes',
    'Send one of your registered redirect URIs, spelled exactly as it is registered.',
  ),
  missing('response_type', 'RFC 6749 §3.1.1', 'it says which flow is wanted', 'Send response_type=code.'),
  missing(
    'scope',
    'OpenID Connect Core §3.1.2.1',
    'it says what is asked for',
    'Send a scope that has openid in it, such as scope=openid email.',
  ),
  missing(
    'state',
    'RFC 6749 §10.12',
    'it ties the answer to the browser that asked',
    'Send a fresh random state, keep it in the browser’s session, and compare it when the answer comes.',
  ),
  missing(
    'nonce',
    'OpenID Connect Core §3.1.2.1',
    'it ties the ID token to this request',
    'Send a fresh random nonce and compare it with the one in the ID token. If your library can’t, change your registration to require_nonce: false.',
  ),
];

const shape: readonly Reason[] = [
  {
    id: 'parameter.repeated',
    errors: ['invalid_request'],
    see: 'RFC 6749 §3.1',
    rule: 'A parameter is sent once at most.',
    find: ({ repeated }) =>
      repeated.length === 0
        ? undefined
        : {
            received: `more than once: ${listed(repeated.map(shown))}`,
            mend: 'Send each of them once. Something between your code and the browser may add it a second time.',
          },
  },
  {
    id: 'response_type.unsupported',
    errors: ['unsupported_response_type', 'invalid_request'],
    see: 'RFC 6749 §4.1.1',
    rule: 'Only the authorization code flow is offered, no implicit or hybrid one.',
    find: ({ params }) => {
      const type = params.get('response_type');
      if (type === undefined || type === 'code') return undefined;
      return {
        received: `response_type=${shown(type)}`,
        mend: 'Send response_type=code, and exchange the code at the token endpoint.',
      };
    },
  },
  {
    id: 'response_mode.unsupported',
    errors: ['invalid_request', 'unsupported_response_mode'],
    see: 'OAuth 2.0 Multiple Response Type Encoding Practices §2.1',
    rule: 'The answer goes back in the query of the redirect URI.',
    find: ({ params }) => {
      const mode = params.get('response_mode');
      if (mode === undefined || mode === 'query') return undefined;
      return {
        received: `response_mode=${shown(mode)}`,
        mend: 'Leave response_mode out, or send response_mode=query.',
      };
    },
  },
  {
    id: 'parameter.too-long',
    errors: ['invalid_request'],
    see: 'this login’s limits',
    rule: `These are at most ${mostCharacters} characters long: ${listed(limited)}.`,
    find: ({ params }) => {
      const name = limited.find((one) => (params.get(one)?.length ?? 0) > mostCharacters);
      if (name === undefined) return undefined;
      return {
        received: `${name} of ${length(params.get(name) ?? '')}`,
        mend: `Make ${name} shorter: keep data in your own session, and send only its random name.`,
      };
    },
  },
  {
    id: 'prompt.invalid',
    errors: ['invalid_request'],
    see: 'OpenID Connect Core §3.1.2.1',
    rule: `prompt is one of ${listed(prompts)}; none stands alone.`,
    find: ({ params }) => {
      const asked = (params.get('prompt') ?? '').split(' ').filter((one) => one !== '');
      const isFine =
        asked.every((one) => prompts.includes(one)) && (!asked.includes('none') || asked.length === 1);
      return isFine
        ? undefined
        : {
            received: `prompt=${shown(asked.join(' '))}`,
            mend: 'Send prompt=none to ask without showing a page, prompt=login to have the person sign in again, or leave it out.',
          };
    },
  },
];

const scopes: readonly Reason[] = [
  {
    id: 'scope.without-openid',
    errors: ['invalid_scope', 'invalid_request'],
    see: 'OpenID Connect Core §3.1.2.1',
    rule: 'scope has openid in it.',
    find: (facts) => {
      const asked = scopesOf(facts);
      if (asked.length === 0 || asked.includes('openid')) return undefined;
      return {
        received: `scope=${shown(asked.join(' '))}`,
        mend: `Send scope=${shown(['openid', ...asked].join(' '))}. Scopes are in lower case, with one space between them.`,
      };
    },
  },
  {
    id: 'scope.not-registered',
    errors: ['invalid_scope'],
    see: 'the scopes of your registration; RFC 6749 §3.3',
    rule: 'A service asks only for scopes that it is registered for.',
    find: (facts) => {
      const { client } = facts;
      if (client === undefined) return undefined;
      const foreign = scopesOf(facts).filter(
        (scope) => releasableScopes.includes(scope) && !client.scopes.includes(scope),
      );
      if (foreign.length === 0) return undefined;
      return {
        received: `scope=${shown(scopesOf(facts).join(' '))}, of which ${shown(listed(foreign))} is not registered`,
        mend: `Registered: ${client.scopes.join(' ')}. Leave the others out, or register them: PATCH ${facts.issuer}/sandbox/api/clients/${client.clientId} with "scopes".`,
      };
    },
  },
  {
    id: 'scope.exclusive',
    errors: ['invalid_scope'],
    see: 'the contract’s scopes',
    rule: 'profile gives the NHS number, and basic_demographics is for services that must not have it: they exclude each other.',
    find: (facts) => {
      const asked = scopesOf(facts);
      if (!asked.includes('profile') || !asked.includes('basic_demographics')) return undefined;
      return {
        received: `scope=${shown(asked.join(' '))}`,
        mend: 'Ask for profile if you need the NHS number, otherwise for basic_demographics; never for both.',
      };
    },
  },
];

/** Those of the contract whose factors can be had here; a sandbox has people of every level. */
const vectorsOffered = (): string =>
  registrableVectors
    .filter((vector) =>
      vector
        .split('.')
        .slice(1)
        .every((factor) => supportedFactors.some((supported) => supported === factor)),
    )
    .join(', ');

const vtr: Reason = {
  id: 'vtr',
  errors: ['invalid_request'],
  see: 'RFC 8485 §4.1; the vectors of your registration',
  rule: 'vtr is a JSON array of vectors such as ["P0.Cp.Cd","P0.Cp"]; each is known, offered here and registered for the service. Without it, ["P9.Cp.Cd","P9.Cp.Ck","P9.Cm"] is meant.',
  find: ({ params, client }) => {
    if (client === undefined) return undefined;
    const text = params.get('vtr');
    const reading = parseVtr(text, { permitted: client.vectors, levels: levelsOf({ mode: 'sandbox' }) });
    if (reading.outcome === 'valid') return undefined;
    const received = text === undefined ? 'no vtr, so the default' : `vtr=${shown(text)}`;
    return {
      received: `${received}: ${shown(reading.vector)} ${reading.reason}`,
      mend: mendVtr(reading.outcome, client.vectors),
    };
  },
};

function mendVtr(
  outcome: 'malformed' | 'not_permitted' | 'not_supported',
  registered: readonly string[],
): string {
  switch (outcome) {
    case 'malformed':
      return 'Send JSON with double quotes, percent-encoded as a whole: vtr=%5B%22P0.Cp.Cd%22%5D is ["P0.Cp.Cd"]. Components: P0, P5, P9; Cp, Cp.Cd, Cp.Ck, Cm.';
    case 'not_permitted':
      return `Registered: ${shown(registered.join(', '))}. Ask for one of these, or register the vector.`;
    case 'not_supported':
      return `Offered here: ${vectorsOffered()}. Ask for one of these that you are registered for.`;
  }
}

const proofKey: Reason = {
  id: 'pkce.challenge',
  errors: ['invalid_request'],
  see: 'RFC 7636 §4.3',
  rule: 'code_challenge and code_challenge_method=S256 come together; the challenge is the SHA-256 of the verifier in base64url, 43 characters without padding.',
  find: ({ params }) => {
    const [challenge, method] = [params.get('code_challenge'), params.get('code_challenge_method')];
    if (challenge === undefined && method === undefined) return undefined;
    if (method === 'S256' && challenge !== undefined && challengePattern.test(challenge)) return undefined;
    return {
      received: `code_challenge ${challenge === undefined ? 'missing' : `of ${challenge.length} characters`}, code_challenge_method ${method === undefined ? 'missing' : shown(method)}`,
      mend: 'Send both: code_challenge_method=S256, and code_challenge=base64url(sha256(code_verifier)). Leave both out if you do not use PKCE.',
    };
  },
};

/** What can be wrong with an authorization request, in the order in which it is best mended. */
export const authorizeReasons: readonly Reason[] = [
  ...presence.filter(({ id }) => id === 'client_id.missing'),
  clientUnknown(['invalid_client']),
  redirectUriNotRegistered,
  ...shape,
  ...presence.filter(({ id }) => id !== 'client_id.missing'),
  ...scopes,
  vtr,
  proofKey,
];
