import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';

const scripts = path.resolve(import.meta.dirname, '../../scripts');
const lacksLibrary = `#!/bin/sh
echo 'error while loading shared libraries: libatomic.so.1: cannot open shared object file' >&2
exit 127
`;
const runs = '#!/bin/sh\nexit 0\n';

describe('the Node.js that the product runs on', { skip: process.platform !== 'linux' }, () => {
  const folders: string[] = [];
  after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

  /** A repository of which all but the packaged Node.js is missing. */
  function place(packaged: string) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'bevan-own-node-'));
    folders.push(folder);
    const bin = path.join(folder, 'node_modules', `node-linux-${process.arch}`, 'bin');
    for (const made of [bin, path.join(folder, 'node_modules/.bin'), path.join(folder, 'scripts')])
      mkdirSync(made, { recursive: true });
    mkdirSync(path.join(folder, 'path'));
    for (const file of ['installation.mjs', 'system-packages.mjs'])
      copyFileSync(path.join(scripts, file), path.join(folder, 'scripts', file));
    const node = program(path.join(bin, 'node'), packaged);
    const link = program(path.join(folder, 'node_modules/.bin/node'), packaged);
    return { folder, node, link };
  }

  function program(file: string, text: string) {
    writeFileSync(file, text);
    chmodSync(file, 0o755);
    return file;
  }

  /** What a person reads who starts the product with a Node.js of that release. */
  function findRuntime(folder: string, release: string) {
    const code = `
      Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${release}' } });
      const { findRuntime } = await import('${path.join(folder, 'scripts/installation.mjs')}');
      try { console.log(findRuntime()); } catch (error) { console.log(error.message); }`;
    const environment = { PATH: path.join(folder, 'path') };
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
      env: environment,
    });
    assert.equal(stderr, '');
    return stdout.trim();
  }

  it('is the packaged one', () => {
    const { folder, node, link } = place(runs);
    assert.equal(findRuntime(folder, '20.19.0'), node);
    assert.ok(existsSync(link));
  });

  it('is the person’s own where the packaged one can’t be run, which is in nobody’s way then', () => {
    const { folder, node, link } = place(lacksLibrary);
    assert.equal(findRuntime(folder, '24.0.0'), process.execPath);
    assert.ok(!existsSync(link));
    program(node, '#!/lib/ld-of-another-system\n');
    assert.equal(findRuntime(folder, '26.0.0'), process.execPath);
  });

  it('is an older one, fetched once, where the packaged one lacks a library and the person’s own is too old', () => {
    const { folder, link } = place(lacksLibrary);
    const older = path.join(folder, 'scripts/runtime-24');
    const file = path.join(older, 'node_modules', `node-linux-${process.arch}`, 'bin/node');
    mkdirSync(older);
    program(
      path.join(folder, 'path/npm'),
      `#!/bin/sh\necho ci >> ../../npm-calls\n/bin/mkdir -p ${path.dirname(file)}\nprintf '#!/bin/sh\\n' > ${file}\n/bin/chmod +x ${file}\n`,
    );
    const said = findRuntime(folder, '20.19.0');
    assert.match(said, /^Fetching Node\.js 24: .*needs libatomic1/u);
    assert.equal(said.split('\n').at(-1), file);
    assert.equal(findRuntime(folder, '20.19.0'), file);
    assert.equal(readFileSync(path.join(folder, 'npm-calls'), 'utf8'), 'ci\n');
    assert.ok(!existsSync(link));
  });

  it('is pinned to releases that the packages once brought, each with its digest', () => {
    const lock = JSON.parse(readFileSync(path.join(scripts, 'runtime-24/package-lock.json'), 'utf8'));
    for (const arch of ['x64', 'arm64']) {
      const locked = lock.packages[`node_modules/node-linux-${arch}`];
      assert.match(locked.version, /^24\./u);
      assert.match(locked.integrity, /^sha512-/u);
      assert.equal(locked.resolved, undefined);
    }
  });

  it('is none where nothing can be done, and the person reads what they can do', () => {
    const { folder } = place(lacksLibrary);
    const said = findRuntime(folder, '22.9.0');
    assert.match(said, /libatomic\.so\.1: cannot open/u);
    assert.match(said, /sudo apt-get install -y --no-install-recommends libatomic1/u);
    assert.match(said, /Install Node\.js 24 or later yourself/u);
  });
});
