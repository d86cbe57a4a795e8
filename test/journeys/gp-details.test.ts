import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { levelOf, readDecisions, readIdentity } from '#identity';
import { readGpConnection } from '#proofing';
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
  openTestPractice,
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
    environment: { BEVAN_FAILED_GP_DETAILS_PER_ADDRESS: '1000' },
  });
  service = await registerAskingService(app);
});
after(() => app.close());

const matched = (name: string, as?: MatchedAs) => matchedPerson({ app, service }, somebody(name), as);
const issueTo = ({ odsCode, nhsNumber }: Matched) => gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });
const level = ({ accountId }: Matched) => levelOf(app.home.house.deps, accountId);
const lastDecision = async ({ accountId }: Matched) =>
  (await readDecisions(app.home.house.deps, accountId))[0];

/** Comes from the service to the page where details are typed. */
async function comeToDetails(person: Matched): Promise<void> {
  await comeToWays(person);
  expectPage(person.browser, 'choose');
  await chooseWay(person, /registration details/u);
}

describe('somebody with registration details from their GP surgery', () => {
  test('types them, agrees, and arrives at the service proven, with what the surgery’s system takes', async () => {
    const ada = await matched('ada');
    const details = await issueTo(ada);
    await comeToDetails(ada);
    await typeDetails(ada, { ...details, odsCode: ` ${details.odsCode.toLowerCase()} ` });
    const { claims, userinfo } = await service.finish(await agree(ada));
    assert.equal(claims['vot'], 'P9.Cp');
    assert.equal(claims['identity_proofing_level'], 'P9');
    assert.equal(userinfo['nhs_number'], ada.nhsNumber);
    const identity = await readIdentity(app.home.house.deps, ada.accountId);
    assert.ok(identity.level === 'P9');
    const { odsCode, accountId: gpUserId, linkageKey: gpLinkageKey } = details;
    assert.deepEqual(identity.gpCredentials, { gpOdsCode: odsCode, gpUserId, gpLinkageKey });
    const connection = await readGpConnection(app.home.house.deps, ada.accountId);
    assert.ok(connection?.odsCode === odsCode && connection.connectionToken.length > 0);
    const verified = await gpSystemsOf(app).gpSystems.verifyConnection(connection);
    assert.deepEqual(verified, { outcome: 'valid', nhsNumbers: [ada.nhsNumber] });
    const decision = await lastDecision(ada);
    assert.deepEqual([decision?.outcome, decision?.reasons], ['raised', ['gp_details_accepted']]);
    assert.equal(decision?.evidence?.['odsCode'], odsCode);
    // The next time nothing is asked.
    await ada.browser.open(await service.requestAddress({ scope: 'openid', vtr: '["P9.Cp"]' }));
    assert.ok(service.isArrival(ada.browser.page.address));
  });

  test('reads both names of each detail, where to find it, and that it is no password', async () => {
    const ben = await matched('ben');
    await comeToDetails(ben);
    assert.match(
      ben.browser.page.text,
      /Account ID.*ODS code, also called organisation code, practice ID or surgery ID.*Linkage key, also called passphrase/u,
    );
    assert.match(ben.browser.page.text, /not the user name and password/u);
    await ben.browser.follow('Cymraeg');
    assert.match(ben.browser.page.text, /ID cyfrif.*Cod ODS.*Allwedd gysylltu/u);
  });

  test('who leaves something out, or types too much, is told which; the key is never shown again', async () => {
    const cai = await matched('cai');
    await comeToDetails(cai);
    await cai.browser.submit({ gpUserId: '', odsCode: '', gpLinkageKey: ' ' });
    assert.deepEqual(cai.browser.page.errors, {
      gpUserId: 'Enter your account ID',
      odsCode: 'Enter the ODS code of your GP surgery',
      gpLinkageKey: 'Enter your linkage key or passphrase',
    });
    const key = `Secret-${'k'.repeat(64)}`;
    await typeDetails(cai, { accountId: '0012345678', odsCode: 'A1!', linkageKey: key });
    assert.deepEqual(Object.keys(cai.browser.page.errors), ['odsCode', 'gpLinkageKey']);
    assert.match(cai.browser.page.html, /0012345678/u);
    assert.doesNotMatch(cai.browser.page.html, /Secret-k/u);
    assert.notEqual((await lastDecision(cai))?.outcome, 'refused');
  });

  test('whatever is wrong with them, reads the same', async () => {
    const pages = new Set<string>();
    const told = async (
      name: string,
      spoil: (person: Matched) => Promise<Parameters<typeof typeDetails>[1]>,
    ) => {
      const person = await matched(name);
      await comeToDetails(person);
      await typeDetails(person, await spoil(person));
      expectPage(person.browser, `${ways.details}not-connected`);
      assert.equal(await level(person), 'P5');
      pages.add(person.browser.page.text);
      return lastDecision(person);
    };
    const { details: right } = { details: issueTo };
    await told('wrong-key', async (person) => ({ ...(await right(person)), linkageKey: 'aB3dE6gH9kLm2' }));
    await told('no-such-account', async (person) => ({ ...(await right(person)), accountId: '9999999999' }));
    await told('case', async (person) => {
      const details = await right(person);
      return {
        ...details,
        linkageKey:
          details.linkageKey.toUpperCase() === details.linkageKey
            ? details.linkageKey.toLowerCase()
            : details.linkageKey.toUpperCase(),
      };
    });
    await told('wrong-practice', async (person) => ({
      ...(await right(person)),
      odsCode: await openTestPractice(app),
    }));
    await told('no-practice', async (person) => ({ ...(await right(person)), odsCode: 'A99999' }));
    await told('somebody-elses', async () => {
      const other = await matched('other');
      return issueTo(other);
    });
    for (const state of ['expired', 'withdrawn', 'used'] as const)
      await told(state, ({ odsCode, nhsNumber }) =>
        gpSystemsOf(app).issueDetails({ odsCode, nhsNumber, state }),
      );
    assert.equal(pages.size, 1);
    assert.match([...pages][0] ?? '', /We could not connect you with these details.*CID7023/u);
  });
});

const ways = { details: 'gp-online-details-' };
