import { systemClock } from '#foundation/clock';
import { openEvidence, startEvidenceWork } from '#evidence';
import { openHouse } from '../../src/open-house.ts';
import { testSettings } from './house.ts';
import { startTestUploads } from './uploads.ts';

/**
 * The product with uploads as a process of its own, which can be killed while something arrives, or while it looks at
 * a video: that takes it for ever. It is told by the environment where its database is and where to listen, and says
 * when it does, and when it looks.
 */
const { TEST_DATABASE_URL: databaseUrl = '', TEST_MASTER_KEY: masterKey = '', TEST_PORT: port } = process.env;
const { house, jobs } = await openHouse({
  settings: testSettings(process.env),
  clock: systemClock(),
  databaseUrl,
  masterKey: Buffer.from(masterKey, 'base64'),
});
const opened = await openEvidence(house);
const video = () => {
  process.send?.('looking');
  return new Promise<never>(() => undefined);
};
const evidence = { ...opened, examine: { ...opened.examine, video } };
await startEvidenceWork(house, jobs, evidence);
await startTestUploads({ house, evidence }, { port: Number(port) });
process.send?.('listening');
