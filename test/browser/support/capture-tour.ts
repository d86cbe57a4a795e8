import { drawPicture } from '../../support/pictures.ts';
import { goodPassword } from '../../support/accounts.ts';
import { registerAskingService } from '../../support/proof-walks.ts';
import { matchedPerson, proven, type Matched } from '../../support/ways-walks.ts';
import type { TestApp } from '../../support/app.ts';
import type { TestService } from '../../support/service.ts';
import type { Device, Tab } from './device.ts';
import type { Tour } from './tour.ts';

/** A file as somebody chooses it on their device. */
export interface ChosenFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export async function somePhoto(): Promise<ChosenFile> {
  return { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: await drawPicture() };
}

let people = 0;

/** Comes to the first page of capture, as somebody who is known at P5. The app has the method that has photos alone. */
export async function comeToCapture(
  { app, device }: { readonly app: TestApp; readonly device: Device },
  service?: TestService,
): Promise<{ readonly tab: Tab; readonly person: Matched }> {
  people += 1;
  const asking = service ?? (await registerAskingService(app));
  const who = {
    email: `photo${people}-${device.language}@example.org`,
    phone: `07700 900 ${String(600 + people)}`,
    password: goodPassword,
  };
  const person = await matchedPerson({ app, service: asking }, who, {});
  const tab = await device.openTab();
  await tab.open(await asking.requestAddress({ ...proven, prompt: 'login' }));
  if ((await tab.main.getAttribute('data-page')) !== 'journeys/sign-in/enter-email')
    await tab.answerWith('choice', 'sign-in');
  await tab.answer({ email: who.email });
  await tab.answer({ password: goodPassword });
  await tab.choose('way', 'photos');
  await tab.answer();
  return { tab, person };
}

/** Chooses a file on the page's form, and sends it. */
export async function sendFile(tab: Tab, file: ChosenFile): Promise<void> {
  await tab.main.locator('input[type=file]').setInputFiles(file);
  await tab.answer();
}

/** Whether a page is one of those that {@link tourCapture} visits, all of them. */
export function isOfPhotos(page: string): boolean {
  const folders = ['document', 'how', 'photo', 'check-photo', 'on-your-phone'];
  return (
    folders.some((folder) => page === `proofing/capture/${folder}`) ||
    page.startsWith('journeys/on-your-phone/')
  );
}

/** Photographs documents, with every mistake; goes on with another device, and ends there in every way. */
export async function tourCapture(
  { app, device, look }: Tour,
  openPhone: () => Promise<Device>,
): Promise<void> {
  const { tab } = await comeToCapture({ app, device });
  await look(tab, 'asked');
  await tab.main.locator('details summary').click();
  await look(tab, 'with what is refused');
  await tab.answer();
  await look(tab, 'not chosen');
  await tab.answerWith('documentKind', 'passport');
  await look(tab, 'passport');
  await tab.answer();
  await look(tab, 'passport');
  await tab.answer();
  await look(tab, 'no photo');
  await tab.follow(tab.page.locator('a.nhsuk-back-link'));
  await tab.follow(tab.page.locator('a.nhsuk-back-link'));
  await tab.answerWith('documentKind', 'uk-driving-licence');
  await look(tab, 'driving licence');
  await tab.answer();
  await look(tab, 'front');
  await sendFile(tab, { name: 'x.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
  await look(tab, 'wrong type');
  await sendFile(tab, await somePhoto());
  await look(tab, 'to be checked');
  await tab.act('again');
  await tab.act('on-phone');
  await look(tab, 'waiting');
  await tourPhone({ app, look, tab }, openPhone);
  await tab.page.close();
}

async function tourPhone(
  { app, look, tab }: Pick<Tour, 'app' | 'look'> & { readonly tab: Tab },
  openPhone: () => Promise<Device>,
): Promise<void> {
  const phone = await openPhone();
  const there = await phone.openTab();
  await there.open(`${app.origin}/continue`);
  await look(there, 'asked');
  await there.answer({ code: 'AAAA AAAA' });
  await look(there, 'wrong');
  await there.answer({ code: await tab.main.locator('.bevan-short-code').innerText() });
  await look(there, 'asked');
  await there.answer();
  await look(there, 'how');
  await there.answer();
  await look(there, 'photo');
  await sendFile(there, await somePhoto());
  await look(there, 'to be checked');
  await there.answer();
  await tab.reload();
  await look(tab, 'connected');
  await sendFile(there, await somePhoto());
  await there.answer();
  await look(there, 'done');
  await tab.page.waitForURL(/photos-send$/u);
  await there.reload();
  await look(there, 'ended');
  await there.follow(there.main.locator('a').first());
  while ((await there.main.getAttribute('data-page')) === 'journeys/on-your-phone/code')
    await there.answer({ code: 'AAAA AAAA' });
  await look(there, 'too many');
  app.home.clock.advance(901);
  await phone.close();
}
