import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { drawPicture } from '../support/pictures.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { expectPage } from '../support/walks.ts';
import { chooseWay, comeToWays, matchedPerson, type Matched } from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
const methods = path.resolve(import.meta.dirname, '../support/methods');

before(async () => {
  app = await startTestApp({
    register: true,
    gpSystems: true,
    methodFolders: [methods],
    environment: { BEVAN_LOG_LEVEL: 'error' },
  });
  service = await registerAskingService(app);
});
after(() => app.close());

const jpeg = async () => ({ name: 'photo.jpg', type: 'image/jpeg', bytes: await drawPicture() });

/** Somebody on the first page of capture. */
async function atCapture(name: string): Promise<Matched> {
  const person = await matchedPerson({ app, service }, somebody(name));
  await comeToWays(person);
  await chooseWay(person, /With photos/u);
  expectPage(person.browser, 'photos-document');
  return person;
}

describe('photos of a document', () => {
  test('are taken of the page of a passport, looked at, and kept', async () => {
    const { browser } = await atCapture('ada');
    await browser.submit({ documentKind: 'passport' });
    expectPage(browser, 'photos-how');
    await browser.submit();
    expectPage(browser, 'photos-front');
    await browser.upload(await jpeg());
    expectPage(browser, 'photos-front-check');
    await browser.press('Use this photo');
    expectPage(browser, 'photos-send');
  });
});
