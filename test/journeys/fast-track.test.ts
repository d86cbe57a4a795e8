import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addSimulatedPatient } from '#gp-systems';
import {
  blockFastTrack,
  levelOf,
  readDecisions,
  readIdentity,
  recordCompetence,
  setMinimumAge,
  unblockFastTrack,
  withdrawCompetence,
} from '#identity';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { registerAskingService, registerOf } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage } from '../support/walks.ts';
import {
  chooseWay,
  comeToWays,
  gpSystemsOf,
  matchedPerson,
  openTestPractice,
  type Matched,
  type MatchedAs,
} from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true, gpSystems: true });
  service = await registerAskingService(app);
});
after(() => app.close());

const checked = {
  areServicesOn: true,
  identityCheck: { method: 'documents', checkedOn: '2024-02-29' },
} as const;

/** Somebody of whom all is so that their practice's check can be relied on, unless told otherwise. */
function ready(name: string, as: MatchedAs = {}): Promise<Matched> {
  const who = somebody(name);
  const { atPractice = checked, inRegister } = as;
  return matchedPerson({ app, service }, who, {
    ...as,
    atPractice,
    inRegister: { mobile: who.phone, ...inRegister },
  });
}
const level = ({ accountId }: Matched) => levelOf(app.home.house.deps, accountId);
const isOffered = ({ browser }: Matched) => /relying on the check of my GP surgery/u.test(browser.page.text);
const putIntoRegister = (
  person: Matched,
  changes: Parameters<ReturnType<typeof registerOf>['addPatient']>[0],
) => {
  const { nhsNumber, familyName, birthdate, odsCode } = person;
  const entry = { nhsNumber, familyName, birthdate, gpOdsCode: odsCode, mobile: person.who.phone };
  return registerOf(app).addPatient({ ...entry, ...changes });
};
const supplierOf = async ({ odsCode }: Matched) =>
  (await gpSystemsOf(app).gpSystems.supplierOf(odsCode))?.id ?? '';

const bornYearsAgo = (years: number) => `${app.home.clock.now().getUTCFullYear() - years}-01-01`;

async function comeToAsk(person: Matched): Promise<void> {
  await comeToWays(person);
  assert.ok(isOffered(person));
  await chooseWay(person, /relying on the check/u);
  expectPage(person.browser, 'fast-track-ask');
}

describe('somebody whom their GP surgery has checked, with the same mobile number there and here', () => {
  test('is offered to rely on that first, agrees, and arrives proven without another code', async () => {
    const ada = await ready('ada');
    await comeToWays(ada);
    assert.match(ada.browser.page.text, /relying on the check of my GP surgery.*registration details/u);
    await chooseWay(ada, /relying on the check/u);
    assert.match(
      ada.browser.page.text,
      /rely on that check.*do not have to send anything or enter another code/u,
    );
    await ada.browser.submit({ choice: 'yes' });
    const { claims, userinfo } = await service.finish(await agree(ada));
    assert.equal(claims['vot'], 'P9.Cp');
    assert.equal(claims['identity_proofing_level'], 'P9');
    assert.equal(userinfo['nhs_number'], ada.nhsNumber);
    const [decision] = await readDecisions(app.home.house.deps, ada.accountId);
    assert.deepEqual([decision?.method, decision?.reasons], ['fast-track', ['practice_check']]);
    assert.deepEqual(decision?.evidence?.['check'], { way: 'documents', on: '2024-02-29' });
    assert.equal(decision.evidence['odsCode'], ada.odsCode);
  });

  test('who says no has limited access, and can think again', async () => {
    const ben = await ready('ben');
    await comeToAsk(ben);
    await ben.browser.submit({});
    assert.match(Object.values(ben.browser.page.errors)[0] ?? '', /Select yes if you want/u);
    await ben.browser.submit({ choice: 'no' });
    expectPage(ben.browser, 'fast-track-limited');
    assert.match(ben.browser.page.heading, /limited access/u);
    assert.equal(await level(ben), 'P5');
    await ben.browser.press('Think again about your GP surgery’s check');
    expectPage(ben.browser, 'fast-track-ask');
    await ben.browser.submit({ choice: 'no' });
    await ben.browser.follow('Cymraeg');
    assert.match(ben.browser.page.heading, /fynediad cyfyngedig/u);
    await ben.browser.press(/Mynd yn ôl i/u);
    assert.equal(ben.browser.page.address.searchParams.get('error_description'), 'IdentityLevelNotReached');
  });
});

describe('relying on a surgery’s check is not offered', () => {
  const cases: Readonly<Record<string, () => Promise<Matched>>> = {
    'when the register has another mobile number': () =>
      ready('other', { inRegister: { mobile: '07700900999' } }),
    'when the register has no mobile number': () => {
      const who = somebody('none');
      return matchedPerson({ app, service }, who, { atPractice: checked });
    },
    'when online services are off for them': () =>
      ready('off', { atPractice: { ...checked, areServicesOn: false } }),
    'when the practice has recorded no check': () =>
      ready('no-check', { atPractice: { areServicesOn: true } }),
    'when the practice does not know them': () => ready('unknown', { atPractice: false }),
    'when their entry is restricted': () => ready('restricted', { inRegister: { restricted: true } }),
    'when staff have blocked it': async () => {
      const person = await ready('blocked');
      const { nhsNumber, odsCode } = person;
      await blockFastTrack(app.home.house.deps, { nhsNumber, odsCode, staffId: 'staff-1' });
      return person;
    },
    'when the practice’s system does not answer': async () => {
      const person = await ready('down');
      await gpSystemsOf(app).setFault({ supplierId: await supplierOf(person), kind: 'too-many', times: 1 });
      return person;
    },
  };
  for (const [name, make] of Object.entries(cases)) {
    test(name, async () => {
      const person = await make();
      await comeToWays(person);
      expectPage(person.browser, 'choose');
      assert.ok(!isOffered(person));
      await gpSystemsOf(app).clearFaults();
    });
  }

  test('and is again once staff have unblocked it', async () => {
    const cai = await ready('cai');
    const decided = { nhsNumber: cai.nhsNumber, odsCode: cai.odsCode, staffId: 'staff-1' };
    await blockFastTrack(app.home.house.deps, decided);
    await unblockFastTrack(app.home.house.deps, decided);
    await comeToAsk(cai);
  });
});

describe('somebody under 16, whose entry may have a parent’s number', () => {
  test('is not proven by it, unless their practice has found them able to decide', async () => {
    const kit = await ready('kit', { birthdate: bornYearsAgo(15) });
    await comeToWays(kit);
    assert.ok(!isOffered(kit));
    const { nhsNumber, odsCode } = kit;
    await recordCompetence(app.home.house.deps, { nhsNumber, odsCode, staffId: 'staff-1' });
    await kit.browser.open(await service.requestAddress({ scope: 'openid', vtr: '["P9.Cp"]' }));
    await chooseWay(kit, /relying on the check/u);
    await kit.browser.submit({ choice: 'yes' });
    assert.equal(await level(kit), 'P9');
  });
});

describe('a block by staff', () => {
  test('holds under the number that takes the place of the old one', async () => {
    const lou = await ready('lou');
    const { nhsNumber, odsCode, familyName, birthdate } = lou;
    await blockFastTrack(app.home.house.deps, { nhsNumber, odsCode, staffId: 'staff-1' });
    const current = await registerOf(app).addPatient({
      familyName,
      birthdate,
      gpOdsCode: odsCode,
      mobile: lou.who.phone,
    });
    await putIntoRegister(lou, { supersededBy: current });
    await addSimulatedPatient(app.home.house, {
      odsCode,
      nhsNumber: current,
      familyName,
      birthdate,
      ...checked,
    });
    await comeToWays(lou);
    const identity = await readIdentity(app.home.house.deps, lou.accountId);
    assert.ok(identity.level === 'P5' && identity.details.nhsNumber === current);
    assert.ok(!isOffered(lou));
  });
});

describe('what changes between the question and the answer counts', () => {
  const goneCases: Readonly<Record<string, (person: Matched) => Promise<unknown>>> = {
    'a block by staff': ({ nhsNumber, odsCode }) =>
      blockFastTrack(app.home.house.deps, { nhsNumber, odsCode, staffId: 'staff-1' }),
    'another number in the register': (person) => putIntoRegister(person, { mobile: '07700900998' }),
    'no practice any more': (person) => putIntoRegister(person, { gpOdsCode: null }),
  };
  for (const [name, change] of Object.entries(goneCases)) {
    test(name, async () => {
      const person = await ready(name.replaceAll(/\W/gu, '-'));
      await comeToAsk(person);
      await change(person);
      await person.browser.submit({ choice: 'yes' });
      expectPage(person.browser, 'fast-track-stopped');
      assert.match(person.browser.page.heading, /cannot rely on your GP surgery’s check now/u);
      assert.equal(await level(person), 'P5');
      const [decision] = await readDecisions(app.home.house.deps, person.accountId);
      assert.deepEqual(decision?.reasons, ['practice_check_gone']);
      await person.browser.press('Prove who you are in another way');
      expectPage(person.browser, 'choose');
    });
  }

  const stoppedCases: Readonly<Record<string, Parameters<typeof putIntoRegister>[1]>> = {
    'a death': { deceased: true },
    'an entry that was withdrawn': { invalidated: true },
    'another date of birth': { birthdate: '1955-01-01' },
  };
  const texts = new Set<string>();
  for (const [name, change] of Object.entries(stoppedCases)) {
    test(`${name}, told as any problem with a login (CID7031)`, async () => {
      const person = await ready(name.replaceAll(/\W/gu, '-'));
      await comeToAsk(person);
      await putIntoRegister(person, change);
      await person.browser.submit({ choice: 'yes' });
      assert.match(person.browser.page.text, /problem with your login.*Do not make another login.*CID7031/u);
      assert.equal(await level(person), 'P5');
      texts.add(person.browser.page.text);
      assert.equal(texts.size, 1);
    });
  }

  test('a stricter age where they were registered until now', async () => {
    const { deps } = app.home.house;
    const staffId = 'staff-1';
    const dot = await ready('dot', { birthdate: bornYearsAgo(14) });
    const { nhsNumber, odsCode, familyName, birthdate } = dot;
    await recordCompetence(deps, { nhsNumber, odsCode, staffId });
    await comeToAsk(dot);
    const next = await openTestPractice(app);
    await addSimulatedPatient(app.home.house, {
      odsCode: next,
      nhsNumber,
      familyName,
      birthdate,
      ...checked,
    });
    await recordCompetence(deps, { nhsNumber, odsCode: next, staffId });
    await putIntoRegister(dot, { gpOdsCode: next });
    await withdrawCompetence(deps, { nhsNumber, odsCode, staffId });
    await setMinimumAge(deps, { odsCode, years: 16, staffId });
    await dot.browser.submit({ choice: 'yes' });
    assert.match(dot.browser.page.heading, /cannot prove who you are here until 1 January/u);
    assert.equal(await level(dot), 'P5');
  });

  test('a system that does not answer: they can try again', async () => {
    const eve = await ready('eve');
    await comeToAsk(eve);
    await gpSystemsOf(app).setFault({ supplierId: await supplierOf(eve), kind: 'too-many', times: 1 });
    await eve.browser.submit({ choice: 'yes' });
    assert.equal(eve.browser.page.status, 503);
    await eve.browser.follow('Try again');
    await eve.browser.submit({ choice: 'yes' });
    assert.equal(await level(eve), 'P9');
  });
});
