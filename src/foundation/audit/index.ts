import { createHash } from 'node:crypto';
import { secondsAfter, type Clock } from '#foundation/clock';
import type { Database, Db } from '#foundation/storage';
import { z } from 'zod';
import {
  deleteExpiredEvents,
  hasUnsealedEvents,
  insertEvent,
  insertSeals,
  readLastSeal,
  readSealedEvents,
  readUnsealedEvents,
  selectEventsOf,
  selectHasEvents,
  takeSealingTurn,
  type Seal,
  type StoredEvent,
} from './store.ts';

/** Something that happened, as the audit trail keeps it: who, where, what, and never a name, number, address or secret. */
export interface AuditEvent {
  /** Dotted, past tense: `account.created`, `sign-in.succeeded`. */
  readonly type: string;
  readonly accountId?: string | undefined;
  readonly clientId?: string | undefined;
  /** Codes and counts only. */
  readonly details?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

export type RecordEvent = (event: AuditEvent) => Promise<void>;

export interface Audit {
  /** @returns a recorder that writes in the given transaction */
  on(db: Db): RecordEvent;
}

const retentionSeconds = 8 * 366 * 24 * 3600;
const sealedAtOnce = 500;

/**
 * Creates the audit trail. Rows are append-only (the database itself refuses changes) and kept for 8 years.
 *
 * @param deps.count hears of every event's type, for the metrics
 */
export function createAudit(deps: { clock: Clock; count: (type: string) => void }): Audit {
  return {
    on: (db) => (event) => {
      deps.count(event.type);
      const occurredAt = deps.clock.now();
      return insertEvent(db, {
        type: event.type,
        accountId: event.accountId ?? null,
        clientId: event.clientId ?? null,
        details: JSON.stringify(event.details ?? {}),
        occurredAt,
        expiresAt: secondsAfter(occurredAt, retentionSeconds),
      });
    },
  };
}

/**
 * Seals what was written since the last time into the hash chain. Writing an event takes no lock, so that requests
 * never wait for each other; one process at a time chains what has been committed, in the order of commit.
 *
 * @returns how many events were sealed; 0 also when another process is at it
 */
export async function sealAuditTrail(database: Database): Promise<number> {
  if (!(await hasUnsealedEvents(database.db))) return 0;
  for (let count = 0; ; ) {
    const sealed = await sealSome(database);
    count += sealed;
    // A full batch means that there may be more: under load they come faster than once in a while is enough for.
    if (sealed < sealedAtOnce) return count;
  }
}

function sealSome(database: Database): Promise<number> {
  return database.transact(async (db) => {
    if (!(await takeSealingTurn(db))) return 0;
    const events = await readUnsealedEvents(db, sealedAtOnce);
    if (events.length === 0) return 0;
    let last = (await readLastSeal(db)) ?? { number: 0n, eventId: '0', hash: Buffer.alloc(32) };
    const seals: Seal[] = [];
    for (const event of events) {
      last = { number: last.number + 1n, eventId: event.id, hash: hashOf(last.hash, event) };
      seals.push(last);
    }
    await insertSeals(db, seals);
    return seals.length;
  });
}

function hashOf(previous: Buffer, event: StoredEvent): Buffer {
  const spelling = JSON.stringify([
    event.id,
    event.type,
    event.accountId,
    event.clientId,
    event.details,
    event.occurredAt.toISOString(),
  ]);
  return createHash('sha256').update(previous).update(spelling).digest();
}

export type ChainState =
  | { readonly outcome: 'intact'; readonly seals: bigint }
  | { readonly outcome: 'broken'; readonly atSeal: bigint };

/** Recomputes the whole chain. An event past its retention is skipped: its seal stands in for it. */
export async function verifyAuditTrail(db: Db): Promise<ChainState> {
  let last: { number: bigint; hash: Buffer } = { number: 0n, hash: Buffer.alloc(32) };
  for (;;) {
    const sealed = await readSealedEvents(db, last.number, sealedAtOnce);
    if (sealed.length === 0) return { outcome: 'intact', seals: last.number };
    for (const { seal, event } of sealed) {
      const inOrder = seal.number === last.number + 1n;
      const matches = event === undefined || hashOf(last.hash, event).equals(seal.hash);
      if (!inOrder || !matches) return { outcome: 'broken', atSeal: seal.number };
      last = seal;
    }
  }
}

/** An event of somebody's account. */
export interface PastEvent {
  /** Events are in the order of their ids. */
  readonly id: string;
  readonly type: string;
  readonly clientId: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly occurredAt: Date;
}

const detailsShape = z.record(z.string(), z.unknown());

/**
 * Reads what happened to an account, the newest first.
 *
 * @param asked.types these alone; all, if left out
 * @param asked.before only what came before the event of this id
 */
export async function readEventsOf(
  deps: { readonly db: Db },
  asked: {
    readonly accountId: string;
    readonly types?: readonly string[] | undefined;
    readonly before?: string | undefined;
    readonly most: number;
  },
): Promise<readonly PastEvent[]> {
  const events = await selectEventsOf(deps.db, asked);
  return events.map(({ clientId, details, ...event }) => ({
    ...event,
    clientId: clientId ?? undefined,
    details: detailsShape.parse(details),
  }));
}

/** @returns whether anything has happened yet */
export function hasEvents(deps: { db: Db }): Promise<boolean> {
  return selectHasEvents(deps.db);
}

/** Removes events whose retention has passed. */
export async function sweepAuditTrail(deps: { db: Db; clock: Clock }): Promise<void> {
  await deleteExpiredEvents(deps.db, deps.clock.now());
}
