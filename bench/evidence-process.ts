import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fastify } from 'fastify';
import { secondsAfter, systemClock } from '#foundation/clock';
import {
  openBundle,
  openEvidence,
  openFile,
  sendFile,
  startEvidenceWork,
  takeUpload,
  uploadRoutes,
} from '#evidence';
import { readSettings } from '#foundation/settings';
import { z } from 'zod';
import { openHouse } from '../src/open-house.ts';

/**
 * A process of the product that takes uploads of videos for one bundle, looks at them and shows them. Nothing is decoded
 * here, as that is done by processes of their own: what was sent is read, decrypted, written and encrypted, as they let
 * it be. Each message from the process that started it begins or ends a measurement.
 */

const settings = readSettings();
const { house, jobs } = await openHouse({
  settings,
  clock: systemClock(),
  databaseUrl: settings.databaseUrl ?? '',
  masterKey: randomBytes(32),
});
const opened = await openEvidence(house);
const decoderReads = 256 * 1024;
const video: (typeof opened)['examine']['video'] = async (sent, write) => {
  for (let at = 0; at < sent.bytes; at += decoderReads) await write(await sent.read(at, decoderReads));
  return { outcome: 'checked', mediaType: 'video/mp4', width: 1280, height: 720, seconds: 30 };
};
const evidence = { ...opened, examine: { ...opened.examine, video } };
await startEvidenceWork(house, jobs, evidence);
const keptUntil = secondsAfter(house.clock.now(), 3600);
const newBundle = () => openBundle(house.deps, { accountId: randomUUID(), purpose: 'bench', keptUntil });

const app = fastify({ requestTimeout: 600_000 });
const params = z.object({ bundleId: z.uuid(), id: z.uuid() });
uploadRoutes({ app }, house, evidence, {
  authorise: ({ headers }) =>
    Promise.resolve({ bundleId: String(headers['x-bundle']), kind: 'video' as const }),
});
app.post('/bundles', async (_request, reply) => reply.send({ bundleId: await newBundle() }));
app.get('/taken/:bundleId/:id', async (request, reply) => {
  const { bundleId, id } = params.parse(request.params);
  return reply.send(await takeUpload(house, evidence, { bundleId, uploadId: id }));
});
app.get('/files/:bundleId/:id', async (request, reply) => {
  const { bundleId, id } = params.parse(request.params);
  const reader = { by: 'machine', id: 'bench' } as const;
  const file = await openFile(house, evidence, { bundleId, fileId: id, reader });
  return file === undefined ? reply.callNotFound() : sendFile(request, reply, file);
});
await app.listen({ port: 0, host: '127.0.0.1' });

const status = (name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'mu').exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);

/** Forgets the most memory that was held so far. @returns what is held now, in KiB */
function restart(): number {
  globalThis.gc?.();
  writeFileSync('/proc/self/clear_refs', '5');
  return status('VmRSS');
}

process.on('message', (message) => {
  process.send?.(message === 'restart' ? restart() : status('VmHWM'));
});
const address = app.server.address();
if (address !== null && typeof address === 'object') process.send?.(address.port);
