import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { methodFolders } from '../support/capture-walks.ts';
import { drawPicture } from '../support/pictures.ts';
import { until } from '../support/until.ts';
import { comeToCapture, sendFile, somePhoto } from './support/capture-tour.ts';
import { openDevice, type Device, type Tab } from './support/device.ts';
import { look } from './support/every-page.ts';
import { openFakeCamera, type FakeCamera } from './support/fake-camera.ts';

let browser: Browser;
let app: TestApp;
let camera: FakeCamera;
before(async () => {
  camera = await openFakeCamera();
  await camera.showPicture(await drawPicture({ width: 1600, height: 1200 }));
  [browser, app] = await Promise.all([
    launchBrowser(camera.launchArguments),
    startTestApp({ register: true, gpSystems: true, methodFolders }),
  ]);
});
after(async () => {
  await browser.close();
  await app.close();
  await camera.remove();
});

/** Somebody on the page that takes a photo of a passport. */
async function atPhoto(device: Device): Promise<Tab> {
  const { tab } = await comeToCapture({ app, device });
  await tab.answerWith('documentKind', 'passport');
  await tab.answer();
  await tab.isAt('proofing/capture/photo');
  return tab;
}

const named = (tab: Tab, name: string) => tab.main.getByRole('button', { name, exact: true });

describe('the camera of a device', () => {
  test('takes the photo, with the keyboard alone, and says what could be better', async () => {
    const device = await openDevice(browser, [app.origin], {});
    const tab = await atPhoto(device);
    await named(tab, 'Open the camera').press('Enter');
    await named(tab, 'Take the photo').waitFor();
    await look(tab, 'with the camera on', 'en');
    const said = tab.main.locator('[data-say]');
    await tab.main.locator('[data-say]:not(:empty)').waitFor({ state: 'attached' });
    assert.equal(await said.getAttribute('role'), 'status');
    const arrived = tab.page.waitForURL(/front-check$/u);
    await named(tab, 'Take the photo').press('Enter');
    const nevertheless = named(tab, 'Use it as it is');
    // Stripes have no edges that could be seen.
    await Promise.race([arrived, nevertheless.waitFor()]);
    if (await nevertheless.isVisible()) {
      await look(tab, 'with what could be better', 'en');
      await nevertheless.press('Enter');
    }
    await arrived;
    const photo = tab.main.locator('img');
    await photo.waitFor();
    assert.equal(await tab.page.evaluate(`document.querySelector('main img').naturalHeight >= 800`), true);
    await tab.follow(named(tab, 'Use this photo'));
    assert.match(tab.page.url(), /photos-send$/u);
    await device.close();
  });

  test('that may not be used is told of with what to do, and the upload stays', async () => {
    const device = await openDevice(browser, [app.origin], { language: 'cy' });
    for (const [error, words] of [
      ['NotAllowedError', /Nid yw eich porwr yn gadael/u],
      ['NotFoundError', /Nid oes gan y ddyfais hon gamera/u],
      ['NotReadableError', /Mae ap arall yn defnyddio’r camera/u],
    ] as const) {
      await device.context.addInitScript(
        `if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '${error}'))`,
      );
      const tab = await atPhoto(device);
      await named(tab, 'Agor y camera').click();
      await tab.main.getByText(words).waitFor();
      await look(tab, error, 'cy');
      await sendFile(tab, await somePhoto());
      await tab.isAt('proofing/capture/check-photo');
      await tab.page.close();
    }
    await device.close();
  });

  test('that shows nothing but black is told of', async () => {
    await camera.showPicture(await drawBlack());
    const device = await openDevice(browser, [app.origin], {});
    const tab = await atPhoto(device);
    await named(tab, 'Open the camera').click();
    await tab.main.getByText(/The picture from the camera is black/u).waitFor();
    await look(tab, 'black', 'en');
    await device.close();
  });
});

describe('a file from a device', () => {
  test('is measured before it is sent, and made smaller if it is huge', async () => {
    const device = await openDevice(browser, [app.origin], {});
    const tab = await atPhoto(device);
    const field = tab.main.locator('input[type=file]');
    const huge = await drawNoise(4600, 3450);
    assert.ok(huge.length > 10 * 1024 * 1024);
    await field.setInputFiles({ name: 'huge.jpg', mimeType: 'image/jpeg', buffer: huge });
    const chosen = `document.querySelector('input[type=file]').files[0].size`;
    await until(async () => (await tab.page.evaluate<number>(chosen)) <= 10 * 1024 * 1024);
    await tab.answer();
    await tab.isAt('proofing/capture/check-photo');
    await tab.act('again');
    const small = await drawPicture({ width: 900, height: 700 });
    await field.setInputFiles({ name: 'small.jpg', mimeType: 'image/jpeg', buffer: small });
    await tab.main.getByText(/at least 800 pixels on the shorter side. Take it/u).waitFor();
    await device.close();
  });

  test('is all that is needed where there are no scripts', async () => {
    const device = await openDevice(browser, [app.origin], { javaScript: false });
    const phone = await openDevice(browser, [app.origin], { javaScript: false });
    const tab = await atPhoto(device);
    assert.equal(await tab.main.locator('input[type=file]').getAttribute('capture'), 'environment');
    assert.equal(await named(tab, 'Open the camera').isVisible(), false);
    await tab.act('on-phone');
    const there = await phone.openTab();
    await there.open(`${app.origin}/continue`);
    await there.answer({ code: await tab.main.locator('.bevan-short-code').innerText() });
    await there.answer();
    await there.answer();
    await sendFile(there, await somePhoto());
    await there.answer();
    await there.isAt('journeys/on-your-phone/finished');
    await tab.reload();
    await tab.press('I have finished on my phone');
    assert.match(tab.page.url(), /photos-send$/u);
    await device.close();
    await phone.close();
  });
});

async function drawBlack(): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const size = { width: 1600, height: 1200 };
  return sharp({ create: { ...size, channels: 3, background: '#000' } })
    .jpeg()
    .toBuffer();
}

async function drawNoise(width: number, height: number): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  return sharp({ create: { width, height, channels: 3, background: '#888', noise } })
    .jpeg({ quality: 90 })
    .toBuffer();
}
