import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createPages, languages, loadAssets } from '#foundation/web';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { methodFolders } from '../support/capture-walks.ts';
import { isOfPhotos, tourCapture } from './support/capture-tour.ts';
import { openDevice } from './support/device.ts';
import { look } from './support/every-page.ts';

let browser: Browser;
let app: TestApp;
before(async () => {
  [browser, app] = await Promise.all([
    launchBrowser(),
    startTestApp({ register: true, gpSystems: true, methodFolders }),
  ]);
});
after(async () => {
  await browser.close();
  await app.close();
});

for (const language of languages) {
  test(`everybody can use the pages of photos, all of them, in ${language}`, async () => {
    const visited = new Set<string>();
    const habits = { language, width: 320 };
    const device = await openDevice(browser, [app.origin], habits);
    await tourCapture(
      {
        app,
        device,
        look: async (tab, state) => {
          visited.add((await tab.main.getAttribute('data-page')) ?? '');
          await look(tab, state, language);
        },
      },
      () => openDevice(browser, [app.origin], habits),
    );
    await device.close();
    const assets = await loadAssets();
    const { all } = await createPages({ serviceName: 'x', supportContact: 'x', sandbox: true, assets });
    assert.deepEqual(all.filter(isOfPhotos).toSorted(), [...visited].filter(isOfPhotos).toSorted());
  });
}
