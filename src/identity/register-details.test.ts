import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { detailsOf, phoneIsOn } from '#identity';
import type { ContactPoint, RegisterPatient } from '#pds';
import { madeUpNhsNumber } from '../../test/support/identities.ts';

const entry = (other: Partial<RegisterPatient> = {}): RegisterPatient => ({
  nhsNumber: madeUpNhsNumber(),
  version: '2',
  familyName: 'HOPPER',
  givenNames: ['GRACE', 'Brewster'],
  birthdate: '1986-12-09',
  postcode: 'SW1A 1AA',
  gpOdsCode: 'a81001',
  contactPoints: [],
  isRestricted: false,
  isDeceased: false,
  ...other,
});

suite('what is kept of an entry in the register', () => {
  test('is what the register says, in its own spelling, and of the address the nation alone', () => {
    const patient = entry();
    assert.deepEqual(detailsOf(patient), {
      nhsNumber: patient.nhsNumber,
      familyName: 'HOPPER',
      givenName: 'GRACE Brewster',
      birthdate: '1986-12-09',
      gpOdsCode: 'A81001',
      homeNations: ['england'],
    });
  });

  test('leaves out what the entry lacks, or holds back', () => {
    const patient = entry({
      givenNames: [' '],
      postcode: undefined,
      gpOdsCode: undefined,
      isRestricted: true,
    });
    assert.deepEqual(detailsOf(patient), {
      nhsNumber: patient.nhsNumber,
      familyName: 'HOPPER',
      birthdate: '1986-12-09',
    });
  });

  test('is no practice when the code says that there is none, and no nation when the postcode tells none', () => {
    for (const gpOdsCode of ['V81997', 'V81998', 'V81999', '?'])
      assert.equal(detailsOf(entry({ gpOdsCode }))?.gpOdsCode, undefined);
    assert.equal(detailsOf(entry({ postcode: 'ZZ99 3VZ' }))?.homeNations, undefined);
    assert.deepEqual(detailsOf(entry({ postcode: 'TD15 1AA' }))?.homeNations, ['england', 'scotland']);
  });

  test('is nothing without a family name or a whole date of birth', () => {
    for (const lacking of [
      { familyName: ' ' },
      { birthdate: undefined },
      { birthdate: '1986-12' },
      { birthdate: '1986-02-30' },
    ])
      assert.equal(detailsOf(entry(lacking)), undefined);
  });
});

suite('a mobile number', () => {
  const mobile = '+447700900123';
  const isOn = (...points: Partial<ContactPoint>[]) =>
    phoneIsOn(
      entry({
        contactPoints: points.map((point) => ({ system: 'phone', use: 'mobile', value: '', ...point })),
      }),
      mobile,
    );

  test('is found on an entry in whatever way it is written there', () => {
    for (const value of [
      '07700900123',
      '07700 900 123',
      '+44 7700 900123',
      '00447700900123',
      '(07700) 900-123',
    ])
      assert.ok(isOn({ value: '07700900124' }, { value, use: 'home' }), value);
  });

  test('is not found where there is another, or something else', () => {
    assert.ok(!isOn());
    for (const value of ['', '07700900124', '7700900123 x2', 'no phone', '01632960123'])
      assert.ok(!isOn({ value }), value);
    assert.ok(!isOn({ value: '07700900123', system: 'fax' }));
    assert.ok(!isOn({ value: '07700900123', system: 'other' }));
  });
});
