import type { Facts } from '../facts.ts';
import { length, shown, shownMember } from '../received.ts';
import { clientUnknown } from './client.ts';
import { listed, type Reason } from './reason.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const see = 'RFC 7523 §3; OpenID Connect Core §9';
const errors = ['invalid_client', 'invalid_request'];

/** What the token endpoint allows between two clocks, and ahead. */
const toleranceSeconds = 15;
const mostSecondsAhead = 3600;
const mostJtiCharacters = 512;

/** Makes a reason that looks at an assertion, where there is one that can be read. */
function ofAssertion(
  id: string,
  rule: string,
  find: (
    claims: Readonly<Record<string, unknown>>,
    facts: Facts,
  ) => { readonly received: string; readonly mend: string } | undefined,
): Reason {
  return {
    id: `assertion.${id}`,
    errors: ['invalid_client'],
    see,
    rule,
    find: (facts) => (facts.assertion === undefined ? undefined : find(facts.assertion.claims, facts)),
  };
}

const presented: readonly Reason[] = [
  {
    id: 'client.authorization-header',
    errors: ['invalid_client'],
    see: 'OpenID Connect Core §9, private_key_jwt',
    rule: 'A service authenticates with a signed client_assertion in the form, and with nothing else.',
    find: ({ request: { authorization } }) =>
      authorization === undefined
        ? undefined
        : {
            received: `an Authorization header, ${shown(authorization.trim().split(/\s/u, 1)[0] ?? '').slice(0, 20)}`,
            mend: 'Set your library’s client authentication to private_key_jwt (not client_secret_basic), and send no Authorization header to the token endpoint.',
          },
  },
  {
    id: 'assertion.missing',
    errors,
    see,
    rule: 'The form holds a client_assertion: a JWT that the service signed with its private key.',
    find: ({ params }) => {
      if (params.has('client_assertion')) return undefined;
      const secret = params.has('client_secret') ? ', but a client_secret (not shown)' : '';
      return {
        received: `no client_assertion${secret}`,
        mend: `Send client_assertion_type=${assertionType} and client_assertion=<JWT>. In most libraries the method is called private_key_jwt.`,
      };
    },
  },
  {
    id: 'assertion.type',
    errors: ['invalid_request'],
    see: 'RFC 7523 §2.2',
    rule: `client_assertion_type is ${assertionType}.`,
    find: ({ params }) => {
      const type = params.get('client_assertion_type');
      if (type === assertionType || !params.has('client_assertion')) return undefined;
      return {
        received: type === undefined ? 'no client_assertion_type' : `client_assertion_type=${shown(type)}`,
        mend: `Send client_assertion_type=${assertionType}, percent-encoded as every form value.`,
      };
    },
  },
  {
    id: 'assertion.not-a-jwt',
    errors,
    see: 'RFC 7519 §3',
    rule: 'client_assertion is a signed JWT: three parts in base64url with dots between them.',
    find: ({ params, assertion }) => {
      const sent = params.get('client_assertion');
      if (sent === undefined || assertion !== undefined) return undefined;
      return {
        received: `client_assertion that is no JWT (${length(sent)})`,
        mend: 'Send the JWT itself, without quotes, line breaks or the word Bearer.',
      };
    },
  },
  {
    id: 'client.mismatch',
    errors: ['invalid_request'],
    see: 'RFC 7521 §4.2',
    rule: 'client_id may be left out; when it is sent, it is the sub of the assertion.',
    find: ({ params, assertion }) => {
      const sent = params.get('client_id');
      const sub = assertion?.claims['sub'];
      if (sent === undefined || sub === undefined || sub === sent) return undefined;
      return {
        received: `client_id=${shown(sent)}, sub is ${shownMember('sub', sub)}`,
        mend: 'Send the same client_id in both places, or leave the parameter out.',
      };
    },
  },
  clientUnknown(['invalid_client']),
];

const claimRules: readonly Reason[] = [
  ofAssertion('issuer-subject', 'iss and sub are both the client_id.', ({ iss, sub }, { client }) => {
    if (typeof sub === 'string' && iss === sub) return undefined;
    const id = client?.clientId ?? 'your client_id';
    return {
      received: `iss is ${shownMember('iss', iss)}, sub is ${shownMember('sub', sub)}`,
      mend: `Set iss and sub both to ${id}.`,
    };
  }),
  ofAssertion(
    'audience',
    'aud is, or contains, the token endpoint; the issuer is taken too.',
    ({ aud }, { issuer, request: { endpoint } }) => {
      const own = endpoint === 'token' ? [] : [`${issuer}/${endpoint}`];
      const allowed = [`${issuer}/token`, ...own, issuer];
      const sent: unknown[] = Array.isArray(aud) ? aud : [aud];
      if (sent.some((one) => typeof one === 'string' && allowed.includes(one))) return undefined;
      return {
        received: `aud is ${shownMember('aud', aud)}`,
        mend: `It must be ${allowed.join(' or ')}, spelled exactly so: no slash at the end, the same scheme, host and port.`,
      };
    },
  ),
  ofAssertion('expiry-missing', 'exp is there, in seconds since 1970.', ({ exp }) =>
    typeof exp === 'number'
      ? undefined
      : {
          received: `exp is ${shownMember('exp', exp)}`,
          mend: 'Set exp to a number: now in seconds, plus 60 for example.',
        },
  ),
  ofAssertion(
    'expired',
    'The assertion is used before its exp; clocks may differ by 15 seconds.',
    ({ exp }, { machineNow }) => {
      const seconds = machineNow.getTime() / 1000;
      if (typeof exp !== 'number' || exp > seconds - toleranceSeconds) return undefined;
      return {
        received: `exp is ${shownMember('exp', exp)}, ${span(seconds - exp)} ago; the time here is ${machineNow.toISOString()}`,
        mend: 'Make a new assertion for each request, with exp about a minute ahead, and check your machine’s clock and time zone: exp is in seconds, in UTC.',
      };
    },
  ),
  ofAssertion('expiry-too-far', 'exp is at most one hour ahead.', ({ exp }, { machineNow }) => {
    const seconds = machineNow.getTime() / 1000;
    if (typeof exp !== 'number' || exp <= seconds + mostSecondsAhead) return undefined;
    const isInMs = exp > seconds * 100;
    return {
      received: `exp is ${shownMember('exp', exp)}, ${span(exp - seconds)} ahead; the time here is ${machineNow.toISOString()}`,
      mend: isInMs
        ? 'This looks like milliseconds: divide by 1000. Then set it about a minute ahead.'
        : 'Set exp about a minute ahead, at most an hour.',
    };
  }),
  ofAssertion(
    'not-yet',
    'nbf, if it is there, has passed; and times are numbers.',
    ({ nbf, iat }, { machineNow }) => {
      const seconds = machineNow.getTime() / 1000;
      const isNumberless = [nbf, iat].some((time) => time !== undefined && typeof time !== 'number');
      const isEarly = typeof nbf === 'number' && nbf > seconds + toleranceSeconds;
      if (!isNumberless && !isEarly) return undefined;
      return {
        received: `nbf is ${shownMember('nbf', nbf)}, iat is ${shownMember('iat', iat)}; the time here is ${machineNow.toISOString()}`,
        mend: 'Leave nbf out, write times as seconds since 1970 and not as text, and check your machine’s clock.',
      };
    },
  ),
  ofAssertion(
    'purpose',
    'The assertion is made for nothing else: what signs a request, proves a key or hands somebody over shows nobody who the service is.',
    ({ code }, { assertion }) => {
      const typ = assertion?.header['typ'];
      const isTyped = typ === 'oauth-authz-req+jwt' || typ === 'dpop+jwt';
      if (!isTyped && code === undefined) return undefined;
      return {
        received: isTyped
          ? `typ is ${shownMember('typ', typ)}`
          : 'a claim code, as asserted_login_identity has it',
        mend: 'Make an assertion for the token endpoint alone: iss, sub, aud, exp and jti, with the typ JWT or none.',
      };
    },
  ),
  ofAssertion('id', 'jti is there, text of 1 to 512 characters, new in each assertion.', ({ jti }) => {
    if (typeof jti === 'string' && jti !== '' && jti.length <= mostJtiCharacters) return undefined;
    return {
      received: `jti is ${shownMember('jti', jti)}`,
      mend: 'Set jti to a fresh random value for each request, such as a UUID.',
    };
  }),
];

const keyRules: readonly Reason[] = [
  {
    ...ofAssertion('algorithm', 'The assertion is signed with RS512.', (_claims, { assertion }) => {
      const alg = assertion?.header['alg'];
      if (alg === 'RS512') return undefined;
      return {
        received: `alg is ${shownMember('alg', alg)}`,
        mend: 'Sign with RS512 (RSASSA-PKCS1-v1_5 with SHA-512). Many libraries sign with RS256 unless they are told: in a JWK, set "alg": "RS512".',
      };
    }),
    see: 'the contract; RFC 7518 §3.1',
  },
  {
    ...ofAssertion(
      'key',
      'The signature is made with the private key that belongs to the registered public key. kid is not needed.',
      (_claims, { assertion, client, keys, isSignedByClient, issuer }) => {
        if (client === undefined || isSignedByClient || assertion?.header['alg'] !== 'RS512')
          return undefined;
        const { kid } = assertion.header;
        const known = keys.map((key) => key.kid);
        const isKnown = typeof kid === 'string' && known.includes(kid);
        const named =
          kid === undefined
            ? 'without kid'
            : `with kid ${shownMember('kid', kid)}, which is ${isKnown ? 'registered' : 'not registered'}`;
        if (client.jwksUri !== undefined)
          return {
            received: `an assertion ${named.replace('registered', 'published')}, whose signature none of the keys made that the service publishes at its jwks_uri`,
            mend: `Known from there are: ${listed(known.map((one) => shownMember('kid', one)))}. It is asked again at most once a minute: publish a new key before you sign with it, and make sure that the address answers, as application/json, with a JSON Web Key Set of RSA keys.`,
          };
        return {
          received: `an assertion ${named}, whose signature none of the service’s registered keys made`,
          mend: `Registered (thumbprints of RFC 7638, unless your JWK had a kid): ${listed(known.map((one) => shownMember('kid', one)))}. Compare: openssl pkey -in private-key.pem -pubout gives the public key in PEM that must be registered; to change it, PATCH ${issuer}/sandbox/api/clients/${client.clientId} with "public_key_pem".`,
        };
      },
    ),
    see: 'RFC 7523 §3, point 9',
  },
];

function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} seconds`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} hours`;
  return `${Math.round(seconds / 86_400)} days`;
}

const mistakes: readonly Reason[] = [...presented, ...claimRules, ...keyRules];

/** A perfect assertion is refused for one thing only. */
const usedBefore: Reason = {
  id: 'assertion.used-before',
  errors: ['invalid_client'],
  see: 'RFC 7523 §3, point 7',
  rule: 'An assertion is good for one request: its jti is not used again before its exp.',
  find: (facts) => {
    const { request, assertion } = facts;
    const isRefusedClient = request.answer.outcome === 'refused' && request.answer.error === 'invalid_client';
    if (assertion === undefined || !isRefusedClient) return undefined;
    if (mistakes.some((reason) => reason.find(facts) !== undefined)) return undefined;
    return {
      received: `jti ${shownMember('jti', assertion.claims['jti'])}, which came in a request before`,
      mend: 'Make a new assertion with a fresh random jti for every request, also for a retry; do not keep one.',
    };
  },
};

/** What can be wrong with how a service authenticates. */
export const assertionReasons: readonly Reason[] = [...mistakes, usedBefore];
