import { randomUUID } from 'node:crypto';
import { setMinimumAge } from '#identity';
import { decideInSandbox, holdInSandbox, submitCase, type ReasonCode } from '#review';
import type { TestApp } from '../../support/app.ts';
import { bornYearsAgo } from '../../support/days.ts';
import { anyPhoto } from '../../support/photo-walks.ts';
import { method, passportAndVideo } from '../../support/review.ts';
import { smallVideo } from '../../support/small-video.ts';
import type { TestService } from '../../support/service.ts';
import { proven, type Matched, type MatchedAs } from '../../support/ways-walks.ts';
import type { Tab } from './device.ts';
import { asPhoto, asVideo, uploadPhoto, uploadVideo } from './photo-id.ts';
import type { Tour } from './tour.ts';

/** Comes from the service as somebody who is known at P5. */
type Arrive = (as: MatchedAs) => Promise<{ readonly tab: Tab; readonly person: Matched }>;

type Walk = Pick<Tour, 'app' | 'look'> & { readonly asking: TestService; readonly arrive: Arrive };

/** Every advice that somebody may be given, by a reason that leads to it. */
const advised: readonly ReasonCode[] = [
  'unreadable-passport',
  'passport-expired',
  'digits-wrong',
  'last-name-differs-passport',
  'record-problem',
  'passport-forged',
];

/** @returns the id of their case, which is put into the queue as their pages would */
async function submit({ home }: TestApp, { accountId }: Matched): Promise<string> {
  const submitted = await home.house.transact((deps) =>
    submitCase(deps, { accountId, method, bundleId: randomUUID(), evidence: passportAndVideo() }),
  );
  if (submitted.outcome !== 'submitted') throw new Error(`not submitted: ${submitted.outcome}`);
  return submitted.caseId;
}

const decide = ({ home }: TestApp, caseId: string, reason?: ReasonCode) =>
  home.house.transact((deps) =>
    decideInSandbox(deps, { caseId, decision: reason === undefined ? 'approved' : 'declined', reason }),
  );

/** Prepares, sends, waits, and reads every answer; with what can be in the way. */
export async function tourPhotoId(walk: Walk): Promise<void> {
  await tourSending(walk);
  await tourAnswers(walk);
}

async function choosePhotoId(tab: Tab): Promise<void> {
  const radio = tab.main.locator(`[name=way][value=${method}][type=radio]`);
  if ((await radio.count()) > 0) await radio.check();
  await tab.answer();
}

async function tourSending({ app, look, arrive }: Walk): Promise<void> {
  const birthdate = bornYearsAgo(app.home.clock, 14);
  const { tab, person } = await arrive({ birthdate });
  const { odsCode } = person;
  await choosePhotoId(tab);
  await look(tab, 'before');
  await tab.main.locator('details summary').click();
  await look(tab, 'with documents');
  await tab.answer();
  await tab.answerWith('documentKind', 'uk-driving-licence');
  await tab.answer();
  await uploadPhoto(tab, asPhoto(await anyPhoto()));
  await uploadPhoto(tab, asPhoto(await anyPhoto()));
  await tab.answerWith('way', 'sign');
  await uploadVideo(tab, asVideo(await smallVideo()));
  await look(tab, 'everything');
  await tab.answer();
  await look(tab, 'without a word');
  const rule = (years: number | undefined) =>
    setMinimumAge(app.home.house.deps, { odsCode, years, staffId: 'tour' });
  await rule(16);
  await tab.choose('isMe', 'yes');
  await tab.answer();
  await look(tab, 'too young');
  await rule(undefined);
  await tab.page.close();
}

async function tourAnswers(walk: Walk): Promise<void> {
  const { app, look } = walk;
  for (const reason of advised) {
    const { tab, person } = await arriveWaiting(walk);
    if (reason === advised[0]) {
      await look(tab, 'waiting');
      app.home.clock.advance(25 * 3600);
      await tab.reload();
      await look(tab, 'late');
      app.home.clock.advance(-25 * 3600);
      await app.home.house.transact((deps) => holdInSandbox(deps, person.caseId));
      await tab.reload();
      await look(tab, 'on hold');
    }
    await decide(app, person.caseId, reason);
    await tab.reload();
    await look(tab, `declined, ${reason}`);
    await tab.page.close();
  }
  const { tab, person } = await arriveWaiting(walk);
  await decide(app, person.caseId);
  await tab.reload();
  await look(tab, 'approved');
  await tab.page.close();
}

/** Somebody on the page that tells them how it stands. */
async function arriveWaiting({ app, asking, arrive }: Walk) {
  const { tab, person } = await arrive({});
  const caseId = await submit(app, person);
  await tab.open(await asking.requestAddress(proven));
  return { tab, person: { ...person, caseId } };
}
