import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readSources, repository, roomOf, type Source } from './sources.ts';

interface Plug {
  readonly id: string;
  readonly folder: string;
}

const plugs: Plug[] = globSync('src/*/*/plug.ts', { cwd: repository }).map((file) => {
  const folder = path.dirname(file).split(path.sep).join('/');
  return { id: path.basename(folder), folder };
});

/** Lines that name a plug as a word of code: alone between quotes, or as a folder in an import. */
function linesThatName(plug: Plug, { file, text }: Source): string[] {
  if (file.startsWith(`${plug.folder}/`)) return [];
  const named = new RegExp(String.raw`(['"\x60])${plug.id}\1|from ['"][^'"]*/${plug.id}/`, 'u');
  const lines = text.split('\n').filter((line) => named.test(line));
  return lines.map((line) => `${file}: ${line.trim()}`);
}

/** A room with a folder of its own by that name, such as the sandbox's page of messages, means that folder. */
function meansItsOwn(plug: Plug, file: string): boolean {
  const room = `src/${roomOf(file)}`;
  if (plug.folder.startsWith(`${room}/`)) return false;
  return globSync(`${room}/**/${plug.id}`, { cwd: repository }).length > 0;
}

test('a plug stands in its own folder and is named nowhere else in the product', () => {
  const sources = readSources('src/**/*.ts');
  assert.ok(sources.length > 0);
  assert.ok(plugs.length > 0);
  for (const plug of plugs) {
    const lines = sources
      .filter(({ file }) => !meansItsOwn(plug, file))
      .flatMap((source) => linesThatName(plug, source));
    assert.deepEqual(lines, []);
  }
});

test('a plug named elsewhere is noticed', () => {
  const plug = { id: 'emis', folder: 'src/gp-systems/emis' };
  const text =
    "if (supplier.id === 'emis') return;\nconst remission = 'remission';\nimport './emis/plug.ts';\nimport plug from './emis/plug.ts';";
  assert.equal(linesThatName(plug, { file: 'src/proofing/index.ts', text }).length, 2);
  assert.equal(linesThatName(plug, { file: 'src/gp-systems/emis/client.ts', text }).length, 0);
});

test('every plug says what it is in a folder that a socket would find', () => {
  for (const { folder } of plugs) {
    assert.ok(existsSync(path.join(repository, path.dirname(folder), 'index.ts')), folder);
    assert.match(path.basename(folder), /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/u);
  }
});
