import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { generateDocs } from '../../scripts/docs/generate.ts';

const repository = path.resolve(import.meta.dirname, '../..');

test('the pages of docs/ that are made from the code say what the code says', async () => {
  for (const [file, text] of await generateDocs()) {
    const stored = await readFile(path.join(repository, file), 'utf8').catch(() => '');
    assert.equal(stored, text, `${file} is out of date: run npm run docs`);
  }
});
