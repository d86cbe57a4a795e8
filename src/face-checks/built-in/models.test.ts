import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { FaceModelsFault } from '../models-fault.ts';
import { openFaceMachine } from './face-machine.ts';
import { findPackages, findWrongFiles, libraryFile } from './package-files.ts';

/** Copies of the packages that may be broken. */
async function copyPackages(t: TestContext) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bevan-models-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const from = findPackages();
  const copies = { human: path.join(folder, 'human'), wasm: path.join(folder, 'wasm') };
  await cp(path.join(from.human, 'models'), path.join(copies.human, 'models'), { recursive: true });
  await cp(path.join(from.human, libraryFile), path.join(copies.human, libraryFile), { recursive: true });
  await cp(path.join(from.wasm, 'dist'), path.join(copies.wasm, 'dist'), { recursive: true });
  return copies;
}

test('the models are those whose error rates were measured', async () => {
  assert.deepEqual(await findWrongFiles(), []);
});

test('a model that is missing or changed, by a single byte, is named, and what to do about it', async (t) => {
  const copies = await copyPackages(t);
  assert.deepEqual(await findWrongFiles(copies), []);
  const missing = path.join(copies.human, 'models', 'faceres.bin');
  const changed = path.join(copies.human, 'models', 'liveness.bin');
  await rm(missing);
  await appendFile(changed, ' ');
  const wrong = await findWrongFiles(copies);
  assert.deepEqual(wrong, [
    { file: missing, why: 'missing' },
    { file: changed, why: 'changed' },
  ]);
  const { explanation } = new FaceModelsFault(wrong);
  assert.match(explanation, /faceres\.bin is missing/u);
  assert.match(explanation, /liveness\.bin was changed/u);
  assert.match(explanation, /npm ci/u);
});

test('the models come from the disk, and nothing of them can ask a network', async () => {
  const before = globalThis.fetch;
  try {
    const machine = await openFaceMachine();
    const grey = { pixels: new Uint8Array(64 * 64 * 3).fill(127), width: 64, height: 64 };
    assert.deepEqual(await machine.see(grey, 'live'), []);
    for (const address of ['http://127.0.0.1:1/model.json', 'https://models.example/faceres.json'])
      await assert.rejects(globalThis.fetch(address), /nothing is asked of any network/u);
  } finally {
    globalThis.fetch = before;
  }
});
