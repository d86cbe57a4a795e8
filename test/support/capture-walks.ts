import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hasBack, type DocumentKind } from '../../src/proofing/capture/answers.ts';
import { findOpenAttempt, type Attempt } from '../../src/proofing/capture/attempts.ts';
import type { TestApp } from './app.ts';
import type { MadeUp } from './people.ts';
import type { Person } from './person.ts';
import { drawPicture } from './pictures.ts';
import type { TestService } from './service.ts';
import { expectPage } from './walks.ts';
import { chooseWay, comeToWays, matchedPerson, type Matched } from './ways-walks.ts';

/** The method that has photos alone, for what holds whatever else a method asks for. */
export const photosMethod = 'photos';
/** Where it is. */
export const methodFolders = [path.resolve(import.meta.dirname, 'methods')];

/** A file as somebody chooses it. */
export interface SomeFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

let drawn: Promise<Buffer> | undefined;

/** @returns a photo of something, in which everything can be seen */
export async function somePhoto(): Promise<SomeFile> {
  drawn ??= drawPicture();
  return { name: 'photo.jpg', type: 'image/jpeg', bytes: await drawn };
}

/** Goes, as somebody who is known at P5, to the first page of capture. */
export async function atCapture(
  at: { readonly app: TestApp; readonly service: TestService },
  who: MadeUp,
): Promise<Matched> {
  const person = await matchedPerson(at, who);
  await comeToWays(person);
  await chooseWay(person, /With photos/u);
  expectPage(person.browser, 'photos-document');
  return person;
}

/** Chooses a document, up to the page that asks for a photo of its front. */
export async function chooseDocument(browser: Person, documentKind: DocumentKind): Promise<void> {
  await browser.submit({ documentKind });
  if (browser.page.address.pathname.endsWith('-how')) await browser.submit();
}

/** From the page that asks for the front, photographs a document and keeps the photos. */
export async function photograph(browser: Person, documentKind: DocumentKind): Promise<void> {
  for (const side of hasBack(documentKind) ? ['front', 'back'] : ['front']) {
    expectPage(browser, `photos-${side}`);
    await browser.upload(await somePhoto());
    expectPage(browser, `photos-${side}-check`);
    await browser.press('Use this photo');
  }
}

/** @returns the attempt that somebody has begun */
export async function attemptOf({ app, accountId }: Matched): Promise<Attempt> {
  const attempt = await findOpenAttempt(app.home.house.deps, { accountId, method: photosMethod });
  if (attempt === undefined) throw new Error('nothing was begun');
  return attempt;
}

/** @returns where a page has the photo that it shows */
export function photoAddress({ page }: Person): string {
  const [, src = ''] = /<img class="bevan-photo" src="([^"]+)"/u.exec(page.html) ?? [];
  if (src === '') throw new Error('no photo is shown');
  return src;
}

/** A file of ours that is no picture. */
export async function noPicture(): Promise<SomeFile> {
  return { name: 'photo.jpg', type: 'image/jpeg', bytes: await readFile(import.meta.filename) };
}
