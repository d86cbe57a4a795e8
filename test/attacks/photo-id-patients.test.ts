import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { readCaseOf } from '#review';
import { findOpenAttempt, type Attempt } from '../../src/proofing/capture/attempts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { auditOf } from '../support/accounts.ts';
import { createPeople } from '../support/people.ts';
import {
  bringTogether,
  comeToPhotoId,
  photograph,
  photoId,
  uploadVideo,
  whenVideoIsThere,
} from '../support/photo-walks.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import { method } from '../support/review.ts';
import type { TestService } from '../support/service.ts';
import { makeKnown } from '../support/identities.ts';
import { numbersOn } from '../support/video-walks.ts';
import { expectPage, signInWithPassword } from '../support/walks.ts';
import { chooseWay, matchedPerson, proven, type Matched } from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true, gpSystems: true });
  service = await registerAskingService(app);
});
after(() => app.close());
afterEach(() => {
  app.home.clock.reset();
});

const matched = (name: string) => matchedPerson({ app, service }, somebody(name));

async function attemptOf({ accountId }: Matched): Promise<Attempt> {
  const attempt = await findOpenAttempt(app.home.house.deps, { accountId, method });
  if (attempt === undefined) throw new Error('nothing was begun');
  return attempt;
}

async function atWay(name: string): Promise<Matched> {
  const person = await matched(name);
  await comeToPhotoId(person);
  await person.browser.submit();
  await photograph(person);
  expectPage(person.browser, `${photoId}way`);
  return person;
}

async function atNumbers(name: string): Promise<Matched> {
  const person = await atWay(name);
  await person.browser.submit({ way: 'say' });
  expectPage(person.browser, `${photoId}record`);
  return person;
}

/** Comes to the same attempt by another visit, as from another tab. */
async function inAnotherTab(person: Matched): Promise<Matched> {
  const other = { ...person, browser: person.browser.newTab() };
  await other.browser.open(await service.requestAddress(proven));
  await chooseWay(other, /photo ID/u);
  await other.browser.submit();
  return other;
}

describe('somebody who has an older video of another person', () => {
  test('can’t wait for the numbers in it: there are thirty in a day, however they are asked for', async () => {
    const ada = await atNumbers('ada');
    const { browser } = ada;
    const seen: string[] = [numbersOn(browser.page)];
    for (let times = 0; times < 27; times += 1) {
      await browser.press('Get new numbers');
      seen.push(numbersOn(browser.page));
    }
    // By another way to give them, by a video that is given up, and by waiting.
    await uploadVideo(ada);
    await browser.open(browser.page.address.pathname.replace(/check-video$/u, 'way'));
    await browser.submit({ way: 'write' });
    seen.push(numbersOn(browser.page));
    app.home.clock.advance(15 * 60 + 1);
    await browser.reload();
    seen.push(numbersOn(browser.page));
    assert.equal(seen.length, 30);
    assert.ok(seen.every((numbers, at) => numbers !== '' && numbers !== seen[at - 1]));
    await browser.press('Get new numbers');
    assert.equal(numbersOn(browser.page), seen.at(-1));
    assert.match(browser.page.text, /so often that there are no new ones today\. Use these\./u);
    app.home.clock.advance(15 * 60 + 1);
    await browser.reload();
    assert.equal(browser.page.heading, 'You cannot get new numbers today');
    assert.equal(numbersOn(browser.page), '');
    const tab = await inAnotherTab(ada);
    expectPage(tab.browser, `${photoId}record`);
    assert.equal(tab.browser.page.heading, 'You cannot get new numbers today');
    await tab.browser.follow('Cymraeg');
    assert.equal(tab.browser.page.heading, 'Ni allwch gael rhifau newydd heddiw');
  });
});

describe('a video', () => {
  test('is given up when another way is chosen on a page that knows nothing of it yet', async () => {
    const cai = await atNumbers('cai');
    const tab = await inAnotherTab(cai);
    await tab.browser.open(tab.browser.page.address.pathname.replace(/record$/u, 'way'));
    await uploadVideo(cai);
    expectPage(cai.browser, `${photoId}check-video`);
    await tab.browser.submit({ way: 'sign' });
    const { captured } = await attemptOf(cai);
    assert.deepEqual([captured.way, captured.sentVideo, captured.video], ['sign', undefined, undefined]);
  });
});

describe('what was sent and not used', () => {
  test('is not kept with the case: nobody needs it for the decision', async () => {
    const dot = await atNumbers('dot');
    const { bundleId } = await attemptOf(dot);
    const { pool } = app.home.house.database;
    const kept = async () =>
      (
        await pool.query<{ id: string }>('SELECT id FROM evidence.content WHERE bundle_id = $1 ORDER BY id', [
          bundleId,
        ])
      ).rows.map(({ id }) => id);
    // As a video leaves it that was sent and never handed over.
    await pool.query(
      `INSERT INTO evidence.content (id, bundle_id, bytes, turn, has_objects) VALUES (gen_random_uuid(), $1, 5, 1, false)`,
      [bundleId],
    );
    await uploadVideo(dot);
    await lookAndUse(dot);
    expectPage(dot.browser, `${photoId}check`);
    const { captured } = await attemptOf(dot);
    assert.equal((await kept()).length, 3);
    await dot.browser.submit({ isMe: 'yes' });
    expectPage(dot.browser, `${photoId}sent`);
    const used = [captured.front?.fileId, captured.video?.fileId];
    assert.deepEqual(await kept(), used.toSorted());
    assert.equal(
      (await readCaseOf(app.home.house.deps, { accountId: dot.accountId, method }))?.state,
      'queued',
    );
  });
});

async function lookAndUse({ browser }: Matched): Promise<void> {
  await whenVideoIsThere(browser);
  await browser.press('Use this video');
}

describe('codes for a phone', () => {
  test('are twenty in an hour for one login: each leaves something behind for years', async () => {
    const eve = await atWay('eve');
    const { browser } = eve;
    await browser.press('Continue on your phone');
    for (let times = 1; times < 20; times += 1) await browser.press('Get a new code');
    assert.match(browser.page.text, /Waiting for your phone/u);
    await browser.press('Get a new code');
    assert.match(browser.page.text, /so many codes that there is no new one until/u);
    const opened = await auditOf(app.home, eve.accountId);
    assert.equal(opened.filter((type) => type === 'hand-over.opened').length, 20);
    await browser.press('Carry on with this device instead');
    expectPage(browser, `${photoId}way`);
  });
});

describe('two people at one browser', () => {
  test('the second reads nothing of what the first has brought together, photographed or sent', async () => {
    const fay = await matched('fay');
    await comeToPhotoId(fay);
    await bringTogether(fay);
    const pages = ['document', 'front', 'front-check', 'way', 'record', 'check-video', 'check'];
    const at = fay.browser.page.address.pathname.replace(/check$/u, '');
    const tab = fay.browser.newTab();
    const gil = { ...(await matched('gil')), browser: tab };
    await signInWithPassword(gil, { ...proven, prompt: 'login' });
    for (const page of pages) {
      await fay.browser.open(`${at}${page}`);
      assert.equal(fay.browser.page.heading, 'Go back to the website or app and start again', page);
    }
    for (const file of ['check/front', 'check/video', 'front-check/image', 'check-video/video'])
      assert.equal((await fay.browser.send(`${at}${file}`)).status, 404);
  });
});

describe('somebody who is proven in another tab meanwhile', () => {
  test('sends nothing more to be looked at, and goes on to the service', async () => {
    const hal = await matched('hal');
    await comeToPhotoId(hal);
    await bringTogether(hal);
    await makeKnown(app.home, {
      accountId: hal.accountId,
      level: 'P9',
      details: { nhsNumber: hal.nhsNumber, familyName: hal.familyName, birthdate: hal.birthdate },
    });
    await hal.browser.submit({ isMe: 'yes' });
    expectPage(hal.browser, 'agree');
    assert.equal(await readCaseOf(app.home.house.deps, { accountId: hal.accountId, method }), undefined);
  });
});
