import type { Db } from '#foundation/storage';
import { sql } from 'kysely';

/** Any number that nothing else locks by. */
const seedingLock = 4_210_962;

/** Holds back, until the transaction ends, whoever else wants to put the sandbox's people and services in place. */
export async function takeSeedingTurn(db: Db): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${seedingLock})`.execute(db);
}
