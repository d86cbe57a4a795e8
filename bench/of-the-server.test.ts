import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../test/support/database.ts';
import { benchesOfTheServer, everyBench, runBench, testBench } from './support/small-run.ts';

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

// What they measure, they ask Linux for.
describe('of the product as a whole', { skip: process.platform !== 'linux' }, () => {
  for (const name of benchesOfTheServer) testBench(name, { databaseUrl: () => database.url });
});

test('whoever names no bench is told of all that there are, and each of them is tried', async () => {
  await assert.rejects(runBench([]), (error: Error & { code?: unknown; stderr?: unknown }) => {
    assert.equal(error.code, 2);
    assert.match(String(error.stderr), new RegExp(`which bench: ${everyBench.join(' or ')}\\.`, 'u'));
    return true;
  });
});
