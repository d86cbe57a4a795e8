import { existsSync } from 'node:fs';
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
const { totalCruised, violations } = output.summary;

for (const { from, to, rule, comment } of violations) {
  console.error(`${from} → ${to}\n    ${rule.name}: ${comment ?? explanation(rule.name)}`);
}
if (totalCruised === 0) console.error('no file was read: the parser is missing, or the sources are');
else console.log(`${totalCruised} files read, ${violations.length} imports through a wall`);
process.exitCode = totalCruised === 0 || violations.length > 0 ? 1 : 0;

function explanation(/** @type {string} */ name) {
  return configuration.forbidden?.find((rule) => rule.name === name)?.comment ?? '';
}
