import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { levelOf } from '#identity';
import { decideInSandbox, readCaseOf } from '#review';
import { drawDocument, faceOf, type Face } from '#sandbox';
import type { Browser } from 'playwright-core';
import { drawCameraPoses } from '../../src/sandbox/documents/draw.ts';
import { cameraScript } from '../../src/sandbox/faces/camera-script.ts';
import type { Showing } from '../../src/sandbox/faces/perform.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { createPeople } from '../support/people.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import { openPatientReader } from '../support/reading.ts';
import { scanMethod } from '../support/scan-walks.ts';
import type { TestService } from '../support/service.ts';
import { matchedPerson, proven, type Matched } from '../support/ways-walks.ts';
import { openDevice, type Device, type Habits, type Tab } from './support/device.ts';
import { asPhoto, buttonOf, uploadPhoto } from './support/photo-id.ts';

/** Somebody and somebody else, whom nobody takes for each other. */
const looks = {
  own: faceOf('own', { style: 'headscarf', skin: '#c98d64', glasses: 'none', age: 46 }),
  other: faceOf('other', { style: 'coils', skin: '#6b3f26', beard: 'full', hair: '#1d1713', age: 41 }),
} as const;
/** A busy machine needs its time to read documents and to look at faces. */
const patient = { timeout: 240_000 };

let app: TestApp;
let service: TestService;
let browser: Browser;
const { reader } = openPatientReader();
const somebody = createPeople();

before(async () => {
  app = await startTestApp({ register: true, gpSystems: true, faceChecks: true, documentReader: reader });
  service = await registerAskingService(app);
  browser = await launchBrowser();
});
after(async () => {
  await browser.close();
  await app.close();
  await reader.close();
});

async function openPatientDevice(habits: Habits): Promise<Device> {
  const device = await openDevice(browser, [app.origin, service.origin], habits);
  device.context.setDefaultTimeout(patient.timeout);
  return device;
}

/** Opens a device before whose camera somebody stands. */
async function deviceOf(sitter: { face: Face; showing?: Showing }, habits: Habits = {}): Promise<Device> {
  const device = await openPatientDevice(habits);
  const { face, showing = 'self' } = sitter;
  await device.context.addInitScript({ content: cameraScript(await drawCameraPoses(face), showing) });
  return device;
}

/** Comes from the service, signs in, and photographs their passport, up to where they choose how to show that it is theirs. */
async function comeToChoice(tab: Tab, person: Matched): Promise<void> {
  const { who, familyName, birthdate } = person;
  await tab.open(await service.requestAddress({ ...proven, prompt: 'login' }));
  await tab.answerWith('choice', 'sign-in');
  await tab.answer({ email: who.email });
  await tab.answer({ password: who.password });
  await tab.choose('way', scanMethod);
  await tab.answer();
  await tab.isAt('proofing/photo-id-face-scan/before-you-start');
  await tab.answer();
  await tab.answerWith('documentKind', 'passport');
  await tab.answer();
  await uploadPhoto(tab, asPhoto(await passportOf({ familyName, birthdate })));
  await tab.isAt('proofing/capture/face');
}

function passportOf(of: { readonly familyName: string; readonly birthdate: string }): Promise<Buffer> {
  const person = { givenNames: 'Ottoline', ...of };
  const expires = `${app.home.clock.now().getUTCFullYear() + 5}-05-01`;
  return drawDocument({ kind: 'passport', side: 'front', person, face: looks.own, expires });
}

/** Does before the camera what the page asks, and sends everything. */
async function scanAndSend(tab: Tab): Promise<void> {
  await tab.answerWith('faceWay', 'scan');
  await tab.isAt('proofing/capture/scan');
  await scan(tab);
  await tab.isAt('proofing/photo-id/check-and-send');
  await tab.choose('isMe', 'yes');
  await tab.main.locator('form button.nhsuk-button').first().click(patient);
  await tab.page.waitForURL((url) => !url.pathname.endsWith('face-scan-check'), patient);
}

/** Whoever is told that it took too long begins again; a busy machine takes long. */
async function scan(tab: Tab): Promise<void> {
  const checked = tab.page.waitForURL(/face-scan-check/u, patient).then(() => 'checked' as const);
  checked.catch(() => undefined);
  for (let times = 0; times < mostScans; times += 1) {
    await buttonOf(tab, 'open').click();
    await buttonOf(tab, 'begin').click();
    const stopped = tab.main.locator('[data-scanner]:is([data-state=ended], [data-state=unsent])');
    const stops = stopped.waitFor().then(() => 'stopped' as const);
    stops.catch(() => undefined);
    if ((await Promise.race([checked, stops])) === 'checked') return;
  }
  assert.fail('the scan came to no end');
}

const mostScans = 3;

const level = ({ accountId }: Matched) => levelOf(app.home.house.deps, accountId);
const caseOf = ({ accountId }: Matched) => readCaseOf(app.home.house.deps, { accountId, method: scanMethod });

test('somebody photographs a passport, does what the camera page asks, and is proven in one visit', async () => {
  const ada = await matchedPerson({ app, service }, somebody('ada'));
  const device = await deviceOf({ face: looks.own });
  const tab = await device.openTab();
  await comeToChoice(tab, ada);
  await scanAndSend(tab);
  assert.equal(await level(ada), 'P9');
  assert.match(await tab.heading(), /You have proven who you are/u);
  await tab.answer();
  await tab.isAt('journeys/share-information/agree');
  await Promise.all([
    tab.page.waitForURL((url) => service.isArrival(url)),
    tab.main.locator('form button.nhsuk-button').first().click(),
  ]);
  const { claims } = await service.finish(new URL(tab.page.url()));
  assert.equal(claims['vot'], 'P9.Cp');
  await device.close();
});

test('somebody with another face than their passport’s waits for a person, is declined, and reads what to do', async () => {
  const ben = await matchedPerson({ app, service }, somebody('ben'));
  const device = await deviceOf({ face: looks.other });
  const tab = await device.openTab();
  await comeToChoice(tab, ben);
  await scanAndSend(tab);
  assert.match(await tab.heading(), /We have your photos and your face scan/u);
  assert.equal(await level(ben), 'P5');
  const sent = await caseOf(ben);
  assert.ok(sent);
  await app.home.house.transact((deps) =>
    decideInSandbox(deps, {
      caseId: sent.caseId,
      decision: 'declined',
      reason: 'face-differs-passport',
    }),
  );
  const mail = await app.messageFor(ben.who.email, 'email');
  assert.match(mail.text, /record/iu);
  await tab.reload();
  assert.match(await tab.heading(), /could not match you with your NHS record/u);
  assert.equal(await level(ben), 'P5');
  await device.close();
});

test('a photo that is held up is not passed by a machine: a person looks at it', async () => {
  const cai = await matchedPerson({ app, service }, somebody('cai'));
  const device = await deviceOf({ face: looks.own, showing: 'photo' });
  const tab = await device.openTab();
  await comeToChoice(tab, cai);
  await scanAndSend(tab);
  assert.match(await tab.heading(), /We have your photos and your face scan/u);
  assert.equal(await level(cai), 'P5');
  assert.equal((await caseOf(cai))?.decidedAt, undefined);
  await device.close();
});

/** Somebody has put it away. */
const noCamera =
  "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('none', 'NotFoundError'))";

/** From a page of a scan to the video, by its button. */
async function showByVideo(tab: Tab): Promise<void> {
  const button = tab.main.locator('form[action$="/by-video"] button').filter({ visible: true });
  await tab.follow(button.first());
  await tab.isAt('proofing/capture/way');
}

test('whoever wants no scan, or can’t, records a video instead, from every stop', async () => {
  const dee = await matchedPerson({ app, service }, somebody('dee'));
  const device = await deviceOf({ face: looks.own });
  const tab = await device.openTab();
  await comeToChoice(tab, dee);
  await tab.answerWith('faceWay', 'video');
  await tab.isAt('proofing/capture/way');
  for (const stop of ['start', 'camera', 'act', 'cannot'] as const) {
    await tab.page.goto(tab.page.url().replace(/way$/u, 'face'));
    await tab.answerWith('faceWay', 'scan');
    await tab.isAt('proofing/capture/scan');
    if (stop === 'cannot') await tab.page.evaluate(noCamera);
    if (stop !== 'start') await buttonOf(tab, 'open').click();
    if (stop === 'act') await buttonOf(tab, 'begin').click(patient);
    await tab.main.locator(`[data-scanner][data-state="${stop}"]`).waitFor(patient);
    await showByVideo(tab);
  }
  await device.close();
});

test('without JavaScript the video is there at once', async () => {
  const eli = await matchedPerson({ app, service }, somebody('eli'));
  const device = await openPatientDevice({ javaScript: false });
  const tab = await device.openTab();
  await comeToChoice(tab, eli);
  await tab.answerWith('faceWay', 'scan');
  await tab.isAt('proofing/capture/scan');
  await showByVideo(tab);
  await device.close();
});
