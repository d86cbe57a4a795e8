import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readLandline, readPhone } from './phone.ts';

const uk = { international: false, refusedCountries: ['US'] };
const abroad = { international: true, refusedCountries: ['US'] };

suite('a UK mobile number', () => {
  for (const typed of [
    '07700 900123',
    '+447700900123',
    '+44 7700 900 123',
    '+44 (0)7700 900123',
    '0044 7700 900123',
    '(07700) 900-123',
    ' 07700.900.123 ',
    '０７７００ ９００１２３',
  ]) {
    test(`is understood: ${typed}`, () => {
      assert.deepEqual(readPhone(typed, uk), { outcome: 'valid', phone: '+447700900123' });
    });
  }

  test('may belong to the Isle of Man, Jersey or Guernsey', () => {
    assert.deepEqual(readPhone('07624 123456', uk), { outcome: 'valid', phone: '+447624123456' });
    assert.deepEqual(readPhone('07797 712345', uk), { outcome: 'valid', phone: '+447797712345' });
    assert.deepEqual(readPhone('07781 123456', uk), { outcome: 'valid', phone: '+447781123456' });
  });

  test('may be one of a real network', () => {
    assert.deepEqual(readPhone('07400 123456', uk), { outcome: 'valid', phone: '+447400123456' });
  });

  for (const [typed, what] of [
    ['020 7946 0000', 'landline'],
    ['0909 879 0000', 'premium rate'],
    ['0843 123 4567', 'shared cost'],
    ['070 1234 5678', 'personal number'],
    ['056 1234 5678', 'internet telephony'],
    ['0800 123 4567', 'free of charge'],
    ['0345 123 4567', 'company number'],
  ] as const) {
    test(`is not a ${what} number (${typed})`, () => {
      assert.deepEqual(readPhone(typed, uk), { outcome: 'not_mobile' });
    });
  }

  test('is missing when nothing was typed', () => {
    assert.deepEqual(readPhone('  ', uk), { outcome: 'missing' });
  });

  for (const typed of [
    '07700',
    '07700 9001234',
    'not a number',
    '+33 6 12 34 56 78',
    '7700900123 ext. 5',
    '07700900123;phone-context=1',
    '++447700900123',
  ]) {
    test(`is refused: ${typed}`, () => {
      assert.deepEqual(readPhone(typed, uk), { outcome: 'malformed' });
    });
  }

  test('is refused where the United Kingdom is a refused country', () => {
    const refusedCountries = ['GB'];
    assert.deepEqual(readPhone('07700 900123', { international: false, refusedCountries }), {
      outcome: 'refused_country',
    });
    assert.deepEqual(readPhone('07400 123456', { international: false, refusedCountries }), {
      outcome: 'refused_country',
    });
  });
});

suite('a mobile number from abroad', () => {
  for (const [typed, phone] of [
    ['+33 6 12 34 56 78', '+33612345678'],
    ['+353 85 012 3456', '+353850123456'],
    ['+52 55 1234 5678', '+525512345678'],
    ['+1 416 555 1234', '+14165551234'],
    ['+44 7400 123456', '+447400123456'],
  ] as const) {
    test(`is understood: ${typed}`, () => {
      assert.deepEqual(readPhone(typed, abroad), { outcome: 'valid', phone });
    });
  }

  test('needs + and a country code', () => {
    assert.deepEqual(readPhone('06 12 34 56 78', abroad), { outcome: 'no_country_code' });
    assert.deepEqual(readPhone('0033 6 12 34 56 78', abroad), { outcome: 'no_country_code' });
  });

  test('is refused from the countries that the settings name', () => {
    assert.deepEqual(readPhone('+1 415 555 2671', abroad), { outcome: 'refused_country' });
    assert.deepEqual(
      readPhone('+33 6 12 34 56 78', { international: true, refusedCountries: ['FR', 'US'] }),
      {
        outcome: 'refused_country',
      },
    );
  });

  test('is refused from networks of no country, such as satellites', () => {
    assert.deepEqual(readPhone('+881 6 1234 5678', abroad), { outcome: 'refused_country' });
    assert.deepEqual(readPhone('+979 123456789', abroad), { outcome: 'refused_country' });
  });

  test('is not a landline, nor a number that costs extra', () => {
    assert.deepEqual(readPhone('+33 1 42 68 53 00', abroad), { outcome: 'not_mobile' });
    assert.deepEqual(readPhone('+33 891 12 34 56', abroad), { outcome: 'not_mobile' });
    assert.deepEqual(readPhone('+44 70 1234 5678', abroad), { outcome: 'not_mobile' });
  });

  test('is refused when no network has it', () => {
    assert.deepEqual(readPhone('+33 6', abroad), { outcome: 'malformed' });
    assert.deepEqual(readPhone('+999 123456789', abroad), { outcome: 'malformed' });
    assert.deepEqual(readPhone('+', abroad), { outcome: 'malformed' });
  });
});

test('no text that somebody types as a number ends the program, and what passes is E.164', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(...'0123456789+ ()-.;=\r\n\0x٣７'), maxLength: 45 }),
  );
  fc.assert(
    fc.property(texts, fc.boolean(), (text, international) => {
      const read = readPhone(text, { international, refusedCountries: ['US'] });
      if (read.outcome === 'valid') assert.match(read.phone, /^\+[1-9]\d{6,14}$/u);
    }),
    { numRuns: 2000 },
  );
});

test('10,000 characters typed as a number are answered like any others', () => {
  for (const unit of ['0', '+', ' 7', '(', '\u0000', '７']) {
    assert.deepEqual(readPhone(unit.repeat(10_000 / unit.length), uk), { outcome: 'malformed' });
  }
});

suite('a landline', () => {
  test('is read as people write it, also from the numbers that belong to nobody', () => {
    for (const [text, expected] of [
      ['01632 960123', '+441632960123'],
      ['020 7946 0018', '+442079460018'],
      ['(0113) 496 0999', '+441134960999'],
      ['+44 29 2018 0000', '+442920180000'],
      ['01534 888888', '+441534888888'],
      [' 01904 650 123 ', '+441904650123'],
    ] as const)
      assert.equal(readLandline(text), expected, text);
  });

  test('is no mobile, no number from abroad, no service number and no nonsense', () => {
    for (const text of [
      '07700 900123',
      '+33 1 70 18 99 00',
      '0800 123 4567',
      '0906 123 4567',
      '123',
      '',
      'x',
    ])
      assert.equal(readLandline(text), undefined, text);
    assert.equal(readLandline('0'.repeat(10_000)), undefined);
  });
});
