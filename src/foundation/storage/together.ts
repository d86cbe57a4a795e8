import { sql, type AliasedRawBuilder, type Compilable, type Expression, type RawBuilder } from 'kysely';
import type { Db } from './database.ts';
import { statement } from './statement.ts';

/** Selects one row, or none, with `value` standing for what each run gives anew. */
type Select<N extends string> = (
  db: Db,
  value: (name: N) => RawBuilder<string>,
) => Compilable & Expression<unknown>;

/**
 * One room's part of a statement that reads for several rooms at once: each room keeps its own SQL, and the database is
 * asked once.
 */
export interface Part<N extends string, D, T> {
  readonly select: Select<N>;
  /** @param row what {@link together} gave for this part */
  readonly read: (deps: D, row: unknown) => T;
}

/**
 * Puts parts into the selection of a statement.
 *
 * @param value what stands for each of their values: one that each run gives, or what the statement itself has found
 * @returns what to select, each under the part's name: a row as JSON (see `storedBytes` and `storedDate`), null if there
 *   is none
 */
export function selectionsOf<N extends string, K extends string>(
  db: Db,
  parts: Readonly<Record<K, { readonly select: Select<N> }>>,
  value: (name: N) => RawBuilder<string>,
): AliasedRawBuilder<unknown, string>[] {
  return Object.entries<{ readonly select: Select<N> }>(parts).map(([name, part]) =>
    sql`(SELECT to_jsonb(part) FROM ${part.select(db, value)} AS part)`.as(name),
  );
}

/**
 * Puts parts together into one statement.
 *
 * @returns asks the database once, and gives the row of each part under the part's name: as JSON (see `storedBytes` and
 *   `storedDate`), null if there is none
 */
export function together<N extends string, K extends string>(
  parts: Readonly<Record<K, { readonly select: Select<N> }>>,
): (db: Db, values: Readonly<Record<N, string>>) => Promise<Readonly<Record<K, unknown>>> {
  const run = statement<Record<N, string>, Record<K, unknown>>((db, value) =>
    db.selectNoFrom(selectionsOf(db, parts, value)).$castTo<Record<K, unknown>>(),
  );
  return async (db, values) => {
    const [row] = await run(db, values);
    if (row === undefined) throw new Error('a SELECT without FROM gave no row');
    return row;
  };
}
