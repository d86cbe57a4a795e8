import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createPages, languages, loadAssets } from '#foundation/web';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { openDevice } from './support/device.ts';
import { look, portalPages } from './support/every-page.ts';
import { tourPractice } from './support/practice-tour.ts';

let browser: Browser;
let app: TestApp;
before(async () => {
  [browser, app] = await Promise.all([launchBrowser(), startTestApp({ register: true, gpSystems: true })]);
});
after(async () => {
  await browser.close();
  await app.close();
});

for (const language of languages) {
  test(`everybody can use every page of the practice portal: ${language}`, async () => {
    const visited = new Set<string>();
    const device = await openDevice(browser, [app.origin], { language, width: 320 });
    await tourPractice({
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
    const ours = all.filter((page) => page.startsWith(portalPages));
    assert.ok(ours.length > 20);
    assert.deepEqual(
      ours.filter((page) => !visited.has(page)),
      [],
    );
  });
}
