import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { repository } from './installation.mjs';

/** What a file of ours imports when it is run; `import type` is not there any more then. */
const importing =
  /(?:^|[\s;}])(?:import|export)\s+(?!type\b)(?:[\w*{}\s,$]+?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'/gu;

/** @type {Map<string, readonly string[]>} */
const known = new Map();

/**
 * Whether a file, or anything of ours that it imports, imports a package.
 *
 * @param {string} file
 * @param {string} name of the package
 */
export function reachesPackage(file, name) {
  const [waiting, seen] = [[path.resolve(repository, file)], new Set()];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    for (const imported of importsOf(at)) {
      if (imported === name || imported.startsWith(`${name}/`)) return true;
      const place = placeOf(imported, at);
      if (place !== undefined) waiting.push(place);
    }
  }
  return false;
}

function importsOf(/** @type {string} */ file) {
  const found = known.get(file) ?? findImports(file);
  known.set(file, found);
  return found;
}

function findImports(/** @type {string} */ file) {
  if (!existsSync(file)) return [];
  return [...readFileSync(file, 'utf8').matchAll(importing)].map(([, still, later]) => still ?? later ?? '');
}

/** @returns the file of ours that is meant, by the rules of `imports` in package.json; undefined for a package */
function placeOf(/** @type {string} */ imported, /** @type {string} */ from) {
  if (imported.startsWith('.')) return path.resolve(path.dirname(from), imported);
  if (imported.startsWith('#')) return path.join(repository, 'src', imported.slice(1), 'index.ts');
  return undefined;
}
