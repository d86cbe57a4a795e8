import { createHash } from 'node:crypto';
import { length, shown, shownAddress } from '../received.ts';
import type { Facts } from '../facts.ts';
import { assertionReasons } from './assertion.ts';
import { formReasons, formType } from './form.ts';
import { listed, type Reason } from './reason.ts';

const isForm = ({ request: { method, contentType } }: Facts): boolean =>
  method === 'POST' && contentType?.toLowerCase().startsWith(formType) === true;

const needed = (name: string, grant: string | undefined, mend: string): Reason => ({
  id: `${name}.missing`,
  errors: ['invalid_request'],
  see: grant === 'refresh_token' ? 'RFC 6749 §6' : 'RFC 6749 §4.1.3',
  rule: grant === undefined ? `${name} is required.` : `${name} is required with grant_type=${grant}.`,
  find: (facts) => {
    const isAsked = grant === undefined || facts.params.get('grant_type') === grant;
    return !isForm(facts) || !isAsked || facts.params.has(name)
      ? undefined
      : { received: `no ${name}`, mend };
  },
});

const parameters: readonly Reason[] = [
  needed(
    'grant_type',
    undefined,
    'Send grant_type=authorization_code with a code, or grant_type=refresh_token with a refresh token.',
  ),
  {
    id: 'grant_type.unsupported',
    errors: ['unsupported_grant_type'],
    see: 'RFC 6749 §5.2',
    rule: 'grant_type is one that is offered here, and that the service is registered for.',
    find: ({ params, request }) => {
      const grant = params.get('grant_type');
      const isCause =
        request.answer.outcome === 'refused' && request.answer.error === 'unsupported_grant_type';
      if (grant === undefined || !isCause) return undefined;
      return {
        received: `grant_type=${shown(grant)}`,
        mend: 'Send grant_type=authorization_code with the code that came to your redirect URI.',
      };
    },
  },
  needed(
    'code',
    'authorization_code',
    'Send the code that came in the query of your redirect URI, decoded once.',
  ),
  needed(
    'redirect_uri',
    'authorization_code',
    'Send the redirect_uri again, exactly as it was in the authorization request.',
  ),
  needed('refresh_token', 'refresh_token', 'Send the newest refresh token that you were given.'),
];

/** Makes a reason that looks at a code that is known here. */
function ofCode(
  id: string,
  see: string,
  rule: string,
  find: (code: NonNullable<Facts['code']>, facts: Facts) => { received: string; mend: string } | undefined,
): Reason {
  return {
    id: `code.${id}`,
    errors: ['invalid_grant', 'invalid_request'],
    see,
    rule,
    find: (facts) => {
      const { code, claimedId } = facts;
      const isOurs = code?.clientId === claimedId || id === 'other-client';
      return code === undefined || !isOurs ? undefined : find(code, facts);
    },
  };
}

const codes: readonly Reason[] = [
  {
    id: 'code.unknown',
    errors: ['invalid_grant'],
    see: 'RFC 6749 §4.1.3',
    rule: 'The code is one that was issued here; it is good for 10 minutes.',
    find: ({ params, code }) => {
      const sent = params.get('code');
      if (sent === undefined || code !== undefined) return undefined;
      return {
        received: `a code that is not known here (${length(sent)})`,
        mend: 'Take the code from the redirect as it is, decode it once, and exchange it at once, at the login that issued it. One that expired some time ago is not known any more.',
      };
    },
  },
  ofCode(
    'other-client',
    'RFC 6749 §4.1.3',
    'A code is exchanged by the service that it was issued to.',
    (code, { claimedId }) =>
      code.clientId === claimedId
        ? undefined
        : {
            received: `a code that was issued to another service than ${shown(claimedId ?? 'nobody')}`,
            mend: 'Use one client_id for the authorization request and for the assertion.',
          },
  ),
  ofCode(
    'used',
    'RFC 6749 §4.1.2',
    'A code is exchanged once. A second time it is refused, and the tokens of the first time are revoked.',
    (code, { request }) =>
      code.isUsed && request.answer.outcome === 'refused'
        ? {
            received: 'a code that was exchanged before',
            mend: 'Exchange each code once. Look for what sends the request twice: a retry, a page that is loaded again, two handlers for the redirect URI.',
          }
        : undefined,
  ),
  ofCode('expired', 'RFC 6749 §4.1.2', 'A code is good for 10 minutes.', (code, { now }) =>
    code.expiresAt > now
      ? undefined
      : {
          received: `a code that expired at ${code.expiresAt.toISOString()}; the time here is ${now.toISOString()}`,
          mend: 'Exchange the code at once when it comes. In this sandbox, time may have been moved forward.',
        },
  ),
  ofCode(
    'redirect_uri',
    'RFC 6749 §4.1.3',
    'redirect_uri is the one of the authorization request, letter for letter.',
    (code, { params }) => {
      const sent = params.get('redirect_uri');
      if (sent === undefined || sent === code.redirectUri) return undefined;
      return {
        received: `redirect_uri=${shownAddress(sent)}`,
        mend: `The authorization request had ${shownAddress(code.redirectUri)}: send exactly that.`,
      };
    },
  ),
  ofCode(
    'verifier',
    'RFC 7636 §4.6',
    'A request with a code_challenge needs its code_verifier, one without must not have any; the challenge is the SHA-256 of the verifier.',
    (code, { params }) => {
      const verifier = params.get('code_verifier');
      const { codeChallenge: challenge } = code;
      if (verifier === undefined && challenge === undefined) return undefined;
      const computed = createHash('sha256')
        .update(verifier ?? '')
        .digest('base64url');
      if (verifier !== undefined && computed === challenge) return undefined;
      return {
        received: describeVerifier(verifier, challenge),
        mend: 'Keep the verifier of each authorization request in the browser’s session, and send it with the code of that same request. Send it as it is, not hashed: 43 to 128 characters.',
      };
    },
  ),
];

function describeVerifier(verifier: string | undefined, challenge: string | undefined): string {
  if (verifier === undefined)
    return 'no code_verifier, though the authorization request had a code_challenge';
  if (challenge === undefined)
    return 'a code_verifier, though the authorization request had no code_challenge';
  return verifier === challenge
    ? 'the code_challenge itself as code_verifier'
    : `a code_verifier (${length(verifier)}) that does not belong to the code_challenge`;
}

const refreshTokens: readonly Reason[] = [
  {
    id: 'refresh_token.unknown',
    errors: ['invalid_grant'],
    see: 'RFC 6749 §6',
    rule: 'The refresh token is one that was issued here; it is good for 30 days.',
    find: ({ params, refreshToken }) => {
      const sent = params.get('refresh_token');
      if (sent === undefined || refreshToken !== undefined) return undefined;
      return {
        received: `a refresh token that is not known here (${length(sent)})`,
        mend: 'Send the whole refresh token as it came, and not the access token. If it is too old, have the person sign in again.',
      };
    },
  },
  {
    id: 'refresh_token.other-client',
    errors: ['invalid_grant'],
    see: 'RFC 6749 §6',
    rule: 'A refresh token is used by the service that it was issued to.',
    find: ({ refreshToken, claimedId }) =>
      refreshToken === undefined || refreshToken.clientId === claimedId
        ? undefined
        : {
            received: `a refresh token that was issued to another service than ${shown(claimedId ?? 'nobody')}`,
            mend: 'Use it with the client_id that it was issued to.',
          },
  },
  {
    id: 'refresh_token.reused',
    errors: ['invalid_grant'],
    see: 'RFC 9700 §4.14.2',
    rule: 'Each refresh brings a new refresh token. The one before may be sent again for 30 seconds; after that, it ends all tokens of its sign-in.',
    find: ({ refreshToken, request }) =>
      refreshToken === undefined || refreshToken.isNewest || request.answer.outcome !== 'refused'
        ? undefined
        : {
            received: 'a refresh token that was exchanged before',
            mend: 'Keep the refresh token of every answer in place of the one before, also when several of your processes refresh. Now the person has to sign in again.',
          },
  },
  {
    id: 'refresh_token.revoked',
    errors: ['invalid_grant'],
    see: 'RFC 9700 §4.14.2',
    rule: 'A refresh token ends when its tokens are revoked: its code or an older refresh token was used again, or it was given back.',
    find: ({ refreshToken }) =>
      refreshToken?.isRevoked !== true || !refreshToken.isNewest
        ? undefined
        : {
            received: 'a refresh token whose tokens were revoked',
            mend: 'Have the person sign in again; and look above for a code or a refresh token that was used twice.',
          },
  },
  {
    id: 'refresh_token.expired',
    errors: ['invalid_grant'],
    see: 'RFC 6749 §6',
    rule: 'A refresh token is good for 30 days after its last use.',
    find: ({ refreshToken, now }) =>
      refreshToken === undefined || refreshToken.expiresAt > now
        ? undefined
        : {
            received: `a refresh token that expired at ${refreshToken.expiresAt.toISOString()}; the time here is ${now.toISOString()}`,
            mend: 'Have the person sign in again. In this sandbox, time may have been moved forward.',
          },
  },
  {
    id: 'refresh_token.scope',
    errors: ['invalid_scope'],
    see: 'RFC 6749 §6',
    rule: 'A refresh may ask for fewer scopes than were granted, never for more.',
    find: ({ refreshToken, params }) => {
      if (refreshToken === undefined) return undefined;
      const asked = (params.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
      const more = asked.filter((scope) => !refreshToken.scopes.includes(scope));
      if (more.length === 0) return undefined;
      return {
        received: `scope=${shown(asked.join(' '))}, of which ${shown(listed(more))} was not granted`,
        mend: `Granted: ${refreshToken.scopes.join(' ')}. Leave scope out to get all of it; for more, send the person to /authorize again.`,
      };
    },
  },
];

/** What can be wrong with a request for tokens. */
export const tokenReasons: readonly Reason[] = [
  ...formReasons('token', {
    byPost: 'Tokens are asked for by POST.',
    example: 'grant_type=authorization_code&code=…',
  }),
  ...assertionReasons,
  ...parameters,
  ...codes,
  ...refreshTokens,
];
