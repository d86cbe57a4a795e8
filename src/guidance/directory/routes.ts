import { nations } from '#foundation/identifiers';
import type { Web } from '#foundation/http';
import type { Language } from '#foundation/web';
import {
  readListedService,
  registrableLevels,
  searchDirectory,
  serviceLanguages,
  type ListedService,
  type LocalText,
} from '#partners';
import { z } from 'zod';
import { sendTagged, showPublicPage, type Exchange } from '../public-page.ts';
import { readDirectoryQuery, writeDirectoryQuery } from './query.ts';
import { directoryAddress, directoryDataAddress, directoryOnTheWire, serviceAddress } from './wire.ts';

const perPage = 20;
const perPageOfData = 100;
const page = 'guidance/directory';
const idParams = z.object({ id: z.string() });

/** Mounts the directory of connected services, for people and for programs. */
export function directoryRoutes(web: Web): void {
  web.app.get(directoryAddress, (request, reply) => showServices(web, { request, reply }));
  web.app.get(`${directoryAddress}/:id`, (request, reply) => showService(web, { request, reply }));
  web.app.get(directoryDataAddress, (request, reply) => tellServices(web, { request, reply }));
}

async function showServices(web: Web, exchange: Exchange) {
  const asked = readDirectoryQuery(exchange.request.query);
  const found = await searchDirectory(web.house.deps, asked.search, { page: asked.page, perPage });
  const language = web.visitors.language(exchange.request);
  const addressOf = (number: number) => addressWith(writeDirectoryQuery({ ...asked, page: number }));
  const query = writeDirectoryQuery({ ...asked, page: found.page });
  const { text, ...filters } = asked.search;
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  return showPublicPage(web, exchange, {
    page,
    query,
    data: {
      total: found.total,
      pages: found.pages,
      number: found.page,
      services: found.services.map((service) => describeService(service, language)),
      search: asked.search,
      isFiltered,
      isSearched: isFiltered || text !== '',
      choices: { nations, levels: registrableLevels, languages: serviceLanguages },
      everything: directoryAddress,
      dataAddress: directoryDataAddress,
      previous: found.page > 1 ? addressOf(found.page - 1) : undefined,
      next: found.page < found.pages ? addressOf(found.page + 1) : undefined,
    },
  });
}

async function showService(web: Web, exchange: Exchange) {
  const { id } = idParams.parse(exchange.request.params);
  const service = await readListedService(web.house.deps, id);
  if (service === undefined) return exchange.reply.callNotFound();
  const language = web.visitors.language(exchange.request);
  const data = { service: describeService(service, language) };
  return showPublicPage(web, exchange, { page, data, back: directoryAddress });
}

/** Programs may keep it for a minute, wherever they are: it holds nothing that is not public. */
async function tellServices(web: Web, exchange: Exchange) {
  const asked = readDirectoryQuery(exchange.request.query);
  const part = { page: asked.page, perPage: perPageOfData };
  const found = await searchDirectory(web.house.deps, asked.search, part);
  void exchange.reply
    .header('Cache-Control', 'public, max-age=60')
    .header('Access-Control-Allow-Origin', '*');
  const body = JSON.stringify(directoryOnTheWire(found, asked, web.house.settings.issuer));
  return sendTagged(exchange, { type: 'application/json; charset=utf-8', body });
}

function addressWith(query: string): string {
  return query === '' ? directoryAddress : `${directoryAddress}?${query}`;
}

/** The words of a service for a reader: where there is no Welsh, the English, marked as such. */
function describeService(service: ListedService, language: Language) {
  const { description, benefit, links, nations: served, levels } = service;
  return {
    ...service,
    address: serviceAddress(service),
    description: inLanguage(description, language),
    benefit: inLanguage(benefit, language),
    levelNeeded: levels[0],
    highestLevel: levels.at(-1),
    isForAllNations: served.length === nations.length,
    host: new URL(links.home).host,
  };
}

function inLanguage({ en, cy }: LocalText, language: Language) {
  return language === 'cy' && cy !== undefined ? { text: cy, language: 'cy' } : { text: en, language: 'en' };
}
