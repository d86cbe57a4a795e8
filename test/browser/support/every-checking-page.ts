import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createPages, loadAssets, type Language } from '#foundation/web';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { launchBrowser } from '../../support/browser.ts';
import { tourChecking } from './checking-tour.ts';
import { openDevice } from './device.ts';
import { look, portalPages } from './every-page.ts';

/** Visits every page of the desk in a language, in every state, and sees to it that anybody can use it; leaves no page out. */
export function examineEveryCheckingPage(language: Language): void {
  let browser: Browser;
  let app: TestApp;
  before(async () => {
    const environment = { BEVAN_REVIEW_SECOND_CHECK_PERCENT: '100', BEVAN_REVIEW_CASES_PER_HOUR: '3' };
    [browser, app] = await Promise.all([launchBrowser(), startTestApp({ register: true, environment })]);
  });
  after(async () => {
    await browser.close();
    await app.close();
  });

  test('everybody can use every page of the desk', async () => {
    const visited = new Set<string>();
    const device = await openDevice(browser, [app.origin], { language, width: 320 });
    await tourChecking({
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
    const ours = all.filter((page) => page.startsWith(`${portalPages}id-checker/`));
    assert.ok(ours.length > 25);
    assert.deepEqual(
      ours.filter((page) => !visited.has(page)),
      [],
    );
  });
}
