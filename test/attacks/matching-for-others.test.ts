import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { levelOf, readDecisions } from '#identity';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import {
  addToRegister,
  beginProof,
  fillIn,
  lookForRecord,
  matched,
  registerAskingService,
  withLogin,
} from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { expectPage, signInWithPassword } from '../support/walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true });
  service = await registerAskingService(app);
});
after(() => app.close());

const known = (name: string) => withLogin({ app, service }, somebody(name));
const level = (accountId: string) => levelOf(app.home.house.deps, accountId);

describe('the address of a request that another began', () => {
  test('has nobody prove who they are for the account of whoever sent it to them', async () => {
    const mallory = await known('mallory');
    await beginProof(mallory);
    const uid = mallory.browser.cookies['interaction'] ?? '';
    assert.match(uid, /^[\w-]{16,}$/u);

    const address = `/interaction/${uid}`;
    // A page below the same domain may be able to give a browser cookies of another's.
    const planted = `interaction=${uid}; interaction.sig=${mallory.browser.cookies['interaction.sig']}`;
    for (const headers of [{}, { cookie: planted }]) {
      const victim = new Person(app);
      await victim.open(address, { headers });
      assert.equal(victim.page.heading, 'Go back to the website or app and start again');
    }
    // Nor for somebody who is signed in themselves.
    const vera = await known('vera');
    await beginProof(vera);
    const tab = vera.browser.newTab();
    await tab.open(address);
    assert.doesNotMatch(tab.page.address.pathname, /^\/prove-identity\//u);
    const { session, 'session.sig': signature } = vera.browser.cookies;
    const misled = new Person(app);
    await misled.open(address, {
      headers: { cookie: `${planted}; session=${session}; session.sig=${signature}` },
    });
    assert.equal(misled.page.heading, 'Go back to the website or app and start again');
    // Who began it is not held up.
    await mallory.browser.open(address);
    expectPage(mallory.browser, 'start');
  });
});

describe('two people at one browser', () => {
  test('one is not looked for in the other’s name, whose page is still open', async () => {
    const ada = await known('ada');
    await beginProof(ada);
    await fillIn(ada.browser, await addToRegister(app));

    const bob = { ...(await known('bob')), browser: ada.browser.newTab() };
    await signInWithPassword(bob, { ...matched, prompt: 'login' });
    expectPage(bob.browser, 'start');

    await ada.browser.submit();
    assert.match(ada.browser.page.address.pathname, /^\/sign-in\//u);
    assert.equal(await level(ada.accountId), 'P0');
    assert.deepEqual(await readDecisions(app.home.house.deps, ada.accountId), []);
  });

  test('one says of nothing that was found for the other that it is theirs', async () => {
    const cai = await known('cai');
    await lookForRecord(cai, await addToRegister(app));
    expectPage(cai.browser, 'is-this-you');
    const dot = { ...(await known('dot')), browser: cai.browser.newTab() };
    await signInWithPassword(dot, { ...matched, prompt: 'login' });
    const { href } = cai.browser.page.address;
    for (const page of ['is-this-you', 'check-details', 'nhs-number']) {
      const { heading, html } = await dot.browser.open(href.replace('is-this-you', page));
      assert.equal(heading, 'Go back to the website or app and start again', page);
      assert.doesNotMatch(html, /999 ?\d{3} ?\d{4}|LS1 4AP|Meadows/u);
    }
    await cai.browser.submit({ choice: 'yes' });
    assert.match(cai.browser.page.address.pathname, /^\/sign-in\//u);
    assert.equal(await level(cai.accountId), 'P0');
    assert.equal(await level(dot.accountId), 'P0');
  });
});
