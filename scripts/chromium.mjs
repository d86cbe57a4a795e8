import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { installation, installPackages, isKnownPackage } from './system-packages.mjs';

/** Finds the Chromium that the browser tests drive, and installs it where the system lets us. */

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const knownPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
];
const packages = ['chromium', 'fonts-liberation'];
const shellNames = ['chromium-headless-shell', 'chrome-headless-shell'];
const shellPackage = 'chromium-headless-shell';

/** The one that somebody wants to be used, and no other. */
function chosenChromium() {
  return process.env['BEVAN_CHROMIUM'] || process.env['CHROME_PATH'] || undefined;
}

/** @returns {string | undefined} the program file of a Chromium that can be run */
export function findChromium() {
  return chosenChromium() ?? [...onPath(names), ...knownPlaces].find(canBeRun);
}

/** @returns {string[]} where programs of these names would be */
function onPath(/** @type {string[]} */ programs) {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return folders.flatMap((folder) => programs.map((program) => path.join(folder, program)));
}

function canBeRun(/** @type {string} */ file) {
  return existsSync(file) && runs(file);
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

/**
 * The same engine without all that is around its windows shows a page with half the work. It records no videos.
 *
 * @returns {string | undefined} its program file; undefined where a Chromium was chosen, or where the system does not have it
 */
export function ensureHeadlessShell() {
  if (chosenChromium() !== undefined) return undefined;
  const find = () => onPath(shellNames).find(canBeRun);
  const found = find();
  if (found !== undefined || !isKnownPackage(shellPackage)) return found;
  return installPackages([shellPackage], 'a Chromium without windows for the browser tests')
    ? find()
    : undefined;
}

export const chromiumInstructions = `The browser tests need Chromium or Chrome, and none was found or could be installed. Do one of these:
  - on Debian or Ubuntu: sudo apt-get update && sudo ${installation(packages)}
  - elsewhere: install Chromium or Google Chrome as your system does it
  - set BEVAN_CHROMIUM to the program file of one that you have
Then run npm test again. To leave the browser tests out: npm run test:quick`;
