import { Agent, request } from 'node:http';

/** What a browser arrived at. */
export interface Page {
  /** Where it stands; another site's address when it was sent there. */
  readonly address: URL;
  readonly status: number;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly cookies: readonly string[];
  readonly body: string;
}

/** Speaks HTTP to the product; connections are kept and shared, as a proxy's are. */
export interface Network {
  ask(to: {
    path: string;
    method?: 'GET' | 'POST';
    headers?: Readonly<Record<string, string>>;
    form?: string;
  }): Promise<Answer>;
  close(): void;
}

export function openNetwork(server: { issuer: string; port: number }): Network {
  const agent = new Agent({ keepAlive: true });
  const { host } = new URL(server.issuer);
  return {
    ask: ({ path, method = 'GET', headers = {}, form }) =>
      new Promise((resolve, reject) => {
        const sent = request(
          {
            agent,
            host: '127.0.0.1',
            port: server.port,
            path,
            method,
            headers: {
              host,
              ...headers,
              ...(form === undefined
                ? {}
                : {
                    'content-type': 'application/x-www-form-urlencoded',
                    'content-length': String(Buffer.byteLength(form)),
                  }),
            },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.once('error', reject);
            response.once('end', () =>
              resolve({
                status: response.statusCode ?? 0,
                location: response.headers.location,
                cookies: response.headers['set-cookie'] ?? [],
                body: Buffer.concat(chunks).toString('utf8'),
              }),
            );
          },
        );
        sent.once('error', reject);
        sent.end(form);
      }),
    close: () => agent.destroy(),
  };
}

const mostRedirects = 10;

/** A browser of somebody's: keeps cookies, follows redirects within the product, posts the forms that pages show. */
export class Browser {
  readonly #network: Network;
  readonly #origin: string;
  readonly #remoteAddress: string;
  readonly #cookies = new Map<string, { readonly pair: string; readonly path: string }>();

  constructor(network: Network, visitor: { origin: string; remoteAddress: string }) {
    this.#network = network;
    this.#origin = visitor.origin;
    this.#remoteAddress = visitor.remoteAddress;
  }

  /** Opens an address. */
  open(address: string): Promise<Page> {
    return this.#go(new URL(address, this.#origin), undefined);
  }

  /** Fills in the form of a page and sends it; what the form holds already goes along. */
  submit(page: Page, fields: Readonly<Record<string, string>>): Promise<Page> {
    const form = new URLSearchParams({ _csrf: readToken(page), ...fields });
    return this.#go(page.address, form.toString());
  }

  async #go(start: URL, form: string | undefined): Promise<Page> {
    let address = start;
    let answer = await this.#ask(address, form);
    for (let redirects = 0; redirects < mostRedirects && answer.location !== undefined; redirects += 1) {
      address = new URL(answer.location, address);
      if (address.origin !== this.#origin) break;
      answer = await this.#ask(address, undefined);
    }
    return { address, status: answer.status, body: answer.body };
  }

  async #ask(address: URL, form: string | undefined): Promise<Answer> {
    const path = `${address.pathname}${address.search}`;
    const cookies = [...this.#cookies.values()].filter((cookie) => isBelow(address.pathname, cookie.path));
    const answer = await this.#network.ask({
      path,
      method: form === undefined ? 'GET' : 'POST',
      ...(form === undefined ? {} : { form }),
      headers: {
        accept: 'text/html',
        'x-forwarded-for': this.#remoteAddress,
        ...(cookies.length === 0 ? {} : { cookie: cookies.map(({ pair }) => pair).join('; ') }),
      },
    });
    for (const line of answer.cookies) this.#keep(line);
    return answer;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const [name = '', value] = pair.split('=', 2);
    const path = attributes.find((attribute) => attribute.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
    const key = `${name};${path}`;
    if (value === undefined || value === '') this.#cookies.delete(key);
    else this.#cookies.set(key, { pair, path });
  }
}

/** @see RFC 6265 §5.1.4 */
function isBelow(path: string, cookiePath: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}

function readToken(page: Page): string {
  const token = /name="_csrf" value="(?<token>[^"]+)"/u.exec(page.body)?.groups?.['token'];
  if (token === undefined)
    throw new Error(`no form at ${page.address.pathname} (${page.status}):\n${page.body.slice(0, 2000)}`);
  return token;
}
