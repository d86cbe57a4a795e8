import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
const state = { isTidied: false };

registerHooks({
  load: (url, context, next) =>
    url.startsWith(repository.href) && url.endsWith('.ts') && !url.startsWith(packages)
      ? { format: 'module', source: stripped(readFileSync(fileURLToPath(url), 'utf8')), shortCircuit: true }
      : next(url, context),
});

/** What the types are taken out of is in the name of its file, so nothing that has changed is found. */
function stripped(/** @type {string} */ source) {
  const file = path.join(folder, nameFor(source));
  const kept = read(file);
  if (kept !== '') return kept;
  const code = strip(source);
  keep(file, code);
  return code;
}

function nameFor(/** @type {string} */ source) {
  return `${createHash('sha256').update(`${process.version}\n${source}`).digest('hex')}.mjs`;
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
  tidy();
}

/**
 * Removes what is kept of sources that are no more: once in a process, and only in one that has kept something, as it reads all sources (some
 * 80 ms). Whoever misses a file does its work again.
 */
function tidy() {
  if (state.isTidied) return;
  state.isTidied = true;
  try {
    const current = new Set(
      sourcesIn(fileURLToPath(repository)).map((file) => nameFor(readFileSync(file, 'utf8'))),
    );
    // What another process is writing at this moment has its number behind the name.
    const old = readdirSync(folder).filter((file) => !current.has(file.replace(/\.\d+$/u, '')));
    for (const file of old) rmSync(path.join(folder, file), { force: true });
  } catch {
    return;
  }
}

/** @returns {string[]} our code, wherever it is */
function sourcesIn(/** @type {string} */ place) {
  return entriesOf(place).flatMap((entry) => {
    const file = path.join(place, entry.name);
    if (entry.isDirectory())
      return entry.name === 'node_modules' || entry.name.startsWith('.') ? [] : sourcesIn(file);
    return entry.isFile() && entry.name.endsWith('.ts') ? [file] : [];
  });
}

/** A database may lie here, too, that is not ours to look into. */
function entriesOf(/** @type {string} */ place) {
  try {
    return readdirSync(place, { withFileTypes: true });
  } catch {
    return [];
  }
}
