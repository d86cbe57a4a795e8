import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatNhsNumber, judgeNhsNumber, maskNhsNumber, readNhsNumber } from '#foundation/identifiers';
import fc from 'fast-check';

suite('an NHS number', () => {
  test('is read in one piece, or as people group it', () => {
    for (const text of ['9990000018', '999 000 0018', '999-000-0018', ' 999 000 0018 ', '9990000107'])
      assert.equal(readNhsNumber(text), text.replaceAll(/\D/gu, ''));
  });

  test('with a check digit of 0 is right, and one whose check would be 10 is never issued', () => {
    assert.equal(readNhsNumber('9434765870'), '9434765870');
    for (let check = 0; check < 10; check += 1) assert.equal(readNhsNumber(`999000014${check}`), undefined);
  });

  test('that is anything else is none', () => {
    for (const text of [
      '',
      '999000001',
      '99900000180',
      '9990000019',
      '99 9000 0018',
      '９９９０００００１８',
      'x',
    ])
      assert.equal(readNhsNumber(text), undefined, text);
  });

  test('with one digit wrong, or two neighbours swapped, is noticed', () => {
    const position = fc.integer({ min: 0, max: 9 });
    fc.assert(
      fc.property(position, fc.integer({ min: 1, max: 9 }), (at, change) => {
        const digits = [...'9990000018'];
        digits[at] = String((Number(digits[at]) + change) % 10);
        assert.equal(readNhsNumber(digits.join('')), undefined);
      }),
    );
    assert.equal(readNhsNumber('9990000081'), undefined);
    assert.equal(readNhsNumber('9909000018'), undefined);
  });
});

suite('what somebody typed as their NHS number', () => {
  test('is understood however it is grouped or pasted', () => {
    for (const text of [
      '9990000018',
      '999 000 0018',
      '99 90 00 00 18',
      '999.000.0018',
      '\u202A999-000-0018\u202C',
      '９９９０００００１８',
    ])
      assert.deepEqual(judgeNhsNumber(text), { outcome: 'valid', nhsNumber: '9990000018' }, text);
  });

  test('is refused for what is wrong with it', () => {
    const refusals = {
      '': 'missing',
      ' - ': 'missing',
      '999000001O': 'letters',
      'my number': 'letters',
      'QQ 12 34 56 C': 'national_insurance_number',
      qq123456: 'national_insurance_number',
      '999 000 001': 'not_ten_digits',
      '999 000 00188': 'not_ten_digits',
      '999 000 001!': 'not_ten_digits',
      '999 000 0019': 'not_genuine',
    };
    for (const [text, outcome] of Object.entries(refusals))
      assert.deepEqual(judgeNhsNumber(text), { outcome }, text);
  });

  test('is shown as printed to nobody but masked to its owner', () => {
    const number = readNhsNumber('9990000018');
    assert.ok(number);
    assert.equal(formatNhsNumber(number), '999 000 0018');
    assert.equal(maskNhsNumber(number), '*** *** 0018');
  });
});
