import { createAudit } from '#foundation/audit';
import type { House } from '#foundation/deps';
import type { KyselyPlugin, QueryId } from 'kysely';

/**
 * Watches what a house asks its database outside transactions.
 *
 * @returns a house to use instead, and a list that grows with each statement: its structure, without its values
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
      statements.push(built.get(queryId) ?? '');
      return Promise.resolve(result);
    },
  };
  const db = house.deps.db.withPlugin(plugin);
  const audit = createAudit({ clock: house.clock, count: () => undefined }).on(db);
  const database = { ...house.database, db };
  return { house: { ...house, database, deps: { ...house.deps, db, audit } }, statements };
}

function withoutValues(_key: string, value: unknown): unknown {
  const kind = value instanceof Object && 'kind' in value ? value.kind : undefined;
  return kind === 'ValueNode' || kind === 'PrimitiveValueListNode' ? kind : value;
}
