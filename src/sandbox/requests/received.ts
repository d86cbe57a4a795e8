import { decodeJwt, decodeProtectedHeader } from 'jose';

/** One thing that a request brought, as it may be kept and shown. */
export interface Received {
  readonly name: string;
  readonly value: string;
}

type Show = (value: string) => string;

const mostCharacters = 200;
const mostParameters = 40;
const mostNameCharacters = 60;

const hidden = 'not shown';
/** What looks like a secret or like somebody's detail, wherever it stands. */
const unshowable: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN[\s\S]*/gu, '(a key, not shown)'],
  [/\beyJ[\w-]*\.[\w-]+\.?[\w-]*(?:\.[\w-]*)*/gu, '(a JWT, not shown)'],
  [/[^\s"'<>(),;:]+(?:@|%40)[^\s"'<>(),;:]+/gu, '(an e-mail address, not shown)'],
  [/\+?\d(?:[\s-]?\d){8,}/gu, '(a number, not shown)'],
  [/[\w~+-]{40,}/gu, '(a long value, not shown)'],
];

/** @returns the beginning of a text, without half a character at its end */
function cut(text: string, most: number): string {
  return text.slice(0, most).toWellFormed();
}

/** @returns text from a stranger, short, on one line, without what looks like a secret or a personal detail */
export function shown(text: string): string {
  // Cut first, and not within a word: nothing may take long, or be taken for something else because its end is missing.
  const most = mostCharacters * 2;
  const whole = text.length > most ? cut(text, most).replace(/\S*$/u, '…') : text;
  const start = whole.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');
  const safe = unshowable.reduce((result, [pattern, instead]) => result.replaceAll(pattern, instead), start);
  return safe.length > mostCharacters ? `${cut(safe, mostCharacters)}…` : safe;
}

/** @returns an address without what its query, its fragment and its user part say */
export function shownAddress(address: string): string {
  const [place = ''] = address.split(/[?#]/u, 1);
  const rest = address.charAt(place.length);
  const withoutUser = place.replace(/\/\/[^/]*@/u, '//…@');
  return `${shown(withoutUser)}${rest === '' ? '' : `${rest}…`}`;
}

/** @returns how long a value is, in place of the value */
export function length(value: string): string {
  return value === '' ? 'empty' : `${value.length} characters, ${hidden}`;
}

/** Parameters whose value says how a request was made; of all others only the length is shown. */
const values: ReadonlyMap<string, Show> = new Map<string, Show>([
  ['redirect_uri', shownAddress],
  ['post_logout_redirect_uri', shownAddress],
  ['request_uri', shownAddress],
  ['client_assertion', shownJwt],
  ['asserted_login_identity', shownJwt],
  ...[
    'client_id',
    'response_type',
    'response_mode',
    'scope',
    'vtr',
    'prompt',
    'display',
    'max_age',
    'ui_locales',
    'acr_values',
    'allow_registration',
    'code_challenge_method',
    'grant_type',
    'client_assertion_type',
    'token_type_hint',
  ].map((name): [string, Show] => [name, shown]),
]);

/** @returns the parameters of a request as they may be kept and shown */
export function describeParameters(params: readonly (readonly [string, string])[]): Received[] {
  const described = params.slice(0, mostParameters).map(([name, value]) => ({
    name: cut(shown(name), mostNameCharacters),
    value: (values.get(name) ?? length)(value),
  }));
  const more = params.length - described.length;
  return more > 0 ? [...described, { name: '…', value: `${more} more parameters` }] : described;
}

/** @returns what an Authorization header says, without what it authorizes with */
export function describeAuthorization(header: string | undefined): Received[] {
  if (header === undefined) return [];
  const [scheme = '', ...rest] = header.trim().split(/\s+/u);
  const isAlone = rest.length === 0;
  return [
    {
      name: 'Authorization',
      value: isAlone ? length(header) : `${shown(scheme)} (${length(rest.join(' '))})`,
    },
  ];
}

/** A JWT as it came: read, and not checked. */
export interface ReadJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

export function readJwt(text: string): ReadJwt | undefined {
  try {
    return { header: decodeProtectedHeader(text), claims: decodeJwt(text) };
  } catch {
    return undefined;
  }
}

const shownHeader = ['alg', 'typ', 'kid'];
const shownClaims = ['iss', 'sub', 'aud', 'iat', 'nbf', 'exp', 'jti', 'scope', 'token_use'];
const timeClaims = ['iat', 'nbf', 'exp'];

function shownJwt(text: string): string {
  const jwt = readJwt(text);
  if (jwt === undefined) return `no JWT (${length(text)})`;
  return `header ${describeMembers(jwt.header, shownHeader)}; claims ${describeMembers(jwt.claims, shownClaims)}`;
}

function describeMembers(members: Readonly<Record<string, unknown>>, open: readonly string[]): string {
  const described = Object.entries(members)
    .slice(0, mostParameters / 2)
    .map(([name, value]) => {
      const isOpen = open.includes(name);
      return `${cut(shown(name), mostNameCharacters)}: ${isOpen ? shownMember(name, value) : hidden}`;
    });
  return `{ ${described.join(', ')} }`;
}

/** @returns a claim or a member of a header, short and safe */
export function shownMember(name: string, value: unknown): string {
  if (timeClaims.includes(name)) return shownTime(value);
  if (name === 'kid' && typeof value === 'string') return shownKid(value);
  if (name === 'jti')
    return typeof value === 'string' ? (value.length > 60 ? length(value) : shown(value)) : shownJson(value);
  return shownJson(value);
}

function shownJson(value: unknown): string {
  return value === undefined ? 'missing' : shown(typeof value === 'string' ? value : JSON.stringify(value));
}

/** The name of a key; a thumbprint is long, and no secret. */
function shownKid(kid: string): string {
  return /^[\w-]{43}$/u.test(kid) ? kid : shown(kid);
}

const lastSecond = 8_640_000_000_000;

function shownTime(value: unknown): string {
  if (typeof value === 'string' && /^\d{9,13}$/u.test(value)) return `"${value}", which is text`;
  if (typeof value !== 'number') return shownJson(value);
  if (!Number.isFinite(value) || Math.abs(value) > lastSecond) return 'no time';
  return `${value} (${new Date(value * 1000).toISOString()})`;
}
