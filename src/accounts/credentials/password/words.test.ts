import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { dictionary } from '@zxcvbn-ts/language-en';
import { loadWords, rank } from './words.ts';

const surnames = dictionary['lastnames-en'];

suite('the words that guessers try', () => {
  test('are ranked as their list has them, and nothing else is', () => {
    const ranked = rank(surnames);
    const known = new Set(surnames);
    const others = surnames.flatMap((word) => [`${word}1`, word.slice(1), word.toUpperCase()]);
    assert.deepEqual(
      surnames.filter((word, index) => ranked[word] !== index + 1),
      [],
    );
    assert.deepEqual(
      others.filter((word) => !known.has(word) && ranked[word] !== undefined),
      [],
    );
    for (const word of ['', 'constructor', '__proto__']) assert.equal(ranked[word], undefined);
  });

  test('are found in lists of one and of none', () => {
    assert.equal(rank(['only'])['only'], 1);
    assert.equal(rank(['only'])['other'], undefined);
    assert.equal(rank([])['only'], undefined);
  });

  test('are those of every list', () => {
    const { ranked, longest } = loadWords();
    assert.equal(ranked['lastnames-en']?.['smith'], surnames.indexOf('smith') + 1);
    assert.equal(ranked['passwords-common']?.['123456'], 1);
    assert.equal(longest['passwords-common'], 20);
    assert.deepEqual(Object.keys(longest), Object.keys(ranked));
  });
});
