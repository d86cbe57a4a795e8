import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openNetwork, type Network } from './browser.ts';
import { createBenchDatabase, type BenchDatabase } from './database.ts';
import { floorOf, measureFloor, type FloorFigures } from './floor.ts';
import type { CpuReading } from './load.ts';
import { prepareWorld, type BenchWorld } from './prepare.ts';
import { startBenchServer, type BenchServer } from './server.ts';

/** Everything that a load meets. */
export interface Stage {
  readonly server: BenchServer;
  readonly database: BenchDatabase;
  readonly world: BenchWorld;
  readonly network: Network;
  readonly readCpu: () => Promise<CpuReading>;
}

export interface StageOptions {
  /** How many people have logins. */
  readonly people: number;
  /** The PostgreSQL to use; an embedded one when undefined. */
  readonly databaseUrl: string | undefined;
  readonly nodeOptions: readonly string[];
}

/**
 * Sets a stage up, lets `play` put its load on it, and takes all down again; measures the floor before and after.
 *
 * @returns what `play` returned, the floor, and the most memory that the server held
 */
export async function withStage<T>(
  options: StageOptions,
  play: (stage: Stage) => Promise<T>,
): Promise<{ result: T; floor: FloorFigures; peakMemoryMb: number | undefined }> {
  const floorBefore = await measureFloor();
  const stops: (() => unknown)[] = [];
  try {
    const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'bevan-bench-'));
    stops.push(() => rm(dataFolder, { recursive: true, force: true }));
    const database = await createBenchDatabase({ dataFolder, givenUrl: options.databaseUrl });
    stops.push(database.remove);
    const server = await startBenchServer({
      dataFolder,
      databaseUrl: database.url,
      nodeOptions: options.nodeOptions,
    });
    stops.push(server.stop);
    const world = await prepareWorld({
      databaseUrl: database.url,
      issuer: server.issuer,
      people: options.people,
    });
    stops.push(world.close);
    const network = openNetwork(server);
    stops.push(network.close);
    const readCpu = async () => ({
      server: await server.cpuSeconds(),
      database: await database.cpuSeconds(),
    });
    const result = await play({ server, database, world, network, readCpu });
    const peakMemoryMb = await server.peakMemoryMb();
    return { result, peakMemoryMb, floor: floorOf([floorBefore, await measureFloor()]) };
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}
