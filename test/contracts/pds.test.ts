import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { NhsNumber } from '#foundation/identifiers';
import { openRegister, readPatient, updateContactDetails, type ContactChanges, type Register } from '#pds';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { makeKnown } from '../support/identities.ts';
import { createTestHouse } from '../support/house.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { prepareTestRegister, type TestRegister } from '../support/register.ts';
import type { TestService } from '../support/service.ts';
import { agree, signInWithPassword } from '../support/walks.ts';

/** The client against a register that keeps what it is told, with ID tokens as services get them. */

let app: TestApp;
let register: TestRegister;
let service: TestService;
let way: Register;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true });
  register = app.register ?? assert.fail();
  service = await app.registerTestService({
    scopes: ['openid', 'profile'],
    vectors: ['P0.Cp.Cd', 'P5.Cp.Cd', 'P9.Cp.Cd'],
  });
});
after(() => app.close());
beforeEach(async () => {
  await register.clearFaults();
  way = openRegister(app.home.house) ?? assert.fail();
});

/** @returns the ID token of somebody's login, and the number of their entry */
async function signedIn(
  name: string,
  level: 'P5' | 'P9',
): Promise<{ idToken: string; nhsNumber: NhsNumber }> {
  const who = somebody(name);
  const phone = `+44${who.phone.slice(1).replaceAll(' ', '')}`;
  const { id: accountId } = await makeAccount(app.home, { email: who.email, password: who.password, phone });
  const details = { familyName: 'Hopper', givenNames: ['Grace'], birthdate: '1986-12-09' };
  const nhsNumber = await makeKnown(app.home, { accountId, level });
  await register.addPatient({ ...details, nhsNumber, mobile: '07700900111', email: 'grace@people.example' });
  const browser = new Person(app);
  const traveller = { app, service, who, browser };
  await signInWithPassword(traveller, { scope: 'openid profile', vtr: `["${level}.Cp.Cd"]` });
  await browser.submit({ code: await app.codeFor(who.phone, 'sms') });
  const { idToken } = await service.finish(await agree(traveller));
  return { idToken, nhsNumber };
}

async function entryOf(nhsNumber: NhsNumber) {
  const reading = await readPatient(way, nhsNumber);
  assert.ok(reading.outcome === 'found');
  const { version, contactPoints } = reading.patient;
  const points = contactPoints.map(({ system, use, value }) => [system, use, value].join(' '));
  return { version, points: points.toSorted() };
}

describe('through the register, with the ID token of a login,', () => {
  let grace: Awaited<ReturnType<typeof signedIn>>;
  before(async () => {
    grace = await signedIn('grace', 'P9');
  });
  const update = async (changes: ContactChanges, more: { version?: string; idToken?: string } = {}) => {
    const { version } = await entryOf(grace.nhsNumber);
    return updateContactDetails(way, { ...grace, version, changes, ...more });
  };

  test('a person’s mobile number and e-mail address are changed, removed and added', async () => {
    const before = await entryOf(grace.nhsNumber);
    assert.equal((await update({ mobile: '07700900222' })).outcome, 'updated');
    const after = await entryOf(grace.nhsNumber);
    assert.equal(Number(after.version), Number(before.version) + 1);
    assert.ok(after.points.includes('phone mobile 07700900222'));
    assert.equal(after.points.length, before.points.length);
    assert.equal((await update({ mobile: null, email: null })).outcome, 'updated');
    assert.deepEqual((await entryOf(grace.nhsNumber)).points, []);
    const added = await update({ mobile: '07700900333', email: 'new@people.example' });
    assert.equal(added.outcome, 'updated');
    const points = ['email home new@people.example', 'phone mobile 07700900333'];
    assert.deepEqual((await entryOf(grace.nhsNumber)).points, points);
  });

  test('of two changes of the same version one is made, and the other is told', async () => {
    const { version } = await entryOf(grace.nhsNumber);
    const outcomes = await Promise.all(
      ['07700900444', '07700900555'].map(async (mobile) => (await update({ mobile }, { version })).outcome),
    );
    assert.deepEqual(outcomes.toSorted(), ['updated', 'version_mismatch']);
    assert.deepEqual(await update({ mobile: '07700900666' }, { version }), { outcome: 'version_mismatch' });
  });

  test('a change that the register took long for is made once', async () => {
    const before = await entryOf(grace.nhsNumber);
    await register.setFault('unavailable', 2);
    assert.equal((await update({ mobile: '07700900777' })).outcome, 'updated');
    assert.equal(Number((await entryOf(grace.nhsNumber)).version), Number(before.version) + 1);
  });

  test('nobody changes the entry of another, and nobody below P9 their own', async () => {
    const other = await signedIn('ela', 'P5');
    const { version } = await entryOf(grace.nhsNumber);
    const refused = { outcome: 'refused', reason: 'login' };
    assert.deepEqual(await update({ mobile: '07700900888' }, { idToken: other.idToken }), refused);
    assert.deepEqual(
      await updateContactDetails(way, { ...other, version: '1', changes: { mobile: '07700900888' } }),
      refused,
    );
    assert.equal((await entryOf(grace.nhsNumber)).version, version);
  });

  test('an ID token that was altered, or has expired, changes nothing', async () => {
    const [header, payload, signature = ''] = grace.idToken.split('.');
    const altered = [header, payload, [...signature].toReversed().join('')].join('.');
    const refused = { outcome: 'refused', reason: 'login' };
    assert.deepEqual(await update({ mobile: '07700900888' }, { idToken: altered }), refused);
    app.home.clock.advance(2 * 3600);
    try {
      const late = await updateContactDetails(openRegister(app.home.house) ?? assert.fail(), {
        ...grace,
        version: (await entryOf(grace.nhsNumber)).version,
        changes: { mobile: '07700900888' },
      });
      assert.deepEqual(late, refused);
    } finally {
      app.home.clock.reset();
    }
  });
});

test('many who ask at once all get their answer from a register with a limit', async (context) => {
  const perSecond = 20;
  const prepared = await prepareTestRegister();
  const home = await createTestHouse({
    environment: { ...prepared.environment, BEVAN_PDS_REQUESTS_PER_SECOND: String(perSecond) },
  });
  context.after(home.close);
  const limited = await prepared.start(home, { requestsPerSecond: perSecond + 5 });
  context.after(limited.close);
  const open = openRegister(home.house) ?? assert.fail();
  const nhsNumber = await limited.addPatient({});
  const readings = await Promise.all(
    Array.from({ length: 45 }, () => readPatient(open, nhsNumber, { withinMs: 60_000 })),
  );
  // What is sent evenly may arrive in bunches: then the register says 429, and is asked again.
  assert.deepEqual(
    readings.filter(({ outcome }) => outcome !== 'found'),
    [],
  );
});
