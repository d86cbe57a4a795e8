import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Loads our code as it is without its types, from where it was put the first time: then the compiler that takes them out
 * is not even loaded, which takes some 20 MiB. The cache of Node.js itself spares the compiler, too, but holds in memory
 * whatever it has of every package, some 15 MiB, and starts no faster.
 */

const repository = new URL('..', import.meta.url);
const packages = new URL('node_modules/', repository).href;
const folder = fileURLToPath(new URL('.cache/bevan-stripped/', packages));

registerHooks({
  load: (url, context, next) =>
    url.startsWith(repository.href) && url.endsWith('.ts') && !url.startsWith(packages)
      ? { format: 'module', source: stripped(readFileSync(fileURLToPath(url), 'utf8')), shortCircuit: true }
      : next(url, context),
});

/** What the types are taken out of is in the name of its file, so nothing that has changed is found. */
function stripped(/** @type {string} */ source) {
  const digest = createHash('sha256').update(`${process.version}\n${source}`).digest('hex');
  const file = path.join(folder, `${digest}.mjs`);
  const kept = read(file);
  if (kept !== '') return kept;
  const code = strip(source);
  keep(file, code);
  return code;
}

/** @returns nothing, too, of a file that a machine had no time to write before its power went */
function read(/** @type {string} */ file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Does what Node.js does by itself, which warns nobody then; called by us it calls itself experimental. */
function strip(/** @type {string} */ source) {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Another process may do the same at this moment, or the folder may not be ours to write to. */
function keep(/** @type {string} */ file, /** @type {string} */ code) {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, code);
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    return;
  }
}
