import { systemClock } from '#foundation/clock';
import { openEvidence } from '#evidence';
import { openHouse } from '../../src/open-house.ts';
import { testSettings } from './house.ts';
import { startTestUploads } from './uploads.ts';

/**
 * The product with uploads as a process of its own, which can be killed while something arrives. It is told by the
 * environment where its database is and where to listen, and says when it does.
 */
const { TEST_DATABASE_URL: databaseUrl = '', TEST_MASTER_KEY: masterKey = '', TEST_PORT: port } = process.env;
const { house } = await openHouse({
  settings: testSettings(process.env),
  clock: systemClock(),
  databaseUrl,
  masterKey: Buffer.from(masterKey, 'base64'),
});
await startTestUploads({ house, evidence: await openEvidence(house) }, { port: Number(port) });
process.send?.('ready');
