import { spawn } from 'node:child_process';
import { open, readdir, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dataReference, lastLines, type Cluster } from './cluster.ts';
import { serverEnvironment } from './command.ts';
import { EmbeddedPostgresFault, systemCode } from './explained-fault.ts';

/** A PostgreSQL server that runs, whether we started it or an earlier process did. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  /** Whether it also listens on a Unix socket, which lies beside its data. */
  readonly hasSocket: boolean;
}

export interface LaunchOptions {
  /** A free one is found when left out. */
  readonly port?: number | undefined;
  /** Whether what was committed survives a power cut. */
  readonly durable: boolean;
}

/** As the server calls its folder: by its path it may be too long for a socket. */
const besideItsData = '.';
/** Not every system and not every disk has sockets: then there is the port alone. */
const noSocket = '';
const socketName = '.s.PGSQL.';
/** Of all systems the least: macOS's. */
const longestSocketPath = 103;

const pollMs = 15;
/** A recovery after a crash replays what was not yet in place, at most a few seconds' worth with our settings. */
const longestStartMs = 120_000;
const longestStopMs = 60_000;

/** @returns the folder by which a server's socket is reached, if it has one and its path is not too long */
export function socketFolder({ data }: Cluster, { port, hasSocket }: Server): string | undefined {
  const isReachable = Buffer.byteLength(path.join(data, `${socketName}${port}`)) <= longestSocketPath;
  return hasSocket && isReachable ? data : undefined;
}

/** The server's own note of itself: its first line is the process, the fourth the port, the fifth the socket's folder, the eighth its state. */
async function readNote(cluster: Cluster): Promise<(Server & { ready: boolean }) | undefined> {
  try {
    const lines = (await readFile(path.join(cluster.data, 'postmaster.pid'), 'utf8')).split('\n');
    const [pid, , , port, socketsIn, , , state] = lines.map((line) => line.trim());
    return {
      pid: Number(pid),
      port: Number(port ?? 0),
      hasSocket: socketsIn === besideItsData,
      ready: state === 'ready',
    };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Finds the server that an earlier process left running, and clears away the note of one that is dead.
 *
 * @returns undefined when none runs on this cluster
 */
export async function findServer(cluster: Cluster): Promise<Server | undefined> {
  for (let waitedMs = 0; waitedMs < longestStartMs; waitedMs += pollMs) {
    const note = await readNote(cluster);
    if (note === undefined) return undefined;
    if (note.ready && (await isServer(note.pid, cluster))) return note;
    if (!(await isServer(note.pid, cluster)) && !(await isStillUsed(cluster))) {
      await clearAway(cluster);
      return undefined;
    }
    await pause(pollMs);
  }
  throw new EmbeddedPostgresFault(
    `A PostgreSQL that neither starts nor stops holds ${cluster.data}; see ${cluster.log}.`,
  );
}

/** Removes the note of a dead server and its socket. */
async function clearAway({ data }: Cluster): Promise<void> {
  const left = (await readdir(data)).filter((name) => name.startsWith(socketName));
  for (const name of [...left, 'postmaster.pid']) await rm(path.join(data, name), { force: true });
}

/** A process number may belong to something else by now; a server is known by the folder that it works in. */
async function isServer(pid: number, cluster: Cluster): Promise<boolean> {
  if (process.platform === 'linux') return worksIn(`/proc/${pid}`, cluster);
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH' || systemCode(error) === 'EPERM') return false;
    throw error;
  }
}

/** The children of a server that was killed end by themselves, but a moment later. */
async function isStillUsed(cluster: Cluster): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  for (const name of await readdir('/proc')) {
    if (/^\d+$/u.test(name) && (await worksIn(`/proc/${name}`, cluster))) return true;
  }
  return false;
}

async function worksIn(processFolder: string, cluster: Cluster): Promise<boolean> {
  try {
    const [theirs, ours] = [await stat(`${processFolder}/cwd`), await stat(cluster.data)];
    return theirs.ino === ours.ino && theirs.dev === ours.dev;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return false;
    throw error;
  }
}

/**
 * Starts a server and waits until it answers.
 *
 * @returns `not-yet` when somebody else was quicker to take the port or the cluster, which another try may mend
 * @throws {EmbeddedPostgresFault} with the end of its log, when it doesn't come up
 */
export async function launchServer(
  cluster: Cluster,
  options: LaunchOptions,
  socketsIn = process.platform === 'win32' ? noSocket : besideItsData,
): Promise<Server | { outcome: 'not-yet'; explanation: string }> {
  const port = options.port ?? (await findFreePort());
  const log = await openLog(cluster.log);
  try {
    const started = spawnServer(cluster, {
      log: log.fd,
      port,
      durable: options.durable,
      socketsIn,
    });
    for (let waitedMs = 0; waitedMs < longestStartMs; waitedMs += pollMs) {
      const note = await readNote(cluster);
      if (note !== undefined && note.ready && note.pid === started.pid) return note;
      if (started.ended()) break;
      await pause(pollMs);
    }
    const written = (await log.read({ buffer: Buffer.alloc(64 * 1024), position: 0 })).buffer.toString();
    if (socketsIn !== noSocket && /could not create any Unix-domain sockets/u.test(written))
      return await launchServer(cluster, options, noSocket);
    const explanation = `PostgreSQL did not start: ${lastLines(written.replaceAll('\0', ''))} (the whole log: ${cluster.log})`;
    // Two that start at the same moment may write over each other in the log; the note has the quicker one's number.
    const other = await readNote(cluster);
    const isOutrun = other !== undefined && other.pid !== started.pid && (await isServer(other.pid, cluster));
    if (isOutrun || /could not bind|lock file .* already exists/u.test(written))
      return { outcome: 'not-yet', explanation };
    throw new EmbeddedPostgresFault(explanation);
  } finally {
    await log.close();
  }
}

/** Opens a new log; keeps the one before it, which may tell why the server died. */
async function openLog(file: string): Promise<FileHandle> {
  try {
    await rename(file, `${file}.previous`);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  return open(file, 'w+', 0o600);
}

/**
 * The server is put in a session of its own, so that the Ctrl-C which tells us to finish does not take the database
 * away first; and its log goes to a file, which it can write whatever becomes of us.
 */
function spawnServer(
  cluster: Cluster,
  options: { log: number; port: number; durable: boolean; socketsIn: string },
): { pid: number | undefined; ended: () => boolean } {
  let hasEnded = false;
  const child = spawn(cluster.binaries.postgres, serverArguments(cluster, options), {
    cwd: cluster.data,
    ...cluster.account,
    ...serverEnvironment,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', options.log, options.log],
  });
  child.on('exit', () => (hasEnded = true));
  child.on('error', () => (hasEnded = true));
  child.unref();
  return { pid: child.pid, ended: () => hasEnded };
}

function serverArguments(
  cluster: Cluster,
  { port, durable, socketsIn }: { port: number; durable: boolean; socketsIn: string },
): string[] {
  const settings: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: socketsIn,
    shared_buffers: '128MB',
    max_connections: '100',
    jit: 'off',
    // Details and statements may hold what a person typed.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
  };
  const forgetful = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '300',
  };
  const chosen = Object.entries(durable ? settings : { ...settings, ...forgetful });
  return [
    '-D',
    dataReference(cluster.data, cluster.account),
    ...chosen.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new EmbeddedPostgresFault('no free port was found on 127.0.0.1'));
      });
    });
  });
}

/** Asks the server to stop: no new connections, running transactions rolled back, all of it written to disk. */
export function askToStop(server: Server): void {
  try {
    process.kill(server.pid, 'SIGINT');
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}

/** Stops the server and waits until it has. */
export async function stopServer(cluster: Cluster, server: Server): Promise<void> {
  askToStop(server);
  for (let waitedMs = 0; waitedMs < longestStopMs; waitedMs += pollMs) {
    const note = await readNote(cluster);
    if (note?.pid !== server.pid || !(await isServer(server.pid, cluster))) return;
    await pause(pollMs);
  }
  throw new EmbeddedPostgresFault(`PostgreSQL (process ${server.pid}) did not stop; see ${cluster.log}.`);
}
