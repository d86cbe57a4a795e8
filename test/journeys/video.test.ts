import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findOpenAttempt } from '../../src/proofing/capture/attempts.ts';
import { auditOf } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import {
  asFile,
  atNumbers,
  numbersOn,
  someVideo,
  videoMethods,
  whenLookedAt,
} from '../support/video-walks.ts';
import { expectPage } from '../support/walks.ts';
import { chooseWay, comeToWays, matchedPerson, type Matched } from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true, gpSystems: true, methodFolders: [videoMethods] });
  service = await registerAskingService(app);
});
after(() => app.close());

const atRecord = (name: string, way?: 'say' | 'write' | 'sign') =>
  atNumbers({ app, service }, somebody(name), way);
const attemptOf = async ({ accountId }: Matched) => {
  const attempt = await findOpenAttempt(app.home.house.deps, { accountId, method: 'video' });
  assert.ok(attempt);
  return attempt;
};
/** @returns where the page has its video */
const videoOn = ({ browser }: Matched) => /<video[^>]* src="([^"]+)"/u.exec(browser.page.html)?.[1] ?? '';

describe('somebody who makes a video, without scripts', () => {
  test('chooses how to give the numbers, sends a file, looks at what is kept of it, and uses it', async () => {
    const ada = await atRecord('ada', 'sign');
    const { browser } = ada;
    const digits = numbersOn(browser.page);
    assert.match(digits, /^\d{4}$/u);
    assert.match(browser.page.text, /Sign the 4 numbers in BSL.*whole hand.*You do not have to speak/u);
    await browser.upload(asFile(await someVideo()));
    expectPage(browser, 'video-check-video');
    await whenLookedAt(browser);
    assert.equal(browser.page.heading, 'Check your video');
    assert.match(browser.page.text, new RegExp(`Your 4 numbers: ${Array.from(digits).join(' ')}`, 'u'));
    assert.doesNotMatch(browser.page.html, /autoplay/u);
    await browser.press('Use this video');
    expectPage(browser, 'video-send');
    const { captured, bundleId } = await attemptOf(ada);
    assert.equal(captured.way, 'sign');
    assert.equal(captured.video?.digits.join(''), digits);
    assert.ok(captured.video?.isKept && bundleId);
  });

  test('reads what each way needs, in both languages, and that all count the same', async () => {
    const person = await matchedPerson({ app, service }, somebody('ben'));
    const { browser } = person;
    await comeToWays(person);
    await chooseWay(person, /With a video/u);
    assert.match(browser.page.text, /All 3 ways count the same.*Say them.*Write them.*thick pen.*Sign them/u);
    assert.match(browser.page.text, /They may not say, write or sign the numbers for you/u);
    await browser.submit();
    assert.deepEqual(browser.page.errors, { way: 'Select how you want to give the numbers' });
    await browser.follow('Cymraeg');
    assert.match(browser.page.text, /Mae’r 3 ffordd yn cyfrif yr un fath/u);
    assert.deepEqual(browser.page.errors, { way: 'Dewiswch sut rydych am roi’r rhifau' });
    await browser.submit({ way: 'say' });
    assert.match(browser.page.text, /Dywedwch y 4 rhif.*Eich 4 rhif/u);
    assert.ok(
      browser.page.forms.some(({ buttons }) =>
        buttons.includes('Profi pwy ydych chi mewn ffordd arall, heb fideo'),
      ),
    );
  });

  test('hears the numbers as words', async () => {
    const { browser } = await atRecord('cai');
    const words = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    const spoken = Array.from(numbersOn(browser.page), (digit) => words[Number(digit)]).join(', ');
    assert.match(browser.page.text, new RegExp(`${spoken} They work for 15 minutes`, 'u'));
  });

  test('is told what is wrong with a file, and keeps the numbers', async () => {
    const { browser } = await atRecord('dee');
    const digits = numbersOn(browser.page);
    await browser.upload();
    assert.deepEqual(browser.page.errors, { video: 'Choose the video file that you want to send' });
    await browser.upload(asFile(Buffer.alloc(60 * 1024 * 1024 + 1)));
    assert.match(
      browser.page.errors['video'] ?? '',
      /^The file is bigger than 60 MB\. Record a shorter video/u,
    );
    await browser.follow('Cymraeg');
    assert.match(browser.page.errors['video'] ?? '', /^Mae’r ffeil yn fwy na 60 MB/u);
    assert.equal(numbersOn(browser.page), digits);
  });

  test('looks at the video with a browser that asks for parts of it; nobody else sees it, and each look is on record', async () => {
    const eve = await atRecord('eve');
    const { browser } = eve;
    const video = await someVideo();
    await browser.upload(asFile(video));
    await whenLookedAt(browser);
    const address = videoOn(eve);
    const whole = await browser.send(address);
    assert.equal(whole.status, 200);
    assert.match(whole.headers.get('content-type') ?? '', /^video\/(webm|mp4)$/u);
    assert.equal(whole.headers.get('cache-control'), 'no-store');
    assert.equal(whole.headers.get('accept-ranges'), 'bytes');
    const bytes = Buffer.from(await whole.arrayBuffer());
    const part = await browser.send(address, { headers: { range: 'bytes=100-299' } });
    assert.equal(part.status, 206);
    assert.equal(part.headers.get('content-range'), `bytes 100-299/${bytes.length}`);
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(100, 300));
    const end = await browser.send(address, { headers: { range: 'bytes=-10' } });
    assert.deepEqual(Buffer.from(await end.arrayBuffer()), bytes.subarray(-10));
    const beyond = await browser.send(address, { headers: { range: `bytes=${bytes.length}-` } });
    assert.deepEqual([beyond.status, beyond.headers.get('content-range')], [416, `bytes */${bytes.length}`]);
    const other = await atRecord('fay');
    assert.equal((await other.browser.send(address)).status, 404);
    const looks = (await auditOf(app.home, eve.accountId)).filter((type) => type === 'evidence.read');
    assert.equal(looks.length, 1);
  });

  test('may choose another way afterwards, and makes another video with new numbers then', async () => {
    const gus = await atRecord('gus');
    const { browser } = gus;
    const digits = numbersOn(browser.page);
    await browser.upload(asFile(await someVideo()));
    await whenLookedAt(browser);
    const address = videoOn(gus);
    await browser.press('Use this video');
    await browser.open(browser.page.address.pathname.replace('video-send', 'video-way'));
    await browser.submit({ way: 'say' });
    expectPage(browser, 'video-record');
    assert.notEqual(numbersOn(browser.page), digits);
    assert.equal((await attemptOf(gus)).captured.video, undefined);
    assert.equal((await browser.send(address)).status, 404);
  });
});

test('while a video is looked at, the page says so, and looks again by itself', async () => {
  const { browser } = await atRecord('jon');
  // It is decoded and written anew picture by picture, which takes longer than the page.
  await browser.upload(asFile(await someVideo()));
  const { page } = browser;
  const standing = await browser.send(`${page.address.pathname}/standing`);
  assert.equal(page.heading, 'We are checking your video');
  assert.match(page.html, /<noscript><meta http-equiv="refresh" content="5; url=[^"]+"><\/noscript>/u);
  assert.deepEqual(await standing.json(), { state: 'checking' });
  await whenLookedAt(browser);
  const after = await browser.send(`${page.address.pathname}/standing`);
  assert.deepEqual(await after.json(), { state: 'ready' });
});

describe('a video that can’t be used', () => {
  test('is refused in words, and another one is made with new numbers', async () => {
    const { browser } = await atRecord('hal');
    const digits = numbersOn(browser.page);
    const video = await someVideo();
    await browser.upload(asFile(video.subarray(0, Math.floor(video.length / 2))));
    await whenLookedAt(browser);
    assert.equal(browser.page.heading, 'We cannot use this video');
    assert.match(browser.page.text, /cannot be played from the beginning to the end/u);
    await browser.follow('Cymraeg');
    assert.equal(browser.page.heading, 'Ni allwn ddefnyddio’r fideo hwn');
    await browser.press('Recordio eto');
    expectPage(browser, 'video-record');
    assert.notEqual(numbersOn(browser.page), digits);
  });

  test('is refused whatever it says that it is', async () => {
    const { browser } = await atRecord('ivy');
    await browser.upload(
      asFile(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'v.mp4', 'video/mp4'),
    );
    await whenLookedAt(browser);
    assert.match(browser.page.text, /not an MP4, MOV or WebM video/u);
  });
});
