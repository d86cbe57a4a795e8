import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { levelOf, readDecisions, readIdentity } from '#identity';
import { startTestApp, type TestApp } from '../support/app.ts';
import { makeKnown } from '../support/identities.ts';
import { createPeople } from '../support/people.ts';
import {
  addToRegister,
  answerDetails,
  beginProof,
  fillIn,
  lookForRecord,
  matched,
  registerAskingService,
  registerOf,
  withLogin,
} from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword } from '../support/walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({
    register: true,
    // Ways that nobody is offered without their practice's system, so that the truth can be told.
    environment: { BEVAN_PROOFING_METHODS: 'fast-track,gp-online-details' },
  });
  service = await registerAskingService(app);
});
after(() => app.close());

const known = (name: string, headers?: Readonly<Record<string, string>>) =>
  withLogin({ app, service }, somebody(name), headers);
const level = (accountId: string) => levelOf(app.home.house.deps, accountId);

describe('somebody whose details match one entry in the national register', () => {
  test('is asked at a service that needs it, and arrives there with that level and those details', async () => {
    const ada = await known('ada');
    const { nhsNumber, ...details } = await addToRegister(app, {
      familyName: 'Lovelace',
      givenNames: ['Ada', 'Augusta'],
      mobile: ada.who.phone,
    });
    const asked = { scope: 'openid profile profile_extended phone', vtr: '["P5.Cp.Cd"]' };
    await signInWithPassword(ada, asked);
    await ada.browser.submit({ code: await app.codeFor(ada.who.phone, 'sms') });
    expectPage(ada.browser, 'start');
    await fillIn(ada.browser, { nhsNumber, ...details });
    expectPage(ada.browser, 'check-details');
    assert.match(ada.browser.page.text, /999 \d{3} \d{4}.*17 May 1980.*LS1 4AP/u);
    await ada.browser.submit();
    expectPage(ada.browser, 'is-this-you');
    assert.match(ada.browser.page.text, /Ada Lovelace.*17 May 1980.*\*\*\* \*\*\* \d{4}/u);
    await ada.browser.submit({ choice: 'yes' });
    const { claims, userinfo } = await service.finish(await agree(ada));
    assert.equal(claims['vot'], 'P5.Cp.Cd');
    assert.equal(claims['identity_proofing_level'], 'P5');
    assert.equal(userinfo['nhs_number'], nhsNumber);
    assert.equal(userinfo['family_name'], 'Lovelace');
    assert.equal(userinfo['phone_number_pds_matched'], true);
    assert.equal(await level(ada.accountId), 'P5');
    // The next time nothing is asked.
    await ada.browser.open(await service.requestAddress(asked));
    assert.ok(service.isArrival(ada.browser.page.address));
  });

  test('is found by name, and shown the postcode that they typed', async () => {
    const ben = await known('ben');
    const { birthdate } = await addToRegister(app, {
      familyName: "O'Brien-Nuñez",
      givenNames: ['Benjamin'],
      birthdate: '1972-02-29',
      postcode: 'CF10 3AT',
    });
    await lookForRecord(ben, {
      firstName: 'ben',
      middleName: 'J',
      lastName: 'o’brien–NUÑEZ',
      birthdate,
      postcode: 'cf103at',
    });
    expectPage(ben.browser, 'is-this-you');
    assert.match(ben.browser.page.text, /29 February 1972.*\*\*\* \*\*\* \d{4}.*CF10 3AT/u);
    assert.doesNotMatch(ben.browser.page.html, /999\s?\d{3}\s?\d{4}/u);
    await ben.browser.submit({ choice: 'yes' });
    const { userinfo } = await service.finish(await agree(ben));
    assert.equal(userinfo['birthdate'], '1972-02-29');
  });

  test('is known by the number that stands now, when theirs was superseded', async () => {
    const cai = await known('cai');
    const current = await addToRegister(app, { familyName: 'Newnumber' });
    const { nhsNumber: old } = await addToRegister(app, { supersededBy: current.nhsNumber });
    await lookForRecord(cai, { ...current, nhsNumber: old });
    expectPage(cai.browser, 'is-this-you');
    assert.match(
      cai.browser.page.text,
      new RegExp(`\\*\\*\\* \\*\\*\\* ${current.nhsNumber.slice(-4)}`, 'u'),
    );
    await cai.browser.submit({ choice: 'yes' });
    const identity = await readIdentity(app.home.house.deps, cai.accountId);
    assert.ok(identity.level === 'P5' && identity.details.nhsNumber === current.nhsNumber);
  });

  test('says that parts are wrong, and may go on; that and what was compared is written down', async () => {
    const dot = await known('dot');
    await lookForRecord(dot, await addToRegister(app));
    await dot.browser.submit({ choice: 'partly' });
    expectPage(dot.browser, 'parts-wrong');
    assert.match(dot.browser.page.text, /Your GP surgery can.*CID1005/u);
    assert.equal(await level(dot.accountId), 'P0');
    await dot.browser.press('Continue with this record');
    await service.finish(await agree(dot));
    const [decision] = await readDecisions(app.home.house.deps, dot.accountId);
    assert.deepEqual(decision?.reasons, ['details_matched', 'parts_wrong']);
    const compared = ['nhs_number', 'birthdate', 'postcode'];
    assert.deepEqual(decision.evidence?.['matched'], compared);
    assert.deepEqual(decision.evidence['compared'], compared);
  });

  test('says that it is somebody else, and gets no further than back', async () => {
    const eve = await known('eve');
    await lookForRecord(eve, await addToRegister(app));
    await eve.browser.submit({});
    assert.deepEqual(eve.browser.page.errors, { choice: 'Select whether this is you' });
    await eve.browser.submit({ choice: 'no' });
    expectPage(eve.browser, 'not-you');
    assert.match(eve.browser.page.text, /CID1005/u);
    const [decision] = await readDecisions(app.home.house.deps, eve.accountId);
    assert.deepEqual([decision?.outcome, decision?.reasons], ['refused', ['not_me']]);
    const tab = eve.browser.newTab();
    await tab.open(eve.browser.page.address.href.replace('not-you', 'parts-wrong'));
    expectPage(tab, 'not-you');
    await eve.browser.press('Go back and check my details');
    expectPage(eve.browser, 'check-details');
    assert.equal(await level(eve.accountId), 'P0');
  });

  test('is asked for again by us when they say yes half an hour later; what has changed meanwhile counts', async () => {
    const fay = await known('fay');
    const details = await addToRegister(app, { familyName: 'Before' });
    await lookForRecord(fay, details);
    app.home.clock.advance(31 * 60);
    await registerOf(app).addPatient({ ...details, familyName: 'After' });
    await fay.browser.submit({ choice: 'yes' });
    const identity = await readIdentity(app.home.house.deps, fay.accountId);
    assert.ok(identity.level === 'P5' && identity.details.familyName === 'After');

    const gus = await known('gus');
    const gone = await addToRegister(app);
    await lookForRecord(gus, gone);
    app.home.clock.advance(31 * 60);
    await registerOf(app).addPatient({ ...gone, invalidated: true });
    await gus.browser.submit({ choice: 'yes' });
    expectPage(gus.browser, 'no-match');
    assert.equal(await level(gus.accountId), 'P0');
    app.home.clock.reset();
  });

  test('can leave at every turn, and the service is told that the level was not reached', async () => {
    const hal = await known('hal');
    await beginProof(hal);
    const { address } = await hal.browser.press('Not now: go back to “Riverside Surgery Online”');
    assert.deepEqual(
      ['error', 'error_description'].map((name) => address.searchParams.get(name)),
      ['access_denied', 'IdentityLevelNotReached'],
    );
    await hal.browser.open(await service.requestAddress(matched));
    await fillIn(hal.browser, await addToRegister(app, { deceased: true }));
    await hal.browser.submit();
    expectPage(hal.browser, 'no-match');
    const left = await hal.browser.submit({ choice: 'leave' });
    assert.equal(left.address.searchParams.get('error_description'), 'IdentityLevelNotReached');
  });
});

describe('a service that needs proof', () => {
  test('gets somebody’s details matched first, and then the truth: that they can’t be proven yet', async () => {
    const ida = await known('ida');
    await beginProof(ida, { scope: 'openid profile', vtr: '["P9.Cp"]' });
    assert.match(ida.browser.page.text, /needs you to prove who you are. The first step/u);
    await fillIn(ida.browser, await addToRegister(app));
    await ida.browser.submit();
    await ida.browser.submit({ choice: 'yes' });
    const { page } = ida.browser;
    assert.equal(page.heading, '“Riverside Surgery Online” needs to know who you are');
    assert.match(page.text, /Your details match your NHS record.*needs more: proof/u);
    const { address } = await ida.browser.press(/^Go back to/u);
    assert.equal(address.searchParams.get('error_description'), 'IdentityLevelNotReached');
    await ida.browser.open(await service.requestAddress({ scope: 'openid profile', vtr: '["P5.Cp"]' }));
    const { claims } = await service.finish(await agree(ida));
    assert.deepEqual([claims['vot'], claims['identity_proofing_level']], ['P5.Cp', 'P5']);
  });

  test('and one that needs less is told the level that it asked for in vot, and the one they have beside it', async () => {
    const jan = await known('jan');
    const { nhsNumber } = await addToRegister(app, { familyName: 'Hopper', birthdate: '1986-12-09' });
    await makeKnown(app.home, { accountId: jan.accountId, level: 'P9', nhsNumber });
    await signInWithPassword(jan, matched);
    const { claims } = await service.finish(await agree(jan));
    assert.deepEqual([claims['vot'], claims['identity_proofing_level']], ['P5.Cp', 'P9']);
  });

  test('takes somebody who has just made their login through the same pages in one go, in Welsh', async () => {
    const kit = await known('kit', { 'accept-language': 'cy' });
    await beginProof(kit);
    assert.equal(kit.browser.page.heading, 'Paru eich manylion â’ch cofnod GIG');
    await fillIn(kit.browser, await addToRegister(app));
    assert.match(kit.browser.page.text, /Rhif GIG.*17 Mai 1980.*Cod post/u);
    await kit.browser.submit();
    assert.equal(kit.browser.page.heading, 'Ai chi yw hwn?');
    await kit.browser.submit({ choice: 'yes' });
    assert.ok(service.isArrival(await agree(kit)));
  });
});

describe('what is asked', () => {
  test('is refused in words of its own for each thing that can be wrong with it', async () => {
    const lea = await known('lea');
    const { browser } = lea;
    await beginProof(lea);
    await browser.submit();
    const wrong = async (typed: Record<string, string>) => {
      await browser.submit(typed);
      assert.equal(browser.page.status, 400);
      assert.deepEqual(Object.values(browser.page.errors), browser.page.errorSummary);
      return browser.page.errors;
    };
    assert.deepEqual(Object.keys(await wrong({})), ['knows']);
    const numbers = ['', 'abcdefghij', '999 000 001', 'QQ 12 34 56 C', '999 000 0019'];
    const said = [];
    for (const nhsNumber of numbers) said.push((await wrong({ knows: 'yes', nhsNumber }))['nhsNumber']);
    assert.equal(new Set(said).size, numbers.length);
    assert.match(said.join('|'), /National Insurance/u);
    await browser.submit({ knows: 'no' });
    assert.deepEqual(Object.keys(await wrong({ middleName: '7' })), ['firstName', 'middleName', 'lastName']);
    assert.match((await wrong({ firstName: 'A', lastName: 'Li' }))['firstName'] ?? '', /2 letters/u);
    await browser.submit({ firstName: 'Al', middleName: 'B', lastName: 'Li' });
    const dates = [
      '',
      ',5,1980',
      '1,,1980',
      '1,5,',
      ',,1980',
      ',5,',
      '1,,',
      '31,2,1980',
      '1,5,80',
      '1,5,2999',
    ];
    const words = [];
    for (const date of dates) {
      const [day = '', month = '', year = ''] = date.split(',');
      words.push(Object.values(await wrong({ day, month, year })).join(' '));
    }
    assert.equal(new Set(words).size, dates.length);
    assert.equal(words[4], 'Your date of birth must include a day and a month');
    await browser.submit({ day: '1', month: '5', year: '1980' });
    assert.match((await wrong({ postcode: '' }))['postcode'] ?? '', /^Enter your postcode/u);
    assert.match((await wrong({ postcode: 'LS1' }))['postcode'] ?? '', /full UK postcode/u);
  });

  test('may lie in England, Wales, the Isle of Man or nowhere; Scotland and Northern Ireland get kind words', async () => {
    const max = await known('max');
    const { browser } = max;
    await beginProof(max);
    const { nhsNumber } = await addToRegister(app);
    for (const [postcode, nation] of [
      ['BT1 5GS', 'Northern Ireland'],
      ['EH1 1YZ', 'Scotland'],
    ] as const) {
      if (nation === 'Northern Ireland')
        await fillIn(browser, { nhsNumber, birthdate: '1980-05-17', postcode });
      else await browser.submit({ postcode });
      assert.equal(browser.page.status, 200);
      assert.match(browser.page.text, new RegExp(`in ${nation}.*Nothing is wrong`, 'u'));
      await browser.follow('Enter another postcode');
      expectPage(browser, 'postcode');
    }
    for (const postcode of ['IM1 1AA', 'TD15 1AA', 'ZZ99 3VZ', 'CF10 3AT']) {
      await browser.submit({ postcode });
      expectPage(browser, 'check-details');
      await browser.follow(/^Change postcode/u);
      assert.equal(browser.page.forms[0]?.fields['postcode'], postcode);
    }
    await browser.submit({ postcode: 'BT1 5GS' });
    const { address } = await browser.press('Go back to “Riverside Surgery Online”');
    assert.equal(address.searchParams.get('error_description'), 'IdentityLevelNotReached');
  });

  test('can be changed one by one on the page that shows it all, and the rest stays', async () => {
    const nia = await known('nia');
    const { browser } = nia;
    await beginProof(nia);
    const details = await addToRegister(app);
    await fillIn(browser, { ...details, birthdate: '1981-06-18' });
    await browser.follow(/^Change date of birth/u);
    assert.deepEqual(
      ['day', 'month', 'year'].map((name) => browser.page.forms[0]?.fields[name]),
      ['18', '6', '1981'],
    );
    await browser.submit({ day: '17', month: '5', year: '1980' });
    expectPage(browser, 'check-details');
    await browser.follow(/^Change NHS number/u);
    await browser.submit({ knows: 'no' });
    expectPage(browser, 'name');
    await browser.submit({ firstName: 'Robin', lastName: 'Meadows' });
    expectPage(browser, 'check-details');
    assert.match(browser.page.text, /Robin Meadows.*17 May 1980.*LS1 4AP/u);
    await browser.follow(/^Change name/u);
    assert.equal(browser.page.forms[0]?.fields['lastName'], 'Meadows');
  });
});

describe('while the national register can’t be asked', () => {
  test('somebody is told so, keeps what they typed, and has used up no try', async () => {
    const ola = await known('ola');
    const { browser } = ola;
    const { nhsNumber, ...rest } = await addToRegister(app, { postcode: 'M1 1AE', familyName: 'Downes' });
    await beginProof(ola);
    await fillIn(browser, { firstName: 'Robin', lastName: 'Downes', ...rest });
    for (let tries = 0; tries < 4; tries += 1) {
      await registerOf(app).setFault('too-many', 20);
      await browser.submit();
      assert.equal(browser.page.status, 503);
      assert.match(browser.page.text, /does not count as a try.*111.*999/u);
      await registerOf(app).clearFaults();
      if (tries < 3) await browser.follow('Try again');
    }
    assert.equal(await level(ola.accountId), 'P0');
    await browser.press('Use my NHS number instead');
    expectPage(browser, 'nhs-number');
    await browser.submit({ knows: 'yes', nhsNumber });
    expectPage(browser, 'check-details');
    app.home.clock.advance(120);
    await browser.submit();
    expectPage(browser, 'is-this-you');
    app.home.clock.reset();
  });
});

describe('going back and forth', () => {
  test('finds each page where it was, does not search again for what was found, and ends once', async () => {
    const pia = await known('pia');
    const { browser } = pia;
    await lookForRecord(pia, await addToRegister(app));
    const found = browser.page.address;
    await browser.follow('Back');
    expectPage(browser, 'check-details');
    for (let again = 0; again < 4; again += 1) {
      await browser.open(found.href.replace('is-this-you', 'check-details'));
      await browser.submit();
      expectPage(browser, 'is-this-you');
    }
    const stale = browser.newTab();
    await browser.submit({ choice: 'yes' });
    await service.finish(await agree(pia));
    const repeated = await stale.submit({ choice: 'yes' });
    assert.ok(repeated.status < 500);
    await stale.open(found);
    assert.equal(stale.page.heading, 'You have already done this step');
  });

  test('a second tab that comes too late is told that it is done, and goes on', async () => {
    const quin = await known('quin');
    const tab = quin.browser.newTab();
    await beginProof(quin);
    await tab.open(await service.requestAddress(matched));
    expectPage(tab, 'start');
    const details = await addToRegister(app);
    const other = await addToRegister(app, { familyName: 'Another' });
    await fillIn(tab, other);
    await fillIn(quin.browser, details);
    await quin.browser.submit();
    await quin.browser.submit({ choice: 'yes' });
    await tab.submit();
    expectPage(tab, 'already-matched');
    await tab.submit();
    const identity = await readIdentity(app.home.house.deps, quin.accountId);
    assert.ok(identity.level === 'P5' && identity.details.nhsNumber === details.nhsNumber);
  });

  test('pages that were left open show nothing any more once somebody has signed out', async () => {
    const ros = await known('ros');
    const { browser } = ros;
    await beginProof(ros);
    await fillIn(browser, await addToRegister(app));
    const left = browser.page.address;
    await browser.open('/session/end');
    await browser.submit();
    await browser.open(left);
    assert.equal(browser.page.heading, 'Go back to the website or app and start again');
    assert.doesNotMatch(browser.page.html, /LS1 4AP/u);
  });

  test('nobody reaches a page before those that come before it', async () => {
    const sid = await known('sid');
    const { browser } = sid;
    await beginProof(sid);
    const base = browser.page.address.href.replace(/start$/u, '');
    for (const page of ['check-details', 'is-this-you', 'parts-wrong', 'already-matched', 'no-match', 'name'])
      assert.match((await browser.open(`${base}${page}`)).address.pathname, /\/start$/u);
    await browser.submit();
    await answerDetails(browser, await addToRegister(app));
    const form = browser.page.forms[0];
    await browser.post(`${base}is-this-you`, { ...form?.fields, choice: 'yes' });
    expectPage(browser, 'check-details');
    assert.equal(await level(sid.accountId), 'P0');
  });
});
