import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { startDemo, type Demo } from './support/demo.ts';
import { openDevice } from './support/device.ts';
import { look } from './support/every-page.ts';

let browser: Browser;
let sandbox: TestSandbox;
let demo: Demo;
before(async () => {
  [browser, sandbox] = await Promise.all([launchBrowser(), openTestSandbox()]);
  demo = await startDemo(sandbox);
});
after(async () => {
  await browser.close();
  await demo.close();
  await sandbox.close();
});

test('everybody can use the demo service: sign in, see what it received, refuse to share', async () => {
  const device = await openDevice(browser, [sandbox.origin, sandbox.demoOrigin], { width: 320 });
  await demo.tour({ device, look: (tab, state) => look(tab, state, 'en') });
  await device.close();
});
