import { countNewPassword, type PasswordStrength } from '#accounts';
import { formOf, pathOf, readQuery, type FormFields } from '#foundation/http';
import { readOdsCode } from '#foundation/identifiers';
import { readPractice } from '#gp-systems';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { endSession, signIn } from '../staff/session.ts';
import { choosePassword, finishSetUp, readInvitation, type OpenInvitation } from '../staff/set-up.ts';
import { describeAuthenticator } from '../staff/totp.ts';
import {
  clearSession,
  isOfSession,
  param,
  readStaff,
  sessionTokenOf,
  setSession,
  type FieldErrors,
  type Portal,
} from './desk.ts';

type Page = 'sign-in' | 'choose-password' | 'authenticator' | 'link-over' | 'practices' | 'locked';

/** Mounts what staff see before they are at a practice: signing in and out, and their invitation. */
export function mountEntrance(portal: Portal): void {
  mountSignIn(portal);
  mountInvitation(portal);
}

function showTo(
  { web }: Portal,
  request: FastifyRequest,
  reply: FastifyReply,
  page: Page,
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
    `portals/practice/pages/${page}`,
    {
      language: web.visitors.language(request),
      address: pathOf(request),
      csrf: shown.csrf ?? web.visitors.formToken(visitor),
      fieldErrors: errors,
      notice: shown.notice,
    },
    data,
  );
  return reply
    .code(shown.status ?? (errors.length > 0 ? 400 : 200))
    .type('text/html; charset=utf-8')
    .send(html);
}

function showLocked(portal: Portal, request: FastifyRequest, reply: FastifyReply, until: Date): FastifyReply {
  const seconds = (until.getTime() - portal.house.clock.now().getTime()) / 1000;
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  return showTo(portal, request, reply, 'locked', { data: { minutes }, status: 429 });
}

/** @returns the browser that a posted form belongs to; undefined for one that no page of ours in it made */
function browserOf({ web }: Portal, request: FastifyRequest, fields: FormFields): string | undefined {
  const visitor = web.visitors.read(request);
  return visitor !== undefined && web.visitors.isFormToken(visitor, fields['_csrf']) ? visitor : undefined;
}

function mountSignIn(portal: Portal): void {
  const { web, house } = portal;
  web.app.get('/practice', async (request, reply) => {
    const signedIn = await readStaff(portal, request);
    if (signedIn === undefined) return reply.redirect('/practice/sign-in', 303);
    const { places } = signedIn.staff;
    const [only] = places;
    if (only !== undefined && places.length === 1) return reply.redirect(`/practice/${only.odsCode}`, 303);
    const practices = await Promise.all(
      places.map(async ({ odsCode }) => {
        const code = readOdsCode(odsCode);
        const practice = code === undefined ? undefined : await readPractice(house.deps, code);
        return { odsCode, name: practice?.name ?? odsCode, isOpen: practice?.isOpen === true };
      }),
    );
    const open = practices.filter(({ isOpen }) => isOpen);
    return showTo(portal, request, reply, 'practices', { data: { practices: open }, csrf: signedIn.csrf });
  });
  web.app.get('/practice/sign-in', (request, reply) => {
    const notices = ['ended', 'out'].filter((name) => readQuery(request.query, name) === 'yes');
    return showTo(portal, request, reply, 'sign-in', { notice: notices[0] });
  });
  web.app.post('/practice/sign-in', async (request, reply) => {
    const fields = formOf(request);
    if (browserOf(portal, request, fields) === undefined)
      return web.problems.send(request, reply, 'stale-form', { link: '/practice/sign-in' });
    const { email = '', password = '', code = '' } = fields;
    const missing = Object.entries({ email, password, code }).filter(([, typed]) => typed.trim() === '');
    const say = (errors: FieldErrors) =>
      showTo(portal, request, reply, 'sign-in', { data: { values: { email } }, errors });
    if (missing.length > 0) return say(missing.map(([field]) => ({ field, key: 'missing', values: {} })));
    const done = await signIn(house, { email, password, code, remoteAddress: request.ip });
    if (done.outcome === 'locked') return showLocked(portal, request, reply, done.until);
    if (done.outcome === 'no_match') return say([{ field: 'email', key: 'no_match', values: {} }]);
    await endFormerSession(portal, request);
    setSession(portal, reply, done);
    return reply.redirect('/practice', 303);
  });
  web.app.post('/practice/sign-out', async (request, reply) => {
    const token = sessionTokenOf(portal, request);
    if (token !== undefined && !isOfSession(portal, token, formOf(request)))
      return web.problems.send(request, reply, 'stale-form', { link: '/practice' });
    await endFormerSession(portal, request);
    clearSession(portal, reply);
    return reply.redirect('/practice/sign-in?out=yes', 303);
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
  readonly practice: string;
}

function mountInvitation(portal: Portal): void {
  const { web, house } = portal;
  const address = '/practice/invitation/:token';
  const invited =
    (answer: (invited: Invited) => Promise<FastifyReply> | FastifyReply) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const token = param(request, 'token');
      const visitor = web.visitors.read(request);
      const invitation = await readInvitation(house.deps, { token, visitor });
      if (invitation === undefined) return showTo(portal, request, reply, 'link-over', { status: 410 });
      const odsCode = readOdsCode(invitation.odsCode);
      const practice = odsCode === undefined ? undefined : await readPractice(house.deps, odsCode);
      return answer({ request, reply, token, invitation, practice: practice?.name ?? '' });
    };
  web.app.get(
    address,
    invited(({ request, reply, practice }) =>
      showTo(portal, request, reply, 'choose-password', { data: { practice } }),
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
  const { request, reply, token, invitation, practice } = person;
  const fields = formOf(request);
  const visitor = browserOf(portal, request, fields);
  if (visitor === undefined)
    return web.problems.send(request, reply, 'stale-form', { link: `/practice/invitation/${token}` });
  const { password = '', passwordAgain = '' } = fields;
  const say = (errors: FieldErrors) =>
    showTo(portal, request, reply, 'choose-password', { data: { practice }, errors });
  const counted = await countNewPassword(house, { remoteAddress: request.ip });
  if (counted.outcome === 'locked') return showLocked(portal, request, reply, counted.until);
  const details = { email: invitation.email, serviceName: house.settings.serviceName };
  const problem = passwordProblem(passwordPolicy.checkPasswordStrength(password, details), {
    password,
    passwordAgain,
  });
  if (problem !== undefined) return say([problem]);
  await choosePassword(house, { token, visitor, password, remoteAddress: request.ip });
  return reply.redirect(`/practice/invitation/${token}/app`, 303);
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
  const { request, reply, token, invitation, practice } = person;
  const { secret, email } = invitation;
  if (secret === undefined) return reply.redirect(`/practice/invitation/${token}`, 303);
  const issuer = portal.house.settings.serviceName;
  const set = describeAuthenticator({ secret, issuer, label: email });
  return showTo(portal, request, reply, 'authenticator', {
    data: { practice, issuer, email, ...set },
    errors,
  });
}

async function takeCode(portal: Portal, person: Invited): Promise<FastifyReply> {
  const { request, reply, token } = person;
  const fields = formOf(request);
  const visitor = browserOf(portal, request, fields);
  if (visitor === undefined)
    return portal.web.problems.send(request, reply, 'stale-form', {
      link: `/practice/invitation/${token}/app`,
    });
  const { code = '' } = fields;
  const done = await finishSetUp(portal.house, { token, visitor, code });
  switch (done.outcome) {
    case 'signed_in':
      await endFormerSession(portal, request);
      setSession(portal, reply, done);
      return reply.redirect('/practice', 303);
    case 'locked':
      return showLocked(portal, request, reply, done.until);
    case 'no_match':
      return showAuthenticator(portal, person, [
        { field: 'code', key: code.trim() === '' ? 'missing' : 'wrong', values: {} },
      ]);
    case 'over':
      return reply.redirect(`/practice/invitation/${token}`, 303);
  }
}
