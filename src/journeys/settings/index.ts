import { readAccount, type Account } from '#accounts';
import { itemsShared, listAgreements } from '#consent';
import type { Deps } from '#foundation/deps';
import { readQuery, type Web } from '#foundation/http';
import type { Language } from '#foundation/web';
import { levelOf } from '#identity';
import { ownPages, type BrowserSessions } from '#openid';
import { readClient } from '#partners';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lastDigits } from '../request.ts';

const settingsAddress = ownPages.settings;
const page = 'journeys/settings/your-account';

/** Holds what lets a browser without a session see the account of somebody who was handed over. */
export const visitCookie = 'settings-visit';

/** Mounts the pages on which somebody sees what this login knows of them. */
export function mountSettings(web: Web, sessions: BrowserSessions): void {
  web.app.get(settingsAddress, (request, reply) => showAccount(web, sessions, request, reply));
}

async function showAccount(
  web: Web,
  sessions: BrowserSessions,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const assertion = readQuery(request.query, 'asserted_login_identity');
  if (assertion !== undefined) return takeHandOver(web, sessions, { request, reply, assertion });
  const visit = web.visitors.readCookie(request, visitCookie);
  const person = await sessions.findPerson({ request, reply }, visit);
  const account = person === undefined ? undefined : await readAccount(web.house.deps, person.accountId);
  if (account === undefined) return leadToSignIn(web, sessions, request, reply);
  // Signing in leads back with a code, which nobody needs here.
  if (request.url.includes('?')) return reply.redirect(settingsAddress, 303);
  const language = web.visitors.language(request);
  const frame = { language, address: settingsAddress };
  const data = await describeAccount(web.house.deps, account, language);
  return reply.type('text/html; charset=utf-8').send(web.pages.render(page, frame, data));
}

/** The assertion does not stay in the browser's address; whether it was good is seen at the one that it leads to. */
async function takeHandOver(
  web: Web,
  sessions: BrowserSessions,
  { request, reply, assertion }: { request: FastifyRequest; reply: FastifyReply; assertion: string },
) {
  const taken = await sessions.takeHandOver({ request, reply }, assertion);
  if (taken.outcome === 'somebody-else') return reply.redirect(sessions.signInAddress({ again: true }), 303);
  if (taken.outcome === 'accepted' && taken.visit !== undefined) {
    const { token, expiresAt } = taken.visit;
    web.visitors.setCookie(reply, { name: visitCookie, value: token, expires: expiresAt });
  }
  return reply.redirect(settingsAddress, 303);
}

/** Whoever comes back from signing in and is not signed in has no cookies: sending them again would never end. */
function leadToSignIn(web: Web, sessions: BrowserSessions, request: FastifyRequest, reply: FastifyReply) {
  const isBack = ['code', 'error'].some((name) => readQuery(request.query, name) !== undefined);
  if (isBack) return web.problems.send(request, reply, 'start-again', { reference: 'CID1004' });
  return reply.redirect(sessions.signInAddress(), 303);
}

async function describeAccount(deps: Deps, account: Account, language: Language) {
  const { email, phone } = account;
  const [agreements, level] = await Promise.all([
    listAgreements(deps, account.id),
    levelOf(deps, account.id),
  ]);
  const dates = new Intl.DateTimeFormat(language === 'cy' ? 'cy' : 'en-GB', {
    dateStyle: 'long',
    timeZone: 'Europe/London',
  });
  const services = await Promise.all(
    agreements.map(async (agreement) => {
      const client = await readClient(deps, agreement.clientId);
      if (client === undefined) return [];
      const { scopes, im1Enabled } = client;
      const items = ['openid', ...itemsShared(agreement, { scopes, level, im1Enabled })];
      return [{ name: client.clientName, items, since: dates.format(agreement.agreedAt) }];
    }),
  );
  return {
    email,
    phone: phone === null ? undefined : lastDigits(phone),
    services: services.flat(),
    signOutAddress: ownPages.signOut,
  };
}
