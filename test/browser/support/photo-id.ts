import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { TestChecker } from '../../support/checkers.ts';
import { staffPassword } from '../../support/practice.ts';
import type { Tab } from './device.ts';

/** A file as somebody chooses it on their device. */
interface ChosenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export const asPhoto = (buffer: Buffer): ChosenFile => ({ name: 'id.jpg', mimeType: 'image/jpeg', buffer });
export const asVideo = (buffer: Buffer): ChosenFile => ({
  name: 'me.webm',
  mimeType: 'video/webm',
  buffer,
});

const patient = { timeout: 60_000 };

export function buttonOf(tab: Tab, deed: string): Locator {
  return tab.main.locator(`[data-do="${deed}"]`).filter({ visible: true });
}

/** Takes a photo with the camera of the page, and keeps it. */
export async function photographWithCamera(tab: Tab): Promise<void> {
  await tab.isAt('proofing/capture/photo');
  await buttonOf(tab, 'open').click();
  await buttonOf(tab, 'take').click(patient);
  const checked = tab.page.waitForURL(/-check$/u, patient);
  const doubted = buttonOf(tab, 'send').waitFor(patient);
  const came = await Promise.race([checked.then(() => 'checked'), doubted.then(() => 'doubted')]);
  if (came === 'doubted') await buttonOf(tab, 'send').click();
  doubted.catch(() => undefined);
  await checked;
  await tab.isAt('proofing/capture/check-photo');
  await tab.answer();
}

/** Chooses a photo from the device’s files, and keeps it. */
export async function uploadPhoto(tab: Tab, photo: ChosenFile): Promise<void> {
  await tab.isAt('proofing/capture/photo');
  await tab.main.locator('input[type=file]').setInputFiles(photo);
  await tab.follow(tab.main.locator('[data-photo-form] button[type=submit]'));
  await tab.isAt('proofing/capture/check-photo');
  await tab.answer();
}

/** Records a video with the camera of the page, and keeps it. */
export async function recordWithCamera(tab: Tab, seconds = 5): Promise<void> {
  await tab.isAt('proofing/capture/record');
  const state = (wanted: string) =>
    tab.main.locator(`[data-recorder][data-state="${wanted}"]`).waitFor(patient);
  await buttonOf(tab, 'open').click();
  await state('camera');
  await buttonOf(tab, 'record').click();
  await state('recording');
  await tab.page.waitForTimeout(seconds * 1000);
  await buttonOf(tab, 'stop').click();
  await state('review');
  await buttonOf(tab, 'send').click();
  await keepVideo(tab);
}

/** Chooses a video from the device’s files, and keeps it. */
export async function uploadVideo(tab: Tab, video: ChosenFile): Promise<void> {
  await tab.isAt('proofing/capture/record');
  const openFile = buttonOf(tab, 'file');
  if ((await openFile.count()) > 0) await openFile.first().click();
  await tab.main.locator('[name=video]').setInputFiles(video);
  await tab.main.locator('[data-file] button[type=submit], form[enctype] button').first().click();
  await keepVideo(tab);
}

/** Waits until somebody has looked at the video, which a page without scripts is loaded anew for. */
async function keepVideo(tab: Tab): Promise<void> {
  await tab.page.waitForURL(/check-video/u, patient);
  await tab.main.locator('video').waitFor({ timeout: 120_000 });
  await tab.isAt('proofing/capture/check-video');
  await tab.answer();
}

/** @returns the four numbers that the page shows */
export async function numbersOn(tab: Tab): Promise<number[]> {
  const shown = await tab.main.locator('.bevan-numbers__digits span').allInnerTexts();
  return shown.slice(0, 4).map(Number);
}

/** Says that it is them, and sends everything. */
export async function send(tab: Tab): Promise<void> {
  await tab.isAt('proofing/photo-id/check-and-send');
  await tab.choose('isMe', 'yes');
  await tab.answer();
  await tab.isAt('proofing/photo-id/how-it-stands');
}

/** Signs in at the desk where ID is checked, and takes the next case. */
export async function takeNextCase(
  tab: Tab,
  {
    checker,
    code,
    origin,
  }: { readonly checker: TestChecker; readonly code: string; readonly origin: string },
): Promise<void> {
  await tab.open(`${origin}/id-checker/sign-in`);
  await tab.answer({ email: checker.email, password: staffPassword, code });
  await tab.press('Start the next case');
}

/** Answers what is asked of a case as it should be. */
export async function answerCase(tab: Tab): Promise<void> {
  for (let answers = 0; answers < 14; answers += 1) {
    const asked = tab.main.locator('.bevan-question--open h3');
    if ((await asked.count()) === 0) return;
    await answerQuestion(tab, /worry/u.test(await asked.innerText()) ? 'No' : 'Yes');
  }
  assert.fail('the questions don’t end');
}

/** Answers what is asked now. The page puts the next question in its place by itself. */
export async function answerQuestion(tab: Tab, answer: 'Yes' | 'No'): Promise<void> {
  const open = tab.main.locator('.bevan-question--open');
  const id = await open.getAttribute('aria-labelledby');
  await open.getByRole('button', { name: answer, exact: true }).click();
  await tab.main.locator(`.bevan-question--open[aria-labelledby="${id ?? ''}"]`).waitFor({
    state: 'detached',
    ...patient,
  });
}
