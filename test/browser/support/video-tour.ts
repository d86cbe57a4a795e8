import type { ChallengeWay } from '#proofing';
import type { TestApp } from '../../support/app.ts';
import type { MadeUp } from '../../support/people.ts';
import type { TestService } from '../../support/service.ts';
import { someVideo } from '../../support/video-walks.ts';
import { matchedPerson, proven } from '../../support/ways-walks.ts';
import type { Device, Tab } from './device.ts';

/** Comes to the page with the numbers, as somebody new. The app has the way that is a video alone. */
export async function comeToNumbers(
  { app, service, device }: { readonly app: TestApp; readonly service: TestService; readonly device: Device },
  who: MadeUp,
  {
    way = 'write',
    onWay,
  }: { readonly way?: ChallengeWay; readonly onWay?: (tab: Tab) => Promise<void> } = {},
): Promise<Tab> {
  await matchedPerson({ app, service }, who);
  const tab = await device.openTab();
  await tab.open(await service.requestAddress({ ...proven, prompt: 'login' }));
  await tab.answerWith('choice', 'sign-in');
  await tab.answer({ email: who.email });
  await tab.answer({ password: who.password });
  // Where others can't be offered at the moment, there is nothing to choose.
  const choice = tab.main.locator('[name=way][value=video][type=radio]');
  if ((await choice.count()) > 0) await choice.check();
  await tab.answer();
  await onWay?.(tab);
  await tab.answerWith('way', way);
  await tab.isAt('proofing/capture/record');
  return tab;
}

/** Records some seconds. @returns whether there is something: a busy machine may give no picture in time */
async function hasRecorded(tab: Tab, look: Look, seconds = 3): Promise<boolean> {
  const recorder = (states: readonly string[]) =>
    tab.main.locator(states.map((state) => `[data-recorder][data-state="${state}"]`).join(', '));
  if ((await recorder(['start']).count()) > 0) await press(tab, 'open');
  await stateOf(tab, 'camera');
  await press(tab, 'record');
  await stateOf(tab, 'recording');
  await look(tab, 'recording');
  await tab.page.waitForTimeout(seconds * 1000);
  await press(tab, 'stop');
  // What was recorded is still to be encoded.
  await recorder(['start', 'camera', 'review']).waitFor({ timeout: 60_000 });
  return (await recorder(['review']).count()) > 0;
}

/** Waits for a state of the recorder. */
export async function stateOf(tab: Tab, wanted: string): Promise<void> {
  await tab.main.locator(`[data-recorder][data-state="${wanted}"]`).waitFor();
}

/** Presses the button of the recorder that does it, where it is shown. */
export async function press(tab: Tab, deed: string): Promise<void> {
  await tab.main.locator(`[data-do="${deed}"]`).filter({ visible: true }).click();
}

/** Records some seconds, up to where the video is watched. */
export async function recordVideo(tab: Tab, seconds = 5): Promise<void> {
  const look = () => Promise.resolve();
  for (let tries = 0; tries < 3 && !(await hasRecorded(tab, look, seconds)); tries += 1);
  await stateOf(tab, 'review');
}

export async function chooseFile(tab: Tab, buffer?: Buffer): Promise<void> {
  const chosen = { name: 'v.webm', mimeType: 'video/webm', buffer: buffer ?? (await someVideo()) };
  await tab.main.locator('[name=video]').setInputFiles(chosen);
}

export async function untilLookedAt(tab: Tab): Promise<void> {
  await tab.main.locator('video').waitFor({ timeout: 60_000 });
  await tab.isAt('proofing/capture/check-video');
}

/** Makes a video, in every state of its pages and with every mistake. The browser has a camera, and asks nobody. */
export async function tourVideo(
  parts: {
    readonly app: TestApp;
    readonly service: TestService;
    readonly device: Device;
    readonly look: (tab: Tab, state: string) => Promise<void>;
  },
  someone: (name: string) => MadeUp,
): Promise<void> {
  const { look } = parts;
  const tab = await comeToNumbers(parts, someone('video-tour'), {
    onWay: async (at) => {
      await look(at, 'asked');
      await at.main.locator('details summary').click();
      await at.answer();
      await look(at, 'not chosen');
    },
  });
  await look(tab, 'camera off');
  await tourRecorder(tab, look);
  await tourFile(tab, look);
  await tourCheck(tab, look);
  await tab.page.close();
}

type Look = (tab: Tab, state: string) => Promise<void>;

async function tourRecorder(tab: Tab, look: Look): Promise<void> {
  await press(tab, 'open');
  await stateOf(tab, 'camera');
  await look(tab, 'camera on');
  await press(tab, 'record');
  await stateOf(tab, 'recording');
  await press(tab, 'stop');
  // On a slow machine it may be long enough by then.
  await tab.main.locator(':is([data-state=camera], [data-state=review])').waitFor();
  const isShort = await tab.main
    .getByRole('button')
    .filter({ visible: true })
    .and(tab.main.locator('[data-do=record]'))
    .count();
  if (isShort === 0) await press(tab, 'open');
  else await look(tab, 'too short');
  await stateOf(tab, 'camera');
  for (let tries = 0; tries < 3 && !(await hasRecorded(tab, look)); tries += 1);
  await stateOf(tab, 'review');
  await look(tab, 'recorded');
  await tab.page.route('**/uploads', (route) => route.fulfill({ status: 400 }));
  await press(tab, 'send');
  await stateOf(tab, 'unsent');
  await look(tab, 'not sent');
  await tab.page.unrouteAll();
  await tab.page.route('**/uploads', (route) => route.fulfill({ status: 403 }));
  await press(tab, 'send');
  await stateOf(tab, 'old');
  await look(tab, 'numbers too old');
  await tab.page.unrouteAll();
  await tab.follow(tab.main.locator('[data-in=old] button'));
}

async function tourFile(tab: Tab, look: Look): Promise<void> {
  await press(tab, 'file');
  await look(tab, 'with a file');
  await tab.follow(tab.main.locator('[data-file] button[type=submit]'));
  await look(tab, 'no file chosen');
  await chooseFile(tab, Buffer.from('no video at all'));
  await Promise.all([
    tab.page.waitForURL(/check-video/u),
    tab.main.locator('[data-file] button[type=submit]').click(),
  ]);
  await tab.main.locator('[data-refused]').waitFor({ timeout: 60_000 });
  await look(tab, 'refused');
  await tab.answer();
  await tab.isAt('proofing/capture/record');
}

async function tourCheck(tab: Tab, look: Look): Promise<void> {
  await press(tab, 'file');
  await chooseFile(tab);
  await Promise.all([
    tab.page.waitForURL(/check-video/u),
    tab.main.locator('[data-file] button[type=submit]').click(),
  ]);
  await tab.page.waitForLoadState('load');
  await look(tab, 'looked at, or being so');
  await untilLookedAt(tab);
  await look(tab, 'to be used');
  await tab.page.goBack();
  await tab.reload();
  await tab.isAt('proofing/capture/record');
  await look(tab, 'sent already');
  await tab.act('look');
  await untilLookedAt(tab);
}
