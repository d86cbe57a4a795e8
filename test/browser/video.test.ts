import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ChallengeWay } from '#proofing';
import { faceOf } from '#sandbox';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { createPeople } from '../support/people.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { videoMethods } from '../support/video-walks.ts';
import { makeVideo } from '../support/videos.ts';
import { openDevice, type Device, type Habits, type Tab } from './support/device.ts';
import { openFakeCamera, type FakeCamera } from './support/fake-camera.ts';
import {
  chooseFile,
  comeToNumbers,
  press,
  recordVideo,
  stateOf,
  untilLookedAt,
} from './support/video-tour.ts';

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

const atNumbers = (
  name: string,
  { way, device: at }: { readonly way?: ChallengeWay; readonly device: Device },
): Promise<Tab> =>
  comeToNumbers({ app, service, device: at }, somebody(name), way === undefined ? {} : { way });
const device = (habits: Habits = {}) => openDevice(browser, [app.origin], habits);
describe('somebody with a camera', () => {
  for (const way of ['say', 'write', 'sign'] as const)
    test(`records a video on the page, watches it, sends it and uses it (${way})`, async () => {
      const at = await device();
      const tab = await atNumbers(`recorder-${way}`, { way, device: at });
      await recordVideo(tab);
      const isOff = await tab.page.evaluate(`document.querySelector('[data-preview]').srcObject === null`);
      assert.equal(isOff, true, 'the camera is off when the video is watched');
      await Promise.all([tab.page.waitForURL(/check-video/u), press(tab, 'send')]);
      await untilLookedAt(tab);
      const isLoaded = `(({ readyState, error }) => readyState > 0 || error !== null)(document.querySelector('main video'))`;
      await until(() => tab.page.evaluate<boolean>(isLoaded));
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
    const pressByKey = async (deed: string) => {
      for (let steps = 0; steps < 40; steps += 1) {
        const isThere = await tab.page.evaluate<boolean>(
          `document.activeElement?.dataset.do === '${deed}' && document.activeElement.checkVisibility()`,
        );
        if (isThere) return tab.page.keyboard.press('Enter');
        await tab.page.keyboard.press('Tab');
      }
      throw new Error(`the keyboard does not lead to ${deed}`);
    };
    await pressByKey('open');
    await stateOf(tab, 'camera');
    assert.equal(await tab.page.evaluate('document.activeElement.textContent'), 'Get ready');
    await pressByKey('record');
    await stateOf(tab, 'recording');
    await tab.page.waitForTimeout(5000);
    await pressByKey('stop');
    await stateOf(tab, 'review');
    await Promise.all([tab.page.waitForURL(/check-video/u), pressByKey('send')]);
    await untilLookedAt(tab);
    await at.close();
  });

  test('is told when a recording was too short, and records again', async () => {
    const at = await device();
    const tab = await atNumbers('hasty', { device: at });
    await press(tab, 'open');
    await stateOf(tab, 'camera');
    // The page does it by itself: from here it may take too long.
    await tab.page.evaluate(`(() => {
      const press = (deed) =>
        [...document.querySelectorAll('[data-do=' + deed + ']')].find((one) => one.checkVisibility()).click();
      const recorder = document.querySelector('[data-recorder]');
      new MutationObserver((_, watching) => {
        if (recorder.dataset.state !== 'recording') return;
        watching.disconnect();
        setTimeout(() => press('stop'), 1000);
      }).observe(recorder, { attributes: true });
      press('record');
    })()`);
    await tab.main.getByText('That was too short').waitFor();
    await stateOf(tab, 'camera');
    await at.close();
  });
});

describe('a video on its way', () => {
  /** Chooses a file whose upload takes several parts, and notes what is sent of it. */
  async function sendLong(name: string, at: Device, isBroken: (patches: number) => boolean) {
    const tab = await atNumbers(name, { device: at });
    const sent: { readonly method: string; readonly offset: number }[] = [];
    await tab.page.route('**/uploads/**', async (route) => {
      const request = route.request();
      const method = request.method();
      sent.push({ method, offset: Number(request.headers()['upload-offset'] ?? 0) });
      const patches = sent.filter((one) => one.method === 'PATCH').length;
      if (method === 'PATCH' && isBroken(patches)) return route.abort('connectionreset');
      return route.continue();
    });
    await press(tab, 'file');
    await chooseFile(tab, long);
    await tab.main.locator('[data-file] button[type=submit]').click();
    return { tab, sent };
  }
  const megabyte = 1024 * 1024;
  let long: Buffer;
  before(async () => {
    const size = { width: 640, height: 480, seconds: 6 };
    long = await makeVideo({ format: 'webm', codec: 'vp8', bitRate: '5000k', isNoise: true, ...size });
    assert.ok(long.length > 2 * megabyte, `${long.length} bytes are not enough parts`);
  });

  test('goes on where it stopped when the line breaks', async () => {
    const at = await device();
    const { tab, sent } = await sendLong('broken', at, (patches) => patches === 2 || patches === 3);
    await tab.main.getByText('The connection is bad').first().waitFor();
    await tab.page.waitForURL(/check-video/u);
    await untilLookedAt(tab);
    const offsets = sent.filter(({ method }) => method === 'PATCH').map(({ offset }) => offset);
    assert.deepEqual(offsets.slice(0, 5), [0, megabyte, megabyte, megabyte, 2 * megabyte]);
    await at.context.close();
  });

  test('goes on after the page was opened anew, from what is kept on the device where nobody can read it', async () => {
    const at = await device();
    let isOff = true;
    const { tab, sent } = await sendLong('reopened', at, (patches) => isOff && patches > 1);
    await tab.main.getByText('The connection is bad').first().waitFor();
    const kept = await tab.page.evaluate<string>(`new Promise((resolve) => {
      const open = indexedDB.open('video-on-its-way', 1);
      open.onsuccess = () => {
        const all = open.result.transaction('videos').objectStore('videos').getAll();
        all.onsuccess = () => resolve(String.fromCharCode(...new Uint8Array(all.result[0].sealed, 0, 64)));
      };
    })`);
    assert.notEqual(kept.slice(0, 4), long.subarray(0, 4).toString('latin1'), 'it is encrypted');
    const address = tab.page.url();
    await tab.open('about:blank');
    isOff = false;
    sent.length = 0;
    await tab.open(address);
    await tab.page.waitForURL(/check-video/u);
    await untilLookedAt(tab);
    assert.equal(sent[0]?.method, 'HEAD');
    assert.equal(sent[1]?.offset, megabyte);
    await at.context.close();
  });

  test('waits while the device is offline', async () => {
    const at = await device();
    const { tab } = await sendLong('offline', at, () => {
      void at.context.setOffline(true);
      return true;
    });
    await tab.main.getByText('You are offline').first().waitFor();
    await tab.page.unrouteAll({ behavior: 'ignoreErrors' });
    await at.context.setOffline(false);
    await tab.page.waitForURL(/check-video/u);
    await at.context.close();
  });

  test('that can’t be sent stays on the page, with what to do and a reference', async () => {
    const at = await device();
    const tab = await atNumbers('unsent', { device: at });
    await recordVideo(tab);
    await tab.page.route('**/uploads', (route) => route.fulfill({ status: 400 }));
    await press(tab, 'send');
    await stateOf(tab, 'unsent');
    await tab.main.getByText('CID4011').waitFor();
    assert.match(await tab.main.innerText(), /Your video is still here.*use another Wi-Fi/su);
    await tab.page.unrouteAll();
    await Promise.all([tab.page.waitForURL(/check-video/u), press(tab, 'send')]);
    await at.context.close();
  });

  test('for numbers that count no more is told apart from a bad line', async () => {
    const at = await device();
    const tab = await atNumbers('late', { device: at });
    await recordVideo(tab);
    app.home.clock.advance(15 * 60 + 1);
    await press(tab, 'send');
    await stateOf(tab, 'old');
    const before = await tab.main.locator('.bevan-numbers__digits').first().innerText();
    await tab.press('Go on with new numbers');
    assert.notEqual(await tab.main.locator('.bevan-numbers__digits').first().innerText(), before);
    app.home.clock.reset();
    await at.context.close();
  });
});

describe('somebody whose browser may not use the camera', () => {
  let strict: Browser;
  before(async () => {
    strict = await launchBrowser(['--use-fake-device-for-media-stream', '--deny-permission-prompts']);
  });
  after(() => strict.close());

  test('is told what to do, with a reference, and sends a file', async () => {
    const at = await openDevice(strict, [app.origin]);
    const tab = await atNumbers('denied', { way: 'say', device: at });
    await press(tab, 'open');
    await stateOf(tab, 'cannot');
    const told = await tab.main.innerText();
    assert.match(
      told,
      /does not let this page use the camera.*another browser.*your phone.*video file.*CID4017/su,
    );
    assert.ok(await tab.main.getByRole('button', { name: 'Continue on your phone' }).first().isVisible());
    await chooseFile(tab);
    await tab.main.locator('[data-file] button[type=submit]').click();
    await tab.page.waitForURL(/check-video/u);
    await untilLookedAt(tab);
    await at.close();
  });
});

test('somebody without scripts sends a file, and the page goes on by itself', async () => {
  const at = await device({ javaScript: false, language: 'cy' });
  const tab = await atNumbers('scriptless', { way: 'sign', device: at });
  assert.equal(await tab.main.locator('[data-recorder]').isVisible(), false);
  await chooseFile(tab);
  await tab.follow(tab.main.locator('[data-file] button[type=submit]'));
  assert.equal(await tab.heading(), 'Rydym yn gwirio eich fideo');
  await untilLookedAt(tab);
  await tab.answer();
  await tab.isAt('journeys/on-your-phone/finished');
  await at.close();
});
