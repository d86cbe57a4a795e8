import { decideInSandbox, readCaseOf, type ReasonCode } from '#review';
import type { TestApp } from '../../support/app.ts';
import type { TestFaceService } from '../../support/face-service.ts';
import { anyPhoto } from '../../support/photo-walks.ts';
import { submitFor } from '../../support/review.ts';
import { scanMethod } from '../../support/scan-walks.ts';
import { proven, type Matched } from '../../support/ways-walks.ts';
import type { TestService } from '../../support/service.ts';
import type { Tab } from './device.ts';
import { asPhoto, buttonOf, uploadPhoto } from './photo-id.ts';
import type { Tour } from './tour.ts';
import { arrive } from './ways-tour.ts';

type Walk = Tour & { readonly asking: TestService; readonly faceService: TestFaceService };

/** As long as a busy machine may need to look at pictures. */
const patient = { timeout: 60_000 };

/** Whether a page is one of those that {@link tourScan} visits, all of them. */
export function isOfScans(page: string): boolean {
  const folders = ['proofing/photo-id-face-scan/', 'proofing/capture/face', 'proofing/capture/scan'];
  return folders.some((folder) => page.startsWith(folder));
}

/** Scans a face, with everything that can be in the way, and reads what becomes of it. The browser has a camera, and asks nobody. */
export async function tourScan(walk: Walk): Promise<void> {
  await tourScanner(walk);
  await tourTrouble(walk);
  await tourWaiting(walk);
}

/** @param look at the pages on the way; left out by who has seen them */
async function comeToScan(
  walk: Walk,
  look: Tour['look'] = () => Promise.resolve(),
): Promise<{ readonly tab: Tab; readonly person: Matched }> {
  const { tab, person } = await arrive(walk, {});
  await tab.choose('way', scanMethod);
  await tab.answer();
  await look(tab, 'before');
  await tab.answer();
  await tab.answerWith('documentKind', 'passport');
  await tab.answer();
  await uploadPhoto(tab, asPhoto(await anyPhoto()));
  await look(tab, 'asked');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.answerWith('faceWay', 'scan');
  return { tab, person };
}

async function stateOf(tab: Tab, state: string): Promise<void> {
  await tab.main.locator(`[data-scanner][data-state="${state}"]`).waitFor(patient);
}

async function scan(tab: Tab): Promise<void> {
  await tab.isAt('proofing/capture/scan');
  await buttonOf(tab, 'open').click();
  await stateOf(tab, 'camera');
  await buttonOf(tab, 'begin').click();
}

async function untilChecked(tab: Tab): Promise<void> {
  await tab.page.waitForURL(/face-scan-check/u, patient);
}

async function tourScanner(walk: Walk): Promise<void> {
  const { app, asking, look, faceService } = walk;
  const { tab, person } = await comeToScan(walk, look);
  await look(tab, 'camera off');
  await buttonOf(tab, 'open').click();
  await stateOf(tab, 'camera');
  await look(tab, 'camera on');
  faceService.find({ hint: 'more_than_one_face' });
  await buttonOf(tab, 'begin').click();
  await stateOf(tab, 'act');
  await look(tab, 'asked to do something');
  await stateOf(tab, 'checking');
  await look(tab, 'pictures are looked at');
  await tab.main.locator('[data-hint]').filter({ visible: true }).waitFor(patient);
  await look(tab, 'asked to do it again');
  faceService.find({});
  await untilChecked(tab);
  await look(tab, 'everything');
  await tab.answer();
  await look(tab, 'without a word');
  await tab.follow(tab.page.locator('a.nhsuk-back-link'));
  await look(tab, 'scanned');
  await tab.answer();
  const earlier = await submitFor(app.home, { account: { id: person.accountId } });
  await send(tab);
  await look(tab, 'another case is open');
  await decline(app, earlier, 'unreadable-passport');
  await tab.open(await asking.requestAddress(proven));
  await tab.act('other-way');
  await tab.choose('way', scanMethod);
  await tab.answer();
  await tab.answer();
  await send(tab);
  await look(tab, 'approved');
  await tab.page.close();
}

async function send(tab: Tab): Promise<void> {
  await tab.isAt('proofing/photo-id/check-and-send');
  await tab.choose('isMe', 'yes');
  await tab.answer();
}

async function tourTrouble(walk: Walk): Promise<void> {
  const { app, look, faceService } = walk;
  const { tab, person } = await comeToScan(walk);
  faceService.fail('down', 50);
  await scan(tab);
  await stateOf(tab, 'cannot');
  await look(tab, 'nothing compares faces now');
  faceService.fail('down', 0);
  await tab.page.route('**/scans/pictures', (route) => route.abort());
  await scan(tab);
  await stateOf(tab, 'unsent');
  await look(tab, 'the line is broken');
  await tab.page.route('**/scans/pictures', (route) => route.fulfill({ json: { state: 'ended' } }));
  await scan(tab);
  await stateOf(tab, 'ended');
  await look(tab, 'to begin again');
  await tab.page.unroute('**/scans/pictures');
  await tab.page.evaluate(
    `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))`,
  );
  await buttonOf(tab, 'open').click();
  await stateOf(tab, 'cannot');
  await look(tab, 'the camera is not allowed');
  await tab.reload();
  await scan(tab);
  await untilChecked(tab);
  const other = await submitFor(app.home, { account: { id: person.accountId } });
  await decline(app, other, 'passport-forged');
  await send(tab);
  await look(tab, 'closed');
  await tab.page.close();
}

async function tourWaiting(walk: Walk): Promise<void> {
  const { app, look, faceService } = walk;
  const { tab, person } = await comeToScan(walk);
  faceService.find({ checks: { live: { end: 'unsure', reasons: ['unsure_whether_live'] } } });
  await scan(tab);
  await untilChecked(tab);
  await send(tab);
  faceService.find({});
  await look(tab, 'waiting for a person');
  const { accountId } = person;
  const sent = await readCaseOf(app.home.house.deps, { accountId, method: scanMethod });
  await decline(app, sent?.caseId ?? '', 'scan-unclear');
  await tab.reload();
  await look(tab, 'to scan again');
  await tab.page.close();
}

async function decline({ home }: TestApp, caseId: string, reason: ReasonCode): Promise<void> {
  await home.house.transact((deps) => decideInSandbox(deps, { caseId, decision: 'declined', reason }));
}
