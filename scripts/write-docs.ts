import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateDocs } from './docs/generate.ts';

/** Writes the pages of `docs/` that are made from the code: `npm run docs`. */
const repository = path.resolve(import.meta.dirname, '..');

for (const [file, text] of await generateDocs()) {
  const target = path.join(repository, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, text);
}
