import { after, before, describe } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../test/support/database.ts';
import { benchesOfTheServer, everyBench, testBench } from './support/small-run.ts';

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

// What they measure, they ask Linux for.
describe('of parts of the product', { skip: process.platform !== 'linux' }, () => {
  // One of them starts a PostgreSQL of its own, as all do for whoever names none.
  for (const name of everyBench.filter((one) => !benchesOfTheServer.includes(one)))
    testBench(name, name === 'trace' ? {} : { databaseUrl: () => database.url });
});
