import { readPage, type Page } from './page.ts';

/** Where the product answers: one process of it, or one of several that share an issuer. */
export interface Place {
  readonly origin: string;
  readonly listensAt: string;
}

/** What is typed into a form, by the names of its fields; undefined unticks a box. */
export type Typed = Readonly<Record<string, string | undefined>>;

interface Jar {
  cookies: { readonly name: string; readonly value: string; readonly path: string }[];
  /** Every `Set-Cookie` line that came, as it came. */
  readonly lines: string[];
}

const mostHops = 12;

/** Somebody with a browser that has no scripts: keeps cookies, follows our redirects, fills in forms, reads pages. */
export class Person {
  readonly #places: readonly Place[];
  readonly #origin: string;
  readonly #jar: Jar;
  readonly #headers: Readonly<Record<string, string>>;
  #requests = 0;
  #page: Page | undefined;

  /**
   * @param places answered in turn, as several processes behind one address do
   * @param options.headers sent with every request, for example a language
   */
  constructor(
    places: Place | readonly [Place, ...Place[]],
    options: { headers?: Readonly<Record<string, string>>; jar?: Jar } = {},
  ) {
    this.#places = 'origin' in places ? [places] : places;
    this.#origin = this.#places[0]?.origin ?? '';
    this.#jar = options.jar ?? { cookies: [], lines: [] };
    this.#headers = options.headers ?? {};
  }

  /** The page in front of the person. */
  get page(): Page {
    if (this.#page === undefined) throw new Error('no page was opened yet');
    return this.#page;
  }

  get cookies(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#jar.cookies.map(({ name, value }) => [name, value]));
  }

  /** Every cookie that was set, with its attributes. */
  get cookieLines(): readonly string[] {
    return this.#jar.lines;
  }

  /**
   * @param places where the product answers it, if not where it answers this one
   * @returns another tab of the same browser, which shows the same page
   */
  newTab(places: Place | readonly [Place, ...Place[]] = this.#firstPlaces()): Person {
    const tab = new Person(places, { headers: this.#headers, jar: this.#jar });
    tab.#page = this.#page;
    return tab;
  }

  /** Removes the browser's cookies. @param name one alone */
  loseCookies(name?: string): void {
    this.#jar.cookies = name === undefined ? [] : this.#jar.cookies.filter((cookie) => cookie.name !== name);
  }

  /** Opens an address and goes on to where it leads. */
  async open(address: string | URL, init: RequestInit = {}): Promise<Page> {
    let url = new URL(address, this.#page?.address ?? this.#origin);
    let response = await this.send(url, init);
    for (let hops = 0; response.headers.has('location'); hops += 1) {
      if (hops === mostHops) throw new Error(`too many redirects, the last to ${url.href}`);
      url = new URL(response.headers.get('location') ?? '', url);
      if (url.origin !== this.#origin) break;
      response = await this.send(url);
    }
    const { status, headers } = response;
    this.#page = readPage({ status, headers, address: url, html: await response.text() });
    return this.#page;
  }

  /** Opens the page's address again. */
  reload(): Promise<Page> {
    return this.open(this.page.address);
  }

  /** Fills in the page's form and sends it. */
  submit(typed: Typed = {}): Promise<Page> {
    const form = this.page.forms.find(({ names }) => Object.keys(typed).every((name) => names.has(name)));
    if (form === undefined)
      throw new Error(`no form takes ${Object.keys(typed).join(', ')}: ${this.#describe()}`);
    return this.post(form.action, { ...form.fields, ...typed });
  }

  /** Presses a button, in the form that it belongs to. */
  press(button: string | RegExp): Promise<Page> {
    const form = this.page.forms.find(({ buttons }) =>
      buttons.some((text) => (typeof button === 'string' ? text === button : button.test(text))),
    );
    if (form === undefined) throw new Error(`no button says ${String(button)}: ${this.#describe()}`);
    return this.post(form.action, form.fields);
  }

  /** Chooses files in the page's form that has one, and sends it. */
  upload(
    ...files: readonly { readonly name: string; readonly type: string; readonly bytes: Uint8Array }[]
  ): Promise<Page> {
    const form = this.page.forms.find(({ file }) => file !== undefined);
    if (form?.file === undefined) throw new Error(`no form takes a file: ${this.#describe()}`);
    const body = new FormData();
    for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
    const chosen =
      files.length === 0 ? [{ name: '', type: 'application/octet-stream', bytes: Buffer.alloc(0) }] : files;
    for (const { name, type, bytes } of chosen)
      body.append(form.file, new File([Buffer.from(bytes)], name, { type }));
    return this.open(form.action, {
      method: 'POST',
      body,
      headers: { origin: this.#origin, 'sec-fetch-site': 'same-origin' },
    });
  }

  /** Follows a link. */
  follow(link: string | RegExp): Promise<Page> {
    const found = this.page.links.find(({ text }) =>
      typeof link === 'string' ? text === link : link.test(text),
    );
    if (found === undefined) throw new Error(`no link says ${String(link)}: ${this.#describe()}`);
    return this.open(found.href);
  }

  /** Posts a form to an address, as a page of ours would, and goes on to where it leads. */
  post(
    address: string,
    fields: Typed | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Page> {
    return this.open(address, this.formOf(fields, headers));
  }

  /** @returns what a browser sends with a form */
  formOf(fields: Typed | string, headers: Readonly<Record<string, string>> = {}): RequestInit {
    return {
      method: 'POST',
      body: typeof fields === 'string' ? fields : encode(fields),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: this.#origin,
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
    };
  }

  /** Sends one request and follows nothing. */
  async send(address: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address, this.#page?.address ?? this.#origin);
    const place = this.#places[this.#requests % this.#places.length];
    this.#requests += 1;
    if (place === undefined || url.origin !== this.#origin)
      throw new Error(`${url.href} is not the product's`);
    const headers = new Headers({ accept: 'text/html', ...this.#headers });
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    const cookies = this.#jar.cookies.filter(({ path }) => isBelow(path, url.pathname));
    if (cookies.length > 0)
      headers.set('cookie', cookies.map(({ name, value }) => `${name}=${value}`).join('; '));
    const response = await fetch(`${place.listensAt}${url.pathname}${url.search}`, {
      ...init,
      headers,
      redirect: 'manual',
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  #keep(line: string): void {
    this.#jar.lines.push(line);
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const split = pair.indexOf('=');
    const [name, value] = [pair.slice(0, split), pair.slice(split + 1)];
    const attribute = (wanted: string) =>
      attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
    const path = attribute('path') ?? '/';
    const others = this.#jar.cookies.filter((cookie) => cookie.name !== name || cookie.path !== path);
    const isOver = value === '' || attribute('expires') === 'Thu, 01 Jan 1970 00:00:00 GMT';
    this.#jar.cookies = isOver ? others : [...others, { name, value, path }];
  }

  #firstPlaces(): readonly [Place, ...Place[]] {
    const [first, ...rest] = this.#places;
    if (first === undefined) throw new Error('a person needs a place to go');
    return [first, ...rest];
  }

  #describe(): string {
    const { status, address, heading, errorSummary } = this.page;
    return `${status} ${address.href} “${heading}” ${errorSummary.join(' ')}`;
  }
}

function encode(fields: Typed): string {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return new URLSearchParams(given).toString();
}

function isBelow(path: string, address: string): boolean {
  return address === path || address.startsWith(path.endsWith('/') ? path : `${path}/`);
}
