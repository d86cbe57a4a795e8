import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSources, type Source } from './sources.ts';

/** @returns the words of the glossary that no Welsh text has */
function neverWords(): string[] {
  const [glossary] = readSources('docs/glossary.md');
  const [, welsh = ''] = (glossary?.text ?? '').split('## In Welsh');
  const rows = [...welsh.matchAll(/^\|[^|]+\|[^|]+\|(?<never>[^|]*)\|$/gmu)];
  return rows
    .slice(2)
    .flatMap(({ groups }) => (groups?.['never'] ?? '').split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** Words in both languages are in files of their own, but for those of suppliers and of made-up people. */
function welshTexts(): Source[] {
  return ['src/**/*cy.json', 'src/**/*.ts']
    .flatMap(readSources)
    .map(({ file, text }) => ({ file, text: text.replaceAll('ID practis', '') }));
}

/** As it is, and with the soft mutation that a first M takes. */
function fits(word: string): RegExp {
  return new RegExp(String.raw`(?<!\p{L})${word.replace(/^m/u, '[mf]')}(?!\p{L})`, 'iu');
}

test('Welsh texts call each thing by the one word that the glossary has for it', () => {
  const never = neverWords();
  assert.ok(never.includes('mewngofnod') && never.length > 5);
  const texts = welshTexts();
  assert.ok(texts.some(({ text }) => /(?<!\p{L})gyfrif(?!\p{L})/u.test(text)));
  const found = never.flatMap((word) =>
    texts.filter(({ text }) => fits(word).test(text)).map(({ file }) => `${word} in ${file}`),
  );
  assert.deepEqual(found, []);
});
