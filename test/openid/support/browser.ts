interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** Where a browser stood when it was sent somewhere it could not go by itself, or was shown something. */
export interface Arrival {
  readonly status: number;
  /** The address that it was sent to; that of the page when it stayed. */
  readonly address: URL;
  readonly body: string;
  readonly headers: Headers;
}

/** A browser without pages: keeps cookies by path, and follows redirects as far as it is told. */
export class TestBrowser {
  readonly #fetches: readonly (typeof fetch)[];
  readonly #issuer: string;
  #cookies: Cookie[] = [];
  readonly #lines: string[] = [];
  #requests = 0;

  /** @param fetches answered in turn, as several processes behind one address do */
  constructor(issuer: string, fetches: readonly (typeof fetch)[]) {
    this.#issuer = issuer;
    this.#fetches = fetches;
  }

  /** The names of the cookies that it holds. */
  get cookieNames(): string[] {
    return this.#cookies.map((cookie) => cookie.name);
  }

  /** Every `Set-Cookie` line that came, as it came. */
  get cookieLines(): readonly string[] {
    return this.#lines;
  }

  /** @returns a second browser with the same cookies */
  copy(): TestBrowser {
    const copy = new TestBrowser(this.#issuer, this.#fetches);
    copy.#cookies = [...this.#cookies];
    return copy;
  }

  /** Goes to an address, and on from there while redirects stay on the provider and away from `until`. */
  async go(
    address: string,
    until: (address: URL) => boolean = () => false,
    init: RequestInit = {},
  ): Promise<Arrival> {
    let url = new URL(address, this.#issuer);
    let response = await this.#request(url, init);
    for (let hops = 0; hops < 10; hops += 1) {
      const location = response.headers.get('location');
      if (location === null) break;
      url = new URL(location, url);
      if (url.origin !== new URL(this.#issuer).origin || until(url)) break;
      response = await this.#request(url, {});
    }
    return { status: response.status, address: url, body: await response.text(), headers: response.headers };
  }

  async #request(url: URL, init: RequestInit): Promise<Response> {
    const cookies = this.#cookies.filter(
      ({ path }) => url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`),
    );
    const headers = new Headers(init.headers);
    if (!headers.has('accept')) headers.set('accept', 'text/html');
    if (cookies.length > 0)
      headers.set('cookie', cookies.map(({ name, value }) => `${name}=${value}`).join('; '));
    const send = this.#fetches[this.#requests % this.#fetches.length];
    this.#requests += 1;
    if (send === undefined) throw new Error('a browser needs somebody to answer it');
    const response = await send(url.href, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      this.#lines.push(line);
      this.#keep(line);
    }
    return response;
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const split = pair.indexOf('=');
    const [name, value] = [pair.slice(0, split), pair.slice(split + 1)];
    const attribute = (wanted: string) =>
      attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
    const path = attribute('path') ?? '/';
    this.#cookies = this.#cookies.filter((cookie) => cookie.name !== name || cookie.path !== path);
    const expires = attribute('expires');
    if (value !== '' && (expires === undefined || new Date(expires) > new Date()))
      this.#cookies.push({ name, value, path });
  }
}
