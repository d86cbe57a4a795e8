import { secondsAfter, systemClock } from '#foundation/clock';
import { sendMessage } from '#messaging';
import { openHouse } from '../../src/open-house.ts';
import { testSettings } from './house.ts';

/** A process of its own that commits messages, says so, and then does nothing until it is killed. */

const [databaseUrl = '', masterKey = '', ...recipients] = process.argv.slice(2);
const clock = systemClock();
const { house } = await openHouse({
  settings: testSettings(),
  clock,
  databaseUrl,
  masterKey: Buffer.from(masterKey, 'base64'),
});
for (const to of recipients) {
  await house.transact((deps) =>
    sendMessage(deps, {
      message: 'confirm-email',
      channel: 'email',
      to,
      language: 'en',
      values: { code: '246802' },
      usefulUntil: secondsAfter(clock.now(), 3600),
    }),
  );
}
process.stdout.write('committed\n');
