import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import configuration from '../.dependency-cruiser.mjs';

/** Checks the walls of the house, in the repository that is the working folder. */

const places = ['src', 'demo', 'test', 'scripts', 'bench'].filter((place) => existsSync(place));
const { output } = await cruise(places, {
  ...configuration.options,
  ruleSet: { forbidden: configuration.forbidden ?? [] },
  validate: true,
});
if (typeof output === 'string') throw new Error('the cruiser answered with text instead of a result');
const { modules, summary } = output;
const read = new Set(modules.map((module) => module.source));
const unread = places
  .flatMap((place) => globSync(`${place}/**/*.ts`))
  .filter((file) => !read.has(file.split(path.sep).join('/')));

for (const { from, to, rule, comment } of summary.violations) {
  console.error(`${from} → ${to}\n    ${rule.name}: ${comment ?? explanation(rule.name)}`);
}
if (unread.length > 0) console.error(`not read, so not checked: ${unread.join(', ')}`);
if (read.size === 0) console.error('no file was read');
console.log(`${read.size} files read, ${summary.violations.length} imports through a wall`);
process.exitCode = read.size === 0 || unread.length > 0 || summary.violations.length > 0 ? 1 : 0;

function explanation(/** @type {string} */ name) {
  return configuration.forbidden?.find((rule) => rule.name === name)?.comment ?? '';
}
