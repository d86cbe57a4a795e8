import type { House } from '#foundation/deps';
import { pathOf, readQuery, restOfQuery, type FormFields, type Web } from '#foundation/http';
import type { Language } from '#foundation/web';
import type { PasswordPolicy } from '#accounts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Place, PortalName, Role } from '../staff/roles.ts';
import { readSession, type SignedIn } from '../staff/session.ts';

/** What every portal of staff is made of. Its pages are below `/` and its name, and in the folder of its name. */
export interface Portal {
  readonly name: PortalName;
  readonly web: Web;
  readonly house: House;
  readonly passwordPolicy: PasswordPolicy;
}

export type FieldErrors = readonly {
  readonly field: string;
  readonly key: string;
  readonly values: Readonly<Record<string, string | number>>;
}[];

/** A request of somebody who works at the place that its address names. */
export interface AtPlace {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly language: Language;
  readonly staff: SignedIn;
  readonly place: Place;
  /** As staff know it. */
  readonly placeName: string;
  readonly roles: readonly Role[];
  /** Below which the pages of this place are. */
  readonly base: string;
  readonly fields: FormFields;
}

export interface Shown {
  readonly errors?: FieldErrors;
  readonly back?: string;
  readonly notice?: string | undefined;
  readonly status?: number;
  /** Where the page can be seen again, if not at the address of a form. */
  readonly address?: string;
}

const tokenForm = /^[\w-]{43}$/u;

/** @returns the token of the session that a browser shows */
export function sessionTokenOf({ web, name }: Portal, request: FastifyRequest): string | undefined {
  const token = web.visitors.readCookie(request, `${name}-session`);
  return token !== undefined && tokenForm.test(token) ? token : undefined;
}

export function setSession(
  { web, name }: Pick<Portal, 'web' | 'name'>,
  reply: FastifyReply,
  session: { token: string; expiresAt: Date },
): void {
  const cookie = { name: `${name}-session`, value: session.token, expires: session.expiresAt };
  web.visitors.setCookie(reply, cookie);
}

export function clearSession({ web, name }: Portal, reply: FastifyReply): void {
  web.visitors.setCookie(reply, { name: `${name}-session`, value: '', expires: new Date(0) });
}

/** The token that forms carry; it belongs to one session. */
function csrfOf({ web, name }: Portal, token: string): string {
  return web.visitors.formToken(`${name} ${token}`);
}

/** Who is signed in; forms of theirs carry a token that belongs to this session alone. */
export async function readStaff(
  portal: Portal,
  request: FastifyRequest,
): Promise<{ readonly staff: SignedIn; readonly csrf: string } | undefined> {
  const token = sessionTokenOf(portal, request);
  const staff =
    token === undefined ? undefined : await readSession(portal.house.deps, { token, portal: portal.name });
  if (token === undefined || staff === undefined) return undefined;
  return { staff, csrf: csrfOf(portal, token) };
}

/** @returns whether a posted form came from a page that was shown in this session */
export function isOfSession({ web, name }: Portal, token: string, fields: FormFields): boolean {
  return web.visitors.isFormToken(`${name} ${token}`, fields['_csrf']);
}

/** @returns a part of the address, as it was sent */
export function param(request: FastifyRequest, name: string): string {
  const { params } = request;
  const value: unknown =
    typeof params === 'object' && params !== null ? Reflect.get(params, name) : undefined;
  return typeof value === 'string' ? value : '';
}

/** Shows a page of a place to somebody who works there. */
export async function show(
  portal: Portal,
  desk: AtPlace,
  page: string,
  data: Readonly<Record<string, unknown>> = {},
  shown: Shown = {},
): Promise<FastifyReply> {
  const { web, name } = portal;
  const { request, reply, language, base, roles } = desk;
  const csrf = csrfOf(portal, sessionTokenOf(portal, request) ?? '');
  const html = web.pages.render(
    `portals/${name}/pages/${page}`,
    {
      language,
      address: shown.address ?? pathOf(request),
      csrf,
      query: request.method === 'GET' ? restOfQuery(request) : '',
      ...(shown.back === undefined ? {} : { back: shown.back }),
      notice: shown.notice,
      fieldErrors: shown.errors ?? [],
    },
    {
      ...data,
      portal: name,
      base,
      roles,
      placeName: desk.placeName,
      staffName: nameAt(desk),
      maySwitch: desk.staff.places.length > 1,
    },
  );
  return reply
    .code(shown.status ?? (shown.errors !== undefined && shown.errors.length > 0 ? 400 : 200))
    .type('text/html; charset=utf-8')
    .send(html);
}

function nameAt({ staff, place }: AtPlace): string | undefined {
  return staff.places.find((one) => one.place === place)?.name;
}

/** Says when somebody can go on who has done something too often. */
export function showTooMany(
  portal: Portal,
  desk: AtPlace,
  { what, until }: { readonly what: string; readonly until: Date },
): Promise<FastifyReply> {
  const minutes = minutesUntil(portal, until);
  return show(portal, desk, 'too-many', { what, minutes }, { status: 429, back: desk.base });
}

/** @returns one at least */
export function minutesUntil({ house }: Portal, until: Date): number {
  return Math.max(1, Math.ceil((until.getTime() - house.clock.now().getTime()) / 60_000));
}

/** Answers as for an address that nobody knows: so do those of others. */
export function notFound(
  { web }: Pick<Portal, 'web'>,
  { request, reply }: Pick<AtPlace, 'request' | 'reply'>,
): FastifyReply {
  return web.problems.send(request, reply, 'not-found', { reference: 'CID0404' });
}

/** Leads on after something was done, with a short word on it. */
export function leadTo(desk: AtPlace, path: string, notice?: string): FastifyReply {
  const query = notice === undefined ? '' : `?done=${notice}`;
  return desk.reply.redirect(`${desk.base}${path}${query}`, 303);
}

/** @returns what has just been done, if it is one of these */
export function noticeOf<T extends string>(desk: AtPlace, known: readonly T[]): T | undefined {
  const said = readQuery(desk.request.query, 'done');
  return known.find((notice) => notice === said);
}
