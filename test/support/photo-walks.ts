import { setTimeout as wait } from 'node:timers/promises';
import type { Person } from './person.ts';
import { drawPicture } from './pictures.ts';
import { smallVideo } from './small-video.ts';
import { until } from './until.ts';
import { expectPage, type Traveller } from './walks.ts';
import { chooseWay, comeToWays } from './ways-walks.ts';

/** Where the pages of photo ID with a video are, below the journey. */
export const photoId = 'photo-id-video-';

const drawn: { photo?: Promise<Buffer> } = {};

/** A photo that shows nothing in particular, sharply. */
export function anyPhoto(): Promise<Buffer> {
  drawn.photo ??= drawPicture({ width: 1600, height: 1200 });
  return drawn.photo;
}

/** Comes from a service that needs them proven, and chooses photo ID with a video. */
export async function comeToPhotoId(person: Traveller): Promise<void> {
  await comeToWays(person);
  expectPage(person.browser, 'choose');
  await chooseWay(person, /photo ID/u);
  expectPage(person.browser, `${photoId}before-you-start`);
}

export async function uploadPhoto({ browser }: Traveller, bytes?: Buffer): Promise<void> {
  await browser.upload({ name: 'photo.jpg', type: 'image/jpeg', bytes: bytes ?? (await anyPhoto()) });
}

export async function uploadVideo({ browser }: Traveller, bytes?: Buffer): Promise<void> {
  await browser.upload({ name: 'video.webm', type: 'video/webm', bytes: bytes ?? (await smallVideo()) });
}

/** From the page that chooses a document, up to the first about the video. */
export async function photograph(person: Traveller, documentKind = 'passport'): Promise<void> {
  const { browser } = person;
  expectPage(browser, `${photoId}document`);
  await browser.submit({ documentKind });
  expectPage(browser, `${photoId}how`);
  await browser.submit();
  for (const side of ['front', 'back']) {
    if (!browser.page.address.pathname.endsWith(`${photoId}${side}`)) continue;
    await uploadPhoto(person);
    expectPage(browser, `${photoId}${side}-check`);
    await browser.press(/^(Use this photo|Defnyddio’r llun hwn)$/u);
  }
}

const msBetweenLooks = 100;

/** Looks at the page again until it shows the video, as it does when that has been looked at. */
export async function whenVideoIsThere(browser: Person): Promise<void> {
  await until(async () => {
    if (/<video/u.test(browser.page.html)) return true;
    await wait(msBetweenLooks);
    await browser.reload();
    return false;
  }, 'a look at the video');
}

/** From there, up to the page that shows everything once more. */
export async function film(
  person: Traveller,
  way: 'say' | 'write' | 'sign' = 'say',
  below = photoId,
): Promise<void> {
  const { browser } = person;
  expectPage(browser, `${below}way`);
  await browser.submit({ way });
  expectPage(browser, `${below}record`);
  await uploadVideo(person);
  expectPage(browser, `${below}check-video`);
  await whenVideoIsThere(browser);
  await browser.submit();
}

/** From the first page of photo ID, up to the page that shows everything once more. */
export async function bringTogether(person: Traveller, documentKind?: string): Promise<void> {
  await person.browser.submit();
  await photograph(person, documentKind);
  await film(person);
  expectPage(person.browser, `${photoId}check`);
}

/** All of it, up to the page that says that it was sent. */
export async function sendEverything(person: Traveller): Promise<void> {
  await comeToPhotoId(person);
  await bringTogether(person);
  await person.browser.submit({ isMe: 'yes' });
  expectPage(person.browser, `${photoId}sent`);
}
