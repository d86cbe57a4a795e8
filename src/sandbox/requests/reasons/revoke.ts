import { readJwt } from '../received.ts';
import { assertionReasons } from './assertion.ts';
import { formReasons } from './form.ts';
import type { Reason } from './reason.ts';

const own: readonly Reason[] = [
  {
    id: 'revoke.not-registered',
    errors: ['unauthorized_client'],
    see: 'RFC 7009 §2; the registration of the service',
    rule: 'A service gives tokens back if it is registered for that.',
    find: ({ client }) =>
      client === undefined || client.tokenRevocation === true
        ? undefined
        : {
            received: 'a token from a service that is not registered for giving any back',
            mend: 'Register the service with "use_token_revocation": true.',
          },
  },
  {
    id: 'token.missing',
    errors: ['invalid_request'],
    see: 'RFC 7009 §2.1',
    rule: 'token is required.',
    find: ({ params }) =>
      params.has('token')
        ? undefined
        : { received: 'no token', mend: 'Send the refresh token or the access token as token.' },
  },
  {
    id: 'token.other-client',
    errors: ['invalid_request'],
    see: 'RFC 7009 §2.1',
    rule: 'A token is given back by the service that it was issued to.',
    find: ({ params, claimedId, refreshToken }) => {
      const owner = refreshToken?.clientId ?? readJwt(params.get('token') ?? '')?.claims['aud'];
      return owner === undefined || owner === claimedId
        ? undefined
        : {
            received: 'a token that was issued to another service',
            mend: 'Use the client_id and the key of the service that got it.',
          };
    },
  },
];

/** What can be wrong with giving a token back. */
export const revokeReasons: readonly Reason[] = [
  ...formReasons('revoke', { byPost: 'Tokens are given back by POST.', example: 'token=…' }),
  ...assertionReasons,
  ...own,
];
