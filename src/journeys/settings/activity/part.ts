import { readQuery, type Web } from '#foundation/http';
import type { Exchange } from '#openid';
import { readActivity } from '#personal-data';
import { momentOf } from '../moment.ts';
import { partAddress, type SettingsPart, type SettingsPerson } from '../part.ts';
import { notMeId } from '../not-me/part.ts';
import { showPage } from '../show-page.ts';

const id = 'activity';

async function show(web: Web, { account }: SettingsPerson, exchange: Exchange) {
  const address = partAddress(id);
  const asked = readQuery(exchange.request.query, 'before');
  const { entries, before, isFrom } = await readActivity(web.house.deps, {
    accountId: account.id,
    before: asked,
  });
  const language = web.visitors.language(exchange.request);
  return showPage(web, exchange, {
    page: 'journeys/settings/activity',
    address,
    query: isFrom === undefined ? undefined : `before=${isFrom}`,
    data: {
      entries: entries.map(({ type, at, ...entry }) => ({
        ...entry,
        type: type.replaceAll('.', '-'),
        time: momentOf(at, language),
        isoTime: at.toISOString(),
      })),
      notMeAddress: partAddress(notMeId),
      ...(before === undefined ? {} : { olderAddress: `${address}?before=${before}` }),
      ...(isFrom === undefined ? {} : { newestAddress: address }),
    },
  });
}

/** What happened to somebody's account, for them to see whether it was them. */
export const activity: SettingsPart = {
  id,
  section: 'information',
  isSensitive: false,
  row: () => Promise.resolve({ words: 'what' }),
  leadsTo: { show },
};
