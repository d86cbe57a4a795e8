import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { CheckEnd, FaceCheck } from '#face-checks';
import { levelOf, readDecisions } from '#identity';
import type { DocumentReading } from '#proofing';
import { changeAutomation, decideInSandbox, readCaseOf, type ReasonCode } from '#review';
import { startTestApp, type TestApp } from '../support/app.ts';
import { startTestFaceService, type TestFaceService } from '../support/face-service.ts';
import { createPeople } from '../support/people.ts';
import { uploadPhoto } from '../support/photo-walks.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import { newChecker, submitFor } from '../support/review.ts';
import { comeToScan, faceScan, scanFace, scanMethod, sendScan } from '../support/scan-walks.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage } from '../support/walks.ts';
import { chooseWay, matchedPerson, proven, type Matched, type MatchedAs } from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
let faceService: TestFaceService;
const somebody = createPeople();

const theirs: DocumentReading = {
  outcome: 'read',
  source: 'machine_zone',
  expires: '2032-05-01',
  findings: [],
  isWhole: true,
  agrees: true,
  confidence: 1,
};
/** What documents say that are somebody else's, or can't be read, by the family name of whose they should be. */
const readings = new Map<string, DocumentReading>();

before(async () => {
  faceService = await startTestFaceService();
  app = await startTestApp({
    register: true,
    gpSystems: true,
    faceChecks: true,
    documentReader: {
      read: ({ claimed }) => Promise.resolve(readings.get(claimed.familyName) ?? theirs),
      close: () => Promise.resolve(),
    },
    environment: { ...faceService.environment, BEVAN_REVIEW_SECOND_CHECK_PERCENT: '0' },
  });
  service = await registerAskingService(app);
});
after(async () => {
  await app.close();
  await faceService.close();
});
afterEach(() => {
  faceService.find({});
  faceService.fail('down', 0);
});

const matched = (name: string, as?: MatchedAs) => matchedPerson({ app, service }, somebody(name), as);
const level = ({ accountId }: Matched) => levelOf(app.home.house.deps, accountId);
const caseOf = ({ accountId }: Matched) => readCaseOf(app.home.house.deps, { accountId, method: scanMethod });

/** Whatever else the service finds, one check ends so. */
function findThat(check: FaceCheck, end: CheckEnd): void {
  faceService.find({ checks: { [check]: end } });
}

async function decide(
  person: Matched,
  decision: 'approved' | 'declined',
  reason?: ReasonCode,
): Promise<void> {
  await decideCase((await caseOf(person))?.caseId ?? '', decision, reason);
}

async function decideCase(
  caseId: string,
  decision: 'approved' | 'declined',
  reason?: ReasonCode,
): Promise<void> {
  const decided = await app.home.house.transact((deps) =>
    decideInSandbox(deps, { caseId, decision, reason }),
  );
  assert.equal(decided.outcome, 'decided');
}

/** Comes from the service again, where they are signed in. */
async function comeAgain({ browser }: Matched): Promise<void> {
  await browser.open(await service.requestAddress(proven));
}

/** @returns what machines have found of each part of somebody's case, and why */
async function foundOf({ accountId }: Matched): Promise<unknown> {
  const { rows } = await app.home.house.database.pool.query<{ machine: unknown }>(
    'SELECT machine FROM review.case WHERE account_id = $1 ORDER BY submitted_at DESC LIMIT 1',
    [accountId],
  );
  return rows[0]?.machine;
}

const pass = { end: 'pass', reasons: [] };

describe('somebody whose face a machine finds to be that of their passport', () => {
  test('is proven at once, is told by e-mail, and the service gets P9 in one visit', async () => {
    const ada = await matched('ada');
    await sendScan(ada);
    assert.match(ada.browser.page.text, /You have proven who you are.*your photos and your face scan/u);
    assert.equal(await level(ada), 'P9');
    await ada.browser.submit();
    const { claims, userinfo } = await service.finish(await agree(ada));
    assert.equal(claims['vot'], 'P9.Cp');
    assert.equal(userinfo['nhs_number'], ada.nhsNumber);
    assert.ok(await app.messageFor(ada.who.email, 'email'));
  });

  test('has a decision that names what compared, by what, and nothing of their face', async () => {
    const ben = await matched('ben');
    // A service that says more than it knows.
    faceService.find({ basis: { leaveAt: 'never', documentReadBy: 'nobody' } });
    await sendScan(ben);
    const [decision] = await readDecisions(app.home.house.deps, ben.accountId);
    assert.deepEqual(
      [decision?.method, decision?.outcome, decision?.reasons],
      [scanMethod, 'raised', ['checked_by_machine']],
    );
    const { checks, ground, checkedBy, documentKind } = decision?.evidence ?? {};
    assert.deepEqual([checkedBy, documentKind], ['machine', 'passport']);
    assert.deepEqual(checks, { document: pass, comparison: pass, face: pass });
    const { leaveAt, documentReadBy, ...rest } = ground as Record<string, string>;
    assert.deepEqual(Object.keys(rest).toSorted(), ['provider', 'service', 'version']);
    assert.equal(documentReadBy, 'machine_zone');
    assert.match(leaveAt ?? '', /^\d{4}-\d\d-\d\dT/u);
  });

  test('leaves a picture of each act and the best one, and nothing else of what they tried', async () => {
    const cai = await matched('cai');
    await comeToScan(cai);
    await scanFace(cai);
    await cai.browser.follow(/^Change the face scan/u);
    await cai.browser.press('Scan my face again');
    await scanFace(cai);
    await cai.browser.submit({ isMe: 'yes' });
    const { rows } = await app.home.house.database.pool.query<{ files: number; scans: number }>(
      `SELECT (SELECT count(*)::int FROM evidence.file JOIN evidence.content USING (id) JOIN evidence.bundle ON bundle.id = bundle_id
          WHERE account_id = $1) AS files,
        (SELECT count(*)::int FROM face_checks.scan WHERE account_id = $1) AS scans`,
      [cai.accountId],
    );
    // The document, four acts of four pictures each, and the best.
    assert.deepEqual(rows, [{ files: 1 + 4 * 4 + 1, scans: 0 }]);
  });
});

describe('somebody about whom a machine is not sure', () => {
  const ends: readonly { readonly check: FaceCheck; readonly end: CheckEnd }[] = [
    { check: 'live', end: { end: 'unsure', reasons: ['unsure_whether_live'] } },
    { check: 'likeness', end: { end: 'fail', reasons: ['not_like_document'] } },
    { check: 'sequence', end: { end: 'fail', reasons: ['pictures_repeat'] } },
  ];
  for (const { check, end } of ends)
    test(`for ${check}, which ends as ${end.end}, waits for a person and reads nothing of it`, async () => {
      const dot = await matched(`dot-${check}`);
      findThat(check, end);
      await sendScan(dot);
      assert.match(dot.browser.page.heading, /We have your photos and your face scan/u);
      assert.doesNotMatch(dot.browser.page.text, /liv(e|ing)|like|computer|sure/iu);
      assert.equal(await level(dot), 'P5');
      assert.equal((await caseOf(dot))?.state, 'queued');
      const face = { end: end.end, reasons: [check] };
      assert.deepEqual(await foundOf(dot), { document: pass, comparison: pass, face });
    });

  test('is approved by a person, as with a video', async () => {
    const eve = await matched('eve');
    findThat('live', { end: 'unsure', reasons: ['unsure_whether_live'] });
    await sendScan(eve);
    await decide(eve, 'approved');
    assert.equal(await level(eve), 'P9');
  });

  test('waits too when the document can’t be read, has expired, or names somebody else', async () => {
    const readingOf = (changes: Partial<Extract<DocumentReading, { outcome: 'read' }>>): DocumentReading => ({
      ...theirs,
      ...changes,
    });
    const documents: readonly DocumentReading[] = [
      { outcome: 'unread', reason: 'nothing_found', findings: [] },
      readingOf({ findings: ['number_wrong'], isWhole: false }),
      readingOf({ findings: ['details_differ'], agrees: false }),
      readingOf({ agrees: false }),
      readingOf({ isWhole: false }),
    ];
    for (const [at, reading] of documents.entries()) {
      const familyName = `Foxglove${'abcde'[at]}`;
      readings.set(familyName, reading);
      const fay = await matched(`fay${at}`, { familyName });
      await sendScan(fay);
      assert.equal(await level(fay), 'P5');
      assert.equal((await caseOf(fay))?.state, 'queued');
    }
  });

  test('waits when the register has other details by now, or does not answer', async () => {
    const gus = await matched('gus');
    await comeToScan(gus);
    await scanFace(gus);
    const { nhsNumber, birthdate, odsCode: gpOdsCode } = gus;
    await app.register?.addPatient({ nhsNumber, familyName: 'Elsewhere', birthdate, gpOdsCode });
    await gus.browser.submit({ isMe: 'yes' });
    assert.equal(await level(gus), 'P5');
    assert.equal((await caseOf(gus))?.state, 'queued');
  });

  test('waits when what compares faces does not answer at the end', async () => {
    const hal = await matched('hal');
    await comeToScan(hal);
    await scanFace(hal);
    faceService.fail('down', 50);
    await hal.browser.submit({ isMe: 'yes' });
    expectPage(hal.browser, `${faceScan}sent`);
    assert.equal(await level(hal), 'P5');
    assert.deepEqual(await foundOf(hal), {
      document: pass,
      comparison: pass,
      face: { end: 'unsure', reasons: ['not-judged'] },
    });
  });

  test('waits when machines are switched off, and nothing is judged then', async () => {
    const ida = await matched('ida');
    const checker = newChecker(['manager']);
    const turn = (isOn: boolean) =>
      app.home.house.transact((deps) => changeAutomation(deps, { checker, isOn, percent: 100 }));
    await comeToScan(ida);
    await scanFace(ida);
    await turn(false);
    await ida.browser.submit({ isMe: 'yes' });
    await turn(true);
    assert.equal(await level(ida), 'P5');
    assert.equal((await caseOf(ida))?.state, 'queued');
    assert.equal(await foundOf(ida), null);
  });

  test('and is declined for the face, reads what to do, and tries again', async () => {
    const jan = await matched('jan');
    findThat('likeness', { end: 'fail', reasons: ['not_like_document'] });
    await sendScan(jan);
    await decide(jan, 'declined', 'face-differs-passport');
    await jan.browser.reload();
    assert.match(jan.browser.page.heading, /could not match you/u);
    faceService.find({});
    await jan.browser.press('Try again');
    await jan.browser.submit();
    await jan.browser.submit({ documentKind: 'passport' });
    await jan.browser.submit();
    await uploadPhoto(jan);
    await jan.browser.press('Use this photo');
    await jan.browser.submit({ faceWay: 'scan' });
    await scanFace(jan);
    await jan.browser.submit({ isMe: 'yes' });
    // A person has found before that it was not them: whatever the machine says, a person decides again.
    assert.equal(await level(jan), 'P5');
    assert.equal((await caseOf(jan))?.state, 'queued');
  });
});

describe('whoever wants to be taken for somebody else', () => {
  test('has nothing from having been found, before that, to be on a document of their own', async () => {
    const kit = await matched('kit');
    await comeToScan(kit);
    await scanFace(kit);
    const earlier = await submitFor(app.home, { account: { id: kit.accountId } });
    await kit.browser.submit({ isMe: 'yes' });
    expectPage(kit.browser, `${faceScan}not-sent`);
    assert.match(kit.browser.page.heading, /already checking what you sent before/u);
    await decideCase(earlier, 'declined', 'unreadable-passport');
    await comeAgain(kit);
    await kit.browser.press('Prove who you are in another way');
    await chooseWay(kit, /face scan/u);
    await kit.browser.submit();
    expectPage(kit.browser, `${faceScan}check`);
    await kit.browser.follow(/^Change the photo of your ID/u);
    await kit.browser.press(/another photo/iu);
    await kit.browser.submit();
    await uploadPhoto(kit);
    await kit.browser.press('Use this photo');
    await kit.browser.submit({ isMe: 'yes' });
    expectPage(kit.browser, `${faceScan}sent`);
    assert.equal(await level(kit), 'P5');
    assert.deepEqual(await foundOf(kit), {
      document: pass,
      comparison: pass,
      face: { end: 'unsure', reasons: ['not-judged'] },
    });
  });
});
