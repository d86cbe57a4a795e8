import path from 'node:path';
import { chromiumInstructions, ensureChromium, ensureHeadlessShell } from './chromium.mjs';
import { ensureInstalled, repository, runOnRuntime, SetUpError } from './installation.mjs';

/**
 * Everything that must hold before a change is merged. `npm test -- path…` runs the test files in those places alone;
 * `--no-browser` leaves the browser tests out.
 */

const browserTests = path.join(repository, 'test/browser');
const args = process.argv.slice(2);

function needsBrowser() {
  if (args.includes('--no-browser')) return false;
  const places = args.filter((arg) => !arg.startsWith('-')).map((place) => path.resolve(place));
  const within = (/** @type {string} */ inner, /** @type {string} */ outer) =>
    `${inner}${path.sep}`.startsWith(`${outer}${path.sep}`);
  return (
    places.length === 0 || places.some((place) => within(place, browserTests) || within(browserTests, place))
  );
}

function chromiumEnvironment() {
  if (!needsBrowser()) return {};
  const chromium = ensureChromium();
  if (chromium === undefined) throw new SetUpError(chromiumInstructions);
  return { BEVAN_CHROMIUM: chromium, BEVAN_HEADLESS_SHELL: ensureHeadlessShell() ?? '' };
}

try {
  ensureInstalled();
  process.exitCode = await runOnRuntime(['scripts/checks.mjs', ...args], chromiumEnvironment());
} catch (error) {
  if (!(error instanceof SetUpError)) throw error;
  console.error(error.message);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
