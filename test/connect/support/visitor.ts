/** Where somebody stands after all redirects within the service were followed. */
export interface Stop {
  readonly status: number;
  /** Where the service sent the browser, if it did. */
  readonly leavesTo: string | undefined;
  readonly body: string;
}

const mostRedirects = 10;

/** A browser without a window, for one service on this machine: it keeps its cookies, and stops where it is sent away. */
export class Visitor {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  async go(address: string, init: RequestInit = {}): Promise<Stop> {
    let url = new URL(address, this.#origin);
    let response = await this.#request(url, init);
    for (let redirects = 0; redirects < mostRedirects; redirects += 1) {
      const location = response.headers.get('location');
      if (location === null) break;
      url = new URL(location, url);
      if (url.origin !== this.#origin) {
        return { status: response.status, leavesTo: url.href, body: await response.text() };
      }
      response = await this.#request(url, {});
    }
    return { status: response.status, leavesTo: undefined, body: await response.text() };
  }

  async #request(url: URL, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('accept', 'text/html,*/*;q=0.8');
    headers.set('cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      const split = pair.indexOf('=');
      this.#cookies.set(pair.slice(0, split), pair.slice(split + 1));
    }
    return response;
  }
}
