import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { levelOf, setMinimumAge } from '#identity';
import { claimNext, decideInSandbox, holdCase, readCaseOf, submitCase, type ReasonCode } from '#review';
import { findOpenAttempt } from '../../src/proofing/capture/attempts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bornYearsAgo } from '../support/days.ts';
import { createPeople } from '../support/people.ts';
import { bringTogether, comeToPhotoId, photoId } from '../support/photo-walks.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import { method, newChecker, passportAndVideo } from '../support/review.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage } from '../support/walks.ts';
import {
  chooseWay,
  comeToWays,
  gpSystemsOf,
  matchedPerson,
  typeDetails,
  type Matched,
  type MatchedAs,
} from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true, gpSystems: true });
  service = await registerAskingService(app);
});
after(() => app.close());

const level = ({ accountId }: Matched) => levelOf(app.home.house.deps, accountId);
const refusalOf = ({ browser }: Matched) => browser.page.address.searchParams.get('error_description');

/** Puts their case into the queue, as their pages would. @returns its id */
async function submit({ accountId }: Matched): Promise<string> {
  const submitted = await app.home.house.transact((deps) =>
    submitCase(deps, { accountId, method, bundleId: randomUUID(), evidence: passportAndVideo() }),
  );
  assert.equal(submitted.outcome, 'submitted');
  return submitted.caseId;
}

/** Somebody at P5 who has sent photos and a video. */
async function waiting(name: string, as?: MatchedAs): Promise<Matched & { readonly caseId: string }> {
  const person = await matchedPerson({ app, service }, somebody(name), as);
  return { ...person, caseId: await submit(person) };
}

async function decide(caseId: string, decision: 'approved' | 'declined', reason?: ReasonCode): Promise<void> {
  const decided = await app.home.house.transact((deps) =>
    decideInSandbox(deps, { caseId, decision, reason }),
  );
  assert.equal(decided.outcome, 'decided');
}

async function comeAgain({ browser }: Matched, vtr = '["P9.Cp"]'): Promise<void> {
  await browser.open(await service.requestAddress({ scope: 'openid profile profile_extended', vtr }));
}

describe('somebody who waits for the answer', () => {
  test('sees at once that it is being checked, and until when they should have an answer', async () => {
    const ada = await waiting('ada');
    await comeToWays(ada);
    expectPage(ada.browser, `${photoId}progress`);
    assert.match(ada.browser.page.text, /We are checking your photos and your video.*We aim to tell you by/u);
    await ada.browser.follow('Cymraeg');
    assert.match(ada.browser.page.text, /Rydym yn gwirio eich lluniau.*Ein nod yw rhoi gwybod i chi erbyn/u);
    await ada.browser.press(/Mynd yn ôl/u);
    assert.equal(refusalOf(ada), 'IdentityLevelNotReached');
    app.home.clock.advance(25 * 3600);
    const later = { ...ada, browser: ada.browser.newTab() };
    await comeToWays(later);
    assert.match(later.browser.page.text, /Mae’n cymryd mwy o amser|It is taking longer/u);
    app.home.clock.reset();
  });

  test('uses what P5 is enough for, without being asked anything', async () => {
    const ben = await waiting('ben');
    await comeToWays(ben, { scope: 'openid profile', vtr: '["P5.Cp"]' });
    const { claims } = await service.finish(await agree(ben));
    assert.equal(claims['vot'], 'P5.Cp');
  });

  test('can take another way meanwhile; what is decided afterwards does no harm', async () => {
    const cai = await waiting('cai');
    const { odsCode, nhsNumber } = cai;
    const details = await gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });
    await comeToWays(cai);
    await cai.browser.press('Prove who you are in another way');
    expectPage(cai.browser, 'choose');
    assert.match(cai.browser.page.text, /We have your photos and your video, and are checking them/u);
    await chooseWay(cai, /photo ID/u);
    expectPage(cai.browser, `${photoId}progress`);
    await cai.browser.press('Prove who you are in another way');
    await chooseWay(cai, /registration details/u);
    await typeDetails(cai, details);
    const { claims } = await service.finish(await agree(cai));
    assert.equal(claims['vot'], 'P9.Cp');
    await decide(cai.caseId, 'declined', 'face-unclear');
    assert.equal(await level(cai), 'P9');
    await comeAgain(cai);
    assert.ok(service.isArrival(cai.browser.page.address));
  });

  test('whose page is still open when it is approved goes on from there', async () => {
    const dot = await waiting('dot');
    await comeToWays(dot);
    await decide(dot.caseId, 'approved');
    await dot.browser.reload();
    assert.match(dot.browser.page.text, /You have proven who you are/u);
    await dot.browser.press(/^Continue to/u);
    const { claims } = await service.finish(await agree(dot));
    assert.equal(claims['vot'], 'P9.Cp');
  });

  test('whom a supervisor looks into reads neutral words, and goes on with what they have', async () => {
    const eve = await waiting('eve');
    const checker = newChecker(['checker', 'supervisor']);
    const { house } = app.home;
    for (;;) {
      const claimed = await claimNext(house, { checker });
      assert.equal(claimed.outcome, 'claimed');
      const held = await house.transact((deps) =>
        holdCase(deps, { checker, caseId: claimed.caseId, reason: 'fraud-in-document' }),
      );
      assert.equal(held.outcome, 'held');
      if (claimed.caseId === eve.caseId) break;
    }
    await comeToWays(eve);
    const { text } = eve.browser.page;
    assert.match(text, /We need longer to check who you are.*within 2 working days.*CID2014/u);
    assert.doesNotMatch(text, /fraud|document|supervisor|suspect/iu);
    await eve.browser.press(/Go back to/u);
    await comeAgain(eve, '["P5.Cp"]');
    const { claims } = await service.finish(await agree(eve));
    assert.equal(claims['vot'], 'P5.Cp');
  });
});

const declined: readonly (readonly [ReasonCode, RegExp, 'again' | 'not again'])[] = [
  ['unreadable-passport', /We need a better photo of your ID.*daylight/u, 'again'],
  ['passport-expired', /We need a different ID.*more than 12 months ago/u, 'again'],
  ['digits-wrong', /We need a new video.*4 new numbers/u, 'again'],
  ['last-name-differs-passport', /We could not match you with your NHS record.*name/u, 'again'],
  ['record-problem', /Your GP surgery needs to look at your NHS record/u, 'again'],
  ['passport-forged', /You cannot prove who you are in this way.*Ask your GP surgery/u, 'not again'],
  ['safeguarding-block', /You cannot prove who you are in this way.*Ask your GP surgery/u, 'not again'],
];

describe('somebody whom it was not enough for', () => {
  for (const [reason, words, then] of declined) {
    test(`because of ${reason} reads what to do next, of other ways, and whether they can try again`, async () => {
      const person = await waiting(`because-${reason}`);
      await decide(person.caseId, 'declined', reason);
      await comeToWays(person);
      expectPage(person.browser, `${photoId}progress`);
      const { text, forms } = person.browser.page;
      assert.match(text, words);
      assert.match(text, /registration details/u);
      assert.doesNotMatch(text, /fraud|forged|authentic|safeguard/iu);
      const buttons = forms.flatMap((form) => form.buttons);
      assert.equal(buttons.includes('Try again'), then === 'again');
      await person.browser.press('Prove who you are in another way');
      assert.equal(/With photo ID/u.test(person.browser.page.text), then === 'again');
      assert.equal(await level(person), 'P5');
    });
  }

  test('tries again from the beginning, with new numbers, and is approved', async () => {
    const gil = await waiting('gil');
    await decide(gil.caseId, 'declined', 'digits-wrong');
    await comeToWays(gil);
    await gil.browser.press('Try again');
    expectPage(gil.browser, `${photoId}before-you-start`);
    await bringTogether(gil);
    await gil.browser.submit({ isMe: 'yes' });
    expectPage(gil.browser, `${photoId}sent`);
    const second = await readCaseOf(app.home.house.deps, { accountId: gil.accountId, method });
    assert.notEqual(second?.caseId, gil.caseId);
    await decide(second?.caseId ?? '', 'approved');
    await gil.browser.reload();
    await gil.browser.press(/^Continue to/u);
    const { claims } = await service.finish(await agree(gil));
    assert.equal(claims['vot'], 'P9.Cp');
  });

  test('three times in a day waits a day from the first, and reads until when', async () => {
    const hal = await waiting('hal');
    await decide(hal.caseId, 'declined', 'face-unclear');
    for (const _ of [2, 3]) await decide(await submit(hal), 'declined', 'face-unclear');
    await comeToWays(hal);
    assert.match(hal.browser.page.text, /You can try again from (?:\d[\d:]*[ap]m|midday|midnight) on/u);
    assert.ok(!hal.browser.page.forms.some(({ buttons }) => buttons.includes('Try again')));
    await hal.browser.press('Prove who you are in another way');
    assert.doesNotMatch(hal.browser.page.text, /With photo ID/u);
    app.home.clock.advance(24 * 3600 + 1);
    const later = { ...hal, browser: hal.browser.newTab() };
    await comeToWays(later);
    await later.browser.press('Try again');
    expectPage(later.browser, `${photoId}before-you-start`);
    app.home.clock.reset();
  });

  test('who had everything ready when the third was declined elsewhere reads from when they can', async () => {
    const ida = await matchedPerson({ app, service }, somebody('ida'));
    await comeToPhotoId(ida);
    await bringTogether(ida);
    for (const _ of [1, 2, 3]) await decide(await submit(ida), 'declined', 'face-unclear');
    await ida.browser.submit({ isMe: 'yes' });
    expectPage(ida.browser, `${photoId}not-sent`);
    assert.match(ida.browser.page.heading, /You can send photos and a video again from/u);
  });

  test('because of what nobody tells them can’t come this way for half a year', async () => {
    const mia = await waiting('mia');
    await decide(mia.caseId, 'declined', 'passport-forged');
    app.home.clock.advance(100 * 24 * 3600);
    await comeToWays(mia);
    expectPage(mia.browser, 'choose');
    assert.doesNotMatch(mia.browser.page.text, /With photo ID/u);
    app.home.clock.advance(84 * 24 * 3600);
    const later = { ...mia, browser: mia.browser.newTab() };
    await comeToWays(later);
    assert.match(later.browser.page.text, /With photo ID/u);
    app.home.clock.reset();
  });

  test('a month ago chooses as if nothing had been', async () => {
    const jim = await waiting('jim');
    await decide(jim.caseId, 'declined', 'face-unclear');
    app.home.clock.advance(31 * 24 * 3600);
    await comeToWays(jim);
    expectPage(jim.browser, 'choose');
    app.home.clock.reset();
  });
});

describe('age', () => {
  test('is asked before anybody photographs anything, again when they send, and when it is decided', async () => {
    const staffId = 'staff-1';
    const birthdate = bornYearsAgo(app.home.clock, 14);
    const kay = await matchedPerson({ app, service }, somebody('kay'), { birthdate });
    const { odsCode } = kay;
    const rule = (years: number | undefined) =>
      setMinimumAge(app.home.house.deps, { odsCode, years, staffId });
    await comeToPhotoId(kay);
    await bringTogether(kay);
    await rule(16);
    await kay.browser.submit({ isMe: 'yes' });
    expectPage(kay.browser, `${photoId}not-sent`);
    assert.match(kay.browser.page.heading, /You cannot prove who you are here until/u);
    assert.match(kay.browser.page.text, /We have deleted your photos and your video/u);
    const left = await findOpenAttempt(app.home.house.deps, { accountId: kay.accountId, method });
    assert.equal(left, undefined);
    await comeAgain(kay);
    expectPage(kay.browser, 'too-young');
    await rule(undefined);
    const caseId = await submit(kay);
    await rule(16);
    await decide(caseId, 'approved');
    assert.equal(await level(kay), 'P5');
    await rule(undefined);
    await comeAgain(kay);
    expectPage(kay.browser, 'choose');
    await chooseWay(kay, /photo ID/u);
    expectPage(kay.browser, `${photoId}before-you-start`);
  });
});
