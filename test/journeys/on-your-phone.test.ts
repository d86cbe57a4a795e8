import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { submitAttempt } from '../../src/proofing/capture/attempts.ts';
import { auditOf } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import {
  atCapture,
  attemptOf,
  chooseDocument,
  methodFolders,
  photoAddress,
  photograph,
  somePhoto,
} from '../support/capture-walks.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { expectPage } from '../support/walks.ts';
import { proven, type Matched } from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();

before(async () => {
  app = await startTestApp({ register: true, gpSystems: true, methodFolders });
  service = await registerAskingService(app);
});
after(() => app.close());

const codeOn = ({ page }: Person) => /bevan-short-code">([^<]+)</u.exec(page.html)?.[1] ?? '';

/** Somebody at a desk, who waits while they go on with a phone. */
async function waiting(name: string): Promise<Matched & { readonly code: string }> {
  const desk = await atCapture({ app, service }, somebody(name));
  await chooseDocument(desk.browser, 'passport');
  await desk.browser.press('Continue on your phone');
  expectPage(desk.browser, 'photos-phone');
  return { ...desk, code: codeOn(desk.browser) };
}

/** A phone in which the code is typed, on the page that says whose it is. */
async function phoneWith(code: string, at: TestApp = app): Promise<Person> {
  const phone = new Person(at);
  await phone.open('/continue');
  await phone.submit({ code });
  return phone;
}

async function joined(code: string): Promise<Person> {
  const phone = await phoneWith(code);
  expectPage(phone, 'whose');
  await phone.press('Yes, this is mine: continue');
  expectPage(phone, 'photos-how');
  await phone.submit();
  expectPage(phone, 'photos-front');
  return phone;
}

const ended = (phone: Person) => {
  assert.equal(phone.page.address.pathname, '/continue/ended');
  assert.match(phone.page.text, /This device is no longer connected/u);
};
const progress = async ({ browser }: Matched) => {
  const answer = await browser.send(`${browser.page.address.pathname}/progress`);
  return z.object({ state: z.string() }).parse(await answer.json());
};

describe('continuing on a phone', () => {
  test('goes on with what was begun, without a sign-in there, and comes back to where it was', async () => {
    const ada = await waiting('ada');
    assert.match(ada.browser.page.text, /Waiting for your phone/u);
    assert.equal((await progress(ada)).state, 'waiting');
    const phone = await phoneWith(ada.code.toLowerCase().replace(' ', '-'));
    expectPage(phone, 'whose');
    assert.match(phone.page.text, /Only go on if you have just seen this code on your own screen/u);
    assert.match(phone.page.text, /Riverside Surgery Online/u);
    assert.ok(phone.page.text.includes(`${ada.who.email.slice(0, 1)}•••@`));
    assert.ok(!phone.page.text.includes(ada.who.email));
    await phone.press('Yes, this is mine: continue');
    assert.equal((await progress(ada)).state, 'joined');
    await phone.submit();
    await photograph(phone, 'passport');
    expectPage(phone, 'finished');
    assert.match(phone.page.text, /Nothing has been sent yet/u);
    assert.equal((await progress(ada)).state, 'finished');
    await ada.browser.reload();
    await ada.browser.press('I have finished on my phone');
    expectPage(ada.browser, 'photos-send');
    await phone.reload();
    ended(phone);
    const events = await auditOf(app.home, ada.accountId);
    for (const type of ['attempt.opened', 'hand-over.opened', 'hand-over.joined', 'hand-over.ended'])
      assert.ok(events.includes(type), type);
  });

  test('begins with a link, too, which does nothing by being opened', async () => {
    const ben = await waiting('ben');
    const address = `/continue?code=${ben.code.replace(' ', '')}`;
    for (const _ of [1, 2]) {
      const phone = new Person(app);
      await phone.open(address);
      expectPage(phone, 'whose');
    }
    assert.equal((await progress(ben)).state, 'waiting');
    const phone = new Person(app);
    await phone.open(address);
    await phone.press('No, I did not ask for this');
    ended(phone);
    assert.equal((await progress(ben)).state, 'waiting');
  });

  test('can be left: the desk goes on with what the phone has added, and the phone adds no more', async () => {
    const cai = await waiting('cai');
    const phone = await joined(cai.code);
    await phone.upload(await somePhoto());
    await cai.browser.press('Carry on with this device instead');
    expectPage(cai.browser, 'photos-front-check');
    await phone.press('Use this photo');
    ended(phone);
    assert.equal((await attemptOf(cai)).captured.front?.isKept, false);
    await cai.browser.press('Use this photo');
    expectPage(cai.browser, 'photos-send');
  });

  test('can be gone on with at the desk, without a photo', async () => {
    const dot = await waiting('dot');
    await dot.browser.press('Carry on with this device instead');
    expectPage(dot.browser, 'photos-front');
  });
});

describe('a code for a phone', () => {
  test('works for ten minutes', async () => {
    const eve = await waiting('eve');
    app.home.clock.advance(601);
    const phone = await phoneWith(eve.code);
    assert.match(phone.page.errors['code'] ?? '', /This code does not work/u);
    await eve.browser.reload();
    assert.match(eve.browser.page.text, /more than 10 minutes old/u);
    await eve.browser.press('Get a new code');
    await joined(codeOn(eve.browser));
    app.home.clock.reset();
  });

  test('that was seen before it expired can’t be used after', async () => {
    const fay = await waiting('fay');
    const phone = await phoneWith(fay.code);
    app.home.clock.advance(601);
    await phone.press('Yes, this is mine: continue');
    ended(phone);
    app.home.clock.reset();
  });

  test('works once, also for two phones at the same moment', async () => {
    const gil = await waiting('gil');
    const phones = await Promise.all([1, 2, 3].map(() => phoneWith(gil.code)));
    await Promise.all(phones.map((phone) => phone.press('Yes, this is mine: continue')));
    const inside = phones.filter(({ page }) => page.address.pathname.endsWith('/photos-how'));
    assert.equal(inside.length, 1);
    const late = await phoneWith(gil.code);
    assert.match(late.page.errors['code'] ?? '', /This code does not work/u);
  });

  test('is told apart from no other by what a wrong, a used and an old one are answered', async () => {
    const hal = await waiting('hal');
    await joined(hal.code);
    const used = await phoneWith(hal.code);
    const wrong = await phoneWith('AAAA AAAA');
    const noCode = await phoneWith('0000 1111');
    assert.deepEqual([used.page.text, wrong.page.text], [wrong.page.text, noCode.page.text]);
  });

  test('takes the place of the one before: the phone that used that is not connected any more', async () => {
    const ida = await waiting('ida');
    const first = await joined(ida.code);
    await ida.browser.press('Get a new code');
    await first.upload(await somePhoto());
    ended(first);
    const second = await joined(codeOn(ida.browser));
    await second.upload(await somePhoto());
    expectPage(second, 'photos-front-check');
  });
});

describe('a phone that was let in', () => {
  test('sees no photo that it has not taken itself', async () => {
    const jon = await atCapture({ app, service }, somebody('jon'));
    await chooseDocument(jon.browser, 'uk-driving-licence');
    await jon.browser.upload(await somePhoto());
    await jon.browser.press('Use this photo');
    await jon.browser.press('Continue on your phone');
    const phone = await phoneWith(codeOn(jon.browser));
    await phone.press('Yes, this is mine: continue');
    expectPage(phone, 'photos-back');
    const front = phone.page.address.pathname.replace(/back$/u, 'front-check');
    await phone.open(front);
    assert.match(phone.page.text, /taken on your other device. It is not shown here/u);
    assert.doesNotMatch(phone.page.html, /bevan-photo/u);
    assert.equal((await phone.send(`${front}/image`)).status, 404);
    await phone.open(phone.page.address.pathname.replace(/front-check$/u, 'back'));
    await phone.upload(await somePhoto());
    assert.equal((await phone.send(photoAddress(phone))).status, 200);
  });

  test('can’t send, sign in, choose another way or let a third one in', async () => {
    const kim = await waiting('kim');
    const phone = await joined(kim.code);
    assert.doesNotMatch(phone.page.text, /on your phone|another way|Not now/u);
    const { pathname } = phone.page.address;
    const fields = phone.page.forms[0]?.fields ?? {};
    for (const address of [`${pathname}/not-now`, `${pathname}/other-way`]) {
      await phone.post(address, fields);
      assert.equal(phone.page.status, 404);
    }
    await phone.post(`${pathname}/on-phone`, fields);
    expectPage(phone, 'photos-front');
    await phone.open(kim.browser.page.address.pathname);
    assert.equal(phone.page.status, 400);
    await phone.open(await service.requestAddress({ ...proven, prompt: 'none' }));
    assert.equal(phone.page.address.searchParams.get('error'), 'sso_login_required');
  });

  test('is out when its owner signs out', async () => {
    const lea = await waiting('lea');
    const phone = await joined(lea.code);
    const tab = lea.browser.newTab();
    await tab.open('/session/end');
    await tab.press(/Sign out|Yes/u);
    const before = (await attemptOf(lea)).captured;
    const there = phone.newTab();
    await phone.upload(await somePhoto());
    ended(phone);
    await there.open(there.page.address);
    ended(there);
    assert.deepEqual((await attemptOf(lea)).captured, before);
  });

  test('is out when what it adds to is sent', async () => {
    const max = await waiting('max');
    const phone = await joined(max.code);
    const { id: attemptId } = await attemptOf(max);
    await app.home.house.transact((deps) => submitAttempt(deps, { attemptId, accountId: max.accountId }));
    await phone.upload(await somePhoto());
    ended(phone);
    const late = await phoneWith(max.code);
    assert.match(late.page.errors['code'] ?? '', /does not work/u);
  });
});

test('whoever guesses codes is stopped after thirty, by network, and a good code counts as no guess', async () => {
  // What was guessed before is forgotten.
  app.home.clock.advance(901);
  const ned = await waiting('ned');
  const other = await startTestApp({
    register: true,
    gpSystems: true,
    methodFolders,
    beside: app,
    resting: true,
  });
  for (let guess = 0; guess < 29; guess += 1) await phoneWith('AAAA AAAA');
  const phone = await phoneWith(ned.code, other);
  expectPage(phone, 'whose');
  await phoneWith('AAAA AAAA', other);
  const stopped = await phoneWith(ned.code);
  assert.equal(stopped.page.status, 429);
  assert.match(stopped.page.heading, /^Try again in 15 minutes$/u);
  const byLink = new Person(app);
  await byLink.open(`/continue?code=${ned.code.replace(' ', '')}`);
  assert.equal(byLink.page.status, 429);
  await other.close();
});
