import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Finds the Chromium that the browser tests drive, and installs it where the system lets us. */

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const knownPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
];
const installation = 'apt-get install -y --no-install-recommends chromium fonts-liberation';

/** @returns {string | undefined} the program file of a Chromium that can be run */
export function findChromium() {
  const chosen = process.env['BEVAN_CHROMIUM'] ?? process.env['CHROME_PATH'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const files = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  return [...files, ...knownPlaces].find((file) => existsSync(file) && runs(file));
}

/** Some systems have a file of that name that only tells how to install the real one. */
function runs(/** @type {string} */ file) {
  if (process.platform === 'win32') return true;
  return spawnSync(file, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

/** @returns {string | undefined} as `findChromium`, after an attempt to install it */
export function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  const prefix = installerPrefix();
  if (prefix === undefined) return undefined;
  console.log(`Installing Chromium for the browser tests: ${[...prefix, installation].join(' ')}`);
  for (const command of ['apt-get update', installation]) {
    const words = [...prefix, ...command.split(' ')];
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const result = spawnSync(words[0] ?? '', words.slice(1), { encoding: 'utf8', env: environment });
    if (result.status !== 0) {
      console.error(`${result.stdout}${result.stderr}`.trim());
      return undefined;
    }
  }
  return findChromium();
}

/** @returns {string[] | undefined} what to put before an installation command; undefined where we may not install */
function installerPrefix() {
  if (!answers('apt-get', ['--version'])) return undefined;
  if (process.getuid?.() === 0) return [];
  return answers('sudo', ['-n', 'true']) ? ['sudo', '-n'] : undefined;
}

function answers(/** @type {string} */ file, /** @type {string[]} */ args) {
  return spawnSync(file, args, { stdio: 'ignore' }).status === 0;
}

export const chromiumInstructions = `The browser tests need Chromium or Chrome, and none was found or could be installed. Do one of these:
  - on Debian or Ubuntu: sudo apt-get update && sudo ${installation}
  - elsewhere: install Chromium or Google Chrome as your system does it
  - set BEVAN_CHROMIUM to the program file of one that you have
Then run npm test again. To leave the browser tests out: npm run test:quick`;
