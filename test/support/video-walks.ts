import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { faceOf, drawVideo } from '#sandbox';
import type { TestApp } from './app.ts';
import type { MadeUp } from './people.ts';
import type { Page } from './page.ts';
import type { Person } from './person.ts';
import type { TestService } from './service.ts';
import { until } from './until.ts';
import { expectPage } from './walks.ts';
import { chooseWay, comeToWays, matchedPerson, type Matched } from './ways-walks.ts';

/** Where the way is that is a video alone. */
export const videoMethods = path.resolve(import.meta.dirname, 'video-methods');

let drawn: Promise<Buffer> | undefined;
/** @returns a video of a face that shows numbers; which ones nobody here looks at */
export function someVideo(): Promise<Buffer> {
  drawn ??= drawVideo({ face: faceOf('ada'), way: 'write', digits: [1, 2, 3, 4] });
  return drawn;
}

export const asFile = (bytes: Uint8Array, name = 'video.webm', type = 'video/webm') => ({
  name,
  type,
  bytes,
});

/** Makes somebody who comes to the page with the numbers. */
export async function atNumbers(
  parts: { readonly app: TestApp; readonly service: TestService },
  who: MadeUp,
  way: 'say' | 'write' | 'sign' = 'write',
): Promise<Matched> {
  const person = await matchedPerson(parts, who);
  await comeToWays(person);
  await chooseWay(person, /With a video/u);
  expectPage(person.browser, 'video-way');
  await person.browser.submit({ way });
  expectPage(person.browser, 'video-record');
  return person;
}

/** @returns the four numbers that a page shows */
export function numbersOn({ html }: Page): string {
  const shown = /class="bevan-numbers__digits" aria-hidden="true">(?<digits>.*?)<\/p>/su.exec(html)?.groups?.[
    'digits'
  ];
  return (shown ?? '').replaceAll(/\D/gu, '');
}

/** @returns what a script on a page is told */
export function scriptData({ html }: Page, name: string): string {
  return new RegExp(`data-${name}="(?<value>[^"]*)"`, 'u').exec(html)?.groups?.['value'] ?? '';
}

const msBetweenLooks = 100;

/** Looks at the page again until the video has been looked at. */
export async function whenLookedAt(browser: Person): Promise<Page> {
  let { page } = browser;
  await until(async () => {
    if (!/We are checking your video/u.test(page.heading)) return true;
    await wait(msBetweenLooks);
    page = await browser.reload();
    return false;
  }, 'a look at the video');
  return page;
}

/** What a script sends to begin an upload, from the page in front of somebody. */
export function beginUpload(
  browser: Person,
  bytes: number,
  ticket = scriptData(browser.page, 'ticket'),
): Promise<Response> {
  return browser.send('/uploads', {
    method: 'POST',
    headers: {
      'tus-resumable': '1.0.0',
      'upload-length': String(bytes),
      'upload-ticket': ticket,
      'sec-fetch-site': 'same-origin',
    },
  });
}

export async function continueUpload(
  browser: Person,
  part: {
    readonly address: string;
    readonly ticket: string;
    readonly offset: number;
    readonly bytes: Uint8Array;
  },
): Promise<Response> {
  return browser.send(part.address, {
    method: 'PATCH',
    headers: {
      'tus-resumable': '1.0.0',
      'upload-offset': String(part.offset),
      'upload-ticket': part.ticket,
      'content-type': 'application/offset+octet-stream',
      'sec-fetch-site': 'same-origin',
    },
    body: Buffer.from(part.bytes),
  });
}

/** Uploads a video as a script does, without handing it over. @returns the upload's id */
export async function uploadByScript(browser: Person, video: Uint8Array): Promise<string> {
  const ticket = scriptData(browser.page, 'ticket');
  const begun = await beginUpload(browser, video.length, ticket);
  const address = begun.headers.get('location') ?? '';
  if (begun.status !== 201) throw new Error(`an upload was not begun: ${begun.status}`);
  const done = await continueUpload(browser, { address, ticket, offset: 0, bytes: video });
  if (done.status !== 204) throw new Error(`an upload was not taken: ${done.status}`);
  return address.split('/').at(-1) ?? '';
}
