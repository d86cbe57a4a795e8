import type { Exchange } from '#openid';
import type { Web } from '#foundation/http';
import {
  partAddress,
  settingsJourney,
  type RowValue,
  type SettingsPart,
  type SettingsPerson,
} from '../part.ts';
import { showPage } from '../show-page.ts';
import { listShared, type SharedWith } from './services.ts';
import { chooseService, stopAnswers, stopService } from './steps.ts';

const sharingId = 'sharing';
const stopId = 'stop-sharing';
const mostNames = 2;

function rowOf(services: readonly SharedWith[]): RowValue {
  if (services.length === 0) return { words: 'none' };
  const names = services.slice(0, mostNames).map(({ name }) => name);
  const isAll = names.length === services.length;
  return { words: isAll ? 'some' : 'more', values: { names: names.join(', ') } };
}

async function show(web: Web, { account }: SettingsPerson, exchange: Exchange) {
  const language = web.visitors.language(exchange.request);
  const services = await listShared(web.house.deps, account.id, language);
  return showPage(web, exchange, {
    page: 'journeys/settings/sharing',
    address: partAddress(sharingId),
    data: { services, stopAddress: partAddress(stopId) },
  });
}

/** With which services somebody shares what. */
export const sharing: SettingsPart = {
  id: sharingId,
  section: 'information',
  isSensitive: false,
  row: async (deps, { person, language }) => rowOf(await listShared(deps, person.account.id, language)),
  done: ['stopped'],
  leadsTo: { show },
};

/** Ending that for one of them. */
export const stopSharing: SettingsPart = {
  id: stopId,
  section: 'information',
  isUnlisted: true,
  isSensitive: true,
  row: () => Promise.resolve({ text: '' }),
  leadsTo: settingsJourney(sharingId, {
    id: stopId,
    answers: stopAnswers,
    steps: [chooseService, stopService],
    done: 'stopped',
  }),
};
