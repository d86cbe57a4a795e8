import type { House } from '#foundation/deps';
import { formOf, pathOf, readQuery, restOfQuery, type FormFields, type Web } from '#foundation/http';
import { readOdsCode, type OdsCode } from '#foundation/identifiers';
import type { Language } from '#foundation/web';
import type { PasswordPolicy } from '#accounts';
import { readPractice, type GpSystems, type Practice, type SupplierFacts } from '#gp-systems';
import type { Register } from '#pds';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '../staff/roles.ts';
import { placeOf, readSession, type SignedIn } from '../staff/session.ts';

/** What the practice portal is made of. */
export interface Portal {
  readonly web: Web;
  readonly house: House;
  readonly passwordPolicy: PasswordPolicy;
  readonly register: Register | undefined;
  readonly gpSystems: GpSystems;
}

export type FieldErrors = readonly {
  readonly field: string;
  readonly key: string;
  readonly values: Readonly<Record<string, string | number>>;
}[];

/** A request of somebody who works at the practice that its address names. */
export interface AtDesk {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly language: Language;
  readonly staff: SignedIn;
  readonly odsCode: OdsCode;
  readonly practice: Practice;
  readonly roles: readonly Role[];
  /** Below which the pages of this practice are. */
  readonly base: string;
  readonly fields: FormFields;
}

export type Answer = (desk: AtDesk) => Promise<FastifyReply>;

interface Shown {
  readonly errors?: FieldErrors;
  readonly back?: string;
  readonly notice?: string | undefined;
  readonly status?: number;
  /** Where the page can be seen again, if not at the address of a form. */
  readonly address?: string;
}

const cookieName = 'practice-session';
const tokenForm = /^[\w-]{43}$/u;
const signInAddress = '/practice/sign-in';

/** @returns the token of the session that a browser shows */
export function sessionTokenOf({ web }: Portal, request: FastifyRequest): string | undefined {
  const token = web.visitors.readCookie(request, cookieName);
  return token !== undefined && tokenForm.test(token) ? token : undefined;
}

export function setSession(
  { web }: Portal,
  reply: FastifyReply,
  session: { token: string; expiresAt: Date },
): void {
  web.visitors.setCookie(reply, { name: cookieName, value: session.token, expires: session.expiresAt });
}

export function clearSession({ web }: Portal, reply: FastifyReply): void {
  web.visitors.setCookie(reply, { name: cookieName, value: '', expires: new Date(0) });
}

/** Who is signed in; forms of theirs carry a token that belongs to this session alone. */
export async function readStaff(
  portal: Portal,
  request: FastifyRequest,
): Promise<{ readonly staff: SignedIn; readonly csrf: string } | undefined> {
  const token = sessionTokenOf(portal, request);
  const staff = token === undefined ? undefined : await readSession(portal.house.deps, token);
  if (token === undefined || staff === undefined) return undefined;
  return { staff, csrf: portal.web.visitors.formToken(`practice ${token}`) };
}

/** @returns whether a posted form came from a page that was shown in this session */
export function isOfSession({ web }: Portal, token: string, fields: FormFields): boolean {
  return web.visitors.isFormToken(`practice ${token}`, fields['_csrf']);
}

/** Mounts an address of a practice, for those who have one of the roles there. Everybody else learns nothing of it. */
export function mountDesk(portal: Portal) {
  const { web } = portal;
  const at =
    (roles: readonly Role[], answer: Answer) => async (request: FastifyRequest, reply: FastifyReply) => {
      const isPost = request.method === 'POST';
      const signedIn = await readStaff(portal, request);
      if (signedIn === undefined)
        return reply.redirect(isPost ? `${signInAddress}?ended=yes` : signInAddress, 303);
      const found = await readDesk(portal, request, signedIn.staff);
      if (found === undefined)
        return web.problems.send(request, reply, 'not-found', { reference: 'CID0404' });
      const fields = formOf(request);
      const desk = { ...found, fields, request, reply };
      const token = sessionTokenOf(portal, request) ?? '';
      if (isPost && !isOfSession(portal, token, fields))
        return web.problems.send(request, reply, 'stale-form', { link: desk.base });
      if (!roles.some((role) => desk.roles.includes(role)))
        return show(portal, desk, 'not-allowed', {}, { status: 403, back: desk.base });
      return answer(desk);
    };
  return {
    get: (path: string, roles: readonly Role[], answer: Answer) => {
      web.app.get(`/practice/:odsCode${path}`, at(roles, answer));
    },
    post: (path: string, roles: readonly Role[], answer: Answer) => {
      web.app.post(`/practice/:odsCode${path}`, at(roles, answer));
    },
  };
}

export type Desk = ReturnType<typeof mountDesk>;

async function readDesk(
  { house, web }: Portal,
  request: FastifyRequest,
  staff: SignedIn,
): Promise<Omit<AtDesk, 'request' | 'reply' | 'fields'> | undefined> {
  const written = param(request, 'odsCode');
  const odsCode = readOdsCode(written);
  if (odsCode === undefined || odsCode !== written) return undefined;
  const place = placeOf(staff, odsCode);
  const practice = place === undefined ? undefined : await readPractice(house.deps, odsCode);
  if (place === undefined || practice?.isOpen !== true) return undefined;
  return {
    language: web.visitors.language(request),
    staff,
    odsCode,
    practice,
    roles: place.roles,
    base: `/practice/${odsCode}`,
  };
}

/** @returns a part of the address, as it was sent */
export function param(request: FastifyRequest, name: string): string {
  const { params } = request;
  const value: unknown =
    typeof params === 'object' && params !== null ? Reflect.get(params, name) : undefined;
  return typeof value === 'string' ? value : '';
}

/** Shows a page of a practice, with the practice’s name above it. */
export async function show(
  portal: Portal,
  desk: AtDesk,
  page: string,
  data: Readonly<Record<string, unknown>> = {},
  shown: Shown = {},
): Promise<FastifyReply> {
  const { web } = portal;
  const { request, reply, language, practice, base, roles, staff } = desk;
  const csrf = web.visitors.formToken(`practice ${sessionTokenOf(portal, request) ?? ''}`);
  const frame = { language, address: shown.address ?? pathOf(request), csrf };
  const html = web.pages.render(
    `portals/practice/pages/${page}`,
    {
      ...frame,
      query: request.method === 'GET' ? restOfQuery(request) : '',
      ...(shown.back === undefined ? {} : { back: shown.back }),
      notice: shown.notice,
      fieldErrors: shown.errors ?? [],
    },
    {
      ...data,
      base,
      practice: practice.name,
      odsCode: desk.odsCode,
      roles,
      staffName: placeOf(staff, desk.odsCode)?.name,
      maySwitch: staff.places.length > 1,
    },
  );
  return reply
    .code(shown.status ?? (shown.errors !== undefined && shown.errors.length > 0 ? 400 : 200))
    .type('text/html; charset=utf-8')
    .send(html);
}

/** Says when somebody can go on who has done something too often. */
export function showTooMany(
  portal: Portal,
  desk: AtDesk,
  { what, until }: { readonly what: 'patients' | 'invitations'; readonly until: Date },
): Promise<FastifyReply> {
  const seconds = (until.getTime() - portal.house.clock.now().getTime()) / 1000;
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  return show(portal, desk, 'too-many', { what, minutes }, { status: 429, back: desk.base });
}

/** Answers as for an address that nobody knows: so do those of others. */
export function notFound({ web }: Portal, { request, reply }: AtDesk): FastifyReply {
  return web.problems.send(request, reply, 'not-found', { reference: 'CID0404' });
}

/** Leads on after something was done, with a short word on it. */
export function leadTo(desk: AtDesk, path: string, notice?: string): FastifyReply {
  const query = notice === undefined ? '' : `?done=${notice}`;
  return desk.reply.redirect(`${desk.base}${path}${query}`, 303);
}

/** @returns what has just been done, if it is one of these */
export function noticeOf<T extends string>(desk: AtDesk, known: readonly T[]): T | undefined {
  const said = readQuery(desk.request.query, 'done');
  return known.find((notice) => notice === said);
}

/** @returns what is to be known of the practice’s GP system */
export function supplierAt({ gpSystems }: Portal, { odsCode }: AtDesk): Promise<SupplierFacts | undefined> {
  return gpSystems.supplierOf(odsCode);
}

/** @returns a day as people write it */
export function longDay(language: Language, instant: Date | string): string {
  const locale = language === 'cy' ? 'cy-GB' : 'en-GB';
  const isDay = typeof instant === 'string';
  const date = isDay ? new Date(`${instant}T00:00:00Z`) : instant;
  const timeZone = isDay ? 'UTC' : 'Europe/London';
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone }).format(date);
}

/** @returns day and time of a clock on a wall in the United Kingdom */
export function longMoment(language: Language, instant: Date): string {
  const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/London' }).format(
    instant,
  );
  return `${longDay(language, instant)}, ${time}`;
}
