import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { secondsAfter } from '#foundation/clock';
import { dayInUk } from '#foundation/identifiers';
import { longDate } from '#foundation/web';
import { levelOf, recordCompetence, setMinimumAge } from '#identity';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bornYearsAgo, moveToMidday } from '../support/days.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
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
let folder: string;
const somebody = createPeople();

const repository = path.resolve(import.meta.dirname, '../..');
/** A way that asks for nothing, and is for those alone whose practice is the one in its name. */
const toy = `
import { raiseToHigh, readIdentity } from ${JSON.stringify(pathToFileURL(path.join(repository, 'src/identity/index.ts')).href)};
import { proofingMethod } from ${JSON.stringify(pathToFileURL(path.join(repository, 'src/proofing/method.ts')).href)};
import { stepsOf } from ${JSON.stringify(pathToFileURL(path.join(repository, 'src/foundation/journey/index.ts')).href)};
import { z } from ${JSON.stringify(pathToFileURL(path.join(repository, 'node_modules/zod/index.js')).href)};
const words = { title: 'With a toy', needs: ['a toy'], time: 'No time' };
export default proofingMethod({
  id: 'toy',
  level: 'P9',
  minutes: 0.5,
  words: { en: words, cy: { ...words, title: 'Gyda thegan' } },
  offeredWhen: async (_house, _tools, { details }) => {
    if (details.givenName === 'Broken') throw new Error('broken');
    return details.givenName === 'Toy';
  },
  answers: z.object({ done: z.boolean().optional() }),
  isProven: ({ done }) => done === true,
  steps: () => [
    stepsOf()({
      path: 'play',
      page: 'journeys/not-proven',
      isDone: ({ done }) => done === true,
      undo: () => ({}),
      show: async () => ({ level: 'P9', reached: 'P5' }),
      form: z.object({}),
      submit: async (deps, { context: { accountId } }) => {
        const { details } = await readIdentity(deps, accountId);
        await raiseToHigh(deps, { accountId, nhsNumber: details.nhsNumber, localities: [], method: 'toy', reasons: ['practice_check'], evidence: {} });
        return { outcome: 'answered', answers: { done: true } };
      },
    }),
  ],
  staffSummary: () => 'A toy.',
  auditEvents: [],
  keeps: [],
});
`;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'methods-'));
  await mkdir(path.join(folder, 'toy'));
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(path.join(folder, 'toy', 'plug.ts'), toy);
  app = await startTestApp({
    register: true,
    gpSystems: true,
    methodFolders: [folder],
    environment: { BEVAN_PROOFING_METHODS: 'fast-track,gp-online-details,toy' },
  });
  service = await registerAskingService(app);
  moveToMidday(app.home.clock);
});
after(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const matched = (name: string, as?: MatchedAs) => matchedPerson({ app, service }, somebody(name), as);
const level = ({ accountId }: Matched) => levelOf(app.home.house.deps, accountId);
const refusalOf = ({ browser }: Matched) => browser.page.address.searchParams.get('error_description');
const waysOf = ({ browser }: Matched) =>
  [...browser.page.html.matchAll(/name="way"[^>]*value="([^"]+)"/gu)].map(([, id]) => id);

describe('the ways in which somebody can prove who they are', () => {
  test('are those that they can use: one is described, without a choice', async () => {
    const ada = await matched('ada');
    await comeToWays(ada);
    expectPage(ada.browser, 'choose');
    assert.deepEqual(waysOf(ada), ['gp-online-details']);
    assert.match(
      ada.browser.page.text,
      /registration details from my GP surgery.*You need three details.*about 10 minutes/u,
    );
    await ada.browser.follow('Cymraeg');
    assert.match(
      ada.browser.page.text,
      /manylion cofrestru gan fy meddygfa.*Mae arnoch angen tri manylyn.*tua 10 munud/u,
    );
  });

  test('grow by a folder: its way is offered first if it is the quickest, and its pages are walked', async () => {
    const ben = await matched('ben', { givenName: 'Toy' });
    await comeToWays(ben);
    assert.deepEqual(waysOf(ben), ['toy', 'gp-online-details']);
    await ben.browser.submit();
    assert.deepEqual(ben.browser.page.errors, { way: 'Select how you want to prove who you are' });
    await chooseWay(ben, /With a toy/u);
    expectPage(ben.browser, 'toy-play');
    await ben.browser.submit();
    const { claims } = await service.finish(await agree(ben));
    assert.equal(claims['vot'], 'P9.Cp');
  });

  test('can be changed on the way', async () => {
    const cai = await matched('cai', { givenName: 'Toy' });
    await comeToWays(cai);
    await chooseWay(cai, /registration details/u);
    await cai.browser.press('Prove who you are in another way');
    expectPage(cai.browser, 'choose');
    await chooseWay(cai, /With a toy/u);
    expectPage(cai.browser, 'toy-play');
    await cai.browser.follow('Back');
    expectPage(cai.browser, 'choose');
  });

  test('that were not offered can’t be chosen, nor their pages opened', async () => {
    const dot = await matched('dot');
    await comeToWays(dot);
    await dot.browser.submit({ way: 'toy' });
    assert.equal(dot.browser.page.status, 400);
    const tab = dot.browser.newTab();
    await tab.open(dot.browser.page.address.href.replace('choose', 'toy-play'));
    expectPage(tab, 'choose');
  });

  test('are fewer when one can’t find out whether it can be used', async () => {
    const eve = await matched('eve', { givenName: 'Broken' });
    await comeToWays(eve);
    assert.deepEqual(waysOf(eve), ['gp-online-details']);
  });

  test('are none where somebody lives without a way: a page says so, and what else there is', async () => {
    const fay = await matched('fay', {
      nation: 'wales',
      odsCode: null,
      inRegister: { postcode: 'CF10 3AT' },
    });
    await comeToWays(fay);
    assert.equal(fay.browser.page.address.pathname.split('/')[1], 'not-proven');
    assert.match(fay.browser.page.text, /Your details match your NHS record/u);
    await fay.browser.press(/Go back to/u);
    assert.equal(refusalOf(fay), 'IdentityLevelNotReached');
  });

  test('can wait: “not now” leads back to the service, at every page, and changes nothing', async () => {
    const gus = await matched('gus');
    await comeToWays(gus);
    await gus.browser.press(/Not now/u);
    assert.equal(gus.browser.page.address.searchParams.get('error'), 'access_denied');
    assert.equal(refusalOf(gus), 'IdentityLevelNotReached');
    await gus.browser.open(await service.requestAddress({ scope: 'openid', vtr: '["P9.Cp"]' }));
    await chooseWay(gus, /registration details/u);
    await gus.browser.press(/Not now/u);
    assert.equal(refusalOf(gus), 'IdentityLevelNotReached');
    assert.equal(await level(gus), 'P5');
  });

  test('are not asked of whom a service takes at P5 as well; the answer says P5', async () => {
    const hal = await matched('hal');
    await comeToWays(hal, { scope: 'openid profile', vtr: '["P5.Cp","P9.Cp"]' });
    const { claims } = await service.finish(await agree(hal));
    assert.equal(claims['vot'], 'P5.Cp');
  });

  test('that were finished in another tab let “not now” answer truly', async () => {
    const ida = await matched('ida');
    const { odsCode, nhsNumber } = ida;
    const details = await gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });
    await comeToWays(ida);
    const tab = { ...ida, browser: ida.browser.newTab() };
    await tab.browser.open(await service.requestAddress({ scope: 'openid', vtr: '["P9.Cp"]' }));
    await chooseWay(tab, /registration details/u);
    await typeDetails(tab, details);
    assert.equal(await level(ida), 'P9');
    await ida.browser.press(/Not now/u);
    const { claims } = await service.finish(await agree(ida));
    assert.equal(claims['vot'], 'P9.Cp');
  });

  test('end with the sign-in: whose password was changed meanwhile signs in again', async () => {
    const jim = await matched('jim');
    const { odsCode, nhsNumber } = jim;
    const details = await gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });
    await comeToWays(jim);
    await chooseWay(jim, /registration details/u);
    app.home.clock.advance(5);
    const elsewhere = new Person(app);
    await elsewhere.open(await service.requestAddress({ scope: 'openid' }));
    await elsewhere.submit({ choice: 'sign-in' });
    await elsewhere.submit({ email: jim.who.email });
    await elsewhere.press('I have forgotten my password');
    await elsewhere.submit();
    await elsewhere.open(await app.linkFor(jim.who.email));
    const password = 'seventeen brass otters';
    await elsewhere.submit({ password, passwordAgain: password });
    await typeDetails(jim, details);
    assert.equal(jim.browser.page.address.pathname.split('/')[1], 'sign-in');
    assert.equal(await level(jim), 'P5');
  });
});

describe('who is too young', () => {
  test('is told from when, and that P5 stays; the day comes, and they can', async () => {
    const tomorrow = { now: () => secondsAfter(app.home.clock.now(), 24 * 3600) };
    const kay = await matched('kay', { birthdate: bornYearsAgo(tomorrow, 12) });
    await comeToWays(kay);
    expectPage(kay.browser, 'too-young');
    const from = longDate(dayInUk(tomorrow.now()), 'en');
    assert.match(kay.browser.page.heading, new RegExp(`yourself from ${from}`, 'u'));
    await kay.browser.follow('Cymraeg');
    assert.match(kay.browser.page.text, /ychydig yn rhy ifanc/u);
    await kay.browser.press(/Mynd yn ôl/u);
    assert.equal(refusalOf(kay), 'IdentityLevelNotReached');
    assert.equal(await level(kay), 'P5');
    app.home.clock.advance(24 * 3600);
    const tab = { ...kay, browser: kay.browser.newTab() };
    await comeToWays(tab);
    expectPage(tab.browser, 'choose');
    app.home.clock.advance(-24 * 3600);
  });

  test('by the rule of their surgery or its board is told to ask there, and can once the surgery says so', async () => {
    const { deps } = app.home.house;
    const staffId = 'staff-1';
    const odsCode = await openTestPractice(app, { icbCode: 'QXX' });
    await setMinimumAge(deps, { icbCode: 'QXX', years: 16, staffId });
    const leo = await matched('leo', { odsCode, birthdate: bornYearsAgo(app.home.clock, 14) });
    await comeToWays(leo);
    assert.match(leo.browser.page.text, /In the area where your GP surgery is.*Ask your GP surgery/u);
    await setMinimumAge(deps, { odsCode, years: 16, staffId });
    await setMinimumAge(deps, { icbCode: 'QXX', years: undefined, staffId });
    await leo.browser.open(await service.requestAddress({ scope: 'openid', vtr: '["P9.Cp"]' }));
    assert.match(leo.browser.page.text, /Your GP surgery lets its patients/u);
    await recordCompetence(deps, { nhsNumber: leo.nhsNumber, odsCode, staffId });
    await leo.browser.open(await service.requestAddress({ scope: 'openid', vtr: '["P9.Cp"]' }));
    expectPage(leo.browser, 'choose');
  });

  test('by a rule that came while they typed, is not proven, and the details stay good', async () => {
    const staffId = 'staff-1';
    const may = await matched('may', { birthdate: bornYearsAgo(app.home.clock, 13) });
    const { odsCode, nhsNumber } = may;
    const details = await gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });
    await comeToWays(may);
    await chooseWay(may, /registration details/u);
    await setMinimumAge(app.home.house.deps, { odsCode, years: 15, staffId });
    await typeDetails(may, details);
    assert.match(may.browser.page.heading, /cannot prove who you are here until/u);
    assert.equal(await level(may), 'P5');
    await setMinimumAge(app.home.house.deps, { odsCode, years: undefined, staffId });
    await may.browser.open(await service.requestAddress({ scope: 'openid', vtr: '["P9.Cp"]' }));
    await chooseWay(may, /registration details/u);
    await typeDetails(may, details);
    assert.equal(await level(may), 'P9');
  });
});
