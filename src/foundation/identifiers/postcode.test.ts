import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nationsOfPostcode, readOdsCode, readPostcode } from '#foundation/identifiers';

suite('a postcode', () => {
  test('is read in whatever case and spacing, and given as it is printed', () => {
    const readings = {
      sw1a1aa: 'SW1A 1AA',
      ' m1 1ae ': 'M1 1AE',
      'B33-8TH': 'B33 8TH',
      'C R 2 6 X H': 'CR2 6XH',
      'DN55\u00A01PT': 'DN55 1PT',
      'w1a 0ax': 'W1A 0AX',
      'ＥＣ１Ａ １ＢＢ': 'EC1A 1BB',
      'ZE1 0AA': 'ZE1 0AA',
      'BT1 1AA': 'BT1 1AA',
      'IM9 1AA': 'IM9 1AA',
      'JE2 3AB': 'JE2 3AB',
      'gy10 1sb': 'GY10 1SB',
      'BF1 2AU': 'BF1 2AU',
      'gir 0aa': 'GIR 0AA',
      ZZ993VZ: 'ZZ99 3VZ',
      'zz99 3cz': 'ZZ99 3CZ',
    };
    for (const [typed, postcode] of Object.entries(readings))
      assert.deepEqual(readPostcode(typed), { outcome: 'valid', postcode }, typed);
  });

  test('that is none is told apart from one that is missing', () => {
    for (const typed of ['', '  ', '\u200E', '.-'])
      assert.deepEqual(readPostcode(typed), { outcome: 'missing' });
    for (const typed of [
      'SW1A',
      'SW1A 1A',
      'SW1A 1AAA',
      'SW1A 1CA',
      'QQ1 1AA',
      'A1 1AA',
      'SW1A OAA',
      'SWA1 1AA',
      'BFPO 61',
      'ZZ98 3VZ',
      'D02 AF30',
      '10001',
      'SW1A 1AÄ',
      'SW1A\u00001AA',
    ])
      assert.deepEqual(readPostcode(typed), { outcome: 'malformed' }, typed);
  });

  test('hints at the nation, or at both where a district lies on the border', () => {
    const hints = {
      'SW1A 1AA': ['england'],
      'EH1 1AA': ['scotland'],
      'TD1 1AA': ['scotland'],
      'TD15 1AA': ['england', 'scotland'],
      'CF10 1AA': ['wales'],
      'SY1 1AA': ['england'],
      'SY23 1AA': ['wales'],
      'SY5 0AA': ['england', 'wales'],
      'CH7 1AA': ['wales'],
      'CH41 1AA': ['england'],
      'LL12 0AA': ['england', 'wales'],
      'BT1 1AA': ['northern-ireland'],
      'IM1 1AA': ['isle-of-man'],
      'ch5 1aa': ['wales'],
    };
    for (const [postcode, nations] of Object.entries(hints))
      assert.deepEqual(nationsOfPostcode(postcode), nations, postcode);
  });

  test('hints at nothing where it lies in no nation that people live in here, or is no postcode', () => {
    for (const postcode of [
      'JE2 3AB',
      'GY1 1AA',
      'BF1 2AU',
      'BX1 1LT',
      'GIR 0AA',
      'ZZ99 3VZ',
      '',
      'EH1',
      'EH',
    ])
      assert.deepEqual(nationsOfPostcode(postcode), [], postcode);
  });
});

suite('the code of a practice', () => {
  test('is read in any case', () => {
    for (const code of ['A81001', 'Z99001', 'W98765', '70001', 'GUE123', 'Y00001', '8HR88A00']) {
      assert.equal(readOdsCode(code), code);
      assert.equal(readOdsCode(` ${code.toLowerCase()} `), code);
    }
  });

  test('has five to eight letters and digits', () => {
    for (const text of ['', 'A810', 'A81 001', 'A81001234', 'A81-01', 'Á81001', 'ﬀﬀﬀ', 'A81001\u0000'])
      assert.equal(readOdsCode(text), undefined, text);
  });
});
