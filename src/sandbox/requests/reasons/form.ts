import { shown } from '../received.ts';
import { listed, type Reason } from './reason.ts';

export const formType = 'application/x-www-form-urlencoded';

/** What can be wrong with how a form comes, before anything in it is looked at. */
export function formReasons(
  endpoint: string,
  { byPost, example }: { readonly byPost: string; readonly example: string },
): readonly Reason[] {
  return [
    {
      id: `${endpoint}.method`,
      errors: ['invalid_request'],
      see: 'RFC 6749 §3.2',
      rule: byPost,
      find: ({ request: { method } }) =>
        method === 'POST'
          ? undefined
          : {
              received: shown(method),
              mend: 'Send a POST with the parameters in the body, none in the address.',
            },
    },
    {
      id: `${endpoint}.content-type`,
      errors: ['invalid_request'],
      see: 'RFC 6749 §4.1.3',
      rule: `The body is a form: ${formType}.`,
      find: ({ request: { method, contentType } }) => {
        if (method !== 'POST' || contentType?.split(';', 1)[0]?.trim().toLowerCase() === formType)
          return undefined;
        return {
          received: contentType === undefined ? 'no Content-Type' : `Content-Type ${shown(contentType)}`,
          mend: `Send Content-Type: ${formType} and a body such as ${example}, not JSON.`,
        };
      },
    },
    {
      id: 'parameter.repeated',
      errors: ['invalid_request'],
      see: 'RFC 6749 §3.2',
      rule: 'A parameter is sent once at most.',
      find: ({ repeated }) =>
        repeated.length === 0
          ? undefined
          : { received: `more than once: ${listed(repeated.map(shown))}`, mend: 'Send each of them once.' },
    },
  ];
}
