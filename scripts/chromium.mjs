import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { installation, installPackages } from './system-packages.mjs';

/** Finds the Chromium that the browser tests drive, and installs it where the system lets us. */

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const knownPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
];
const packages = ['chromium', 'fonts-liberation'];

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
  return installPackages(packages, 'Chromium for the browser tests') ? findChromium() : undefined;
}

export const chromiumInstructions = `The browser tests need Chromium or Chrome, and none was found or could be installed. Do one of these:
  - on Debian or Ubuntu: sudo apt-get update && sudo ${installation(packages)}
  - elsewhere: install Chromium or Google Chrome as your system does it
  - set BEVAN_CHROMIUM to the program file of one that you have
Then run npm test again. To leave the browser tests out: npm run test:quick`;
