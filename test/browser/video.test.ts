import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { faceOf } from '#sandbox';
import { chromium, type Browser, type Locator } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.mjs';
import { goodPassword } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { someVideo, videoMethods } from '../support/video-walks.ts';
import { matchedPerson, proven } from '../support/ways-walks.ts';
import { openDevice, type Device, type Habits, type Tab } from './support/device.ts';
import { openFakeCamera, type FakeCamera } from './support/fake-camera.ts';

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
  browser = await launch(camera.launchArguments);
});
after(async () => {
  await browser.close();
  await camera.remove();
  await app.close();
});

function launch(args: readonly string[]): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: findChromium() ?? '',
    args: ['--disable-gpu', ...(isRoot ? ['--no-sandbox'] : []), ...args],
  });
}

/** Comes to the page with the numbers. */
async function atNumbers(
  name: string,
  { way = 'write', device }: { readonly way?: string; readonly device: Device },
): Promise<Tab> {
  const who = somebody(name);
  await matchedPerson({ app, service }, who);
  const tab = await device.openTab();
  await tab.open(await service.requestAddress({ ...proven, prompt: 'login' }));
  await tab.answerWith('choice', 'sign-in');
  await tab.answer({ email: who.email });
  await tab.answer({ password: goodPassword });
  // Where others can't be offered at the moment, there is nothing to choose.
  if ((await tab.main.locator('[name=way][value=video][type=radio]').count()) > 0)
    await tab.choose('way', 'video');
  await tab.answer();
  await tab.answerWith('way', way);
  await tab.isAt('proofing/capture/record');
  return tab;
}

const device = (habits: Habits = {}) => openDevice(browser, [app.origin], habits);
const state = (tab: Tab, wanted: string): Promise<unknown> =>
  tab.main.locator(`[data-recorder][data-state="${wanted}"]`).waitFor();
const button = (tab: Tab, deed: string): Locator =>
  tab.main.locator(`[data-do="${deed}"]`).filter({ visible: true });

async function recordVideo(tab: Tab, seconds = 3): Promise<void> {
  await button(tab, 'open').click();
  await state(tab, 'camera');
  await button(tab, 'record').click();
  await state(tab, 'recording');
  await tab.page.waitForTimeout(seconds * 1000);
  await button(tab, 'stop').click();
  await state(tab, 'review');
}

async function untilLookedAt(tab: Tab): Promise<void> {
  await tab.main.locator('video').waitFor({ timeout: 60_000 });
  await tab.isAt('proofing/capture/check-video');
}

describe('somebody with a camera', () => {
  for (const way of ['say', 'write', 'sign'])
    test(`records a video on the page, watches it, sends it and uses it (${way})`, async () => {
      const at = await device();
      const tab = await atNumbers(`recorder-${way}`, { way, device: at });
      await recordVideo(tab);
      const hasSound = await tab.page.evaluate<boolean>(
        `document.querySelector('[data-preview]').srcObject?.getAudioTracks().length > 0`,
      );
      assert.equal(hasSound, false, 'the camera is off when the video is watched');
      await Promise.all([tab.page.waitForURL(/check-video/u), button(tab, 'send').click()]);
      await untilLookedAt(tab);
      await tab.page.waitForTimeout(500);
      const played = await tab.page.evaluate<{
        width: number;
        isPaused: boolean;
        problem: string | null;
      }>(`(() => {
        const { videoWidth, paused, error } = document.querySelector('main video');
        return { width: videoWidth, isPaused: paused, problem: error && error.message };
      })()`);
      assert.deepEqual(played, { width: 640, isPaused: true, problem: null });
      const kept = await tab.page.evaluate<number>(`new Promise((resolve) => {
        const open = indexedDB.open('video-on-its-way', 1);
        open.onsuccess = () => {
          const count = open.result.transaction('videos').objectStore('videos').count();
          count.onsuccess = () => resolve(count.result);
        };
      })`);
      assert.equal(kept, 0, 'nothing is left on the device');
      await tab.answer();
      await tab.isAt('journeys/on-your-phone/finished');
      await at.close();
    });

  test('does it all with the keyboard', async () => {
    const at = await device();
    const tab = await atNumbers('keys', { device: at });
    const press = async (deed: string) => {
      for (let steps = 0; steps < 40; steps += 1) {
        const isThere = await tab.page.evaluate<boolean>(
          `document.activeElement?.dataset.do === '${deed}' && document.activeElement.checkVisibility()`,
        );
        if (isThere) return tab.page.keyboard.press('Enter');
        await tab.page.keyboard.press('Tab');
      }
      throw new Error(`the keyboard does not lead to ${deed}`);
    };
    await press('open');
    await state(tab, 'camera');
    assert.equal(await tab.page.evaluate('document.activeElement.textContent'), 'Get ready');
    await press('record');
    await state(tab, 'recording');
    await tab.page.waitForTimeout(2500);
    await press('stop');
    await state(tab, 'review');
    await Promise.all([tab.page.waitForURL(/check-video/u), press('send')]);
    await untilLookedAt(tab);
    await at.close();
  });

  test('is told when a recording was too short, and records again', async () => {
    const at = await device();
    const tab = await atNumbers('hasty', { device: at });
    await button(tab, 'open').click();
    await state(tab, 'camera');
    await button(tab, 'record').click();
    await state(tab, 'recording');
    await button(tab, 'stop').click();
    await state(tab, 'camera');
    await tab.main.getByText('That was too short').waitFor();
    await at.close();
  });
});

describe('a video on its way', () => {
  test('goes on where it stopped when the line breaks, and again after the page was opened anew', async () => {
    const at = await openDevice(browser, [app.origin]);
    const tab = await atNumbers('broken', { device: at });
    await tab.main.locator('[data-do=file]').first().click();
    const video = Buffer.concat([await someVideo(), Buffer.alloc(0)]);
    await tab.main
      .locator('[name=video]')
      .setInputFiles({ name: 'v.webm', mimeType: 'video/webm', buffer: video });
    const sent: string[] = [];
    let isBroken = true;
    await tab.page.route('**/uploads/**', async (route) => {
      const request = route.request();
      sent.push(`${request.method()} ${request.headers()['upload-offset'] ?? ''}`);
      if (request.method() === 'PATCH' && isBroken) return route.abort('connectionreset');
      return route.continue();
    });
    await tab.main.locator('[data-file] button').click();
    await state(tab, 'sending');
    await tab.main.getByText('The connection is bad').waitFor();
    isBroken = false;
    await tab.page.waitForURL(/check-video/u);
    await untilLookedAt(tab);
    assert.ok(sent.filter((one) => one.startsWith('PATCH')).length >= 2, sent.join());
    await tab.page.close();
    await at.context.close();
  });
});
