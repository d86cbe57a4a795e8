import { after, before, test } from 'node:test';
import { languages } from '#foundation/web';
import { faceOf } from '#sandbox';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { createPeople } from '../support/people.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { videoMethods } from '../support/video-walks.ts';
import { openDevice } from './support/device.ts';
import { look } from './support/every-page.ts';
import { openFakeCamera, type FakeCamera } from './support/fake-camera.ts';
import { tourVideo } from './support/video-tour.ts';

let app: TestApp;
let service: TestService;
let camera: FakeCamera;
let browser: Browser;
const somebody = createPeople();
before(async () => {
  [app, camera] = await Promise.all([
    startTestApp({ register: true, gpSystems: true, methodFolders: [videoMethods] }),
    openFakeCamera(),
  ]);
  service = await registerAskingService(app);
  await camera.showPerson({ face: faceOf('ada'), way: 'write', digits: [1, 2, 3, 4] });
  browser = await launchBrowser(camera.launchArguments);
});
after(async () => {
  await browser.close();
  await camera.remove();
  await app.close();
});

for (const language of languages)
  test(`everybody can use the pages of a video, in every state, in ${language}`, async () => {
    const at = await openDevice(browser, [app.origin], { language, width: 320 });
    await tourVideo({ app, service, device: at, look: (tab, state) => look(tab, state, language) }, (name) =>
      somebody(`${name}-${language}`),
    );
    await at.context.close();
  });
