import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { levelOf } from '#identity';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { expectPage } from '../support/walks.ts';
import {
  chooseWay,
  comeToWays,
  gpSystemsOf,
  matchedPerson,
  typeDetails,
  type Matched,
  type MatchedAs,
} from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({
    register: true,
    gpSystems: true,
    environment: { BEVAN_FAILED_GP_DETAILS_PER_ADDRESS: '8', BEVAN_TRUSTED_PROXIES: '127.0.0.1' },
  });
  service = await registerAskingService(app);
});
after(() => app.close());

let networks = 0;
/** Everybody comes from a network of their own, unless told otherwise. */
const from = (network: number) => ({ 'x-forwarded-for': `203.0.113.${network}` });
const matched = (name: string, as: MatchedAs = {}) => {
  networks += 1;
  return matchedPerson({ app, service }, somebody(name), { headers: from(networks), ...as });
};
const issueTo = ({ odsCode, nhsNumber }: Matched) => gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });

async function comeToDetails(person: Matched): Promise<void> {
  await comeToWays(person);
  await chooseWay(person, /registration details/u);
}

let wrongs = 0;
/** @returns details of an online account that nobody has claimed before */
function wrongDetails({ odsCode }: Matched) {
  wrongs += 1;
  return { odsCode, accountId: String(7_000_000_000 + wrongs), linkageKey: 'aB3dE6gH9kLm2' };
}

describe('after details that don’t work', () => {
  test('five times, a login waits an hour; then the right ones work', async () => {
    const ada = await matched('ada');
    await comeToDetails(ada);
    for (let time = 1; time <= 5; time += 1) {
      await typeDetails(ada, wrongDetails(ada));
      expectPage(ada.browser, 'gp-online-details-not-connected');
      if (time < 5) assert.doesNotMatch(ada.browser.page.text, /have to wait/u);
      else assert.match(ada.browser.page.text, /have to wait 60 minutes/u);
      await ada.browser.submit();
    }
    assert.equal(ada.browser.page.status, 429);
    assert.match(ada.browser.page.heading, /Try again in 60 minutes/u);
    const details = await issueTo(ada);
    app.home.clock.advance(1800);
    await ada.browser.follow('Return to the page you were on');
    assert.match(ada.browser.page.heading, /Try again in 30 minutes/u);
    app.home.clock.advance(1801);
    await comeToDetails(ada);
    await typeDetails(ada, details);
    assert.equal(await levelOf(app.home.house.deps, ada.accountId), 'P9');
  });

  test('the limit holds for a login in another browser, and for many tries at the same moment', async () => {
    const ben = await matched('ben');
    await comeToDetails(ben);
    const tabs = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const tab = ben.browser.newTab();
        await tab.open(ben.browser.page.address);
        return { ...ben, browser: tab };
      }),
    );
    const details = wrongDetails(ben);
    await Promise.all(
      tabs.map((tab, index) => typeDetails(tab, { ...details, accountId: `80000000${10 + index}` })),
    );
    const { rows } = await app.home.house.database.pool.query<{ count: string }>(
      "SELECT count(*) FROM identity.decision WHERE account_id = $1 AND outcome = 'refused'",
      [ben.accountId],
    );
    assert.equal(rows[0]?.count, '5');
    const again = { ...ben, browser: (await matched('unused')).browser };
    await comeToDetails({ ...again, who: ben.who });
    assert.equal(again.browser.page.status, 429);
  });

  test('of one online account from several logins, its key can’t be guessed on by another login', async () => {
    const cai = await matched('cai');
    const right = await issueTo(cai);
    for (const name of ['dot', 'eve']) {
      const person = await matched(name);
      await comeToDetails(person);
      for (let time = 0; time < 3; time += 1) {
        await typeDetails(person, { ...right, linkageKey: `guess-${name}-${time}` });
        if (person.browser.page.status !== 429) await person.browser.submit();
      }
    }
    await comeToDetails(cai);
    await typeDetails(cai, right);
    assert.equal(cai.browser.page.status, 429);
    app.home.clock.advance(3601);
    await comeToDetails(cai);
    await typeDetails(cai, right);
    assert.equal(await levelOf(app.home.house.deps, cai.accountId), 'P9');
  });

  test('many from one network lock it for everybody there, and nobody elsewhere', async () => {
    const headers = from(200);
    for (const name of ['fay', 'gus']) {
      const person = await matched(name, { headers });
      await comeToDetails(person);
      for (let time = 0; time < 4; time += 1) {
        await typeDetails(person, wrongDetails(person));
        if (person.browser.page.status !== 429) await person.browser.submit();
      }
    }
    const hal = await matched('hal', { headers });
    await comeToDetails(hal);
    assert.equal(hal.browser.page.status, 429);
    const ida = await matched('ida');
    await comeToDetails(ida);
    expectPage(ida.browser, 'gp-online-details-details');
  });

  test('who is locked uses up nothing that others share by going on', async () => {
    const headers = from(201);
    const kay = await matched('kay', { headers });
    await comeToDetails(kay);
    const { address } = kay.browser.page;
    for (let time = 0; time < 15; time += 1) {
      const tab = kay.browser.newTab();
      await tab.open(address);
      if (tab.page.forms.some((form) => 'gpLinkageKey' in form.fields))
        await typeDetails({ ...kay, browser: tab }, wrongDetails(kay));
    }
    const leo = await matched('leo', { headers });
    await comeToDetails(leo);
    expectPage(leo.browser, 'gp-online-details-details');
  });

  test('that a surgery’s system does not answer, twenty times in an hour are enough', async () => {
    const may = await matched('may');
    await comeToDetails(may);
    const [form] = may.browser.page.forms;
    const supplier = await gpSystemsOf(app).gpSystems.supplierOf(may.odsCode);
    await gpSystemsOf(app).setFault({ supplierId: supplier?.id ?? '', kind: 'too-many', times: 100 });
    const statuses: number[] = [];
    for (let time = 0; time < 22; time += 1) {
      const { accountId: gpUserId, odsCode, linkageKey: gpLinkageKey } = wrongDetails(may);
      const fields = { ...form?.fields, gpUserId, odsCode, gpLinkageKey };
      const answer = await may.browser.send(form?.action ?? '', may.browser.formOf(fields));
      statuses.push((await may.browser.send(answer.headers.get('location') ?? '')).status);
    }
    await gpSystemsOf(app).clearFaults();
    assert.deepEqual(new Set(statuses.slice(0, 20)), new Set([503]));
    assert.deepEqual(statuses.slice(20), [429, 429]);
  });

  test('a lock says so in Welsh too, and leads to the service', async () => {
    const headers = from(200);
    const jim = await matched('jim', { headers });
    await comeToDetails(jim);
    await jim.browser.follow('Cymraeg');
    assert.match(jim.browser.page.heading, /Rhowch gynnig arall mewn/u);
    await jim.browser.press(/Mynd yn ôl i/u);
    assert.equal(jim.browser.page.address.searchParams.get('error_description'), 'IdentityLevelNotReached');
  });
});
