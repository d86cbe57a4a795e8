import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { readSources, roomOf, type Source } from './sources.ts';

/** Which room owns a schema: the one whose migrations create it. */
function ownersOf(migrations: readonly Source[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const { file, text } of migrations) {
    for (const [, schema = ''] of text.matchAll(/CREATE SCHEMA (?:IF NOT EXISTS )?(\w+)/gu))
      owners.set(schema, roomOf(file));
  }
  return owners;
}

/**
 * Tables that a file names although another room owns their schema. In TypeScript a table stands between quotes or
 * after a word of SQL; in a migration after a word of SQL.
 */
function foreignTables({ file, text }: Source, owners: ReadonlyMap<string, string>): string[] {
  const named =
    /(?:['"`]|\b(?:FROM|JOIN|INTO|UPDATE|TABLE|REFERENCES|ON|ONLY|EXISTS|INDEX|FUNCTION|TRIGGER|SCHEMA)\s+)(\w+)\.(\w+)/giu;
  return [...text.matchAll(named)]
    .filter(([, schema = '']) => owners.has(schema) && owners.get(schema) !== roomOf(file))
    .map(([, schema, table]) => `${file}: ${schema}.${table}`);
}

const migrations = readSources('src/**/migrations/*.sql');
const owners = ownersOf(migrations);

/** The words of an audit event or a fault look like a table, and are not. */
const isEventName = (source: Source) =>
  path.basename(source.file) === 'errors.ts' || source.file.startsWith('src/foundation/errors/');

test('no room names another room’s tables', () => {
  assert.ok(owners.size > 0);
  const sources = [...readSources('src/**/*.ts').filter(holdsSql), ...migrations].filter(
    (source) => !isEventName(source),
  );
  assert.ok(sources.length > migrations.length);
  assert.deepEqual(
    sources.flatMap((source) => foreignTables(source, owners)),
    [],
  );
});

test('a room’s migrations make one schema, named after the room', () => {
  for (const [schema, room] of owners) assert.equal(schema, path.posix.basename(room).replaceAll('-', '_'));
});

test('only store files hold SQL', () => {
  const holders = readSources('src/!(foundation)/**/*.ts').filter(holdsSql);
  assert.ok(holders.length > 0);
  const elsewhere = holders.filter(({ file }) => !/(^|-|\/)store\.ts$/u.test(file)).map(({ file }) => file);
  assert.deepEqual(elsewhere, []);
});

function holdsSql({ text }: Source): boolean {
  return /\b(selectFrom|insertInto|updateTable|deleteFrom|mergeInto)\(|\bsql(<[^`]*>)?`/u.test(text);
}

test('a table of another room is noticed, a table of its own is not', () => {
  const known = new Map([
    ['accounts', 'accounts'],
    ['identity', 'identity'],
  ]);
  const names = (file: string, text: string) => foreignTables({ file, text }, known);
  assert.equal(names('src/identity/store.ts', "db.selectFrom('accounts.account')").length, 1);
  assert.equal(names('src/identity/store.ts', 'sql`SELECT id FROM accounts.account`').length, 1);
  assert.equal(names('src/identity/migrations/0001-a.sql', 'REFERENCES accounts.account').length, 1);
  assert.equal(names('src/identity/store.ts', "db.selectFrom('identity.evidence')").length, 0);
  assert.equal(names('src/identity/store.ts', 'deps.accounts.account()').length, 0);
});
