import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { entry } from '../../../test/support/register-double.ts';
import { readPatientResource } from './patient.ts';

const now = new Date('2026-06-15T12:00:00Z');
const read = (more: Readonly<Record<string, unknown>>) =>
  readPatientResource(entry(more), now) ?? assert.fail('not readable');
const death = (code: string, base = 'https://fhir.nhs.uk/R4/StructureDefinition') => ({
  url: `${base}/Extension-UKCore-DeathNotificationStatus`,
  extension: [
    { url: 'deathNotificationStatus', valueCodeableConcept: { coding: [{ code }] } },
    { url: 'systemEffectiveDate', valueDateTime: '2026-01-01T00:00:00+00:00' },
  ],
});
const deceasedDateTime = '2026-01-01T00:00:00+00:00';

suite('an entry of the register', () => {
  test('tells a death that is notified, formally or not, and not one that was taken back', () => {
    assert.equal(read({}).isDeceased, false);
    assert.equal(read({ deceasedDateTime }).isDeceased, true);
    assert.equal(read({ deceasedBoolean: true }).isDeceased, true);
    assert.equal(read({ deceasedBoolean: false }).isDeceased, false);
    for (const code of ['1', '2', '3']) {
      assert.equal(read({ deceasedDateTime, extension: [death(code)] }).isDeceased, true, code);
      assert.equal(read({ extension: [death(code)] }).isDeceased, true, code);
    }
    assert.equal(read({ deceasedDateTime, extension: [death('U')] }).isDeceased, false);
    const elsewhere = death('U', 'https://fhir.hl7.org.uk/StructureDefinition');
    assert.equal(read({ deceasedDateTime, extension: [elsewhere] }).isDeceased, false);
    assert.equal(read({ deceasedDateTime, extension: [death('U'), death('2')] }).isDeceased, true);
    assert.equal(read({ extension: [{ url: 'https://fhir.example/Other' }] }).isDeceased, false);
  });

  test('is protected when it says so, with what it holds back absent', () => {
    for (const code of ['R', 'V']) {
      const held = { address: undefined, telecom: undefined, generalPractitioner: undefined };
      const patient = read({ meta: { versionId: '9', security: [{ code }] }, ...held });
      assert.equal(patient.isRestricted, true);
      assert.deepEqual(patient.contactPoints, []);
      assert.equal(patient.postcode, undefined);
      assert.equal(patient.gpOdsCode, undefined);
    }
    assert.equal(read({ meta: { versionId: '9' } }).isRestricted, false);
  });

  test('has the usual name, and no other in its place', () => {
    assert.deepEqual(read({}).givenNames, ['Ada', 'May']);
    const nameless = read({ name: [{ use: 'nickname', family: 'Other', given: ['Addie'] }] });
    assert.deepEqual([nameless.familyName, nameless.givenNames], ['', []]);
    assert.equal(read({ name: undefined }).familyName, '');
    const usual = (family: string, end?: string) => ({ use: 'usual', family, period: { end } });
    assert.equal(read({ name: [usual('Before', '2026-01-01'), usual('Now')] }).familyName, 'Now');
    assert.equal(read({ name: [usual('Last', '2026-01-01')] }).familyName, 'Last');
  });

  test('can’t be read when a name in it is as long as no name is', () => {
    const name = [{ use: 'usual', family: 'x'.repeat(301), given: ['Ada'] }];
    assert.equal(readPatientResource(entry({ name }), now), undefined);
  });

  test('has a date of birth only when the whole date is known', () => {
    assert.equal(read({}).birthdate, '1985-03-12');
    for (const birthDate of ['1985', '1985-03', undefined])
      assert.equal(read({ birthDate }).birthdate, undefined);
  });

  test('has the home address, practice and contact points of today', () => {
    const ended = { end: '2026-06-14' };
    const last = { start: '2020-01-01', end: '2026-06-15T00:00:00+00:00' };
    const patient = read({
      address: [
        { use: 'temp', postalCode: 'M1 1AE' },
        { use: 'home', postalCode: 'LS1 6AE', period: ended },
        { use: 'home', postalCode: 'SW1A 1AA', period: last },
      ],
      telecom: [
        { id: '1', system: 'phone', use: 'mobile', value: '07700900001', period: ended },
        { id: '2', system: 'phone', use: 'mobile', value: '07700900002', period: last },
      ],
      generalPractitioner: [
        { identifier: { value: 'A20047', period: ended } },
        { identifier: { value: 'B86010', period: last } },
      ],
    });
    assert.equal(patient.postcode, 'SW1A 1AA');
    assert.deepEqual(
      patient.contactPoints.map(({ id }) => id),
      ['2'],
    );
    assert.equal(patient.gpOdsCode, 'B86010');
  });

  test('has what begins and ends with a day of the United Kingdom, where in summer it is tomorrow an hour before Greenwich', () => {
    const period = { end: '2026-06-14' };
    const address = [{ use: 'home', postalCode: 'LS1 6AE', period }];
    const at = (moment: string) => readPatientResource(entry({ address }), new Date(moment))?.postcode;
    assert.equal(at('2026-06-14T23:59:59+01:00'), 'LS1 6AE');
    assert.equal(at('2026-06-15T00:00:00+01:00'), undefined);
  });

  test('has its postcode as others are written', () => {
    const home = (postalCode: string) => read({ address: [{ use: 'home', postalCode }] }).postcode;
    assert.equal(home('ls16ae'), 'LS1 6AE');
    assert.equal(home('ZZ99 3VZ'), 'ZZ99 3VZ');
    assert.equal(home('unknown'), 'unknown');
  });

  test('has no practice when they left it', () => {
    const url = 'https://fhir.nhs.uk/StructureDefinition/Extension-PDS-RemovalFromRegistration';
    assert.equal(read({ extension: [{ url, extension: [] }] }).gpOdsCode, undefined);
  });

  test('is read although a contact point, an address or a practice is half there', () => {
    const patient = read({
      telecom: [
        { id: '1', system: 'phone' },
        'x',
        { system: 'email', value: 'ada@people.example', use: 'new' },
      ],
      address: [{ use: 'home', line: ['1 High Street'] }, null],
      generalPractitioner: [{ id: '1' }, { identifier: { value: 'not a code' } }],
    });
    assert.deepEqual(patient.contactPoints, [
      { id: undefined, system: 'email', use: undefined, value: 'ada@people.example' },
    ]);
    assert.equal(patient.postcode, undefined);
    assert.equal(patient.gpOdsCode, undefined);
  });
});
