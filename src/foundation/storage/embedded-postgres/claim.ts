import { Socket } from 'node:net';
import pg from 'pg';
import { isStorageUnavailable } from '../database.ts';
import { databaseUser, type Cluster } from './cluster.ts';
import { socketFolder, type Server } from './server.ts';

/** The database that the product lives in. */
const databaseName = 'bevan';
/** Any number; the lock that the owner of a server holds as long as it lives. */
const ownerLock = 7_302_441;
const ownerName = 'bevan owner';

export type Claim =
  /** The server is ours until the connection ends. The connection alone does not keep the process alive. */
  | { outcome: 'claimed'; connection: pg.Client; url: string; nearUrl: string }
  /** Another process, by its process number, lives and owns the server. */
  | { outcome: 'held'; holder: string }
  /** It does not answer any more. */
  | { outcome: 'gone' };

/**
 * Claims a server for this process. The claim is a lock in the server itself, so it ends with the process that holds
 * it, however that ends, and the password proves to both sides that they are who they say.
 */
export async function claimServer(cluster: Cluster, server: Server): Promise<Claim> {
  const folder = socketFolder(cluster, server);
  const near = folder === undefined ? undefined : await reach(cluster, server, folder).catch(() => undefined);
  const way = near ?? (await reach(cluster, server, loopback));
  if (way === undefined) return { outcome: 'gone' };
  const { connection, socket, host } = way;
  const { rows } = await connection.query<{ claimed: boolean }>(
    'SELECT pg_try_advisory_lock($1) AS claimed',
    [ownerLock],
  );
  if (rows[0]?.claimed !== true) {
    const holder = await findHolder(connection);
    await connection.end();
    return { outcome: 'held', holder };
  }
  const { rowCount } = await connection.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]);
  if (rowCount === 0) await connection.query(`CREATE DATABASE ${databaseName}`);
  socket.unref();
  return {
    outcome: 'claimed',
    connection,
    url: urlOf(cluster, server, loopback),
    nearUrl: urlOf(cluster, server, host),
  };
}

const loopback = '127.0.0.1';

/** @param host an address, or the folder of a socket */
function urlOf({ password }: Cluster, { port }: Server, host: string): string {
  return `postgres://${databaseUser}:${password}@${encodeURIComponent(host)}:${port}/${databaseName}`;
}

/** @returns a connection, or undefined if nobody answers there */
async function reach(
  { password }: Cluster,
  { port }: Server,
  host: string,
): Promise<{ connection: pg.Client; socket: Socket; host: string } | undefined> {
  const socket = new Socket();
  const connection = new pg.Client({
    stream: () => socket,
    host,
    port,
    user: databaseUser,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 10_000,
    application_name: `${ownerName} ${process.pid}`,
  });
  // A broken connection is noticed by its end; without a listener the error would end the process.
  connection.on('error', () => undefined);
  try {
    await connection.connect();
    return { connection, socket, host };
  } catch (error) {
    if (isStorageUnavailable(error)) return undefined;
    throw error;
  }
}

async function findHolder(connection: pg.Client): Promise<string> {
  const { rows } = await connection.query<{ name: string }>(
    `SELECT activity.application_name AS name FROM pg_locks AS locks JOIN pg_stat_activity AS activity USING (pid)
      WHERE locks.locktype = 'advisory' AND locks.granted AND locks.objid = $1`,
    [ownerLock],
  );
  return rows[0]?.name.replace(`${ownerName} `, '') ?? 'unknown';
}
