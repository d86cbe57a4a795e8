import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '#foundation/log';
import { claimServer, type Claim } from './embedded-postgres/claim.ts';
import { openCluster, type Cluster } from './embedded-postgres/cluster.ts';
import { EmbeddedPostgresFault } from './embedded-postgres/explained-fault.ts';
import {
  askToStop,
  findServer,
  launchServer,
  stopServer,
  type LaunchOptions,
  type Server,
} from './embedded-postgres/server.ts';

export { EmbeddedPostgresFault };

/** A PostgreSQL of our own that runs beside this process. */
export interface EmbeddedPostgres {
  /** The connection URL of the product's database; holds a password. It stays the same until `stop`. */
  readonly url: string;
  /** The same, by a Unix socket where there is one, which takes both sides less. */
  readonly nearUrl: string;
  /** Stops the server when all it has accepted is on disk. */
  stop(): Promise<void>;
}

type Claimed = Extract<Claim, { outcome: 'claimed' }> & { server: Server };

const pollMs = 200;
const patienceMs = 5_000;

/**
 * Starts the PostgreSQL that comes with the product, on a port of 127.0.0.1, with its data in `<dataFolder>/postgres`.
 * If an earlier process was killed and left its server running, that one is taken over. A server that dies is started
 * again on the same port. When this process exits without `stop`, the server is asked to stop too.
 *
 * @param options.port a free one is chosen when left out
 * @param options.durable false for data that may be lost with the machine, as in tests; true when left out
 * @throws {EmbeddedPostgresFault} with an explanation for the operator
 */
export async function startEmbeddedPostgres(options: {
  dataFolder: string;
  log: Logger;
  port?: number;
  durable?: boolean;
}): Promise<EmbeddedPostgres> {
  const { log } = options;
  const cluster = await openCluster(options.dataFolder);
  const launch = { port: options.port, durable: options.durable ?? true };
  let claimed = await claim(cluster, launch);
  const { url, nearUrl } = claimed;
  let isStopping = false;
  let recovery = Promise.resolve();

  const watch = () =>
    claimed.connection.once('end', () => {
      if (!isStopping) recovery = recover();
    });
  const recover = async () => {
    log.warn('the embedded PostgreSQL broke off; bringing it back');
    const back = await claimAgain(cluster, {
      launch: { ...launch, port: claimed.server.port },
      log,
      isOver: () => isStopping,
    });
    if (back === undefined) return;
    claimed = back;
    watch();
    log.info('the embedded PostgreSQL is back');
  };
  const stopOnExit = () => askToStop(claimed.server);

  watch();
  process.once('exit', stopOnExit);
  return {
    url,
    nearUrl,
    stop: async () => {
      isStopping = true;
      process.removeListener('exit', stopOnExit);
      await recovery;
      await stopServer(cluster, claimed.server);
    },
  };
}

/**
 * Finds or starts the server and claims it. The process before us may still be about to stop, and somebody may take
 * the port that was free a moment ago, so this is tried for a while.
 */
async function claim(cluster: Cluster, launch: LaunchOptions): Promise<Claimed> {
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const result = await tryToClaim(cluster, launch);
    if (result.outcome === 'claimed') return result;
    if (waitedMs >= patienceMs) throw new EmbeddedPostgresFault(result.explanation);
    await pause(pollMs);
  }
}

async function tryToClaim(
  cluster: Cluster,
  launch: LaunchOptions,
): Promise<Claimed | { outcome: 'not-yet'; explanation: string }> {
  const server = (await findServer(cluster)) ?? (await launchServer(cluster, launch));
  if ('explanation' in server) return server;
  const result = await claimServer(cluster, server);
  if (result.outcome === 'gone') {
    return {
      outcome: 'not-yet',
      explanation: `PostgreSQL on ${cluster.data} does not answer; see ${cluster.log}.`,
    };
  }
  if (result.outcome === 'held') {
    const explanation =
      `${cluster.data} is in use by the running process ${result.holder}. ` +
      'Stop that one first, or choose another BEVAN_DATA_DIR.';
    return { outcome: 'not-yet', explanation };
  }
  if (launch.port === undefined || launch.port === server.port) return { ...result, server };
  await stopServer(cluster, server);
  return tryToClaim(cluster, launch);
}

/** Tries until the server is back, which pays off as long as this process has something to do. */
async function claimAgain(
  cluster: Cluster,
  { launch, log, isOver }: { launch: LaunchOptions; log: Logger; isOver: () => boolean },
): Promise<Claimed | undefined> {
  while (!isOver()) {
    try {
      return await claim(cluster, launch);
    } catch (error) {
      log.error({ err: error }, 'the embedded PostgreSQL did not come back; trying again in a second');
      await pause(1_000);
    }
  }
  return undefined;
}
