import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { repository } from './sources.ts';

/** Tens of megabytes that few people need, or that work of which processes of their own do. */
const neededByFew = [
  '@simplewebauthn/server',
  '@tensorflow',
  '@vladmandic',
  '@zxcvbn-ts',
  'axios',
  'fontkit',
  'libheif-js',
  'mediabunny',
  'node-av',
  'nodemailer',
  'notifications-node-client',
  'pdfkit',
  'sharp',
  'tesseract.js',
];

/** @returns the packages of which a process loads something that does no more than start */
async function packagesOfAStart(): Promise<string[]> {
  const files = ['src/start.ts', ...globSync('src/*/*/plug.ts', { cwd: repository })];
  const addresses = files.map((file) => pathToFileURL(path.join(repository, file)).href);
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ load: (url, context, next) => { loaded.add(url); return next(url, context); } });
    for (const address of ${JSON.stringify(addresses)}) await import(address);
    process.stdout.write(JSON.stringify([...loaded]), () => process.exit());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: repository,
    maxBuffer: 10_000_000,
  });
  const found: string[] = JSON.parse(stdout);
  return found.flatMap(
    (url) => /\/node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)/u.exec(url)?.groups?.['name'] ?? [],
  );
}

test('the product starts without what only few people need', async () => {
  const loaded = new Set(await packagesOfAStart());
  assert.ok(loaded.has('fastify'));
  assert.deepEqual(
    neededByFew.filter((name) => [...loaded].some((one) => one === name || one.startsWith(`${name}/`))),
    [],
  );
});
