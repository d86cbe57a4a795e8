import { Agent, get } from 'node:http';
import { systemClock } from '#foundation/clock';
import { createLog } from '#foundation/log';
import { createMetrics } from '#foundation/metrics';
import { createSecrets } from '#foundation/security';
import { readSettings } from '#foundation/settings';
import { openDatabase } from '#foundation/storage';
import { openRegister, tracePatient } from '#pds';
import { z } from 'zod';
import { rounded } from './support/figures.ts';
import { runLoad } from './support/load.ts';

/**
 * A process of the product that traces people, and nothing else. Each message from the process that started it is answered
 * with what tracing cost it; a message that asks for the floor, with what requests alone cost.
 */

const order = z.object({
  what: z.enum(['traces', 'floor']),
  count: z.number(),
  atOnce: z.number(),
  seconds: z.number(),
});

const settings = readSettings();
const database = openDatabase({ url: settings.databaseUrl ?? '', connections: settings.databaseConnections });
const register = openRegister({
  settings,
  clock: systemClock(),
  log: createLog({ level: 'error' }),
  database,
  secrets: createSecrets(Buffer.alloc(32, 1)),
  metrics: createMetrics(),
});
if (register === undefined || settings.pdsUrl === undefined) throw new Error('the bench gives no register');

const ada = { familyName: 'Example', givenName: 'Ada', birthdate: '1985-03-12', postcode: 'LS1 6AE' };
const patienceMs = 60_000;
const agent = new Agent({ keepAlive: true });
const address = `${settings.pdsUrl}/Patient`;

async function trace(): Promise<void> {
  if (register === undefined) return;
  const { outcome } = await tracePatient(register, ada, { withinMs: patienceMs });
  if (outcome !== 'match') throw new Error(`a trace was ${outcome}`);
}

/** The least that asking another system over HTTP for JSON takes. */
function request(): Promise<void> {
  return new Promise((resolve, reject) => {
    get(address, { agent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        JSON.parse(Buffer.concat(parts).toString());
        resolve();
      });
    }).on('error', reject);
  });
}

async function perform({ what, count, atOnce, seconds }: z.infer<typeof order>) {
  const before = process.cpuUsage();
  const work = Array.from({ length: count }, () => undefined);
  const load = await runLoad(work, { atOnce, seconds }, what === 'traces' ? trace : request);
  const { user, system } = process.cpuUsage(before);
  return {
    operations: load.operations,
    seconds: load.seconds,
    latenciesMs: load.latenciesMs,
    cpuMs: rounded((user + system) / 1000 / load.operations),
    peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

async function answer(message: unknown): Promise<void> {
  process.send?.(await perform(order.parse(message)));
}

process.on('message', (message) => void answer(message));
process.send?.('ready');
