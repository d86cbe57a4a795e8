import { CompiledQuery, sql, type Compilable, type RawBuilder } from 'kysely';
import type { Db } from './database.ts';
import { DirectExecutor } from './direct.ts';
import type { Question } from './sending.ts';

/** Stands in a statement for a value that each run gives anew. */
class Place {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** @returns whether it reads and holds nothing */
function onlyReads({ query }: CompiledQuery): boolean {
  return query.kind === 'SelectQueryNode' && query.endModifiers === undefined && query.with === undefined;
}

/** @returns what stands in the statement for the value of that name */
export type ValueOf<V> = <K extends keyof V & string>(name: K) => RawBuilder<V[K]>;

/** Has the statement of a library go along in a transaction, as {@link Statement.along} does. */
export async function sendAlong(db: Db, text: string, values: readonly unknown[]): Promise<void> {
  const executor = db.getExecutor();
  if (executor instanceof DirectExecutor) await executor.sendAlong({ text, values, isShareable: false });
  else await db.executeQuery(CompiledQuery.raw(text, [...values]));
}

/** A statement, to be run with values. */
export interface Statement<V extends object, R> {
  /** @returns the rows */
  (db: Db, values: V): Promise<R[]>;
  /**
   * Within a transaction sends it and goes on: it is in the database if the transaction commits, and if it fails, the transaction
   * fails with what was wrong. For what nobody has to look at before the end. Outside a transaction it is waited for.
   *
   * @returns when it is on its way, before whatever is sent from then on
   */
  along(db: Db, values: V): Promise<void>;
  /**
   * Sends it and goes on as {@link Statement.along} does, for whoever may want its rows after all.
   *
   * @returns when it is on its way: what waits for the rows
   */
  ahead(db: Db, values: V): Promise<() => Promise<R[]>>;
}

/**
 * A statement that is always the same but for its values. It is put together once, at its first run: for a statement of
 * every request that takes longer than all that this process does to run it.
 *
 * @param build makes it from a connection and what stands for its values
 */
export function statement<V extends object, R>(
  build: (db: Db, value: ValueOf<V>) => Compilable<R> | RawBuilder<R>,
): Statement<V, R> {
  const compile = (db: Db): CompiledQuery<R> => {
    const built = build(db, (name) => sql`${new Place(name)}`);
    return 'isRawBuilder' in built ? built.compile(db) : built.compile();
  };
  const give = ({ parameters }: CompiledQuery<R>, values: V) =>
    parameters.map((value): unknown => (value instanceof Place ? Reflect.get(values, value.name) : value));
  let known: { readonly compiled: CompiledQuery<R>; readonly isShareable: boolean } | undefined;
  const questionFor = (db: Db, values: V): Question => {
    if (known === undefined) {
      const compiled = compile(db);
      known = { compiled, isShareable: onlyReads(compiled) };
    }
    const { compiled, isShareable } = known;
    return { text: compiled.sql, values: give(compiled, values), isShareable };
  };
  const run = async (db: Db, values: V): Promise<R[]> => {
    const executor = db.getExecutor();
    if (executor instanceof DirectExecutor) return (await executor.ask<R>(questionFor(db, values))).rows;
    // A connection with plugins sees every statement while it is put together.
    const compiled = compile(db);
    return (await db.executeQuery<R>({ ...compiled, parameters: give(compiled, values) })).rows;
  };
  const ahead = async (db: Db, values: V): Promise<() => Promise<R[]>> => {
    const executor = db.getExecutor();
    if (executor instanceof DirectExecutor) {
      const { answer } = await executor.sendAlong<R>(questionFor(db, values));
      return async () => (await answer()).rows;
    }
    const rows = await run(db, values);
    return () => Promise.resolve(rows);
  };
  const along = async (db: Db, values: V): Promise<void> => {
    await ahead(db, values);
  };
  return Object.assign(run, { along, ahead });
}
