import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { findOpenAttempt } from '../../src/proofing/capture/attempts.ts';
import { sentVideoOf } from '../../src/proofing/capture/challenge.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import {
  asFile,
  atNumbers,
  beginUpload,
  continueUpload,
  numbersOn,
  scriptData,
  someVideo,
  uploadByScript,
  videoMethods,
  whenLookedAt,
} from '../support/video-walks.ts';
import { expectPage } from '../support/walks.ts';
import { chooseWay, type Matched } from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true, gpSystems: true, methodFolders: [videoMethods] });
  service = await registerAskingService(app);
});
after(() => app.close());
afterEach(() => {
  app.home.clock.reset();
});

const atRecord = (name: string) => atNumbers({ app, service }, somebody(name));
const sentOf = async ({ accountId }: Matched) => {
  const { deps } = app.home.house;
  const attempt = await findOpenAttempt(deps, { accountId, method: 'video' });
  return sentVideoOf(deps, attempt?.id ?? '');
};
/** Hands an upload over, as the script of the page does. */
const handOver = ({ browser }: Matched, upload: string, challenge = scriptData(browser.page, 'challenge')) =>
  browser.submit({ upload, challenge });

/** Comes to the numbers again from the service, as in another tab, with a visit of its own. */
async function inAnotherTab(person: Matched): Promise<Matched> {
  const other = { ...person, browser: person.browser.newTab() };
  await other.browser.open(await service.requestAddress({ scope: 'openid profile', vtr: '["P9.Cp"]' }));
  await chooseWay(other, /With a video/u);
  expectPage(other.browser, 'video-record');
  return other;
}

describe('the four numbers', () => {
  test('are the same when the page is opened again, in another language or another tab', async () => {
    const ada = await atRecord('ada');
    const digits = numbersOn(ada.browser.page);
    await ada.browser.reload();
    assert.equal(numbersOn(ada.browser.page), digits);
    const tab = await inAnotherTab(ada);
    assert.equal(numbersOn(tab.browser.page), digits);
    await ada.browser.follow('Cymraeg');
    assert.equal(numbersOn(ada.browser.page), digits);
  });

  test('are others after 15 minutes, and when somebody asks for others', async () => {
    const { browser } = await atRecord('ben');
    const first = numbersOn(browser.page);
    app.home.clock.advance(15 * 60 - 10);
    await browser.reload();
    assert.equal(numbersOn(browser.page), first);
    app.home.clock.advance(11);
    await browser.reload();
    const second = numbersOn(browser.page);
    assert.notEqual(second, first);
    await browser.press('Get new numbers');
    assert.notEqual(numbersOn(browser.page), second);
  });

  test('that have expired take no file: somebody is told so and shown new ones', async () => {
    const { browser } = await atRecord('cai');
    const first = numbersOn(browser.page);
    app.home.clock.advance(15 * 60 + 1);
    await browser.upload(asFile(await someVideo()));
    expectPage(browser, 'video-record');
    assert.match(browser.page.text, /The numbers of that video are too old, so it was not taken/u);
    assert.notEqual(numbersOn(browser.page), first);
    await browser.upload(asFile(await someVideo()));
    expectPage(browser, 'video-check-video');
  });

  test('let an upload end that has begun in time', async () => {
    const dee = await atRecord('dee');
    const { browser } = dee;
    const video = await someVideo();
    app.home.clock.advance(14 * 60);
    const ticket = scriptData(browser.page, 'ticket');
    const begun = await beginUpload(browser, video.length, ticket);
    const address = begun.headers.get('location') ?? '';
    app.home.clock.advance(10 * 60);
    assert.equal((await continueUpload(browser, { address, ticket, offset: 0, bytes: video })).status, 204);
    await handOver(dee, address.split('/').at(-1) ?? '');
    expectPage(browser, 'video-check-video');
  });

  test('take nothing of which only the announcement came in time', async () => {
    const eve = await atRecord('eve');
    const { browser } = eve;
    const video = await someVideo();
    const ticket = scriptData(browser.page, 'ticket');
    const begun = await beginUpload(browser, video.length, ticket);
    const address = begun.headers.get('location') ?? '';
    app.home.clock.advance(31 * 60);
    await continueUpload(browser, { address, ticket, offset: 0, bytes: video });
    await handOver(eve, address.split('/').at(-1) ?? '');
    expectPage(browser, 'video-record');
    assert.match(browser.page.text, /too old/u);
    assert.equal(await sentOf(eve), undefined);
  });

  test('can’t be shown by a video that was sent for others before', async () => {
    const fay = await atRecord('fay');
    const { browser } = fay;
    const old = await uploadByScript(browser, await someVideo());
    await browser.press('Get new numbers');
    await handOver(fay, old);
    expectPage(browser, 'video-record');
    assert.match(browser.page.text, /too old/u);
    await handOver(fay, old, 'nonsense');
    assert.equal(await sentOf(fay), undefined);
  });

  test('can’t be shown by somebody else’s video', async () => {
    const [gus, hal] = [await atRecord('gus'), await atRecord('hal')];
    const others = await uploadByScript(gus.browser, await someVideo());
    await handOver(hal, others);
    expectPage(hal.browser, 'video-record');
    assert.match(hal.browser.page.text, /Not all of that video arrived/u);
    await handOver(hal, 'nonsense');
    assert.match(hal.browser.page.text, /Not all of that video arrived/u);
    // With the other's numbers, too.
    await handOver(hal, others, scriptData(gus.browser.page, 'challenge'));
    assert.equal(await sentOf(hal), undefined);
    assert.equal(await sentOf(gus), undefined);
  });

  test('take no upload that has not come whole', async () => {
    const ivy = await atRecord('ivy');
    const begun = await beginUpload(ivy.browser, 1000);
    await handOver(ivy, begun.headers.get('location')?.split('/').at(-1) ?? '');
    expectPage(ivy.browser, 'video-record');
    assert.match(ivy.browser.page.text, /Not all of that video arrived/u);
  });
});

describe('of two videos for the same numbers', () => {
  test('one counts, and who sent the other is told', async () => {
    const jon = await atRecord('jon');
    const tab = await inAnotherTab(jon);
    const digits = numbersOn(jon.browser.page);
    const [first, second] = [
      await uploadByScript(jon.browser, await someVideo()),
      await uploadByScript(tab.browser, await someVideo()),
    ];
    await handOver(jon, first);
    await handOver(tab, second);
    expectPage(tab.browser, 'video-check-video');
    await whenLookedAt(tab.browser);
    assert.match(tab.browser.page.text, /Another video for these numbers came first.*was not kept/u);
    assert.equal((await sentOf(jon))?.uploadId, first);
    await whenLookedAt(jon.browser);
    assert.doesNotMatch(jon.browser.page.text, /came first/u);
    assert.match(jon.browser.page.text, new RegExp(Array.from(digits).join(' '), 'u'));
  });

  test('sent at once, one counts', async () => {
    const kit = await atRecord('kit');
    const tabs = [kit, await inAnotherTab(kit), await inAnotherTab(kit)];
    const uploads: string[] = [];
    for (const { browser } of tabs) uploads.push(await uploadByScript(browser, await someVideo()));
    await Promise.all(tabs.map((tab, index) => handOver(tab, uploads[index] ?? '')));
    const sent = await sentOf(kit);
    assert.ok(uploads.includes(sent?.uploadId ?? ''));
    for (const { browser } of tabs) {
      expectPage(browser, 'video-check-video');
      await whenLookedAt(browser);
    }
    const told = tabs.filter(({ browser }) => /came first/u.test(browser.page.text));
    assert.equal(told.length, 2);
  });

  test('the second is not even begun, and its page leads to the first', async () => {
    const lea = await atRecord('lea');
    const tab = await inAnotherTab(lea);
    await lea.browser.upload(asFile(await someVideo()));
    assert.equal((await beginUpload(tab.browser, 1000)).status, 403);
    await tab.browser.reload();
    assert.equal(tab.browser.page.heading, 'You have sent a video');
    await tab.browser.press('Look at the video');
    expectPage(tab.browser, 'video-check-video');
    await tab.browser.reload();
  });

  test('what counts says how it gives the numbers, whatever another tab chooses meanwhile', async () => {
    const ria = await atRecord('ria');
    const tab = await inAnotherTab(ria);
    const wayPage = tab.browser.page.address.pathname.replace('video-record', 'video-way');
    const attemptOf = async () =>
      findOpenAttempt(app.home.house.deps, { accountId: ria.accountId, method: 'video' });
    const late = await uploadByScript(ria.browser, await someVideo());
    await tab.browser.open(wayPage);
    await tab.browser.submit({ way: 'sign' });
    await handOver(ria, late);
    assert.equal((await attemptOf())?.captured.way, 'write');
    assert.equal((await sentOf(ria))?.way, 'write');
    // A page of before, looked at again, takes nothing away.
    await tab.browser.reload();
    assert.equal(tab.browser.page.heading, 'You have sent a video');
    assert.equal((await sentOf(ria))?.uploadId, late);
    // The other tab knows nothing of that video yet.
    await tab.browser.open(wayPage);
    await tab.browser.submit({ way: 'say' });
    expectPage(tab.browser, 'video-record');
    const { captured } = (await attemptOf()) ?? {};
    assert.deepEqual([captured?.way, captured?.sentVideo], ['say', undefined]);
    assert.equal(await sentOf(ria), undefined);
  });

  test('a button pressed twice sends one', async () => {
    const mia = await atRecord('mia');
    const upload = await uploadByScript(mia.browser, await someVideo());
    const twin = { ...mia, browser: mia.browser.newTab() };
    await Promise.all([handOver(mia, upload), handOver(twin, upload)]);
    for (const { browser } of [mia, twin]) {
      expectPage(browser, 'video-check-video');
      await whenLookedAt(browser);
      assert.doesNotMatch(browser.page.text, /came first/u);
    }
  });

  test('one that was given up in another tab is used by nobody', async () => {
    const ned = await atRecord('ned');
    const digits = numbersOn(ned.browser.page);
    await ned.browser.upload(asFile(await someVideo()));
    await whenLookedAt(ned.browser);
    const tab = { ...ned, browser: ned.browser.newTab() };
    await tab.browser.open(await service.requestAddress({ scope: 'openid profile', vtr: '["P9.Cp"]' }));
    await chooseWay(tab, /With a video/u);
    expectPage(tab.browser, 'video-check-video');
    await tab.browser.press('Record again');
    assert.notEqual(numbersOn(tab.browser.page), digits);
    await ned.browser.press('Use this video');
    assert.equal(ned.browser.page.heading, 'This video does not count any more');
    await ned.browser.press('Record your video');
    expectPage(ned.browser, 'video-record');
  });
});

describe('a page’s leave to upload', () => {
  test('is good in the browser that was shown it alone, unforged, and for its own attempt', async () => {
    const [ola, pam] = [await atRecord('ola'), await atRecord('pam')];
    const ticket = scriptData(ola.browser.page, 'ticket');
    assert.equal((await beginUpload(pam.browser, 1000, ticket)).status, 403);
    const [, signature = ''] = ticket.split('.');
    const challenge = scriptData(pam.browser.page, 'challenge');
    for (const forged of ['', 'x', `${challenge}.${signature}`, `${ticket}x`, `${challenge}.`])
      assert.equal((await beginUpload(ola.browser, 1000, forged)).status, 403, forged);
    const begun = await beginUpload(ola.browser, 1000, ticket);
    const address = begun.headers.get('location') ?? '';
    const theirs = { address, ticket: scriptData(pam.browser.page, 'ticket'), offset: 0 };
    assert.equal((await continueUpload(pam.browser, { ...theirs, bytes: Buffer.alloc(1000) })).status, 404);
  });

  test('ends with the numbers', async () => {
    const { browser } = await atRecord('quin');
    const ticket = scriptData(browser.page, 'ticket');
    await browser.press('Get new numbers');
    assert.equal((await beginUpload(browser, 1000, ticket)).status, 403);
    app.home.clock.advance(15 * 60 + 1);
    assert.equal((await beginUpload(browser, 1000)).status, 403);
  });
});
