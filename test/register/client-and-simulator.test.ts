import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import { openRegister, readPatient, tracePatient, type Register } from '#pds';
import { createTestHouse, type TestHouse } from '../support/house.ts';
import { prepareTestRegister, unusedNhsNumber, type TestRegister } from '../support/register.ts';

let home: TestHouse;
let register: TestRegister;
let way: Register;

before(async () => {
  const prepared = await prepareTestRegister();
  home = await createTestHouse({ environment: prepared.environment });
  register = await prepared.start(home);
  const opened = openRegister(home.house);
  assert.ok(opened);
  way = opened;
});
beforeEach(() => register.clearFaults());
after(async () => {
  await register.close();
  await home.close();
});

const claimed = {
  familyName: 'Brambling',
  givenName: 'Anneliese',
  birthdate: '1968-10-02',
  postcode: 'NR3 1AA',
};
const patient = {
  familyName: 'Brambling',
  givenNames: ['Ann', 'Marie'],
  birthdate: '1968-10-02',
  postcode: 'NR2 4ZZ',
  mobile: '07700 900321',
};

suite('through the simulated register the product', () => {
  test('finds somebody by what they say of themselves, and reads them by their number', async () => {
    const nhsNumber = await register.addPatient(patient);
    const traced = await tracePatient(way, claimed);
    assert.equal(traced.outcome, 'match');
    assert.equal(traced.outcome === 'match' && traced.patient.nhsNumber, nhsNumber);
    const read = await readPatient(way, nhsNumber);
    assert.ok(read.outcome === 'found');
    assert.deepEqual(
      { ...read.patient, contactPoints: read.patient.contactPoints.map(({ value }) => value) },
      {
        nhsNumber,
        version: '1',
        familyName: 'Brambling',
        givenNames: ['Ann', 'Marie'],
        birthdate: '1968-10-02',
        postcode: 'NR2 4ZZ',
        gpOdsCode: 'Z99101',
        contactPoints: ['07700900321'],
        isRestricted: false,
        isDeceased: false,
      },
    );
  });

  test('tells nobody, several and superseded, withdrawn, restricted and dead people apart', async () => {
    const other = { ...claimed, familyName: 'Nobody' };
    assert.deepEqual(await tracePatient(way, other), { outcome: 'no_match' });
    for (let count = 0; count < 2; count += 1) await register.addPatient({ ...patient, familyName: 'Twice' });
    assert.deepEqual(await tracePatient(way, { ...claimed, familyName: 'Twice' }), { outcome: 'ambiguous' });

    assert.deepEqual(await readPatient(way, unusedNhsNumber()), { outcome: 'not_found' });
    const withdrawn = await register.addPatient({ invalidated: true });
    assert.deepEqual(await readPatient(way, withdrawn), { outcome: 'withdrawn' });
    const now = await register.addPatient({});
    const read = await readPatient(way, await register.addPatient({ supersededBy: now }));
    assert.equal(read.outcome === 'found' && read.patient.nhsNumber, now);
    const hidden = await readPatient(way, await register.addPatient({ restricted: true }));
    assert.equal(hidden.outcome === 'found' && hidden.patient.isRestricted, true);
    const dead = await readPatient(way, await register.addPatient({ deceased: true }));
    assert.equal(dead.outcome === 'found' && dead.patient.isDeceased, true);
  });
});

suite('when the register does something wrong once, the product still gets its answer after', () => {
  for (const kind of ['fail', 'timeout408', 'unavailable', 'malformed', 'half', 'token-refused'] as const) {
    test(kind, async () => {
      const nhsNumber = await register.addPatient({});
      await register.setFault(kind);
      await readPatient(way, nhsNumber);
      assert.equal((await readPatient(way, nhsNumber)).outcome, 'found');
    });
  }
});

suite('when it goes on, the product says that the register is not there, in time', () => {
  for (const [kind, reason] of [
    ['fail', 'down'],
    ['malformed', 'down'],
    ['half', 'down'],
    ['stall', 'down'],
    ['too-many', 'busy'],
  ] as const) {
    test(kind, async () => {
      const fresh = openRegister(home.house);
      assert.ok(fresh);
      await register.setFault(kind, 20);
      const read = await readPatient(fresh, await register.addPatient({}), { withinMs: 1500 });
      assert.deepEqual(read, { outcome: 'unavailable', reason });
    });
  }
});
