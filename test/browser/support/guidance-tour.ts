import { readPage } from '../../support/page.ts';
import { ownLinks } from '../../support/public-pages.ts';
import type { Tour } from './tour.ts';

/** Reads every page that anybody may read, as far as links lead, with and without a reference in front of them. */
export async function tourGuidance({ app, device, look }: Tour): Promise<void> {
  const tab = await device.openTab();
  const waiting = ['/'];
  const met = new Set(waiting);
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    await tab.open(`${app.origin}${path}`);
    const shown = { status: 200, address: new URL(tab.page.url()), headers: new Headers() };
    await look(tab, path);
    for (const { pathname } of ownLinks(readPage({ ...shown, html: await tab.page.content() }))) {
      if (met.has(pathname) || /^\/(settings|sandbox|help\/reference\/)/u.test(pathname)) continue;
      met.add(pathname);
      waiting.push(pathname);
    }
  }
  await tab.open(`${app.origin}/help/reference/CID1005`);
  await look(tab, 'with a reference');
  await tab.open(`${app.origin}/contact?reference=CID1005`);
  await look(tab, 'with a reference');
  await tab.page.close();
}
