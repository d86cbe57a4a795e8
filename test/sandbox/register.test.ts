import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { readNhsNumber, type NhsNumber } from '#foundation/identifiers';
import { openRegister, readPatient, tracePatient, type Register } from '#pds';
import { personas } from '#sandbox';
import { z } from 'zod';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { call } from './support.ts';

const entry = z.object({
  nhsNumber: z.string().transform((text) => readNhsNumber(text) as NhsNumber),
  supersededBy: z.string().optional(),
  familyName: z.string(),
  birthdate: z.string().optional(),
  postcode: z.string().optional(),
  mobile: z.string().optional(),
});
const made = z.object({ nhsNumber: z.string().optional(), mobile: z.string(), register: entry.optional() });
const listed = z.object({ patients: z.array(entry.loose()) });
const faulty = z.object({
  faults: z.array(z.object({ target: z.string(), kind: z.string(), times: z.number() })),
});

let sandbox: TestSandbox;
let way: Register;
before(async () => {
  sandbox = await openTestSandbox();
  const opened = openRegister(sandbox.home.house);
  assert.ok(opened);
  way = opened;
});
after(() => sandbox.close());

async function make(person: Record<string, unknown>) {
  const { status, body } = await call(sandbox, 'POST', '/people', person);
  assert.equal(status, 201, JSON.stringify(body));
  return made.parse(body);
}

async function lookUp(query: string) {
  const { status, body } = await call(sandbox, 'GET', `/register/patients?${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  return listed.parse(body).patients;
}

suite('what the personas say of themselves leads in the register where their stories say', () => {
  const stories: Record<string, { byName: string; byNumber: string; also?: string }> = {
    new: { byName: 'match', byNumber: 'found' },
    p0: { byName: 'match', byNumber: 'found' },
    'p0-without-phone': { byName: 'match', byNumber: 'found' },
    scotland: { byName: 'match', byNumber: 'found' },
    'northern-ireland': { byName: 'match', byNumber: 'found' },
    'under-age': { byName: 'match', byNumber: 'found' },
    'consent-refused': { byName: 'match', byNumber: 'found' },
    p5: { byName: 'match', byNumber: 'found' },
    p9: { byName: 'match', byNumber: 'found' },
    'p9-with-gp-details': { byName: 'match', byNumber: 'found' },
    'superseded-number': { byName: 'match', byNumber: 'found', also: 'under another number' },
    'record-withdrawn': { byName: 'no_match', byNumber: 'withdrawn' },
    'record-shows-death': { byName: 'match', byNumber: 'found', also: 'dead' },
    'name-mismatch': { byName: 'no_match', byNumber: 'found' },
    'several-matches': { byName: 'ambiguous', byNumber: 'found' },
    deceased: { byName: 'match', byNumber: 'found', also: 'dead' },
    restricted: { byName: 'no_match', byNumber: 'found', also: 'restricted' },
    'nhs-number-taken': { byName: 'match', byNumber: 'found' },
    'gp-details-ready-z99001': { byName: 'match', byNumber: 'found' },
    'gp-details-ready-z99002': { byName: 'match', byNumber: 'found' },
    'gp-details-ready-z99003': { byName: 'match', byNumber: 'found' },
    'gp-details-used': { byName: 'match', byNumber: 'found' },
    'gp-details-expired': { byName: 'match', byNumber: 'found' },
    'gp-details-wrong-practice': { byName: 'match', byNumber: 'found' },
    'gp-details-moved-practice': { byName: 'match', byNumber: 'found' },
    'gp-details-withdrawn': { byName: 'match', byNumber: 'found' },
    'im1-credentials-stale': { byName: 'match', byNumber: 'found' },
    'fast-track-ready': { byName: 'match', byNumber: 'found' },
    'fast-track-blocked': { byName: 'match', byNumber: 'found' },
    'practice-limited': { byName: 'match', byNumber: 'found' },
    'im1-access-lost': { byName: 'match', byNumber: 'found' },
    'im1-moved-practice': { byName: 'match', byNumber: 'found' },
    'photo-check-pending': { byName: 'match', byNumber: 'found' },
    'photo-check-on-hold': { byName: 'match', byNumber: 'found' },
    'photo-check-approved': { byName: 'match', byNumber: 'found' },
    'photo-check-declined-new-photo': { byName: 'match', byNumber: 'found' },
    'photo-check-declined-other-document': { byName: 'match', byNumber: 'found' },
    'photo-check-declined-new-video': { byName: 'match', byNumber: 'found' },
    'photo-check-declined-check-details': { byName: 'match', byNumber: 'found' },
    'photo-check-declined-ask-practice': { byName: 'match', byNumber: 'found' },
    'photo-check-declined-another-way': { byName: 'match', byNumber: 'found' },
  };
  for (const { id, says, account } of personas) {
    if (says === undefined) continue;
    test(id, async () => {
      const expected = stories[id];
      assert.ok(expected, 'every persona of whom the register knows has a line here');
      const [givenName = ''] = says.givenName.split(' ');
      const traced = await tracePatient(way, { ...says, givenName });
      assert.equal(traced.outcome, expected.byName);
      const read = await readPatient(way, says.nhsNumber);
      assert.equal(read.outcome, expected.byNumber);
      if (read.outcome !== 'found') return;
      const { patient } = read;
      assert.equal(patient.isDeceased, expected.also === 'dead');
      assert.equal(patient.isRestricted, expected.also === 'restricted');
      assert.equal(patient.nhsNumber !== says.nhsNumber, expected.also === 'under another number');
      assert.equal(patient.birthdate, says.birthdate);
      if (expected.also !== 'restricted') assert.equal(patient.postcode, says.postcode);
      const details = account?.identity?.details;
      if (details !== undefined) assert.equal(patient.familyName, details.familyName);
    });
  }
});

suite('the people of the register', () => {
  test('can be looked up by number and by name, also those that the register keeps back', async () => {
    const [priya] = await lookUp('nhsNumber=999%20000%200018');
    assert.equal(priya?.familyName, 'Fields');
    const [hidden] = await lookUp('familyName=MARSH&birthdate=1986-12-12');
    assert.equal(hidden?.postcode, 'NR2 2BB');
    assert.equal((await call(sandbox, 'GET', '/register/patients?nhsNumber=1')).status, 400);
  });
});

suite('a person of one’s own', () => {
  test('from P5 on is in the register as they are known', async () => {
    const person = await make({
      level: 'P5',
      familyName: 'Otter',
      phoneMatched: true,
      birthdate: '1999-02-03',
    });
    const { nhsNumber } = person.register ?? {};
    assert.ok(nhsNumber);
    assert.equal(nhsNumber, person.nhsNumber);
    const read = await readPatient(way, nhsNumber);
    assert.ok(read.outcome === 'found');
    assert.equal(read.patient.familyName, 'Otter');
    assert.equal(read.patient.birthdate, '1999-02-03');
    assert.equal(read.patient.contactPoints[0]?.value, person.mobile.replace('+44', '0'));
  });

  test('is in it otherwise, or not at all, if asked for', async () => {
    assert.equal((await make({ level: 'P0' })).register, undefined);
    assert.equal((await make({ level: 'P9', register: null })).register, undefined);
    const { register: low } = await make({ register: { familyName: 'Low', postcode: 'M20 1AA' } });
    assert.ok(low);
    const read = await readPatient(way, low.nhsNumber);
    assert.equal(read.outcome === 'found' && read.patient.postcode, 'M20 1AA');
    for (const [flag, check] of [
      ['restricted', (patient: { isRestricted: boolean }) => patient.isRestricted],
      ['deceased', (patient: { isDeceased: boolean }) => patient.isDeceased],
    ] as const) {
      const { register } = await make({ level: 'P5', register: { [flag]: true } });
      assert.ok(register);
      const found = await readPatient(way, register.nhsNumber);
      assert.ok(found.outcome === 'found' && check(found.patient), flag);
    }
    const { register: gone } = await make({ level: 'P5', register: { withdrawn: true } });
    assert.ok(gone);
    assert.equal((await readPatient(way, gone.nhsNumber)).outcome, 'withdrawn');
    const { register: old } = await make({ level: 'P5', register: { superseded: true } });
    assert.ok(old?.supersededBy);
    const found = await readPatient(way, old.nhsNumber);
    assert.equal(found.outcome === 'found' && found.patient.nhsNumber, old.supersededBy);
  });

  test('can have no name that can’t be kept', async () => {
    for (const person of [{ level: 'P5', familyName: 'a\u0000b' }, { register: { givenName: '\u0000' } }])
      assert.equal((await call(sandbox, 'POST', '/people', person)).status, 400);
  });

  test('whose number somebody in the register has already takes nothing from them', async () => {
    const [before] = await lookUp('birthdate=1971&limit=1');
    assert.ok(before);
    await make({ level: 'P5', nhsNumber: before.nhsNumber });
    assert.deepEqual(await lookUp(`nhsNumber=${before.nhsNumber}`), [before]);
  });
});

suite('a fault that is asked for', () => {
  test('happens so many times, and is over when it is taken back', async () => {
    const set = await call(sandbox, 'POST', '/faults', { target: 'pds', kind: 'wrong-patient', times: 2 });
    assert.deepEqual(
      [set.status, faulty.parse(set.body).faults],
      [201, [{ target: 'pds', kind: 'wrong-patient', times: 2 }]],
    );
    const asked = personas.find(({ id }) => id === 'p5')?.says?.nhsNumber;
    assert.ok(asked);
    const read = await readPatient(way, asked);
    assert.ok(read.outcome === 'found' && read.patient.nhsNumber !== asked);
    assert.equal(faulty.parse((await call(sandbox, 'GET', '/faults')).body).faults[0]?.times, 1);
    assert.equal((await call(sandbox, 'DELETE', '/faults')).status, 204);
    const again = await readPatient(way, asked);
    assert.equal(again.outcome === 'found' && again.patient.nhsNumber, asked);
  });

  test('must be one that is known, of a system that can show it', async () => {
    const ask = async (body: unknown) => (await call(sandbox, 'POST', '/faults', body)).status;
    assert.equal(await ask({ target: 'pds', kind: 'explode' }), 400);
    assert.equal(await ask({ target: 'pds', kind: 'fail', times: 0 }), 400);
    assert.equal(await ask({ target: 'moon', kind: 'fail' }), 400);
    assert.equal(await ask({ target: 'sms', kind: 'fail' }), 501);
    assert.deepEqual(faulty.parse((await call(sandbox, 'GET', '/faults')).body).faults, []);
  });
});

test('a reset puts the register back as it was seeded, faults included', async () => {
  const [priya] = await lookUp('nhsNumber=9990000018');
  const { register } = await make({ level: 'P5' });
  await call(sandbox, 'POST', '/faults', { target: 'pds', kind: 'fail', times: 100 });
  assert.ok(register);
  await sandbox.register.addPatient({
    nhsNumber: readNhsNumber('9990000018') as NhsNumber,
    familyName: 'Changed',
  });
  assert.equal((await call(sandbox, 'POST', '/reset')).status, 204);
  assert.equal((await readPatient(way, register.nhsNumber)).outcome, 'not_found');
  const [again] = await lookUp('nhsNumber=9990000018');
  assert.deepEqual(again, priya);
});
