import { contentSecurityPolicy, formOf, readQuery, type Web } from '#foundation/http';
import { ownPages, type BrowserSessions, type SignOutParameters, type SignOutReading } from '#openid';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { visitCookie } from '../settings/index.ts';

const address = ownPages.signOut;
const confirmAddress = `${address}/confirm`;
const endedAddress = `${address}/ended`;
/** What a request to sign out may hold; anything else is ignored. */
const names = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'] as const;
/** A request that came as a form goes on as an address; browsers and servers carry this much. */
const mostQueryCharacters = 8000;

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}
type Valid = Extract<SignOutReading, { outcome: 'valid' }>;
type Refused = Extract<SignOutReading, { outcome: 'refused' }>;

/** Mounts the pages on which somebody signs out, by themselves or sent by a service. */
export function mountSignOut(web: Web, sessions: BrowserSessions): void {
  web.app.get(address, (request, reply) => ask(web, sessions, { request, reply }));
  // Browsers leave the session's cookie out of a form that another site posts, and send it with the address.
  web.app.post(address, (request, reply) => {
    const query = new URLSearchParams(formOf(request)).toString();
    if (query.length > mostQueryCharacters) return web.problems.send(request, reply, 'request');
    return reply.redirect(query === '' ? address : `${address}?${query}`, 303);
  });
  web.app.post(confirmAddress, (request, reply) => confirm(web, sessions, { request, reply }));
  web.app.get(confirmAddress, (_request, reply) => reply.redirect(address, 303));
  web.app.get(endedAddress, (request, reply) => {
    const frame = { language: web.visitors.language(request), address: endedAddress };
    return reply.type('text/html; charset=utf-8').send(web.pages.render('journeys/sign-out/ended', frame));
  });
}

async function ask(web: Web, sessions: BrowserSessions, exchange: Exchange) {
  const { request, reply } = exchange;
  const given = readParameters(request);
  if (given === undefined) return refuse(web, sessions, exchange, { outcome: 'refused', problem: 'request' });
  const reading = await sessions.readSignOut(given);
  if (reading.outcome === 'refused') return refuse(web, sessions, exchange, reading);
  const suggested = sessions.preferredLanguage(readQuery(request.query, 'ui_locales'));
  if (suggested !== undefined) {
    web.visitors.suggestLanguage(reply, suggested);
    return reply.redirect(`${address}?${queryOf(given)}`, 303);
  }
  await sessions.tellOfSignOut(request, reading);
  if (!(await sessions.isSignedIn(exchange, reading.accountId))) return leave(web, exchange, reading);
  return showQuestion(web, exchange, given, reading);
}

async function refuse(web: Web, sessions: BrowserSessions, { request, reply }: Exchange, reading: Refused) {
  const explanation = await sessions.tellOfSignOut(request, reading);
  return web.problems.send(request, reply, reading.problem, { explanation });
}

function showQuestion(web: Web, { request, reply }: Exchange, given: SignOutParameters, reading: Valid) {
  const fields = names.flatMap((name) => (given[name] === undefined ? [] : { name, value: given[name] }));
  const visitor = web.visitors.ensure(request, reply);
  const frame = {
    language: web.visitors.language(request),
    address,
    query: queryOf(given),
    csrf: web.visitors.formToken(visitor),
  };
  const data = {
    clientName: reading.client?.clientName,
    confirmAddress,
    fields,
    stayAddress: reading.address ?? ownPages.settings,
  };
  const targets = reading.address === undefined ? [] : [new URL(reading.address).origin];
  return reply
    .header('Content-Security-Policy', contentSecurityPolicy(targets))
    .type('text/html; charset=utf-8')
    .send(web.pages.render('journeys/sign-out/ask', frame, data));
}

async function confirm(web: Web, sessions: BrowserSessions, exchange: Exchange) {
  const { request, reply } = exchange;
  const fields = formOf(request);
  const given: SignOutParameters = Object.fromEntries(names.map((name) => [name, fields[name]]));
  const reading = await sessions.readSignOut(given);
  if (reading.outcome === 'refused') return web.problems.send(request, reply, reading.problem);
  const visitor = web.visitors.read(request) ?? '';
  const isForged =
    request.headers['sec-fetch-site'] === 'cross-site' || !web.visitors.isFormToken(visitor, fields['_csrf']);
  // Sent twice, as by a double click, the second finds nobody signed in.
  if (isForged && (await sessions.isSignedIn(exchange, reading.accountId)))
    return web.problems.send(request, reply, 'stale-form', { link: address });
  const { cookies } = await sessions.signOut(exchange, reading);
  for (const name of cookies) forget(web, reply, name);
  // Pages that were left open hold what somebody told us about themselves: Back opens them to nobody.
  if (cookies.length > 0) web.visitors.forget(reply);
  return leave(web, exchange, reading);
}

function leave(web: Web, { request, reply }: Exchange, reading: Valid) {
  // Who was handed over has no session here that ends.
  if (web.visitors.readCookie(request, visitCookie) !== undefined) web.visitors.forget(reply);
  forget(web, reply, visitCookie);
  return reply.redirect(reading.address ?? endedAddress, 303);
}

function forget(web: Web, reply: FastifyReply, name: string): void {
  web.visitors.setCookie(reply, { name, value: '', expires: new Date(0) });
}

function queryOf(given: SignOutParameters): string {
  const query = new URLSearchParams();
  for (const name of names) {
    const value = given[name];
    if (value !== undefined) query.set(name, value);
  }
  return query.toString();
}

/** @returns what the address asks for; undefined if it asks twice for one thing */
function readParameters({ query, url }: FastifyRequest): SignOutParameters | undefined {
  const sent = new URLSearchParams(url.split('?').slice(1).join('?'));
  if (names.some((name) => sent.getAll(name).length > 1)) return undefined;
  return Object.fromEntries(names.map((name) => [name, readQuery(query, name) || undefined]));
}
