import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Fault } from '#foundation/errors';
import { addPageScripts } from './page-scripts.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'scripts-'));
});
after(() => rm(folder, { recursive: true }));

/** A source folder of its own. @returns what became of each script, by its place */
async function scriptsOf(files: Readonly<Record<string, string>>): Promise<Map<string, string>> {
  const root = await mkdtemp(path.join(folder, 'src-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.join(root, path.dirname(name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  const added = new Map<string, string>();
  await addPageScripts((name, text) => {
    added.set(name, text);
    return `/assets/${text.length}/${path.basename(name)}`;
  }, root);
  return added;
}

test('a script beside a page is served with what it imports, by addresses that are theirs', async () => {
  const added = await scriptsOf({
    'room/page/page.njk': '',
    'room/page/act.js': `import { one } from './one.js';\nimport "../../other/two.js";\nconst later = () => import('./one.js');`,
    'room/page/one.js': 'export const one = 1;',
    'other/two.js': `export { one } from "../room/page/one.js";`,
  });
  assert.deepEqual([...added.keys()].toSorted(), ['other/two.js', 'room/page/act.js', 'room/page/one.js']);
  const [one, two] = ['/assets/21/one.js', `/assets/${added.get('other/two.js')?.length}/two.js`];
  assert.equal(
    added.get('room/page/act.js'),
    `import { one } from '${one}';\nimport "${two}";\nconst later = () => import('${one}');`,
  );
  assert.equal(added.get('other/two.js'), `export { one } from "${one}";`);
});

test('a script that belongs to no page is served to nobody', async () => {
  const added = await scriptsOf({ 'room/process.js': `import 'node:fs';`, 'room/page/page.njk': '' });
  assert.deepEqual([...added.keys()], []);
});

test('an import that leads nowhere, out of the house or in a circle stops the start', async () => {
  for (const text of [`import './gone.js';`, `import '../../../secrets.js';`, `import './act.js';`])
    await assert.rejects(
      scriptsOf({ 'room/page/page.njk': '', 'room/page/act.js': text }),
      (error) => error instanceof Fault && error.code === 'web.script',
    );
});
