import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { readSources, repository } from './sources.ts';

interface Habit {
  /** What must not be written. */
  readonly pattern: RegExp;
  /** The one place that may. */
  readonly exceptIn?: string;
  /** Shows that the pattern finds what it is for. */
  readonly example: string;
}

const habits: Record<string, Habit> = {
  'the environment is read by settings alone': {
    pattern: /\bprocess\.env\b/u,
    exceptIn: 'src/foundation/settings/',
    example: "process.env['PORT']",
  },
  'time comes from the clock alone': {
    pattern: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/u,
    exceptIn: 'src/foundation/clock/',
    example: 'const now = new Date();',
  },
  'randomness comes from node:crypto alone': { pattern: /\bMath\.random\b/u, example: 'Math.random()' },
  'no check is silenced': {
    pattern: /\b(oxlint|eslint|biome|knip)-(disable|ignore)|@ts-(ignore|expect-error|nocheck)/u,
    example: '// oxlint-disable-next-line no-console',
  },
  'nothing is left to do': { pattern: /\b(TODO|FIXME|XXX|HACK)\b/u, example: '// TODO: later' },
};

describe('in the product', () => {
  const sources = readSources('src/**/*.ts');

  for (const [name, { pattern, exceptIn, example }] of Object.entries(habits)) {
    test(name, () => {
      assert.match(example, pattern);
      const files = sources.filter(
        ({ file, text }) => pattern.test(withoutComments(text, name)) && !file.startsWith(exceptIn ?? '\0'),
      );
      assert.deepEqual(
        files.map(({ file }) => file),
        [],
      );
    });
  }

  test('names say what a file is for', () => {
    const vague = /(^|[/.-])(utils?|helpers?|common|shared|managers?)([/.-]|$)|(^|\/)services?\//u;
    assert.match('src/accounts/password-helper.ts', vague);
    const files = globSync('{src,demo,test,scripts,bench}/**', { cwd: repository }).map((file) =>
      file.split(path.sep).join('/'),
    );
    assert.ok(files.length > 0);
    assert.deepEqual(
      files.filter((file) => vague.test(file)),
      [],
    );
  });
});

/** Documentation may speak of what code may not do; what must not be in a comment either is looked for there too. */
function withoutComments(text: string, habit: string): string {
  if (habit === 'no check is silenced' || habit === 'nothing is left to do') return text;
  return text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gmu, '');
}
