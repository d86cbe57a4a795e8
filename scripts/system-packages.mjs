import { spawnSync } from 'node:child_process';

/** Installs packages of the system, where it is Debian or like it and lets us. */

/** @returns {string} what a person can do instead */
export function installation(/** @type {string[]} */ packages) {
  return `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/**
 * @param {string[]} packages
 * @param {string} purpose what the person at the keyboard is told
 * @returns {boolean} whether they are there now
 */
export function installPackages(packages, purpose) {
  const prefix = installerPrefix();
  if (prefix === undefined) return false;
  console.log(`Installing ${purpose}: ${[...prefix, installation(packages)].join(' ')}`);
  for (const command of ['apt-get update', installation(packages)]) {
    const words = [...prefix, ...command.split(' ')];
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const result = spawnSync(words[0] ?? '', words.slice(1), { encoding: 'utf8', env: environment });
    if (result.status !== 0) {
      console.error(`${result.stdout}${result.stderr}`.trim());
      return false;
    }
  }
  return true;
}

/** @returns {boolean} whether the system knows of a package that it could install */
export function isKnownPackage(/** @type {string} */ name) {
  return answers('apt-cache', ['show', name]);
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
