import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { DocumentReader } from '#proofing';
import { sweepHouse } from '../../src/app.ts';
import { openAttempt, readAttempt, submitAttempt } from '../../src/proofing/capture/attempts.ts';
import { readFileOf } from '#evidence';
import { startTestApp, type TestApp } from '../support/app.ts';
import {
  atCapture,
  attemptOf,
  chooseDocument,
  methodFolders,
  noPicture,
  photoAddress,
  photograph,
  photosMethod,
  somePhoto,
} from '../support/capture-walks.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { drawPicture } from '../support/pictures.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { expectPage } from '../support/walks.ts';
import { chooseWay, comeToWays, type Matched } from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
/** What the next document says, by the family name of whose it should be. */
const readings = new Map<string, Awaited<ReturnType<DocumentReader['read']>>>();
const documentReader: DocumentReader = {
  read: ({ claimed }) =>
    Promise.resolve(
      readings.get(claimed.familyName) ?? { outcome: 'unread', reason: 'nothing_found', findings: [] },
    ),
  close: () => Promise.resolve(),
};

before(async () => {
  app = await startTestApp({ register: true, gpSystems: true, methodFolders, documentReader });
  service = await registerAskingService(app);
});
after(() => app.close());

const begin = (name: string) => atCapture({ app, service }, somebody(name));
const isThere = async (at: { bundleId: string }, fileId: string) =>
  (await readFileOf(app.home.house.deps, { bundleId: at.bundleId, fileId })) !== undefined;

describe('photos of a document', () => {
  test('are one of a passport, and two of a card', async () => {
    const { browser } = await begin('ada');
    await chooseDocument(browser, 'passport');
    await photograph(browser, 'passport');
    expectPage(browser, 'photos-send');
    const ben = await begin('ben');
    await chooseDocument(ben.browser, 'uk-driving-licence');
    await photograph(ben.browser, 'uk-driving-licence');
    expectPage(ben.browser, 'photos-send');
    const { captured } = await attemptOf(ben);
    assert.ok(captured.front?.isKept === true && captured.back?.isKept === true);
  });

  test('need a document to be chosen, of those that are taken', async () => {
    const { browser } = await begin('cai');
    await browser.submit();
    assert.deepEqual(browser.page.errors, { documentKind: 'Select the photo ID that you have' });
    await browser.submit({ documentKind: 'library-card' });
    assert.deepEqual(browser.page.errors, { documentKind: 'Select the photo ID that you have' });
  });

  test('that are none, no picture, too small or too big are refused with words, and nothing is kept', async () => {
    const dot = await begin('dot');
    const { browser } = dot;
    await chooseDocument(browser, 'passport');
    const refused = async (file?: { bytes: Uint8Array }) => {
      await browser.upload(...(file === undefined ? [] : [{ name: 'p.jpg', type: 'image/jpeg', ...file }]));
      assert.equal(browser.page.status, 400);
      return browser.page.errors['photo'] ?? '';
    };
    assert.equal(await refused(), 'Take or choose a photo');
    assert.match(await refused(await noPicture()), /must be a JPEG, PNG, HEIC or WebP picture/u);
    assert.match(await refused({ bytes: await drawPicture({ width: 900, height: 700 }) }), /800 pixels/u);
    assert.match(await refused({ bytes: Buffer.alloc(11 * 1024 * 1024) }), /10 MB or less/u);
    assert.match(await refused({ bytes: Buffer.alloc(10 * 1024 * 1024 + 1) }), /10 MB or less/u);
    assert.equal((await attemptOf(dot)).captured.front, undefined);
    await browser.open(browser.page.address.pathname);
    await photograph(browser, 'passport');
  });

  test('are shown before they are kept; another can be taken, and the first one is deleted', async () => {
    const eve = await begin('eve');
    const { browser } = eve;
    await chooseDocument(browser, 'passport');
    await browser.upload(await somePhoto());
    const first = await attemptOf(eve);
    await browser.press('Take another photo');
    expectPage(browser, 'photos-front');
    await browser.upload(await somePhoto());
    const second = await attemptOf(eve);
    const [one = '', two = ''] = [first, second].map(({ captured: { front } }) => front?.fileId);
    assert.notEqual(one, two);
    assert.deepEqual([await isThere(first, one), await isThere(second, two)], [false, true]);
  });

  test('are given up with the document that they are of', async () => {
    const fay = await begin('fay');
    const { browser } = fay;
    await chooseDocument(browser, 'uk-driving-licence');
    await photograph(browser, 'uk-driving-licence');
    const { bundleId, captured } = await attemptOf(fay);
    await browser.open(browser.page.address.href.replace(/send$/u, 'document'));
    await browser.submit({ documentKind: 'uk-driving-licence' });
    expectPage(browser, 'photos-send');
    await browser.open(browser.page.address.href.replace(/send$/u, 'document'));
    await browser.submit({ documentKind: 'passport' });
    expectPage(browser, 'photos-how');
    for (const photo of [captured.front, captured.back])
      assert.equal(await isThere({ bundleId }, photo?.fileId ?? ''), false);
  });

  test('are kept in a browser that is used later, as they stand', async () => {
    const gil = await begin('gil');
    await chooseDocument(gil.browser, 'uk-driving-licence');
    await gil.browser.upload(await somePhoto());
    await gil.browser.press('Use this photo');
    expectPage(gil.browser, 'photos-back');
    const later: Matched = { ...gil, browser: new Person(app) };
    await comeToWays(later);
    await chooseWay(later, /With photos/u);
    expectPage(later.browser, 'photos-back');
    await later.browser.upload(await somePhoto());
    await later.browser.press('Use this photo');
    // The first browser is led on when it posts, with what it has.
    await gil.browser.upload(await somePhoto());
    expectPage(gil.browser, 'photos-back-check');
  });

  test('that another device has put in the place of the one that was looked at are not kept unseen', async () => {
    const hal = await begin('hal');
    await chooseDocument(hal.browser, 'passport');
    await hal.browser.upload(await somePhoto());
    const later: Matched = { ...hal, browser: new Person(app) };
    await comeToWays(later);
    await chooseWay(later, /With photos/u);
    expectPage(later.browser, 'photos-front-check');
    await later.browser.press('Take another photo');
    // Of this browser it isn't known that its owner has read how.
    expectPage(later.browser, 'photos-how');
    await later.browser.submit();
    await later.browser.upload(await somePhoto());
    await hal.browser.press('Use this photo');
    expectPage(hal.browser, 'photos-front-check');
    assert.equal((await attemptOf(hal)).captured.front?.isKept, false);
    await hal.browser.press('Use this photo');
    expectPage(hal.browser, 'photos-send');
  });
});

describe('a photo that is shown', () => {
  test('is shown to its owner, kept by no browser, and each look stands in the audit trail', async () => {
    const { browser, accountId } = await begin('ida');
    await chooseDocument(browser, 'passport');
    await browser.upload(await somePhoto());
    const address = photoAddress(browser);
    const shown = await browser.send(address);
    assert.equal(shown.status, 200);
    assert.equal(shown.headers.get('content-type'), 'image/jpeg');
    assert.equal(shown.headers.get('cache-control'), 'no-store');
    assert.deepEqual(Buffer.from(await shown.arrayBuffer()).subarray(0, 3), Buffer.from([0xff, 0xd8, 0xff]));
    const { rows } = await app.home.house.database.pool.query(
      `SELECT details->>'by' AS by FROM audit.event WHERE type = 'evidence.read' AND details->>'reader' = $1`,
      [accountId],
    );
    assert.deepEqual(rows, [{ by: 'owner' }]);
  });

  test('is shown in no other browser, and not after signing out', async () => {
    const { browser } = await begin('jon');
    await chooseDocument(browser, 'passport');
    await browser.upload(await somePhoto());
    const address = photoAddress(browser);
    assert.equal((await new Person(app).send(new URL(address, app.origin))).status, 404);
    const tab = browser.newTab();
    await tab.open('/session/end');
    await tab.press(/Sign out|Yes/u);
    assert.equal((await browser.send(address)).status, 404);
  });

  test('comes with a page that may use the camera, which no other page may', async () => {
    const { browser } = await begin('kim');
    assert.match(browser.page.headers.get('permissions-policy') ?? '', /camera=\(\), microphone=\(\)/u);
    assert.doesNotMatch(browser.page.headers.get('content-security-policy') ?? '', /blob:/u);
    await chooseDocument(browser, 'passport');
    assert.match(
      browser.page.headers.get('permissions-policy') ?? '',
      /camera=\(self\), microphone=\(self\)/u,
    );
    const policy = browser.page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /img-src 'self' data: blob:; media-src 'self' blob:/u);
    assert.match(policy, /script-src 'self';/u);
  });
});

describe('what is read on a document', () => {
  test('is told at once if it expired too long ago: another document or photo is needed', async () => {
    const lea = await begin('lea');
    const { browser } = lea;
    readings.set(lea.familyName, {
      outcome: 'read',
      source: 'machine_zone',
      expires: '2020-01-31',
      findings: ['expired_too_long'],
      isWhole: true,
      agrees: true,
      confidence: 0.98,
    });
    await chooseDocument(browser, 'passport');
    await browser.upload(await somePhoto());
    assert.match(browser.page.text, /This document has expired It expired 12 months ago or longer/u);
    assert.doesNotMatch(browser.page.text, /Use this photo/u);
    // Nor by whoever sends the form that isn't there.
    const { fields } = browser.page.forms[0] ?? { fields: {} };
    const { captured } = await attemptOf(lea);
    await browser.post(browser.page.address.pathname, { ...fields, photoId: captured.front?.fileId });
    assert.deepEqual(browser.page.errorSummary, ['Choose another document, or take another photo']);
    assert.equal((await attemptOf(lea)).captured.front?.isKept, false);
    await browser.press('Take another photo');
    expectPage(browser, 'photos-front');
    await browser.upload(await somePhoto());
    await browser.press('Choose another document');
    expectPage(browser, 'photos-document');
  });

  test('that does not agree is hinted at without saying what, and blocks nobody', async () => {
    const max = await begin('max');
    const pages: string[] = [];
    for (const finding of ['number_wrong', 'details_differ'] as const) {
      readings.set(max.familyName, {
        outcome: 'read',
        source: 'machine_zone',
        findings: [finding],
        isWhole: false,
        agrees: false,
        confidence: 1,
      });
      if (pages.length === 0) await chooseDocument(max.browser, 'passport');
      else await max.browser.press('Take another photo');
      await max.browser.upload(await somePhoto());
      pages.push(max.browser.page.text);
    }
    assert.match(pages[0] ?? '', /Check that this is your own document/u);
    assert.equal(pages[0], pages[1]);
    await max.browser.press('Use this photo');
    expectPage(max.browser, 'photos-send');
    const { reading, captured } = await attemptOf(max);
    const ofThisPhoto = { fileId: captured.front?.fileId, documentKind: 'passport' };
    assert.deepEqual(reading, { ...readings.get(max.familyName), ...ofThisPhoto });
  });
});

describe('an attempt', () => {
  test('can be gone on with for 24 hours; then it is kept for 30 days, and another one begins', async () => {
    const ned = await begin('ned');
    await chooseDocument(ned.browser, 'passport');
    await ned.browser.upload(await somePhoto());
    const old = await attemptOf(ned);
    const fileId = old.captured.front?.fileId ?? '';
    const { house, clock } = app.home;
    const which = { accountId: ned.accountId, attemptId: old.id };
    clock.advance(24 * 3600 + 1);
    await sweepHouse(house);
    assert.equal((await readAttempt(house.deps, which))?.state, 'abandoned');
    const later: Matched = { ...ned, browser: new Person(app) };
    await comeToWays(later);
    await chooseWay(later, /With photos/u);
    expectPage(later.browser, 'photos-document');
    assert.notEqual((await attemptOf(ned)).id, old.id);
    clock.advance(29 * 24 * 3600);
    await sweepHouse(house);
    assert.equal(await isThere(old, fileId), true);
    clock.advance(2 * 24 * 3600);
    await sweepHouse(house);
    assert.equal(await isThere(old, fileId), false);
    assert.equal(await readAttempt(house.deps, which), undefined);
    clock.reset();
  });

  test('that was sent takes no more: who adds to it begins anew', async () => {
    const oli = await begin('oli');
    await chooseDocument(oli.browser, 'passport');
    await oli.browser.upload(await somePhoto());
    const sent = await attemptOf(oli);
    const { house } = app.home;
    const which = { accountId: oli.accountId, attemptId: sent.id };
    const submit = () => house.transact((deps) => submitAttempt(deps, which));
    assert.deepEqual([(await submit()).outcome, (await submit()).outcome], ['changed', 'not_open']);
    await oli.browser.press('Use this photo');
    expectPage(oli.browser, 'photos-document');
    assert.notEqual((await attemptOf(oli)).id, sent.id);
    assert.equal((await readAttempt(house.deps, which))?.captured.front?.isKept, false);
  });

  test('is one for an account and a method, also for two who begin at the same moment', async () => {
    const pam = await begin('pam');
    const of = { accountId: randomUUID(), method: photosMethod };
    const opened = await Promise.all(
      [1, 2, 3, 4].map(() => app.home.house.transact((deps) => openAttempt(deps, of))),
    );
    assert.equal(new Set(opened.map(({ id }) => id)).size, 1);
    assert.notEqual(opened[0]?.id, (await attemptOf(pam)).id);
  });
});
