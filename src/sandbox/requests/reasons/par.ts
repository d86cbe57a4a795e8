import { assertionReasons } from './assertion.ts';
import { authorizeReasons } from './authorize.ts';
import { formReasons } from './form.ts';
import type { Reason } from './reason.ts';

const own: readonly Reason[] = [
  {
    id: 'par.not-registered',
    errors: ['unauthorized_client'],
    see: 'RFC 9126 §2; the registration of the service',
    rule: 'A service pushes its requests if it is registered for that.',
    find: ({ client }) =>
      client === undefined || client.pushedRequests !== undefined
        ? undefined
        : {
            received: 'a pushed request of a service that is not registered for it',
            mend: 'Register the service with "use_pushed_authorization_requests": true, or send people to /authorize with the parameters themselves.',
          },
  },
  {
    id: 'par.request_uri',
    errors: ['invalid_request'],
    see: 'RFC 9126 §2.1',
    rule: 'What is pushed is a request, not the name of one.',
    find: ({ params }) =>
      params.has('request_uri')
        ? {
            received: 'request_uri',
            mend: 'Push the parameters; the answer gives a request_uri, which goes to /authorize with client_id alone.',
          }
        : undefined,
  },
];

const inForm = new Set(assertionReasons.map(({ id }) => id));
/** Told at /par as RFC 9126 §2.3 has it, not by a redirect; who asks is said by the assertion. */
const ofRequest = authorizeReasons
  .filter(({ id }) => id !== 'client_id.missing' && id !== 'parameter.repeated' && !inForm.has(id))
  .map((reason) => ({ ...reason, errors: [...reason.errors, 'invalid_request'] }));

/** What can be wrong with a request that is pushed. */
export const parReasons: readonly Reason[] = [
  ...formReasons('par', {
    byPost: 'Requests are pushed by POST.',
    example: 'response_type=code&client_id=…',
  }),
  ...assertionReasons,
  ...own,
  ...ofRequest,
];
