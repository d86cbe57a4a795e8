import { length, shown, shownMember } from '../received.ts';
import type { Reason } from './reason.ts';

const see = 'RFC 6750 §2.1; OpenID Connect Core §5.3.1';

/** What can be wrong with a request for a person's details. */
export const userinfoReasons: readonly Reason[] = [
  {
    id: 'userinfo.method',
    errors: ['invalid_request'],
    see: 'OpenID Connect Core §5.3.1',
    rule: 'Details are read by GET or POST.',
    find: ({ request: { method, answer } }) =>
      answer.outcome === 'refused' && answer.status === 405
        ? { received: shown(method), mend: 'Send a GET with the access token in the Authorization header.' }
        : undefined,
  },
  {
    id: 'access_token.place',
    errors: ['invalid_request'],
    see,
    rule: 'The access token comes in the Authorization header, never in an address or a form.',
    find: ({ params }) =>
      params.has('access_token')
        ? {
            received: `access_token as a parameter (${length(params.get('access_token') ?? '')})`,
            mend: 'Send the header Authorization: Bearer <access token>. Addresses end up in logs: treat this token as seen.',
          }
        : undefined,
  },
  {
    id: 'access_token.missing',
    errors: ['invalid_token', 'invalid_request'],
    see,
    rule: 'The request has the header Authorization: Bearer <access token>.',
    find: ({ request: { authorization }, params }) => {
      if (params.has('access_token') || /^(?:bearer|dpop) +\S+$/iu.test(authorization?.trim() ?? ''))
        return undefined;
      const scheme = authorization?.trim().split(/\s/u, 1)[0]?.slice(0, 20) ?? '';
      return {
        received:
          authorization === undefined
            ? 'no Authorization header'
            : `an Authorization header that is not “Bearer <token>” (it begins with ${/^\w{1,10}$/u.test(scheme) ? scheme : 'something else'})`,
        mend: 'Send the header Authorization: Bearer <access token>, with the access_token of the token response as it is.',
      };
    },
  },
  {
    id: 'access_token.not-a-jwt',
    errors: ['invalid_token'],
    see,
    rule: 'The access token is the one of the token response, whole.',
    find: ({ request: { authorization }, accessToken }) => {
      const token = /^bearer +(?<token>\S+)$/iu.exec(authorization?.trim() ?? '')?.groups?.['token'];
      if (token === undefined || accessToken !== undefined) return undefined;
      return {
        received: `something that is no JWT (${length(token)})`,
        mend: 'Send the access_token and not the refresh token or the code, as it is.',
      };
    },
  },
  {
    id: 'access_token.kind',
    errors: ['invalid_token'],
    see,
    rule: 'An access token is needed; an ID token is for the service alone.',
    find: ({ accessToken }) => {
      const use = accessToken?.claims['token_use'];
      if (use === undefined || use === 'access') return undefined;
      return {
        received: `a token whose token_use is ${shownMember('token_use', use)}`,
        mend: 'Send the access_token of the token response, not the id_token.',
      };
    },
  },
  {
    id: 'access_token.issuer',
    errors: ['invalid_token'],
    see,
    rule: 'The token was issued by this login.',
    find: ({ accessToken, issuer }) => {
      const iss = accessToken?.claims['iss'];
      if (accessToken === undefined || iss === issuer) return undefined;
      return {
        received: `a token whose iss is ${shownMember('iss', iss)}`,
        mend: `This login is ${issuer}: send the token to the userinfo endpoint of the login that issued it.`,
      };
    },
  },
  {
    id: 'access_token.expired',
    errors: ['invalid_token'],
    see: 'the contract’s token lifetimes',
    rule: 'An access token is good for 5 minutes.',
    find: ({ accessToken, now }) => {
      const exp = accessToken?.claims['exp'];
      if (typeof exp !== 'number' || exp * 1000 > now.getTime()) return undefined;
      return {
        received: `a token whose exp is ${shownMember('exp', exp)}; the time here is ${now.toISOString()}`,
        mend: 'Get a new one with the refresh token. In this sandbox, time may have been moved forward.',
      };
    },
  },
];
