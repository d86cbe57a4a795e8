import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readNhsNumber } from '#foundation/identifiers';
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
