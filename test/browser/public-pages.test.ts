import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createPages, loadAssets, languages } from '#foundation/web';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { openDevice } from './support/device.ts';
import { look, publicPages } from './support/every-page.ts';
import { tourGuidance } from './support/guidance-tour.ts';

let browser: Browser;
let app: TestApp;
before(async () => {
  [browser, app] = await Promise.all([launchBrowser(), startTestApp({ resting: true })]);
});
after(async () => {
  await browser.close();
  await app.close();
});

for (const language of languages) {
  test(`everybody can use every page that anybody may read: ${language}`, async () => {
    const visited = new Set<string>();
    const device = await openDevice(browser, [app.origin], { language, width: 320 });
    await tourGuidance({
      app,
      device,
      look: async (tab, state) => {
        visited.add((await tab.main.getAttribute('data-page')) ?? '');
        await look(tab, state, language);
      },
    });
    await device.close();
    const assets = await loadAssets();
    const { all } = await createPages({ serviceName: 'x', supportContact: 'x', sandbox: true, assets });
    const ours = all.filter((page) => page.startsWith(publicPages));
    assert.ok(ours.length > 20);
    assert.deepEqual(
      ours.filter((page) => !visited.has(page)),
      [],
    );
  });
}

test('every page that anybody may read says the same without JavaScript', async () => {
  const [withScripts, without] = await Promise.all([
    openDevice(browser, [app.origin]),
    openDevice(browser, [app.origin], { javaScript: false }),
  ]);
  for (const path of ['/', '/help', '/contact?reference=CID1005', '/cookies', '/levels']) {
    const said = [];
    for (const device of [withScripts, without]) {
      const tab = await device.openTab();
      await tab.open(`${app.origin}${path}`);
      said.push(await tab.main.innerText());
      await tab.page.close();
    }
    assert.equal(said[0], said[1], path);
  }
  await withScripts.close();
  await without.close();
});
