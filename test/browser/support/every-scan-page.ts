import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createPages, loadAssets, type Language } from '#foundation/web';
import { faceOf } from '#sandbox';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { launchBrowser } from '../../support/browser.ts';
import { startTestFaceService, type TestFaceService } from '../../support/face-service.ts';
import { registerAskingService } from '../../support/proof-walks.ts';
import { openDevice } from './device.ts';
import { look } from './every-page.ts';
import { openFakeCamera, type FakeCamera } from './fake-camera.ts';
import { isOfScans, tourScan } from './scan-tour.ts';

/** Visits the pages of a face scan in a language, in every state, and sees to it that anybody can use them; leaves none out. */
export function examineScanPages(language: Language): void {
  let app: TestApp;
  let faceService: TestFaceService;
  let camera: FakeCamera;
  let browser: Browser;
  before(async () => {
    [faceService, camera] = await Promise.all([startTestFaceService(), openFakeCamera()]);
    app = await startTestApp({
      register: true,
      gpSystems: true,
      faceChecks: true,
      environment: faceService.environment,
      documentReader: {
        read: () =>
          Promise.resolve({
            outcome: 'read',
            source: 'machine_zone',
            expires: '2032-05-01',
            findings: [],
            isWhole: true,
            agrees: true,
            confidence: 1,
          }),
        close: () => Promise.resolve(),
      },
    });
    await camera.showPerson({ face: faceOf('ada'), way: 'write', digits: [1, 2, 3, 4] });
    browser = await launchBrowser(camera.launchArguments);
  });
  after(async () => {
    await browser.close();
    await camera.remove();
    await app.close();
    await faceService.close();
  });

  test(`everybody can use the pages of a face scan, in every state, in ${language}`, async () => {
    const visited = new Set<string>();
    const device = await openDevice(browser, [app.origin], { language, width: 320 });
    await tourScan({
      app,
      device,
      faceService,
      asking: await registerAskingService(app),
      look: async (tab, state) => {
        visited.add((await tab.main.getAttribute('data-page')) ?? '');
        await look(tab, state, language);
      },
    });
    await device.context.close();
    const assets = await loadAssets();
    const { all } = await createPages({ serviceName: 'x', supportContact: 'x', sandbox: true, assets });
    assert.deepEqual(all.filter(isOfScans).toSorted(), [...visited].filter(isOfScans).toSorted());
  });
}
