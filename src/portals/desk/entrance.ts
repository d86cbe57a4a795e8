import { countNewPassword, type PasswordStrength } from '#accounts';
import { formOf, pathOf, readQuery, type FormFields } from '#foundation/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { endSession, signIn } from '../staff/session.ts';
import { choosePassword, finishSetUp, readInvitation, type OpenInvitation } from '../staff/set-up.ts';
import { describeAuthenticator } from '#foundation/authenticator';
import {
  clearSession,
  isOfSession,
  minutesUntil,
  param,
  sessionTokenOf,
  setSession,
  type FieldErrors,
  type Portal,
} from './portal.ts';

/** What a portal says to whom it has not let in yet. */
export interface Entrance {
  /** @returns how staff know a place */
  nameOf(place: string): Promise<string | undefined>;
}

/** Mounts what staff see before they are at their place: signing in and out, and their invitation. */
export function mountEntrance(portal: Portal, entrance: Entrance): void {
  mountSignIn(portal);
  mountInvitation(portal, entrance);
}

/** Shows a page to somebody who may not be signed in. */
export function showTo(
  { web, name }: Portal,
  request: FastifyRequest,
  reply: FastifyReply,
  page: string,
  shown: {
    data?: Readonly<Record<string, unknown>>;
    errors?: FieldErrors;
    notice?: string | undefined;
    status?: number;
    csrf?: string;
  } = {},
): FastifyReply {
  const { data = {}, errors = [] } = shown;
  const visitor = web.visitors.ensure(request, reply);
  const html = web.pages.render(
    `portals/${name}/pages/${page}`,
    {
      language: web.visitors.language(request),
      address: pathOf(request),
      csrf: shown.csrf ?? web.visitors.formToken(visitor),
      fieldErrors: errors,
      notice: shown.notice,
    },
    { ...data, portal: name },
  );
  return reply
    .code(shown.status ?? (errors.length > 0 ? 400 : 200))
    .type('text/html; charset=utf-8')
    .send(html);
}

function showLocked(portal: Portal, request: FastifyRequest, reply: FastifyReply, until: Date): FastifyReply {
  const minutes = minutesUntil(portal, until);
  return showTo(portal, request, reply, 'locked', { data: { minutes }, status: 429 });
}

/** @returns the browser that a posted form belongs to; undefined for one that no page of ours in it made */
function browserOf({ web }: Portal, request: FastifyRequest, fields: FormFields): string | undefined {
  const visitor = web.visitors.read(request);
  return visitor !== undefined && web.visitors.isFormToken(visitor, fields['_csrf']) ? visitor : undefined;
}

function mountSignIn(portal: Portal): void {
  const { web, house, name } = portal;
  const home = `/${name}`;
  web.app.get(`${home}/sign-in`, (request, reply) => {
    const notices = ['ended', 'out'].filter((notice) => readQuery(request.query, notice) === 'yes');
    return showTo(portal, request, reply, 'sign-in', { notice: notices[0] });
  });
  web.app.post(`${home}/sign-in`, async (request, reply) => {
    const fields = formOf(request);
    if (browserOf(portal, request, fields) === undefined)
      return web.problems.send(request, reply, 'stale-form', { link: `${home}/sign-in` });
    const { email = '', password = '', code = '' } = fields;
    const missing = Object.entries({ email, password, code }).filter(([, typed]) => typed.trim() === '');
    const say = (errors: FieldErrors) =>
      showTo(portal, request, reply, 'sign-in', { data: { values: { email } }, errors });
    if (missing.length > 0) return say(missing.map(([field]) => ({ field, key: 'missing', values: {} })));
    const done = await signIn(house, { portal: name, email, password, code, remoteAddress: request.ip });
    if (done.outcome === 'locked') return showLocked(portal, request, reply, done.until);
    if (done.outcome === 'no_match') return say([{ field: 'email', key: 'no_match', values: {} }]);
    await endFormerSession(portal, request);
    setSession(portal, reply, done);
    return reply.redirect(home, 303);
  });
  web.app.post(`${home}/sign-out`, async (request, reply) => {
    const token = sessionTokenOf(portal, request);
    if (token !== undefined && !isOfSession(portal, token, formOf(request)))
      return web.problems.send(request, reply, 'stale-form', { link: home });
    await endFormerSession(portal, request);
    clearSession(portal, reply);
    return reply.redirect(`${home}/sign-in?out=yes`, 303);
  });
}

/** Who signs in anew in the same browser leaves no session behind. */
async function endFormerSession(portal: Portal, request: FastifyRequest): Promise<void> {
  const token = sessionTokenOf(portal, request);
  if (token !== undefined) await portal.house.transact((deps) => endSession(deps, token));
}

interface Invited {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly token: string;
  readonly invitation: OpenInvitation;
  readonly placeName: string;
}

function mountInvitation(portal: Portal, { nameOf }: Entrance): void {
  const { web, house, name } = portal;
  const address = `/${name}/invitation/:token`;
  const invited =
    (answer: (invited: Invited) => Promise<FastifyReply> | FastifyReply) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const token = param(request, 'token');
      const visitor = web.visitors.read(request);
      const invitation = await readInvitation(house.deps, { portal: name, token, visitor });
      if (invitation === undefined) return showTo(portal, request, reply, 'link-over', { status: 410 });
      const placeName = (await nameOf(invitation.place)) ?? '';
      return answer({ request, reply, token, invitation, placeName });
    };
  web.app.get(
    address,
    invited(({ request, reply, placeName }) =>
      showTo(portal, request, reply, 'choose-password', { data: { placeName } }),
    ),
  );
  web.app.post(
    address,
    invited((person) => takePassword(portal, person)),
  );
  web.app.get(
    `${address}/app`,
    invited((person) => showAuthenticator(portal, person)),
  );
  web.app.post(
    `${address}/app`,
    invited((person) => takeCode(portal, person)),
  );
}

async function takePassword(portal: Portal, person: Invited): Promise<FastifyReply> {
  const { web, house, passwordPolicy } = portal;
  const { request, reply, token, invitation, placeName } = person;
  const fields = formOf(request);
  const visitor = browserOf(portal, request, fields);
  if (visitor === undefined)
    return web.problems.send(request, reply, 'stale-form', { link: `/${portal.name}/invitation/${token}` });
  const { password = '', passwordAgain = '' } = fields;
  const say = (errors: FieldErrors) =>
    showTo(portal, request, reply, 'choose-password', { data: { placeName }, errors });
  const counted = await countNewPassword(house, { remoteAddress: request.ip });
  if (counted.outcome === 'locked') return showLocked(portal, request, reply, counted.until);
  const details = { email: invitation.email, serviceName: house.settings.serviceName };
  const strength = await passwordPolicy.checkPasswordStrength(password, details);
  const problem = passwordProblem(strength, { password, passwordAgain });
  if (problem !== undefined) return say([problem]);
  await choosePassword(house, { token, visitor, password, remoteAddress: request.ip });
  return reply.redirect(`/${portal.name}/invitation/${token}/app`, 303);
}

function passwordProblem(
  strength: PasswordStrength,
  typed: { password: string; passwordAgain: string },
): FieldErrors[number] | undefined {
  if (typed.password === '') return { field: 'password', key: 'missing', values: {} };
  if (strength.outcome !== 'acceptable') return { field: 'password', key: strength.outcome, values: {} };
  if (typed.password !== typed.passwordAgain) return { field: 'passwordAgain', key: 'different', values: {} };
  return undefined;
}

function showAuthenticator(portal: Portal, person: Invited, errors: FieldErrors = []): FastifyReply {
  const { request, reply, token, invitation, placeName } = person;
  const { secret, email } = invitation;
  if (secret === undefined) return reply.redirect(`/${portal.name}/invitation/${token}`, 303);
  const issuer = portal.house.settings.serviceName;
  const set = describeAuthenticator({ secret, issuer, label: email });
  return showTo(portal, request, reply, 'authenticator', {
    data: { placeName, issuer, email, ...set },
    errors,
  });
}

async function takeCode(portal: Portal, person: Invited): Promise<FastifyReply> {
  const { request, reply, token } = person;
  const fields = formOf(request);
  const visitor = browserOf(portal, request, fields);
  if (visitor === undefined)
    return portal.web.problems.send(request, reply, 'stale-form', {
      link: `/${portal.name}/invitation/${token}/app`,
    });
  const { code = '' } = fields;
  const done = await finishSetUp(portal.house, { portal: portal.name, token, visitor, code });
  switch (done.outcome) {
    case 'signed_in':
      await endFormerSession(portal, request);
      setSession(portal, reply, done);
      return reply.redirect(`/${portal.name}`, 303);
    case 'locked':
      return showLocked(portal, request, reply, done.until);
    case 'no_match':
      return showAuthenticator(portal, person, [
        { field: 'code', key: code.trim() === '' ? 'missing' : 'wrong', values: {} },
      ]);
    case 'over':
      return reply.redirect(`/${portal.name}/invitation/${token}`, 303);
  }
}
