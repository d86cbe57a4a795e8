import { sql, type Compilable, type CompiledQuery, type RawBuilder } from 'kysely';
import type { Db } from './database.ts';

/** Stands in a statement for a value that each run gives anew. */
class Place {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

const shareable = Symbol('shareable');

/** @returns whether it is a statement of {@link statement}'s that reads and holds nothing */
export function isShareable(query: CompiledQuery): boolean {
  return shareable in query;
}

function onlyReads({ query }: CompiledQuery): boolean {
  return query.kind === 'SelectQueryNode' && query.endModifiers === undefined && query.with === undefined;
}

/** @returns what stands in the statement for the value of that name */
export type ValueOf<V> = <K extends keyof V & string>(name: K) => RawBuilder<V[K]>;

/**
 * A statement that is always the same but for its values. It is put together once, at its first run: for a statement of
 * every request that takes longer than all that this process does to run it.
 *
 * @param build makes it from a connection and what stands for its values
 * @returns runs it with values, and returns the rows
 */
export function statement<V extends object, R>(
  build: (db: Db, value: ValueOf<V>) => Compilable<R> | RawBuilder<R>,
): (db: Db, values: V) => Promise<R[]> {
  const compile = (db: Db): CompiledQuery<R> => {
    const built = build(db, (name) => sql`${new Place(name)}`);
    return 'isRawBuilder' in built ? built.compile(db) : built.compile();
  };
  let known: ReturnType<typeof compile> | undefined;
  return async (db, values) => {
    // A connection with plugins sees every statement while it is put together.
    const isPlain = db.getExecutor().plugins.length === 0;
    const compiled = (isPlain ? known : undefined) ?? compile(db);
    if (isPlain) known = compiled;
    const given = new Map<string, unknown>(Object.entries(values));
    const parameters = compiled.parameters.map((value) =>
      value instanceof Place ? given.get(value.name) : value,
    );
    const marks = onlyReads(compiled) ? { [shareable]: true } : {};
    const { rows } = await db.executeQuery<R>({ ...compiled, parameters, ...marks });
    return rows;
  };
}
