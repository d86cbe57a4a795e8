import type { IncomingMessage } from 'node:http';
import type { House } from '#foundation/deps';
import { uploadSeconds, type Web } from '#foundation/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { TurnLost, type ContentWriter } from './content.ts';
import type { Evidence } from './evidence.ts';
import type { EvidenceKind, FileRefusal } from './types.ts';
import { selectUpload, type Upload } from './upload-store.ts';
import { abandonUpload, beginUpload, completeUpload, continueUpload, mostBytes } from './uploads.ts';

/** What somebody may send now, and into which bundle. */
export interface MayUpload {
  readonly bundleId: string;
  readonly kind: EvidenceKind;
}

/** Where uploads are begun; each is continued below it. */
export const uploadsPath = '/uploads';

const version = '1.0.0';
const bodyType = 'application/offset+octet-stream';
const idParams = z.object({ id: z.uuid() });

const statusOf: Partial<Record<FileRefusal, number>> = { too_big: 413, busy: 429 };

/**
 * Mounts resumable uploads: tus 1.0 with creation, expiration and termination. What arrives is encrypted and stored as
 * it comes, a chunk at a time; whatever was stored need not be sent again, also not after this process has died.
 *
 * @param rules.authorise says what whoever sends a request may upload now; undefined when nothing. Others' uploads are
 *   not there for them.
 * @see https://tus.io/protocols/resumable-upload
 */
export function uploadRoutes(
  { app }: Pick<Web, 'app'>,
  house: House,
  evidence: Evidence,
  rules: { readonly authorise: (request: FastifyRequest) => Promise<MayUpload | undefined> },
): void {
  void app.register((uploads, _options, done) => {
    uploads.addContentTypeParser(bodyType, (_request, body, parsed) => parsed(null, body));
    uploads.addHook('onRequest', (request, reply, next) => {
      void reply.header('Tus-Resumable', version);
      const refusal = refuseRequest(request, house.settings);
      if (refusal === undefined) next();
      else void end(reply, refusal);
    });
    const arriving: UploadParts['arriving'] = new Map();
    const writers: UploadParts['writers'] = new Map();
    // Nobody waits minutes for a process that is to end: what has come is kept, and another takes the rest.
    uploads.addHook('preClose', async () => {
      for (const body of arriving.keys()) body.destroy();
      await Promise.allSettled(arriving.values());
    });
    mountUploads(uploads, { house, evidence, arriving, writers, ...rules });
    done();
  });
}

interface UploadParts {
  readonly house: House;
  readonly evidence: Evidence;
  /** What is arriving, and is stored until it breaks off. */
  readonly arriving: Map<IncomingMessage, Promise<unknown>>;
  /** Who writes to each upload here. */
  readonly writers: Map<string, Writing>;
  readonly authorise: (request: FastifyRequest) => Promise<MayUpload | undefined>;
}

interface Writing {
  readonly turn: number;
  /** Has it read no more. */
  readonly stop: () => void;
}

function mountUploads(app: FastifyInstance, parts: UploadParts): void {
  const address = `${uploadsPath}/:id`;
  app.options(uploadsPath, (_request, reply) => tellAbilities(reply));
  app.options(address, (_request, reply) => tellAbilities(reply));
  app.post(uploadsPath, (request, reply) => begin(parts, request, reply));
  app.head(address, (request, reply) => tellStanding(parts, request, reply));
  app.patch(address, { config: { bodySeconds: uploadSeconds } }, (request, reply) =>
    takeBytes(parts, request, reply),
  );
  app.delete(address, (request, reply) => abandon(parts, request, reply));
}

/**
 * A page of another site can send none of the headers that these need without asking first, and is never told that it
 * may. Where a browser says from where a request comes, it has to come from our own pages.
 */
function refuseRequest(request: FastifyRequest, { issuer }: House['settings']): number | undefined {
  if (request.method === 'OPTIONS') return undefined;
  const { origin, 'sec-fetch-site': site, 'tus-resumable': spoken } = request.headers;
  if (origin !== undefined && origin !== new URL(issuer).origin) return 403;
  if (site !== undefined && site !== 'same-origin') return 403;
  return spoken === version ? undefined : 412;
}

function end(reply: FastifyReply, status: number, reason?: FileRefusal): FastifyReply {
  // What is left of a body is not worth waiting for.
  if (status >= 400) void reply.header('Connection', 'close');
  if (status === 412) void reply.header('Tus-Version', version);
  void reply.code(status);
  return reason === undefined ? reply.send() : reply.send({ error: reason });
}

function tellAbilities(reply: FastifyReply): FastifyReply {
  void reply
    .header('Tus-Version', version)
    .header('Tus-Extension', 'creation,expiration,termination')
    .header('Tus-Max-Size', Math.max(...Object.values(mostBytes)));
  return end(reply, 204);
}

/** @returns a whole number that a header holds */
function wholeOf(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,10}$/u.test(header) ? Number(header) : undefined;
}

async function begin(
  { house, evidence, authorise }: UploadParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const length = wholeOf(request.headers['upload-length']);
  if (length === undefined) return end(reply, 400);
  const may = await authorise(request);
  if (may === undefined) return end(reply, 403);
  const begun = await beginUpload(house, evidence, { ...may, length });
  if (begun.outcome === 'refused') return end(reply, statusOf[begun.reason] ?? 400, begun.reason);
  const { upload } = begun;
  void reply.header('Location', `${uploadsPath}/${upload.id}`).header('Upload-Expires', expiryOf(upload));
  return end(reply, 201);
}

const expiryOf = ({ expiresAt }: Upload): string => expiresAt.toUTCString();

/** @returns the upload that a request is about, if it is one that whoever sends it may continue */
async function uploadOf(
  { house, authorise }: UploadParts,
  request: FastifyRequest,
): Promise<(Upload & { readonly length: number }) | undefined> {
  const { data: params } = idParams.safeParse(request.params);
  const may = await authorise(request);
  if (may === undefined || params === undefined) return undefined;
  const { db, clock } = house.deps;
  const upload = await selectUpload(db, { id: params.id, now: clock.now() });
  if (upload?.bundleId !== may.bundleId || upload.length === undefined) return undefined;
  return { ...upload, length: upload.length };
}

async function tellStanding(
  parts: UploadParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const upload = await uploadOf(parts, request);
  if (upload === undefined) return end(reply, 404);
  // Once somebody has looked at it, its own bytes are no longer there.
  const offset = upload.state === 'arriving' ? (upload.bytes ?? 0) : upload.length;
  void reply
    .header('Upload-Offset', offset)
    .header('Upload-Length', upload.length)
    .header('Upload-Expires', expiryOf(upload));
  return end(reply, 200);
}

async function takeBytes(
  parts: UploadParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { house, evidence, arriving } = parts;
  const { body } = request;
  if (!isStream(body)) return end(reply, 415);
  const offset = wholeOf(request.headers['upload-offset']);
  if (offset === undefined) return end(reply, 400);
  const upload = await uploadOf(parts, request);
  if (upload === undefined) return end(reply, 404);
  const { id, kind, length, state } = upload;
  const announced = wholeOf(request.headers['content-length']) ?? 0;
  if (offset + announced > length) return end(reply, 413, 'too_big');
  if (state !== 'arriving' || upload.bytes !== offset) return end(reply, 409);
  const writer = await continueUpload(house, evidence, { upload, bytes: offset });
  if (writer === undefined) return end(reply, 409);
  const inTurn = beginTurn(parts.writers, id, writer.turn);
  const storing = store(writer, { body, length, stopped: inTurn.stopped }).finally(() => {
    arriving.delete(body);
    inTurn.end();
  });
  arriving.set(body, storing);
  const outcome = await storing;
  if (outcome === 'turn_lost') return end(reply, 409);
  if (outcome === 'too_long') return end(reply, 413, 'too_big');
  if (writer.bytes === length) await completeUpload(house, { id, kind, length });
  void reply.header('Upload-Offset', writer.bytes).header('Upload-Expires', expiryOf(upload));
  return end(reply, 204);
}

function isStream(body: unknown): body is IncomingMessage {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

/**
 * Says that somebody writes to an upload. Whoever did before has lost the turn, and would only learn that with the next chunk: they
 * are stopped at once, since whoever sends nothing would otherwise hold memory, a hundred times over for one upload.
 */
function beginTurn(
  writers: UploadParts['writers'],
  id: string,
  turn: number,
): { readonly stopped: Promise<'stopped'>; readonly end: () => void } {
  const { promise: stopped, resolve } = Promise.withResolvers<'stopped'>();
  const ours: Writing = { turn, stop: () => resolve('stopped') };
  const other = writers.get(id);
  if (other !== undefined && other.turn > turn) ours.stop();
  else {
    other?.stop();
    writers.set(id, ours);
  }
  return {
    stopped,
    end: () => {
      if (writers.get(id) === ours) writers.delete(id);
    },
  };
}

interface Arriving {
  readonly body: AsyncIterable<Uint8Array>;
  readonly length: number;
  readonly stopped: Promise<'stopped'>;
}

/** Stores what arrives, also when it breaks off. @throws what the database or the store throws */
async function store(
  writer: ContentWriter,
  arriving: Arriving,
): Promise<'stored' | 'turn_lost' | 'too_long'> {
  try {
    const outcome = await pour(writer, arriving);
    if (outcome === 'turn_lost') return outcome;
    if (writer.bytes === arriving.length) await writer.finish();
    else await writer.pause();
    return outcome;
  } catch (error) {
    if (error instanceof TurnLost) return 'turn_lost';
    throw error;
  }
}

async function pour(
  writer: ContentWriter,
  { body, length, stopped }: Arriving,
): Promise<'stored' | 'turn_lost' | 'too_long'> {
  const parts = body[Symbol.asyncIterator]();
  for (;;) {
    // That its sender is gone is no fault: what has come is kept.
    const part = await Promise.race([parts.next().catch(() => undefined), stopped]);
    if (part === 'stopped') return 'turn_lost';
    if (part === undefined || part.done === true) return 'stored';
    if (writer.bytes + part.value.length > length) {
      await parts.return?.();
      return 'too_long';
    }
    await writer.write(part.value);
  }
}

async function abandon(
  parts: UploadParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const upload = await uploadOf(parts, request);
  if (upload === undefined) return end(reply, 404);
  await abandonUpload(parts.house, { bundleId: upload.bundleId, uploadId: upload.id });
  return end(reply, 204);
}
