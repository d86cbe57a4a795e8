import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { until } from '../support/until.ts';

const checks = path.resolve(import.meta.dirname, '../../scripts/checks.mjs');

/** Listens to the signal that should end it, and never comes to hear it. */
const stuck = (idFile: string): string => `
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
test('never ends', async () => {
  process.on('SIGTERM', () => {});
  writeFileSync(${JSON.stringify(idFile)}, String(process.pid));
  for (;;) await undefined;
});
`;

const isAlive = (id: number): boolean => {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
};

test('a run of the tests ends when it is told to, also with a test that listens to nothing', async (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bevan-stuck-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [file, idFile] = [path.join(folder, 'stuck.test.ts'), path.join(folder, 'id')];
  writeFileSync(file, stuck(idFile));
  const { NODE_TEST_CONTEXT: _ofThisRun, BEVAN_TEST_DATABASE_URL: url, ...env } = process.env;
  const run = spawn(process.execPath, [checks, file], {
    env: { ...env, DATABASE_URL: url ?? 'postgres://unused' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => run.kill('SIGKILL'));
  let said = '';
  run.stdout.on('data', (text) => (said += text));
  const id = Number(await until(() => existsSync(idFile) && readFileSync(idFile, 'utf8')));
  t.after(() => isAlive(id) && process.kill(id, 'SIGKILL'));
  run.kill('SIGTERM');
  const [code] = await once(run, 'close', { signal: AbortSignal.timeout(30_000) });
  assert.equal(code, 1);
  assert.match(said.trimEnd(), /\n0 passed, 2 failed$/u);
  await until(() => !isAlive(id));
});
