import { shownAddress } from '../received.ts';
import type { Reason } from './reason.ts';

export const redirectUriNotRegistered: Reason = {
  id: 'redirect_uri.not-registered',
  errors: ['invalid_redirect_uri'],
  see: 'RFC 9700 §2.1; OpenID Connect Core §3.1.2.1',
  rule: 'redirect_uri is, letter for letter, one of the registered redirect URIs.',
  find: ({ params, client, issuer }) => {
    const sent = params.get('redirect_uri');
    if (sent === undefined || client === undefined || client.redirectUris.includes(sent)) return undefined;
    const { nearest, difference } = compareWithAll(sent, client.redirectUris);
    const because = difference === undefined ? '' : `: it differs from ${nearest} ${difference}`;
    return {
      received: `redirect_uri=${shownAddress(sent)}${because}`,
      mend: `Send ${nearest} exactly, or add the address that you send to your registration at ${issuer}/sandbox/clients (PATCH ${issuer}/sandbox/api/clients/${client.clientId} with "redirect_uris"). Registered: ${client.redirectUris.slice(0, 3).join(', ')}.`,
    };
  },
};

/** How two addresses differ, if in one respect alone; tried in this order. */
const respects: readonly { readonly difference: string; readonly level: (url: URL) => string }[] = [
  { difference: 'only in a slash at the end', level: (url) => url.href.replace(/\/$/u, '') },
  { difference: 'only in upper and lower case', level: (url) => url.href.toLowerCase() },
  { difference: 'only in http and https', level: (url) => url.href.replace(/^https?:/u, '') },
  { difference: 'only in the port', level: (url) => url.href.replace(url.host, url.hostname) },
  { difference: 'by a query string or a fragment', level: (url) => `${url.origin}${url.pathname}` },
  { difference: 'only in the host', level: (url) => url.href.replace(url.host, '') },
  { difference: 'only in the path', level: (url) => url.origin },
];

function compareWithAll(
  sent: string,
  registered: readonly string[],
): { nearest: string; difference: string | undefined } {
  const [first = ''] = registered;
  if (!URL.canParse(sent)) return { nearest: first, difference: undefined };
  for (const { difference, level } of respects) {
    const nearest = registered.find((one) => level(new URL(one)) === level(new URL(sent)));
    if (nearest !== undefined) return { nearest, difference };
  }
  const spelled = registered.find((one) => new URL(one).href === new URL(sent).href);
  return { nearest: spelled ?? first, difference: undefined };
}
