import { createAudit } from '#foundation/audit';
import type { Deps, House } from '#foundation/deps';
import type { KyselyPlugin, QueryId } from 'kysely';

/**
 * Watches what a house asks its database.
 *
 * @returns a house to use instead, and a list that grows with each statement: its structure, without its values; but for the look at
 *   the published keys that every process takes every other second, whoever asks for what
 */
export function watchStatements(house: House): { house: House; statements: string[] } {
  const statements: string[] = [];
  // What stands within a statement passes by as well while it is put together; only whole ones come back with a result.
  const built = new WeakMap<QueryId, string>();
  const plugin: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      built.set(queryId, JSON.stringify(node, withoutValues));
      return node;
    },
    transformResult: ({ result, queryId }) => {
      const statement = built.get(queryId) ?? '';
      if (!isLookAtKeys(statement)) statements.push(statement);
      return Promise.resolve(result);
    },
  };
  const audit = createAudit({ clock: house.clock, count: () => undefined });
  const watched = (deps: Deps): Deps => {
    const db = deps.db.withPlugin(plugin);
    return { ...deps, db, audit: audit.on(db) };
  };
  const deps = watched(house.deps);
  const transact: House['transact'] = (work) => house.transact((inside) => work(watched(inside)));
  return { house: { ...house, database: { ...house.database, db: deps.db }, deps, transact }, statements };
}

const isLookAtKeys = (statement: string): boolean =>
  ['SelectQueryNode', '"published_key"', '"retired_at"'].every((part) => statement.includes(part));

function withoutValues(_key: string, value: unknown): unknown {
  const kind = value instanceof Object && 'kind' in value ? value.kind : undefined;
  return kind === 'ValueNode' || kind === 'PrimitiveValueListNode' ? kind : value;
}
