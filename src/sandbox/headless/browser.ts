import type { House } from '#foundation/deps';
import type { FastifyInstance } from 'fastify';

interface Cookie {
  readonly value: string;
  readonly path: string;
}

/** Where a visit stands after all redirects were followed. */
export type Arrival =
  /** The browser was sent away, to this address. */
  | { readonly at: 'elsewhere'; readonly location: string }
  /** The browser came to an address where it is to stop. */
  | { readonly at: 'stop'; readonly address: URL }
  /** The login answered with something that is no redirect. */
  | { readonly at: 'answer'; readonly status: number; readonly body: string };

/** A browser without a window: it keeps cookies and follows redirects within the login. */
export interface HeadlessBrowser {
  go(address: string): Promise<Arrival>;
}

const mostRedirects = 20;

/**
 * Opens a browser with no cookies, which asks the application directly instead of over the network.
 *
 * @param options.leavesTo the address, without its query, that ends the visit even if it is the login's own
 * @param options.stopsAt whether to stop at an address instead of asking for the page
 */
export function openHeadlessBrowser(
  deps: { readonly app: FastifyInstance; readonly house: House },
  options: { readonly leavesTo: string | undefined; readonly stopsAt: (address: URL) => boolean },
): HeadlessBrowser {
  const { origin, host, protocol } = new URL(deps.house.settings.issuer);
  const cookies = new Map<string, Cookie>();

  const ask = async (address: URL) => {
    const sent = [...cookies].filter(([, cookie]) => isBelow(address.pathname, cookie.path));
    const answer = await deps.app.inject({
      method: 'GET',
      url: `${address.pathname}${address.search}`,
      headers: {
        host,
        accept: 'application/json',
        'x-forwarded-proto': protocol.replace(':', ''),
        ...(sent.length === 0
          ? {}
          : { cookie: sent.map(([key, { value }]) => `${nameOf(key)}=${value}`).join('; ') }),
      },
    });
    for (const { name, value, path = '/' } of answer.cookies) {
      if (value === '') cookies.delete(keyOf(name, path));
      else cookies.set(keyOf(name, path), { value, path });
    }
    return answer;
  };

  return {
    go: async (start) => {
      let address = new URL(start, origin);
      for (let redirects = 0; redirects < mostRedirects; redirects += 1) {
        const answer = await ask(address);
        const { location } = answer.headers;
        if (typeof location !== 'string' || answer.statusCode < 300 || answer.statusCode >= 400) {
          return { at: 'answer', status: answer.statusCode, body: answer.body };
        }
        address = new URL(location, address);
        if (address.origin !== origin || withoutQuery(address) === options.leavesTo) {
          return { at: 'elsewhere', location: address.href };
        }
        if (options.stopsAt(address)) return { at: 'stop', address };
      }
      return { at: 'answer', status: 508, body: '' };
    },
  };
}

/** A cookie of the same name may exist for several paths. */
function keyOf(name: string, path: string): string {
  return `${name};${path}`;
}

function nameOf(key: string): string {
  return key.split(';', 1)[0] ?? key;
}

/** @see RFC 6265 §5.1.4 */
function isBelow(path: string, cookiePath: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}

/** @returns an address without its query string */
export function withoutQuery(address: URL): string {
  return `${address.origin}${address.pathname}`;
}
