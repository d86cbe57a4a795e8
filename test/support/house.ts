import { randomBytes } from 'node:crypto';
import { signInsEndedQueue } from '#accounts';
import { movableClock, type MovableClock } from '#foundation/clock';
import type { Logger } from '#foundation/log';
import { readSettings, type Environment } from '#foundation/settings';
import { markPurpose } from '#foundation/storage';
import { openHouse, type OpenHouse } from '../../src/open-house.ts';
import { createTestDatabase } from './database.ts';

/** A house of a test's own, on a database of its own. */
export interface TestHouse extends OpenHouse {
  readonly clock: MovableClock;
  readonly databaseUrl: string;
  readonly masterKey: Buffer;
}

/** Settings as a sandbox has them, silent; a test may give others by the names of their variables. */
export function testSettings(environment: Environment = {}) {
  return readSettings({
    BEVAN_MODE: 'sandbox',
    BEVAN_LOG_LEVEL: 'silent',
    BEVAN_ISSUER: 'http://localhost:3000',
    ...environment,
  });
}

export interface TestHouseOptions {
  readonly environment?: Environment;
  /** Another test house, to stand beside it on the same database as a second process would. */
  readonly beside?: TestHouse;
  /** A database, or another way to one, that the test itself has made. */
  readonly databaseUrl?: string;
  readonly masterKey?: Buffer;
  readonly log?: Logger;
}

/** Opens a house. Close it when the test file ends. */
export async function createTestHouse(options: TestHouseOptions = {}): Promise<TestHouse> {
  const { beside } = options;
  const isGiven = beside !== undefined || options.databaseUrl !== undefined;
  const database = isGiven ? undefined : await createTestDatabase();
  const databaseUrl = options.databaseUrl ?? beside?.databaseUrl ?? database?.url ?? '';
  const masterKey = options.masterKey ?? beside?.masterKey ?? randomBytes(32);
  const clock = beside?.clock ?? movableClock();
  const settings = testSettings({ BEVAN_DATABASE_CONNECTIONS: '10', ...options.environment });
  const log = options.log === undefined ? {} : { log: options.log };
  const open = await openHouse({ settings, clock, databaseUrl, masterKey, ...log });
  await open.jobs.open(signInsEndedQueue);
  return {
    ...open,
    clock,
    databaseUrl,
    masterKey,
    close: async () => {
      await open.close();
      await database?.drop();
    },
  };
}

/** Marks the database of a house as the start of a sandbox does, so that a command takes it for one. */
export async function markSandboxs({ house }: Pick<OpenHouse, 'house'>): Promise<void> {
  const { db, clock } = house.deps;
  await markPurpose(db, { purpose: 'sandbox', at: clock.now() });
}
