import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Environment } from '#foundation/settings';
import { readPurpose } from '#foundation/storage';
import pg from 'pg';
import { makeAccount } from '../support/accounts.ts';
import { bareEnvironment } from '../support/bare-environment.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestHouse, type TestHouse } from '../support/house.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const execute = promisify(execFile);

const sandbox: Environment = {
  BEVAN_MODE: 'sandbox',
  BEVAN_MASTER_KEY: randomBytes(32).toString('base64'),
};
const production: Environment = {
  ...sandbox,
  BEVAN_MODE: 'production',
  BEVAN_ISSUER: 'https://login.example',
  BEVAN_TRUSTED_PROXIES: '127.0.0.1',
  BEVAN_SUPPORT_CONTACT: 'help@login.example',
  BEVAN_EMAIL_SENDER: 'smtp',
  BEVAN_SMS_SENDER: 'notify',
};

/** Of each kind, one that reads alone and one that writes, if there are. */
const commands = [
  ['audit'],
  ['client', 'list'],
  ['client', 'remove', 'nobody'],
  ['keys', 'list'],
  ['keys', 'rotate', '--now'],
  ['practice', 'list'],
  ['practice', 'board-age', 'QWO', '16'],
  ['checkers', 'add-manager', 'helen@checks.example', 'Helen'],
] as const;

let database: TestDatabase;
let home: TestHouse;
before(async () => {
  database = await createTestDatabase();
  home = await createTestHouse();
});
after(async () => {
  await home.close();
  await database.drop();
});

/** Runs a command as an operator would. @returns how it ended, and all that it wrote */
async function run(mode: Environment, url: string, [command, ...args]: readonly string[]) {
  const env = { ...bareEnvironment, ...mode, DATABASE_URL: url };
  const options = { cwd: repository, env, encoding: 'utf8' } as const;
  const words = [`src/cli/${command ?? ''}.ts`, ...args];
  try {
    const { stdout } = await execute(process.execPath, words, options);
    return { status: 0, stdout, stderr: '' };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

async function ask(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

const everyTable =
  "SELECT schemaname, relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables WHERE schemaname <> 'pg_catalog' ORDER BY 1, 2";

test('no command works on a database of the other mode, not even one that reads; each says why as a start does, and writes nothing', async () => {
  for (const [marked, mode, words] of [
    [
      'sandbox',
      production,
      /^Change these settings:\nDATABASE_URL is the database of a sandbox: it has people/u,
    ],
    [
      'production',
      sandbox,
      /^Change these settings:\nDATABASE_URL is the database of a production: a sandbox/u,
    ],
  ] as const) {
    await ask(
      `DELETE FROM storage.purpose; INSERT INTO storage.purpose (purpose, marked_at) VALUES ('${marked}', now()); SELECT pg_stat_force_next_flush()`,
    );
    const before = await ask(everyTable);
    const ran = await Promise.all(commands.map((command) => run(mode, database.url, command)));
    for (const [index, { status, stdout, stderr }] of ran.entries()) {
      assert.deepEqual([status, stdout], [1, ''], commands[index]?.join(' '));
      assert.match(stderr, words);
    }
    assert.deepEqual(await ask(everyTable), before);
  }
});

test('a command on a new database says whose it is, so that the other mode is refused from then on', async () => {
  await ask('DELETE FROM storage.purpose');
  const first = await run(sandbox, database.url, ['client', 'list']);
  assert.equal(first.status, 0, first.stderr);
  assert.equal(await readPurpose({ url: database.url }), 'sandbox');
  assert.equal((await run(production, database.url, ['client', 'list'])).status, 1);
});

test('a database that was used before there were marks is judged by a command as by a start', async () => {
  await makeAccount(home, { email: 'real@people.test' });
  const refused = await run(sandbox, home.databaseUrl, ['client', 'list']);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /DATABASE_URL is the database of a production/u);
  assert.equal(await readPurpose({ url: home.databaseUrl }), undefined);
  const listed = await run(production, home.databaseUrl, ['client', 'list']);
  assert.equal(listed.status, 0, listed.stderr);
  assert.equal(await readPurpose({ url: home.databaseUrl }), 'production');
});
