import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { codeNow } from '#portals';
import { settleDueCases } from '#review';
import { drawDocument, faceOf } from '#sandbox';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { addChecker, checkerSecret } from '../support/checkers.ts';
import { createPeople } from '../support/people.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import { smallVideo } from '../support/small-video.ts';
import type { TestService } from '../support/service.ts';
import { matchedPerson, proven, type Matched } from '../support/ways-walks.ts';
import { openDevice, type Device, type Habits, type Tab } from './support/device.ts';
import { openFakeCamera, type FakeCamera } from './support/fake-camera.ts';
import {
  answerCase,
  answerQuestion,
  asPhoto,
  asVideo,
  numbersOn,
  photographWithCamera,
  recordWithCamera,
  send,
  takeNextCase,
  uploadPhoto,
  uploadVideo,
} from './support/photo-id.ts';

let app: TestApp;
let service: TestService;
let camera: FakeCamera;
let browser: Browser;
let passport: Buffer;
const somebody = createPeople();

before(async () => {
  [app, camera] = await Promise.all([
    startTestApp({
      register: true,
      gpSystems: true,
      environment: { BEVAN_REVIEW_SECOND_CHECK_PERCENT: '0' },
    }),
    openFakeCamera(),
  ]);
  service = await registerAskingService(app);
  passport = await passportOf({ familyName: 'Meadows' });
  await camera.showPicture(passport);
  browser = await launchBrowser(camera.launchArguments);
});
after(async () => {
  await browser.close();
  await camera.remove();
  await app.close();
});

function passportOf({ familyName }: { readonly familyName: string }): Promise<Buffer> {
  const person = { givenNames: 'Ottoline', familyName, birthdate: '1980-05-17' };
  const expires = `${app.home.clock.now().getUTCFullYear() + 5}-05-01`;
  return drawDocument({ kind: 'passport', side: 'front', person, face: faceOf(familyName), expires });
}

const device = (habits: Habits = {}) => openDevice(browser, [app.origin, service.origin], habits);

/** Comes from the service and signs in. */
async function arrive(tab: Tab, { who }: Matched): Promise<void> {
  await tab.open(await service.requestAddress({ ...proven, prompt: 'login' }));
  if ((await tab.main.getAttribute('data-page')) !== 'journeys/sign-in/enter-email')
    await tab.answerWith('choice', 'sign-in');
  await tab.answer({ email: who.email });
  await tab.answer({ password: who.password });
}

/** Chooses photo ID with a video, and begins. */
async function begin(tab: Tab): Promise<void> {
  await tab.isAt('journeys/ways-to-prove/choose');
  const radio = tab.main.locator('[name=way][value=photo-id-video][type=radio]');
  if ((await radio.count()) > 0) await radio.check();
  await tab.answer();
  await tab.isAt('proofing/photo-id-video/before-you-start');
  await tab.answer();
  await tab.answerWith('documentKind', 'passport');
  await tab.isAt('proofing/capture/how');
  await tab.answer();
}

/** Somebody at the desk decides the case that is next, by hand. */
async function check(decide: (tab: Tab) => Promise<void>): Promise<void> {
  const checker = await addChecker(app, ['checker']);
  const at = await device({ width: 1200 });
  const tab = await at.openTab();
  app.home.clock.advance(30);
  await takeNextCase(tab, { checker, code: codeNow(app.home, checkerSecret), origin: app.origin });
  await decide(tab);
  await at.close();
  // Whoever decides could take it back until then.
  app.home.clock.advance(121);
  await settleDueCases(app.home.house);
}

async function approve(tab: Tab): Promise<void> {
  await answerCase(tab);
  await tab.press('Approve');
  await tab.choose('sure', 'yes');
  await tab.answer();
}

/** Agrees to share, and is back at the service. @returns how well the service knows them by now */
async function vectorAfterAgreeing(tab: Tab): Promise<unknown> {
  await tab.isAt('journeys/share-information/agree');
  await Promise.all([
    tab.page.waitForURL((url) => service.isArrival(url)),
    tab.main.locator('form button.nhsuk-button').first().click(),
  ]);
  const { claims } = await service.finish(new URL(tab.page.url()));
  return claims['vot'];
}

test('somebody photographs a passport and records a video, a checker approves, the mail comes, and the service gets P9', async () => {
  const ada = await matchedPerson({ app, service }, somebody('ada'));
  const at = await device();
  const tab = await at.openTab();
  await arrive(tab, ada);
  await begin(tab);
  await camera.showPicture(await passportOf(ada));
  await photographWithCamera(tab);
  await tab.answerWith('way', 'write');
  await camera.showPerson({ face: faceOf(ada.familyName), way: 'write', digits: await numbersOn(tab) });
  await recordWithCamera(tab);
  await send(tab);
  assert.match(await tab.heading(), /We have your photos and your video/u);
  await check(approve);
  const mail = await app.messageFor(ada.who.email, 'email');
  assert.match(mail.text, /we now know who you are/u);
  await arrive(tab, ada);
  assert.equal(await vectorAfterAgreeing(tab), 'P9.Cp');
  await at.close();
});

/** Goes through the video with a file; nobody but the checker looks at what it shows. */
async function showNumbers(tab: Tab, way: 'say' | 'write' | 'sign'): Promise<void> {
  await tab.answerWith('way', way);
  await uploadVideo(tab, asVideo(await smallVideo()));
}

test('somebody who signs in BSL is declined for the photo, reads why, tries again, and is approved', async () => {
  const ben = await matchedPerson({ app, service }, somebody('ben'));
  const at = await device();
  const tab = await at.openTab();
  await arrive(tab, ben);
  await begin(tab);
  await uploadPhoto(tab, asPhoto(passport));
  await showNumbers(tab, 'sign');
  await send(tab);
  await check(async (desk) => {
    await answerQuestion(desk, 'No');
    await desk.press('Decline: choose a reason');
    await desk.choose('reason', 'unreadable-passport');
    await desk.type({ note: 'The lower line is covered' });
    await desk.answer();
  });
  const declined = await app.messageFor(ben.who.email, 'email');
  assert.match(declined.text, /photo/iu);
  await arrive(tab, ben);
  await tab.isAt('proofing/photo-id/how-it-stands');
  assert.match(await tab.heading(), /We need a better photo of your ID/u);
  await tab.press('Try again');
  await tab.answer();
  await tab.answerWith('documentKind', 'passport');
  await tab.answer();
  await uploadPhoto(tab, asPhoto(passport));
  await showNumbers(tab, 'sign');
  await send(tab);
  await check(approve);
  await tab.reload();
  assert.match(await tab.heading(), /You have proven who you are/u);
  await tab.answer();
  assert.equal(await vectorAfterAgreeing(tab), 'P9.Cp');
  await at.close();
});

test('without JavaScript somebody uploads photos and a video, and is approved', async () => {
  const cai = await matchedPerson({ app, service }, somebody('cai'));
  const at: Device = await device({ javaScript: false });
  const tab = await at.openTab();
  await arrive(tab, cai);
  await begin(tab);
  await uploadPhoto(tab, asPhoto(passport));
  await showNumbers(tab, 'say');
  await send(tab);
  await check(approve);
  await arrive(tab, cai);
  assert.equal(await vectorAfterAgreeing(tab), 'P9.Cp');
  await at.close();
});
