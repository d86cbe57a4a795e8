import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { levelOf } from '#identity';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { expectPage } from '../support/walks.ts';
import {
  chooseWay,
  comeToWays,
  gpSystemsOf,
  matchedPerson,
  proven,
  typeDetails,
} from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true, gpSystems: true });
  service = await registerAskingService(app);
});
after(() => app.close());

const matched = (name: string) => matchedPerson({ app, service }, somebody(name));

test('nobody proves who they are for the account of whoever sent them the address of a request', async () => {
  const mallory = await matched('mallory');
  await comeToWays(mallory);
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
  const vera = await matched('vera');
  await comeToWays(vera);
  const tab = vera.browser.newTab();
  await tab.open(address);
  assert.doesNotMatch(tab.page.address.pathname, /^\/ways-to-prove\//u);
  await mallory.browser.open(address);
  expectPage(mallory.browser, 'choose');
});

test('of two people at one browser, one proves nothing on the page of the other that is still open', async () => {
  const ada = await matched('ada');
  const { odsCode, nhsNumber } = ada;
  const details = await gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });
  await comeToWays(ada);
  await chooseWay(ada, /registration details/u);
  const bob = { ...(await matched('bob')), browser: ada.browser.newTab() };
  await comeToWays(bob, { ...proven, prompt: 'login' });
  await typeDetails(ada, details);
  assert.match(ada.browser.page.address.pathname, /^\/sign-in\//u);
  assert.equal(await levelOf(app.home.house.deps, ada.accountId), 'P5');
  // They were not shown to the surgery's system: in Ada's own session they work.
  const again = { ...ada, browser: new Person(app) };
  await comeToWays(again);
  await chooseWay(again, /registration details/u);
  await typeDetails(again, details);
  assert.equal(await levelOf(app.home.house.deps, ada.accountId), 'P9');
});
