import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { levelOf, readDecisions } from '#identity';
import { listIssuedDetails, readGpConnection, recordIssuedDetails, withdrawIssuedDetails } from '#proofing';
import { eraseAccount } from '#personal-data';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage } from '../support/walks.ts';
import {
  chooseWay,
  comeToWays,
  gpSystemsOf,
  matchedPerson,
  typeDetails,
  type Matched,
  type MatchedAs,
} from '../support/ways-walks.ts';

/** One set of details proves one login, once, while it may. */

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({
    register: true,
    gpSystems: true,
    environment: { BEVAN_FAILED_GP_DETAILS_PER_ADDRESS: '1000' },
  });
  service = await registerAskingService(app);
});
after(() => app.close());

const matched = (name: string, as?: MatchedAs) => matchedPerson({ app, service }, somebody(name), as);
const issueTo = ({ odsCode, nhsNumber }: Matched) => gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });
type Issued = Awaited<ReturnType<typeof issueTo>>;
const level = ({ accountId }: Matched) => levelOf(app.home.house.deps, accountId);
const reasons = async ({ accountId }: Matched) =>
  (await readDecisions(app.home.house.deps, accountId))[0]?.reasons;

async function comeToDetails(person: Matched): Promise<void> {
  await comeToWays(person);
  await chooseWay(person, /registration details/u);
}

/** What the portal does when staff have issued details. */
const issuedHere = ({ odsCode, nhsNumber }: Matched, { accountId, linkageKey }: Issued) =>
  app.home.house.transact((deps) =>
    recordIssuedDetails(deps, {
      odsCode,
      nhsNumber,
      person: { familyName: 'Zephyrmoor' },
      gpUserId: accountId,
      gpLinkageKey: linkageKey,
      check: { way: 'vouching', staffId: 'staff-1', at: deps.clock.now() },
    }),
  );
const stateAt = async ({ odsCode }: Matched) =>
  (await listIssuedDetails(app.home.house.deps, { odsCode })).map(({ state }) => state);

describe('details that have proven a login', () => {
  test('prove no other, not even once that login is closed', async () => {
    const ada = await matched('ada');
    const details = await issueTo(ada);
    await comeToDetails(ada);
    await typeDetails(ada, details);
    await agree(ada);
    const other = await matched('ben');
    await comeToDetails(other);
    await typeDetails(other, details);
    assert.match(other.browser.page.text, /These details have been used already.*CID7004/u);
    assert.deepEqual(await reasons(other), ['gp_details_used']);
    await app.home.house.transact((deps) => eraseAccount(deps, ada.accountId));
    assert.equal(await readGpConnection(app.home.house.deps, ada.accountId), undefined);
    await other.browser.submit();
    await typeDetails(other, details);
    assert.match(other.browser.page.text, /CID7004/u);
    assert.equal(await level(other), 'P5');
  });

  test('are used by one of several who type them at the same moment', async () => {
    const cai = await matched('cai');
    const details = await issueTo(cai);
    const others = await Promise.all(['dot', 'eve', 'fay'].map((name) => matched(name)));
    const all = [cai, ...others];
    for (const person of all) await comeToDetails(person);
    await Promise.all(all.map((person) => typeDetails(person, details)));
    const levels = await Promise.all(all.map(level));
    assert.deepEqual(levels, ['P9', 'P5', 'P5', 'P5']);
  });

  test('of a twin of the same name prove nobody, and are of no use to anybody any more', async () => {
    const twins = { familyName: 'Twinworth', birthdate: '1991-03-04' };
    const [one, other] = [await matched('una', twins), await matched('vic', twins)];
    const { odsCode, nhsNumber } = other;
    const details = await gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });
    await comeToDetails(one);
    await typeDetails(one, details);
    assert.match(one.browser.page.text, /CID7023/u);
    assert.deepEqual(await reasons(one), ['gp_details_of_another']);
    assert.equal(await readGpConnection(app.home.house.deps, one.accountId), undefined);
    await comeToDetails(other);
    await typeDetails(other, details);
    assert.match(other.browser.page.text, /CID7004/u);
    assert.deepEqual(await Promise.all([one, other].map(level)), ['P5', 'P5']);
  });

  test('count once when the button is pressed twice', async () => {
    const gus = await matched('gus');
    const details = await issueTo(gus);
    await comeToDetails(gus);
    const tab = gus.browser.newTab();
    await tab.open(gus.browser.page.address);
    await Promise.all([typeDetails(gus, details), typeDetails({ ...gus, browser: tab }, details)]);
    assert.equal(await level(gus), 'P9');
    const decisions = await readDecisions(app.home.house.deps, gus.accountId);
    // Reading the register at the sign-in is one of its own.
    const outcomes = decisions.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'unchanged');
    assert.deepEqual(outcomes, ['raised']);
  });
});

describe('details that were issued through the portal', () => {
  test('are marked used, and the decision says how staff had checked', async () => {
    const hal = await matched('hal');
    const details = await issueTo(hal);
    await issuedHere(hal, details);
    await comeToDetails(hal);
    await typeDetails(hal, details);
    assert.equal(await level(hal), 'P9');
    assert.deepEqual(await stateAt(hal), ['used']);
    assert.equal((await issuedHere(hal, details)).wereUsed, true);
    const [decision] = await readDecisions(app.home.house.deps, hal.accountId);
    assert.partialDeepStrictEqual(decision?.evidence, { check: { way: 'vouching' } });
  });

  test('prove nobody once staff have withdrawn them, and the surgery’s system is not even asked', async () => {
    const ida = await matched('ida');
    const details = await issueTo(ida);
    const { id } = await issuedHere(ida, details);
    await app.home.house.transact((deps) =>
      withdrawIssuedDetails(deps, { id, odsCode: ida.odsCode, staffId: 'staff-2' }),
    );
    await comeToDetails(ida);
    await typeDetails(ida, details);
    assert.match(ida.browser.page.text, /CID7023/u);
    assert.deepEqual(await reasons(ida), ['gp_details_withdrawn']);
    const { familyName, birthdate } = ida;
    const asked = await gpSystemsOf(app).gpSystems.register({ ...details, familyName, birthdate });
    assert.equal(asked.outcome, 'connected');
  });

  test('are known as withdrawn in whatever case they are typed: a system may not mind it', async () => {
    const hal = await matched('hal');
    const details = await issueTo(hal);
    const { id } = await issuedHere(hal, details);
    await app.home.house.transact((deps) =>
      withdrawIssuedDetails(deps, { id, odsCode: hal.odsCode, staffId: 'staff-2' }),
    );
    const { linkageKey } = details;
    await comeToDetails(hal);
    for (const written of [linkageKey.toLowerCase(), `${linkageKey.slice(0, 4)} ${linkageKey.slice(4)}`]) {
      await typeDetails(hal, { ...details, linkageKey: written });
      assert.deepEqual(await reasons(hal), ['gp_details_withdrawn'], written);
      await hal.browser.submit();
    }
  });

  test('prove nobody whom they were not issued to, and stay good for who they were', async () => {
    const jim = await matched('jim');
    const details = await issueTo(jim);
    await issuedHere(jim, details);
    const kay = await matched('kay');
    await comeToDetails(kay);
    await typeDetails(kay, details);
    assert.match(kay.browser.page.text, /CID7023/u);
    assert.deepEqual(await reasons(kay), ['gp_details_of_another']);
    await comeToDetails(jim);
    await typeDetails(jim, details);
    assert.equal(await level(jim), 'P9');
  });

  test('prove nobody after two weeks', async () => {
    const leo = await matched('leo');
    const details = await issueTo(leo);
    await issuedHere(leo, details);
    app.home.clock.advance(14 * 24 * 3600 + 1);
    await comeToDetails(leo);
    await typeDetails(leo, details);
    assert.match(leo.browser.page.text, /more than 2 weeks old.*CID7023/u);
    assert.deepEqual(await reasons(leo), ['gp_details_expired']);
  });
});

describe('a surgery’s system that does not answer well', () => {
  test('is no try; the same details work when it is back', async () => {
    const may = await matched('may');
    const details = await issueTo(may);
    const supplier = await gpSystemsOf(app).gpSystems.supplierOf(may.odsCode);
    await comeToDetails(may);
    for (let time = 0; time < 6; time += 1) {
      await gpSystemsOf(app).setFault({ supplierId: supplier?.id ?? '', kind: 'too-many', times: 1 });
      await typeDetails(may, details);
      assert.equal(may.browser.page.status, 503);
      assert.match(may.browser.page.heading, /does not answer at the moment/u);
      await may.browser.follow('Try again');
    }
    await typeDetails(may, details);
    assert.equal(await level(may), 'P9');
  });

  test('that took the details and could not say whose they are, is asked that later', async () => {
    const ned = await matched('ned');
    const details = await issueTo(ned);
    const supplier = await gpSystemsOf(app).gpSystems.supplierOf(ned.odsCode);
    const setFault = (times: number) =>
      gpSystemsOf(app).setFault({ supplierId: supplier?.id ?? '', kind: 'too-many', times, passes: 2 });
    await setFault(10);
    await comeToDetails(ned);
    await typeDetails(ned, details);
    assert.equal(ned.browser.page.status, 503);
    await gpSystemsOf(app).clearFaults();
    await ned.browser.follow('Try again');
    await typeDetails(ned, details);
    assert.equal(await level(ned), 'P9');
    expectPage(ned.browser, 'agree');
  });
});
