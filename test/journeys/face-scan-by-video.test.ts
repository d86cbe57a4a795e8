import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { levelOf } from '#identity';
import { readCaseOf } from '#review';
import { findOpenAttempt } from '../../src/proofing/capture/attempts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { startTestFaceService, type TestFaceService } from '../support/face-service.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { film } from '../support/photo-walks.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import { comeToFaceWay, comeToScan, faceScan, scanFace, Scanner, scanMethod } from '../support/scan-walks.ts';
import type { TestService } from '../support/service.ts';
import { expectPage } from '../support/walks.ts';
import { chooseWay, comeToWays, matchedPerson, type Matched } from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
let faceService: TestFaceService;
const somebody = createPeople();

before(async () => {
  faceService = await startTestFaceService();
  app = await startTestApp({
    register: true,
    gpSystems: true,
    faceChecks: true,
    environment: faceService.environment,
  });
  service = await registerAskingService(app);
});
after(async () => {
  await app.close();
  await faceService.close();
});

const matched = (name: string) => matchedPerson({ app, service }, somebody(name));
const attemptOf = ({ accountId }: Matched) =>
  findOpenAttempt(app.home.house.deps, { accountId, method: scanMethod });

/** @returns how many pictures, and how much of what was measured, is kept of somebody */
async function keptOf({ accountId }: Matched): Promise<{ pictures: number; scans: number }> {
  const { rows } = await app.home.house.database.pool.query<{ pictures: number; scans: number }>(
    `SELECT (SELECT count(*)::int FROM evidence.file JOIN evidence.content USING (id) JOIN evidence.bundle ON bundle.id = bundle_id
        WHERE account_id = $1) AS pictures,
      (SELECT count(*)::int FROM face_checks.scan WHERE account_id = $1) AS scans`,
    [accountId],
  );
  return rows[0] ?? { pictures: -1, scans: -1 };
}

describe('the video in place of a face scan', () => {
  test('is an equal choice, with what a scan means said before it, in both languages', async () => {
    const ada = await matched('ada');
    await comeToFaceWay(ada);
    const { browser } = ada;
    assert.match(
      browser.page.text,
      /equally well.*biometric.*never turns you down.*183 days.*change your mind.*only people look at my face/u,
    );
    await browser.submit();
    assert.deepEqual(Object.keys(browser.page.errors), ['faceWay']);
    await browser.follow('Cymraeg');
    assert.match(browser.page.text, /biometrig.*183 diwrnod/u);
    await browser.submit({ faceWay: 'video' });
    expectPage(browser, `${faceScan}way`);
    assert.equal((await attemptOf(ada))?.captured.leaveAt, undefined);
  });

  test('is there without scripts or a camera, and is sent for a person to check', async () => {
    const ben = await matched('ben');
    await comeToScan(ben);
    const { browser } = ben;
    assert.match(browser.page.text, /you need a camera.*record a video instead/iu);
    await browser.press('Record a video instead');
    await film(ben, 'sign', faceScan);
    expectPage(browser, `${faceScan}check`);
    assert.match(browser.page.text, /your photos and your video.*By a video.*Sign them in BSL/u);
    await browser.submit({ isMe: 'yes' });
    expectPage(browser, `${faceScan}sent`);
    assert.match(browser.page.heading, /We have your photos and your video/u);
    const { deps } = app.home.house;
    const sent = await readCaseOf(deps, { accountId: ben.accountId, method: scanMethod });
    assert.deepEqual([sent?.state, sent?.hasScan], ['queued', false]);
    assert.equal(await levelOf(deps, ben.accountId), 'P5');
  });

  test('ends the leave for a scan that is done, with all that has come of it', async () => {
    const cai = await matched('cai');
    await comeToScan(cai);
    await scanFace(cai);
    assert.deepEqual(await keptOf(cai), { pictures: 1 + 4 * 4, scans: 1 });
    await cai.browser.follow(/^Change how you show that it is you/u);
    expectPage(cai.browser, `${faceScan}face`);
    await cai.browser.submit({ faceWay: 'video' });
    assert.deepEqual(await keptOf(cai), { pictures: 1, scans: 0 });
    expectPage(cai.browser, `${faceScan}way`);
    const captured = (await attemptOf(cai))?.captured;
    assert.deepEqual([captured?.scan, captured?.leaveAt, captured?.faceWay], [undefined, undefined, 'video']);
  });

  test('is left for a scan again by who changes their mind once more', async () => {
    const dot = await matched('dot');
    await comeToFaceWay(dot);
    await dot.browser.submit({ faceWay: 'video' });
    await dot.browser.follow('Back');
    await dot.browser.submit({ faceWay: 'scan' });
    await scanFace(dot);
  });

  test('is offered, and the scan is not, where nothing compares faces', async () => {
    const other = await startTestApp({ register: true, gpSystems: true });
    try {
      const asking = await registerAskingService(other);
      const eve = await matchedPerson({ app: other, service: asking }, somebody('eve'));
      await comeToWays(eve);
      assert.doesNotMatch(eve.browser.page.text, /face scan/u);
      assert.match(eve.browser.page.text, /photo ID and a video/u);
    } finally {
      await other.close();
    }
  });
});

describe('where pictures of a face are sent to', () => {
  test('takes nothing from strangers, from other browsers, or without leave', async () => {
    const fay = await matched('fay');
    await comeToScan(fay);
    const scanner = new Scanner(fay.browser);
    const stand = await scanner.begin();
    assert.equal(stand.state, 'act');
    const other = new Person(app);
    await other.open('/');
    const ticket = /data-ticket="([^"]+)"/u.exec(fay.browser.page.html)?.[1] ?? '';
    const send = async (browser: Person, headers: Record<string, string>) =>
      (await browser.send('/scans', { method: 'POST', headers })).status;
    assert.equal(await send(other, { 'scan-ticket': ticket }), 403);
    assert.equal(await send(fay.browser, {}), 403);
    assert.equal(await send(fay.browser, { 'scan-ticket': `${ticket}x` }), 403);
    assert.equal(
      await send(fay.browser, { 'scan-ticket': ticket, origin: 'https://elsewhere.example' }),
      403,
    );
    assert.equal(await send(fay.browser, { 'scan-ticket': ticket, 'sec-fetch-site': 'cross-site' }), 403);
    await fay.browser.press('Record a video instead');
    await assert.rejects(scanner.begin(), /403/u);
  });

  test('takes no picture of something else than is asked, twice, or after the end', async () => {
    const gus = await matched('gus');
    await comeToScan(gus);
    const scanner = new Scanner(gus.browser);
    const first = await scanner.begin();
    assert.ok(first.state === 'act');
    assert.equal(first.act, 'look-straight');
    const ahead = await scanner.send({ act: 'turn-left', at: 0 });
    assert.deepEqual([ahead.state, 'act' in ahead && ahead.act], ['act', 'look-straight']);
    const second = await scanner.send(first);
    assert.ok(second.state === 'act' && second.at === 1);
    const again = await scanner.send(first);
    assert.deepEqual(again, second);
    await assert.rejects(scanner.send({ act: first.act, at: -1 }), /400/u);
    assert.equal((await attemptOf(gus))?.captured.scan?.acts.length, 1);
    assert.equal((await scanner.doAll()).end.state, 'complete');
    assert.equal((await scanner.send(first)).state, 'complete');
    assert.equal((await attemptOf(gus))?.captured.scan?.acts.length, 4);
  });

  test('takes one thing at a time for one attempt', async () => {
    const hal = await matched('hal');
    await comeToScan(hal);
    const scanner = new Scanner(hal.browser);
    const first = await scanner.begin();
    assert.ok(first.state === 'act');
    const stands = await Promise.all([scanner.send(first), scanner.send(first), scanner.send(first)]);
    assert.equal((await attemptOf(hal))?.captured.scan?.acts.length, 1);
    for (const { state } of stands) assert.ok(state === 'act' || state === 'busy', state);
  });

  test('lets nobody send a scan that is not complete', async () => {
    const ida = await matched('ida');
    await comeToScan(ida);
    const scanner = new Scanner(ida.browser);
    const first = await scanner.begin();
    assert.ok(first.state === 'act');
    await scanner.send(first);
    await ida.browser.submit();
    expectPage(ida.browser, `${faceScan}scan`);
    assert.match(ida.browser.page.text, /The scan is not complete/u);
  });

  test('asks the same again where the pictures help nobody, and says what could be better', async () => {
    const jan = await matched('jan');
    await comeToScan(jan);
    const scanner = new Scanner(jan.browser);
    const first = await scanner.begin();
    assert.ok(first.state === 'act');
    faceService.find({ hint: 'too_dark' });
    const again = await scanner.send(first);
    faceService.find({});
    assert.deepEqual(again, { ...first, hint: 'too_dark' });
  });

  test('says that another way has to do when what compares faces does not answer, or somebody has tried too often', async () => {
    const kit = await matched('kit');
    await comeToScan(kit);
    faceService.fail('down', 50);
    assert.equal((await new Scanner(kit.browser).begin()).state, 'unavailable');
    faceService.fail('down', 0);
    const lea = await matched('lea');
    await comeToScan(lea);
    const scanner = new Scanner(lea.browser);
    let begun = 0;
    while ((await scanner.begin()).state !== 'spent') begun += 1;
    assert.ok(begun > 2 && begun < 30, String(begun));
  });

  test('takes pictures from a phone that somebody goes on with, until they go on here', async () => {
    const max = await matched('max');
    await comeToFaceWay(max);
    await max.browser.press('Continue on your phone');
    const [, code = ''] = /class="bevan-code bevan-short-code">([^<]+)</u.exec(max.browser.page.html) ?? [];
    const phone = new Person(app);
    await phone.open('/continue');
    await phone.submit({ code });
    await phone.submit();
    assert.match(phone.page.heading, /Show that the ID is yours/u);
    await phone.submit({ faceWay: 'scan' });
    const scanner = new Scanner(phone);
    await max.browser.reload();
    assert.match(max.browser.page.text, /Face scan/u);
    const first = await scanner.begin();
    assert.ok(first.state === 'act');
    await max.browser.press(/this device/iu);
    await assert.rejects(scanner.send(first), /403/u);
    expectPage(max.browser, `${faceScan}scan`);
  });
});

test('the chooser has both ways with photo ID, the quicker one first', async () => {
  const nia = await matched('nia');
  await comeToWays(nia);
  const { text } = nia.browser.page;
  assert.match(text, /photo ID and a face scan.*about 5 minutes.*photo ID and a video.*about 20 minutes/u);
  await chooseWay(nia, /face scan/u);
  expectPage(nia.browser, `${faceScan}before-you-start`);
  assert.match(nia.browser.page.text, /do not have to let a computer measure your face/u);
});
