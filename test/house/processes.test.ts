import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { markPurpose } from '#foundation/storage';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { findFreePort } from '../support/free-port.ts';
import { createPeople, type MadeUp } from '../support/people.ts';
import { Person, type Place } from '../support/person.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword, signUpTo, type Traveller } from '../support/walks.ts';

/** A job whose process died is given to another after so long, at most. */
const mostSecondsLate = 120;

/** Looks on from the tests' own process: registers services and reads what was sent, answers and sends nothing. */
let observer: TestApp;
let service: TestService;
let first: ServerProcess & Place;
let second: ServerProcess & Place;
const somebody = createPeople();

async function start(port: number): Promise<ServerProcess & Place> {
  const started = await startServerProcess(port, {
    BEVAN_MODE: 'sandbox',
    BEVAN_LOG_LEVEL: 'warn',
    BEVAN_ISSUER: observer.origin,
    BEVAN_MASTER_KEY: observer.home.masterKey.toString('base64'),
    DATABASE_URL: observer.home.databaseUrl,
  });
  return { ...started, origin: observer.origin };
}

before(async () => {
  const [port, otherPort] = [await findFreePort(), await findFreePort()];
  const environment = { BEVAN_ISSUER: `http://localhost:${otherPort}` };
  observer = await startTestApp({ resting: true, environment });
  service = await observer.registerTestService();
  const { database, clock } = observer.home.house;
  await markPurpose(database.db, { purpose: 'sandbox', at: clock.now() });
  [first, second] = await Promise.all([start(port), start(otherPort)]);
  await Promise.all([first.ready(), second.ready()]);
});
after(async () => {
  await Promise.all([first.clear(), second.clear()]);
  await observer.close();
});

function travel(name: string, ...places: [Place, ...Place[]]): Traveller {
  return { app: observer, service, browser: new Person(places), who: somebody(name) };
}

/** Waits longer than anywhere else: another process may first have to notice that a job's own one is gone. */
async function lateCodeFor(to: string, channel: 'email' | 'sms'): Promise<string> {
  const until = performance.now() + mostSecondsLate * 1000;
  for (;;) {
    try {
      return await observer.codeFor(to, channel);
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
}

async function makeLogin({ email, password, phone }: MadeUp): Promise<void> {
  await makeAccount(observer.home, { email, password, phone: `+44${phone.slice(1).replaceAll(' ', '')}` });
}

describe('two processes on one database', () => {
  test('answer one sign-up in turn, and one sign-in, as one would', async () => {
    const ada = travel('ada', first, second);
    await signUpTo(ada, 'agree', { vtr: '["P0.Cp.Cd"]' });
    assert.equal((await service.finish(await agree(ada))).userinfo['email'], ada.who.email);
    const again = { ...ada, browser: new Person([second, first]) };
    await signInWithPassword(again, { vtr: '["P0.Cp.Cd"]' });
    await again.browser.submit({ code: await observer.codeFor(ada.who.phone, 'sms') });
    assert.equal((await service.finish(again.browser.page.address)).claims['vot'], 'P0.Cp.Cd');
    await again.browser.open(await service.requestAddress());
    assert.ok(service.isArrival(again.browser.page.address));
  });

  test('count wrong passwords together', async () => {
    const ben = travel('ben', first, second);
    await makeLogin(ben.who);
    await signInWithPassword({ ...ben, who: { ...ben.who, password: 'guess 1' } });
    for (let guess = 2; guess <= 6; guess += 1) await ben.browser.submit({ password: `guess ${guess}` });
    assert.equal(ben.browser.page.status, 429);
  });
});

describe('when one of them is killed', () => {
  test('no account, message or lock is lost, and people go on with the other', async () => {
    // Four people are at the first process: one has just made an account, one waits for a code, one's request is under
    // way, and one has guessed passwords.
    const [made, waiting, sending, guessing] = [
      travel('made', first),
      travel('waiting', first),
      travel('sending', first),
      travel('guessing', first),
    ];
    await makeLogin(guessing.who);
    await signInWithPassword({ ...guessing, who: { ...guessing.who, password: 'guess 1' } });
    for (let guess = 2; guess <= 3; guess += 1) await guessing.browser.submit({ password: `guess ${guess}` });
    await signUpTo(sending, 'create-password');
    await signUpTo(made, 'phone');
    await signUpTo(waiting, 'email-code');
    const { password } = sending.who;
    const underWay = sending.browser.submit({ password, passwordAgain: password }).catch(() => undefined);
    await wait(60);
    first.signal('SIGKILL');
    assert.equal(await first.ended(), null);
    await underWay;

    const elsewhere = (traveller: Traveller) => ({ ...traveller, browser: traveller.browser.newTab(second) });
    const [madeThere, waitingThere, sendingThere, guessingThere] = [
      elsewhere(made),
      elsewhere(waiting),
      elsewhere(sending),
      elsewhere(guessing),
    ];
    await guessingThere.browser.submit({ password: 'guess 4' });
    await guessingThere.browser.submit({ password: 'guess 5' });
    assert.equal(guessingThere.browser.page.status, 400);
    await guessingThere.browser.submit({ password: 'guess 6' });
    assert.equal(guessingThere.browser.page.status, 429);

    await madeThere.browser.submit({ phone: made.who.phone });
    await madeThere.browser.submit({ code: await lateCodeFor(made.who.phone, 'sms') });
    assert.ok((await service.finish(await agree(madeThere))).claims.sub);

    await waitingThere.browser.submit({ code: await lateCodeFor(waiting.who.email, 'email') });
    expectPage(waitingThere.browser, 'phone');

    await sendingThere.browser.reload();
    if (sendingThere.browser.page.address.pathname.endsWith('/create-password')) {
      await sendingThere.browser.submit({ password, passwordAgain: password });
    }
    await sendingThere.browser.submit({ code: await lateCodeFor(sending.who.email, 'email') });
    expectPage(sendingThere.browser, 'phone');
  });

  test('another takes its place and works with what is there', async () => {
    await first.clear();
    first = await start(await findFreePort());
    await first.ready();
    const cai = travel('cai', first, second);
    await signUpTo(cai, 'agree');
    assert.ok((await service.finish(await agree(cai))).claims.sub);
  });
});
