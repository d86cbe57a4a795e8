import { createAudit } from '#foundation/audit';
import type { House } from '#foundation/deps';
import type { KyselyPlugin } from 'kysely';

/**
 * Watches what a house asks its database outside transactions.
 *
 * @returns a house to use instead, and a list that grows with each statement: its structure, without its values
 */
export function watchStatements(house: House): { house: House; statements: string[] } {
  const statements: string[] = [];
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      statements.push(JSON.stringify(node, withoutValues));
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const db = house.deps.db.withPlugin(plugin);
  const audit = createAudit({ clock: house.clock, count: () => undefined }).on(db);
  return { house: { ...house, deps: { ...house.deps, db, audit } }, statements };
}

function withoutValues(_key: string, value: unknown): unknown {
  const kind = value instanceof Object && 'kind' in value ? value.kind : undefined;
  return kind === 'ValueNode' || kind === 'PrimitiveValueListNode' ? kind : value;
}
