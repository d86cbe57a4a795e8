import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openNetwork, type Network } from './browser.ts';
import { createBenchDatabase, type BenchDatabase } from './database.ts';
import { startFloor, type FloorFigures } from './floor.ts';
import { runLoad, type Round } from './load.ts';
import { prepareWorld, type BenchWorld } from './prepare.ts';
import { startBenchServer, type BenchServer } from './server.ts';

/** Everything that a load meets. */
export interface Stage {
  readonly server: BenchServer;
  readonly database: BenchDatabase;
  readonly world: BenchWorld;
  readonly network: Network;
  /** Puts a load on the product, see {@link runLoad}; measures the floor before it. */
  readonly play: <T>(
    work: readonly T[],
    options: { atOnce: number; seconds: number },
    operate: (item: T) => Promise<void>,
  ) => Promise<Round>;
}

export interface StageOptions {
  /** How many people have logins. */
  readonly people: number;
  /** Whether it is known who they are. */
  readonly areKnown?: boolean;
  /** The PostgreSQL to use; an embedded one when undefined. */
  readonly isSmall: boolean;
  readonly databaseUrl: string | undefined;
  readonly nodeOptions: readonly string[];
}

/**
 * Sets a stage up, lets `perform` put its load on it, and takes all down again.
 *
 * @returns what `perform` returned, the floor, and the most memory that the server held
 */
export async function withStage<T>(
  options: StageOptions,
  perform: (stage: Stage) => Promise<T>,
): Promise<{ result: T; floor: FloorFigures; peakMemoryMb: number | undefined }> {
  const stops: (() => unknown)[] = [];
  try {
    const floor = startFloor(options);
    stops.push(floor.stop);
    const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'bevan-bench-'));
    stops.push(() => rm(dataFolder, { recursive: true, force: true }));
    const database = await createBenchDatabase({ dataFolder, givenUrl: options.databaseUrl });
    stops.push(database.remove);
    const { nodeOptions, people, areKnown = false } = options;
    const masterKey = randomBytes(32);
    const server = await startBenchServer({ dataFolder, databaseUrl: database.url, masterKey, nodeOptions });
    stops.push(server.stop);
    const { issuer } = server;
    const world = await prepareWorld({ databaseUrl: database.url, issuer, masterKey, people, areKnown });
    stops.push(world.close);
    const network = openNetwork(server);
    stops.push(network.close);
    const read = async () => ({
      server: await server.cpuSeconds(),
      database: await database.cpuSeconds(),
      transactions: await database.transactions(),
      signatures: await server.signatures(),
    });
    const play: Stage['play'] = async (work, pace, operate) => {
      await floor.measure();
      const before = await read();
      const load = await runLoad(work, pace, operate);
      return { load, before, after: await read() };
    };
    const result = await perform({ server, database, world, network, play });
    await floor.measure();
    return { result, peakMemoryMb: await server.peakMemoryMb(), floor: floor.figures() };
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}
