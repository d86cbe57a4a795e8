import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { promisify } from 'node:util';

const repository = path.resolve(import.meta.dirname, '../..');
const execute = promisify(execFile);

suite('our code without its types', () => {
  let home = '';
  beforeEach(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'bevan-stripped-'));
    await mkdir(path.join(home, 'src'), { recursive: true });
    await mkdir(path.join(home, 'node_modules'));
    await cp(path.join(repository, 'scripts/stripped.mjs'), path.join(home, 'scripts/stripped.mjs'));
  });
  afterEach(() => rm(home, { recursive: true }));

  const write = (name: string, source: string) => writeFile(path.join(home, 'src', name), source);
  const saying = (word: string) => `const word: string = '${word}';\nprocess.stdout.write(word);\n`;
  const kept = () => readdir(path.join(home, 'node_modules/.cache/bevan-stripped'));
  const run = async (name: string) => {
    const { stdout } = await execute(process.execPath, [
      `--import=${path.join(home, 'scripts/stripped.mjs')}`,
      path.join(home, 'src', name),
    ]);
    return stdout;
  };

  test('is kept for the next start, and that of sources which are no more goes', async () => {
    await write('one.ts', saying('one'));
    await write('other.ts', saying('other'));
    assert.deepEqual([await run('one.ts'), await run('other.ts')], ['one', 'other']);
    const before = await kept();
    assert.equal(before.length, 2);
    assert.equal(await run('one.ts'), 'one');
    assert.deepEqual(await kept(), before);
    await write('one.ts', saying('another one'));
    assert.equal(await run('one.ts'), 'another one');
    const after = await kept();
    assert.equal(after.length, 2);
    assert.equal(after.filter((name) => before.includes(name)).length, 1);
    await rm(path.join(home, 'src/other.ts'));
    await write('one.ts', saying('the last'));
    assert.equal(await run('one.ts'), 'the last');
    assert.equal((await kept()).length, 1);
  });

  test('is right in each of many processes that start at once while sources change', async () => {
    await write('one.ts', saying('old'));
    await run('one.ts');
    await write('one.ts', saying('new'));
    await write('other.ts', saying('other'));
    const said = await Promise.all(['one.ts', 'other.ts', 'one.ts', 'other.ts'].map(run));
    assert.deepEqual(said, ['new', 'other', 'new', 'other']);
    assert.deepEqual([await run('one.ts'), await run('other.ts')], ['new', 'other']);
    assert.equal((await kept()).length, 2);
  });
});
