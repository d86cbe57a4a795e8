import { readAccount } from '#accounts';
import type { Deps } from '#foundation/deps';
import { readQuery, type Web } from '#foundation/http';
import type { Journeys } from '#foundation/journey';
import type { Language } from '#foundation/web';
import { ownPages, type BrowserSessions, type Exchange } from '#openid';
import { z } from 'zod';
import { mountLasting } from './lasting-pages.ts';
import {
  contextFor,
  isRecent,
  partAddress,
  settingsSections,
  type SettingsPart,
  type SettingsPerson,
} from './part.ts';

const settingsAddress = ownPages.settings;
const page = 'journeys/settings/your-account';

/** Holds what lets a browser without a session see the account of somebody who was handed over. */
export const visitCookie = 'settings-visit';

/** What the pages of somebody's account are made of. */
interface SettingsPages {
  readonly web: Web;
  readonly sessions: BrowserSessions;
  readonly journeys: Journeys;
  readonly parts: readonly SettingsPart[];
}

/** Mounts the pages on which somebody sees and changes what this login knows of them. */
export function mountSettings(web: Web, rest: Omit<SettingsPages, 'web'>): void {
  const pages = { web, ...rest };
  web.app.get(settingsAddress, (request, reply) => showAccount(pages, { request, reply }));
  mountLasting(web);
  for (const part of rest.parts) {
    const { leadsTo } = part;
    if (leadsTo === undefined) continue;
    const entry = { ...part, leadsTo };
    web.app.get(partAddress(part.id), (request, reply) => enterPart(pages, entry, { request, reply }));
  }
}

async function showAccount(pages: SettingsPages, exchange: Exchange) {
  const { web, sessions, parts } = pages;
  const { request, reply } = exchange;
  const assertion = readQuery(request.query, 'asserted_login_identity');
  if (assertion !== undefined) return takeHandOver(web, sessions, { ...exchange, assertion });
  const person = await findPerson(pages, exchange);
  if (person === undefined) return leadToSignIn(pages, exchange);
  // Signing in leads back with a code, which nobody needs here.
  if (readQuery(request.query, 'code') !== undefined) {
    const wanted = sessions.wantedPage(readQuery(request.query, 'state'));
    const part = parts.find(({ id }) => id === wanted);
    return reply.redirect(part === undefined ? settingsAddress : partAddress(part.id), 303);
  }
  const done = findDone(parts, readQuery(request.query, 'done'));
  if (request.url.includes('?') && done === undefined) return reply.redirect(settingsAddress, 303);
  const language = web.visitors.language(request);
  const frame = {
    language,
    address: settingsAddress,
    ...(done === undefined ? {} : { query: `done=${done}` }),
  };
  const { deps } = web.house;
  const sections = await describeParts(deps, parts, { person, language });
  return reply
    .type('text/html; charset=utf-8')
    .send(web.pages.render(page, frame, { sections, signOutAddress: ownPages.signOut, ...doneWords(done) }));
}

/** Leads into a part: at once, or by way of proving anew who one is. */
async function enterPart(
  pages: SettingsPages,
  part: SettingsPart & Required<Pick<SettingsPart, 'leadsTo'>>,
  exchange: Exchange,
) {
  const { web, sessions, journeys } = pages;
  const { request, reply } = exchange;
  const { deps } = web.house;
  const person = await findPerson(pages, exchange);
  const isAgain = part.isSensitive && (person === undefined || !isRecent(deps, person));
  if (person === undefined || isAgain)
    return reply.redirect(sessions.signInAddress({ again: isAgain, wanted: part.id }), 303);
  const language = web.visitors.language(request);
  if ((await part.row(deps, { person, language })) === undefined)
    return web.problems.send(request, reply, 'not-found', { reference: 'CID0404' });
  const { leadsTo } = part;
  if ('show' in leadsTo) return leadsTo.show(web, person, exchange);
  const visitor = web.visitors.ensure(request, reply);
  const context = contextFor(deps, person, part.isSensitive);
  const address = await journeys.start(deps, { journey: leadsTo.journeyId, visitor, context });
  return reply.redirect(address, 303);
}

/** Finds out whose account the browser may see. */
async function findPerson(
  { web, sessions }: Pick<SettingsPages, 'web' | 'sessions'>,
  exchange: Exchange,
): Promise<SettingsPerson | undefined> {
  const visit = web.visitors.readCookie(exchange.request, visitCookie);
  const found = await sessions.findPerson(exchange, visit);
  const account = found === undefined ? undefined : await readAccount(web.house.deps, found.accountId);
  if (found === undefined || account === undefined) return undefined;
  const { sessionUid, until, provenAt } = found;
  return { account, sessionUid, until, provenAt };
}

/** The assertion does not stay in the browser's address; whether it was good is seen at the one that it leads to. */
async function takeHandOver(
  web: Web,
  sessions: BrowserSessions,
  { request, reply, assertion }: Exchange & { assertion: string },
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
function leadToSignIn({ web, sessions }: SettingsPages, { request, reply }: Exchange) {
  const isBack = ['code', 'error'].some((name) => readQuery(request.query, name) !== undefined);
  if (isBack) return web.problems.send(request, reply, 'start-again', { reference: 'CID1004' });
  return reply.redirect(sessions.signInAddress(), 303);
}

const doneParameter = z.string().regex(/^[a-z-]{1,60}\.[a-z-]{1,60}$/u);

/** @returns what was just done, as a part's journey said it in the address that it led to */
function findDone(parts: readonly SettingsPart[], asked: string | undefined): string | undefined {
  const done = doneParameter.safeParse(asked).data;
  const [id, what = ''] = done?.split('.') ?? [];
  return parts.some((part) => part.id === id && part.done?.includes(what) === true) ? done : undefined;
}

function doneWords(done: string | undefined) {
  const [id, what] = done?.split('.') ?? [];
  return id === undefined ? {} : { done: `parts.${id}.done.${what}` };
}

async function describeParts(
  deps: Deps,
  parts: readonly SettingsPart[],
  context: { person: SettingsPerson; language: Language },
) {
  const rows = await Promise.all(
    parts
      .filter(({ isUnlisted }) => isUnlisted !== true)
      .map(async (part) => {
        const value = await part.row(deps, context);
        return value === undefined
          ? []
          : [
              {
                id: part.id,
                section: part.section,
                lines: [value].flat(),
                address: part.leadsTo === undefined ? undefined : partAddress(part.id),
              },
            ];
      }),
  );
  return settingsSections
    .map((id) => ({ id, rows: rows.flat().filter(({ section }) => section === id) }))
    .filter((section) => section.rows.length > 0);
}
