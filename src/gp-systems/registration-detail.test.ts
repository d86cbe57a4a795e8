import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readRegistrationDetail } from '#gp-systems';

suite('an account id or linkage key', () => {
  test('is kept exactly: symbols, case and leading zeros', () => {
    for (const text of [
      '0012345678',
      'tTALtBP3rLR16',
      'a*b\\c/d!',
      '&amp;<"\'>',
      'a b',
      'ŵ£€',
      'x'.repeat(64),
      '😀'.repeat(64),
    ])
      assert.equal(readRegistrationDetail(text), text);
  });

  test('loses the space around it, which comes with copying, and nothing else', () => {
    for (const text of [' AbC-1 ', '\tAbC-1\n', '\u00A0AbC-1\u00A0'])
      assert.equal(readRegistrationDetail(text), 'AbC-1');
  });

  test('is none when it is empty, too long, or has what nobody can print', () => {
    for (const text of ['', '   ', 'x'.repeat(65), 'a\u0000b', 'a\nb', 'a\u200Bb', 'a\u2028b', 'a\uD800b'])
      assert.equal(readRegistrationDetail(text), undefined, JSON.stringify(text));
  });
});
