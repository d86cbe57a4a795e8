import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { SettingsFault } from '#foundation/settings';
import { readPurpose } from '#foundation/storage';
import { claimDatabase, isMarkedFor } from '../../src/right-database.ts';
import { makeAccount } from '../support/accounts.ts';
import { findFreePort } from '../support/free-port.ts';
import { createTestHouse, type TestHouse } from '../support/house.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';

const processes: ServerProcess[] = [];
const homes: TestHouse[] = [];
let made = 0;
after(async () => {
  for (const server of processes) await server.clear();
  for (const home of homes.toReversed()) await home.close();
});

async function newHome(): Promise<TestHouse> {
  const home = await createTestHouse();
  homes.push(home);
  return home;
}

/** As a process of that mode claims the database of a house. */
function claimAs({ house }: TestHouse, mode: 'sandbox' | 'production'): Promise<void> {
  return claimDatabase({ deps: house.deps, settings: { ...house.settings, mode } });
}

const isRefused = (pattern: RegExp) => (error: unknown) =>
  error instanceof SettingsFault && error.problems.every((line) => pattern.test(line));
const sandboxs = /is the database of a sandbox/u;
const productions = /is the database of a production/u;

const purposeOf = ({ databaseUrl }: TestHouse) => readPurpose({ url: databaseUrl });

async function addPerson(home: TestHouse, email = `real.${(made += 1)}@people.test`): Promise<void> {
  await makeAccount(home, { email });
}

test('a new database is of whoever comes first, and never of the other', async () => {
  for (const [first, second, pattern] of [
    ['sandbox', 'production', sandboxs],
    ['production', 'sandbox', productions],
  ] as const) {
    const home = await newHome();
    assert.equal(await isMarkedFor(first, home.databaseUrl), false);
    await claimAs(home, first);
    assert.equal(await purposeOf(home), first);
    await assert.rejects(isMarkedFor(second, home.databaseUrl), isRefused(pattern));
    await assert.rejects(claimAs(home, second), isRefused(pattern));
    assert.equal(await isMarkedFor(first, home.databaseUrl), true);
  }
});

test('of a sandbox and a production that claim a new one at once, one is refused', async () => {
  const home = await newHome();
  const claims = await Promise.allSettled([claimAs(home, 'sandbox'), claimAs(home, 'production')]);
  assert.equal(claims.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('two processes of one kind start on a new database at once, though one has written there already when the other looks', async () => {
  for (const mode of ['sandbox', 'production'] as const) {
    const home = await newHome();
    await claimAs(home, mode);
    await addPerson(home, mode === 'sandbox' ? undefined : 'p0@people.example');
    await claimAs(home, mode);
    assert.equal(await purposeOf(home), mode);
  }
});

test('a database of a release before there were marks is not changed by looking for one', async () => {
  const home = await newHome();
  const { pool } = home.house.database;
  await pool.query('DROP TABLE storage.purpose');
  assert.equal(await isMarkedFor('production', home.databaseUrl), false);
  const { rowCount } = await pool.query("SELECT WHERE to_regclass('storage.purpose') IS NULL");
  assert.equal(rowCount, 1);
});

test('what was used before there were marks is judged by what is in it, and marked only for whom it is', async () => {
  const real = await newHome();
  await addPerson(real);
  await assert.rejects(claimAs(real, 'sandbox'), isRefused(productions));
  assert.equal(await purposeOf(real), undefined);
  await claimAs(real, 'production');
  assert.equal(await purposeOf(real), 'production');

  // One made-up person among real ones is enough.
  const mixed = await newHome();
  await addPerson(mixed);
  await addPerson(mixed, 'P0@People.Example');
  await assert.rejects(claimAs(mixed, 'production'), isRefused(sandboxs));
  assert.equal(await purposeOf(mixed), undefined);
  await claimAs(mixed, 'sandbox');
});

test('the programs refuse to start, with a line that says why, and write nothing', async () => {
  const home = await newHome();
  await addPerson(home);
  const { pool } = home.house.database;
  const countAll = async () => {
    const { rows } = await pool.query<Record<'people' | 'clients' | 'staff', string>>(
      'SELECT (SELECT count(*) FROM accounts.account) AS people, (SELECT count(*) FROM partners.client) AS clients, (SELECT count(*) FROM portals.staff) AS staff',
    );
    return rows;
  };
  const before = await countAll();
  const refusedStart = async (): Promise<string> => {
    const server = await startServerProcess(await findFreePort(), {
      BEVAN_MODE: 'sandbox',
      BEVAN_MASTER_KEY: home.masterKey.toString('base64'),
      DATABASE_URL: home.databaseUrl,
    });
    processes.push(server);
    assert.equal(await server.ended(), 1);
    return server.output();
  };
  assert.match(await refusedStart(), /Bevan did not start[^]*DATABASE_URL is the database of a production/u);
  await claimAs(home, 'production');
  assert.match(await refusedStart(), /Bevan did not start[^]*DATABASE_URL is the database of a production/u);
  assert.deepEqual(await countAll(), before);
});
