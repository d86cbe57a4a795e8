import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '#foundation/clock';
import { serverAccount, type Account } from './account.ts';
import { findBinaries, type Binaries } from './binaries.ts';
import { runCommand } from './command.ts';
import { EmbeddedPostgresFault, systemCode } from './explained-fault.ts';

/** A cluster of databases on disk, and what it takes to run it. */
export interface Cluster {
  /** PostgreSQL's own data folder. */
  readonly data: string;
  /** The server's log file. */
  readonly log: string;
  /** Of the user `bevan`. */
  readonly password: string;
  readonly account: Account | undefined;
  readonly binaries: Binaries;
}

export const databaseUser = 'bevan';

/** Text is compared by code point, the same on every machine; nobody gets in without the password. */
const clusterOptions = [
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
];

/**
 * Opens the cluster in `<dataFolder>/postgres`, and makes it if it isn't there.
 *
 * @throws {EmbeddedPostgresFault} when it can't be made, belongs to somebody else or to another PostgreSQL release
 */
export async function openCluster(dataFolder: string): Promise<Cluster> {
  const home = path.resolve(dataFolder, 'postgres');
  await mkdir(path.resolve(dataFolder), { recursive: true, mode: 0o700 });
  const account = await serverAccount(home);
  const binaries = await findBinaries(account);
  if (!existsSync(home)) await createCluster(home, { account, binaries });
  const data = path.join(home, 'data');
  try {
    const version = (await readFile(path.join(data, 'PG_VERSION'), 'utf8')).trim();
    if (version !== String(binaries.majorVersion)) throw otherRelease(home, version, binaries);
    const password = (await readFile(path.join(home, 'password'), 'utf8')).trim();
    return { data, log: path.join(home, 'server.log'), password, account, binaries };
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') {
      throw new EmbeddedPostgresFault(
        `${home} is not a complete PostgreSQL cluster. Move it away to start afresh.`,
        { cause },
      );
    }
    if (systemCode(cause) !== 'EACCES') throw cause;
    throw new EmbeddedPostgresFault(
      `${home} belongs to another user. Start as the user who made it, or choose another BEVAN_DATA_DIR.`,
      { cause },
    );
  }
}

function otherRelease(home: string, version: string, binaries: Binaries): EmbeddedPostgresFault {
  return new EmbeddedPostgresFault(
    `${home} was made by PostgreSQL ${version}, but this release brings PostgreSQL ${binaries.majorVersion}. ` +
      'Move the data over with pg_dump and pg_restore, or move the folder away to start afresh.',
  );
}

/**
 * The arguments and the folder that let a server find its data. Root's data may lie where the server's account can't
 * go; on Linux it can still use the folder that it is started in.
 */
export function dataReference(data: string, account: Account | undefined): string {
  return account !== undefined && process.platform === 'linux' ? '/proc/self/cwd' : data;
}

/** Makes a cluster aside and moves it into place whole, so that a start cut short leaves nothing half done. */
async function createCluster(
  home: string,
  { account, binaries }: { account: Account | undefined; binaries: Binaries },
): Promise<void> {
  const staging = await mkdtemp(`${home}-new-`);
  const data = path.join(staging, 'data');
  const passwordFile = path.join(staging, 'password');
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, randomBytes(32).toString('base64url'), { mode: 0o600 });
  if (account !== undefined) {
    for (const file of [staging, data, passwordFile]) await chown(file, account.uid, account.gid);
  }
  const reference = dataReference(data, account);
  const passwordReference = reference === data ? passwordFile : `${reference}/../password`;
  const { succeeded, output } = await runCommand({
    file: binaries.initdb,
    args: ['-D', reference, '-U', databaseUser, `--pwfile=${passwordReference}`, ...clusterOptions],
    folder: data,
    account,
  });
  if (!succeeded) {
    await rm(staging, { recursive: true, force: true });
    throw new EmbeddedPostgresFault(
      `PostgreSQL could not make its data folder ${home}: ${lastLines(output)}`,
    );
  }
  await moveIntoPlace(staging, home);
}

/** Longer than it takes to make a cluster: what lies aside for so long was left by a start cut short. */
const forgottenAfterMs = 10 * 60_000;

/** Leaves what another process put there in the meantime; clears away what starts cut short have left. */
async function moveIntoPlace(staging: string, home: string): Promise<void> {
  try {
    await rename(staging, home);
  } catch (error) {
    if (systemCode(error) !== 'ENOTEMPTY' && systemCode(error) !== 'EEXIST') throw error;
    await rm(staging, { recursive: true, force: true });
  }
  for (const name of await readdir(path.dirname(home))) {
    const aside = path.join(path.dirname(home), name);
    if (name.startsWith(`${path.basename(home)}-new-`) && (await isForgotten(aside))) {
      await rm(aside, { recursive: true, force: true });
    }
  }
}

async function isForgotten(folder: string): Promise<boolean> {
  try {
    const oldest = systemClock().now().getTime() - forgottenAfterMs;
    return (await stat(folder)).mtimeMs < oldest;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** @returns the end of a program's output, on one line */
export function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-4).join(' · ');
}
