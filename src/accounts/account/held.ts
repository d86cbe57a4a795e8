import type { Db } from '#foundation/storage';

type Row<R> = () => Promise<R | undefined>;

/**
 * What transactions know of the rows that they hold. Nobody else can change such a row before the transaction ends, so that what was
 * read of it with the hold needs not be read again. What the transaction changes itself is forgotten.
 */
export interface HeldRows<R> {
  /** @returns undefined unless the transaction holds the row, and has not changed any since it read it */
  find(db: Db, id: string): Row<R> | undefined;
  /** Notes that a transaction holds a row; outside a transaction nothing is held. */
  note(db: Db, id: string, row: Row<R>): void;
  /** To be called by whatever changes a row. */
  forget(db: Db): void;
}

export function createHeldRows<R>(): HeldRows<R> {
  const held = new WeakMap<Db, Map<string, Row<R>>>();
  return {
    find: (db, id) => held.get(db)?.get(id),
    note: (db, id, row) => {
      if (!db.isTransaction) return;
      const rows = held.get(db) ?? new Map<string, Row<R>>();
      held.set(db, rows.set(id, row));
    },
    forget: (db) => held.delete(db),
  };
}
