import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { migrate } from '#foundation/storage';
import pg from 'pg';
import { createTestDatabase, startOwnCluster, type TestDatabase } from './database.ts';

const databases: TestDatabase[] = [];
const create = async () => {
  const database = await createTestDatabase();
  databases.push(database);
  return database;
};
after(async () => {
  for (const database of databases) await database.drop();
});

test('each test database is migrated, and a world of its own', async () => {
  const [ours, theirs] = await Promise.all([create(), create()]);
  assert.deepEqual(await migrate({ url: ours.url }), []);

  const client = new pg.Client({ connectionString: ours.url });
  await client.connect();
  await client.query('CREATE TABLE public.seen_by_us_alone ()');
  await client.end();

  const other = new pg.Client({ connectionString: theirs.url });
  await other.connect();
  const { rowCount } = await other.query("SELECT FROM pg_tables WHERE tablename = 'seen_by_us_alone'");
  await other.end();
  assert.equal(rowCount, 0);
});

test('what a killed test process leaves behind is cleared away by the next', async () => {
  const source = pathToFileURL(path.join(import.meta.dirname, 'database.ts')).href;
  const script = `
    import { startOwnCluster } from '${source}';
    import pg from 'pg';
    const { url } = await startOwnCluster();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    console.log(url);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname });
  const url = await new Promise<string>((resolve) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;

  const own = await startOwnCluster();
  await own.stop();
  await assert.rejects(new pg.Client({ connectionString: url }).connect(), /ECONNREFUSED/u);
});
