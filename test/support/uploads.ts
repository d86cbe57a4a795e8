import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { secondsAfter } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import {
  openBundle,
  openFile,
  uploadRoutes,
  uploadsPath,
  type Evidence,
  type EvidenceFile,
  type EvidenceKind,
} from '#evidence';
import { buildApp } from '../../src/app.ts';
import { findFreePort } from './free-port.ts';

/** Somewhere to send uploads to, where whoever sends says in a header for which bundle. */
export interface TestUploads {
  /** Where uploads are begun. */
  readonly endpoint: string;
  readonly origin: string;
  close(): Promise<void>;
}

const header = 'x-test-bundle';

/** The headers of somebody who may send a file of that kind into that bundle. */
export function mayUpload(bundleId: string, kind: EvidenceKind): Record<string, string> {
  return { [header]: `${bundleId} ${kind}` };
}

/** Starts the product with uploads on a free port, or on the one that is given. */
export async function startTestUploads(
  { house, evidence }: { readonly house: House; readonly evidence: Evidence },
  options: { readonly port?: number } = {},
): Promise<TestUploads> {
  const port = options.port ?? (await findFreePort());
  const web = await buildApp(house, { evidence });
  uploadRoutes(web, house, evidence, {
    authorise: ({ headers }) => {
      const [bundleId = '', kind] = String(headers[header] ?? '').split(' ');
      return Promise.resolve(kind === 'image' || kind === 'video' ? { bundleId, kind } : undefined);
    },
  });
  await web.app.listen({ port, host: '127.0.0.1' });
  const origin = `http://127.0.0.1:${port}`;
  return { origin, endpoint: `${origin}${uploadsPath}`, close: () => web.app.close() };
}

/** Opens a bundle of somebody made up, for a day. */
export function openTestBundle({ deps }: House, accountId: string = randomUUID()): Promise<string> {
  const keptUntil = secondsAfter(deps.clock.now(), 24 * 3600);
  return openBundle(deps, { accountId, purpose: 'test', keptUntil });
}

/** Keeps files as they came, without decoding anything, so that it is known what is kept. */
export function keepingAll(evidence: Evidence): Evidence {
  const examine: Evidence['examine']['video'] = async (sent, write) => {
    for (let at = 0; at < sent.bytes; at += 500_000) await write(await sent.read(at, 500_000));
    return { outcome: 'checked', mediaType: 'video/webm', width: 640, height: 480, seconds: 5 };
  };
  return { ...evidence, examine: { image: examine, video: examine } };
}

/** Reads what is kept. */
export async function contentOf(
  { house, evidence }: { readonly house: House; readonly evidence: Evidence },
  { bundleId, id: fileId }: EvidenceFile,
  { start, end }: { readonly start?: number; readonly end?: number } = {},
): Promise<Buffer> {
  const file = await openFile(house, evidence, { bundleId, fileId, reader: { by: 'machine', id: 'test' } });
  if (file === undefined) throw new Error('there is no such file');
  const parts: unknown[] = await file.read(start, end).toArray();
  return Buffer.concat(parts.filter((part) => Buffer.isBuffer(part)));
}

/** Somebody who sends a file by hand, as a client of the protocol would. */
export interface TestSender {
  readonly bundleId: string;
  readonly kind: EvidenceKind;
}

const version = { 'tus-resumable': '1.0.0' };
export const bytesType = 'application/offset+octet-stream';

/** @returns what was answered to the beginning of an upload of that length, or of whatever else is said */
export function askToBegin(
  { endpoint }: Pick<TestUploads, 'endpoint'>,
  { bundleId, kind }: TestSender,
  headers: Record<string, string>,
): Promise<Response> {
  return fetch(endpoint, {
    method: 'POST',
    headers: { ...version, ...mayUpload(bundleId, kind), ...headers },
  });
}

/** Begins an upload. @returns its address */
export async function begin(to: TestUploads, sender: TestSender, length: number): Promise<string> {
  const answer = await askToBegin(to, sender, { 'upload-length': String(length) });
  if (answer.status !== 201) throw new Error(`an upload was not begun: ${answer.status}`);
  return `${to.origin}${answer.headers.get('location') ?? ''}`;
}

export function ask(
  address: string,
  { bundleId, kind }: TestSender,
  { method = 'HEAD', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  return fetch(address, { method, headers: { ...version, ...mayUpload(bundleId, kind), ...headers } });
}

/** @returns how many bytes of an upload are there */
export async function offsetOf(address: string, sender: TestSender): Promise<number> {
  const { headers } = await ask(address, sender);
  return Number(headers.get('upload-offset') ?? Number.NaN);
}

/** Sends bytes of an upload. */
export function patch(
  address: string,
  { bundleId, kind }: TestSender,
  {
    offset,
    body,
    headers = {},
  }: { offset: number; body: Uint8Array<ArrayBuffer>; headers?: Record<string, string> },
): Promise<Response> {
  const said = { 'content-type': bytesType, 'upload-offset': String(offset) };
  return fetch(address, {
    method: 'PATCH',
    headers: { ...version, ...mayUpload(bundleId, kind), ...said, ...headers },
    body,
  });
}

/** Bytes of an upload that are sent bit by bit. */
export interface SlowPatch {
  /** Sends some more. */
  send(bytes: Uint8Array): void;
  /** Says that these were all. @returns the status of the answer */
  end(): Promise<number>;
  /** The status of the answer, whenever it comes; 0 when the connection breaks first. */
  readonly answered: Promise<number>;
  /** Breaks the connection. */
  breakOff(): void;
}

/** Sends bytes of an upload bit by bit; with no length, whoever takes them learns only from their end how many there are. */
export function patchSlowly(
  address: string,
  { bundleId, kind }: TestSender,
  { offset, length }: { offset: number; length?: number },
): SlowPatch {
  const said = { 'content-type': bytesType, 'upload-offset': String(offset) };
  const outgoing = request(address, {
    method: 'PATCH',
    agent: false,
    headers: {
      ...version,
      ...mayUpload(bundleId, kind),
      ...said,
      ...(length === undefined ? {} : { 'content-length': String(length) }),
    },
  });
  const { promise: answered, resolve } = Promise.withResolvers<number>();
  outgoing
    .on('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
    })
    .on('error', () => resolve(0));
  return {
    answered,
    send: (bytes) => {
      outgoing.write(bytes);
    },
    end: () => {
      outgoing.end();
      return answered;
    },
    breakOff: () => outgoing.destroy(),
  };
}

/** Content as it comes: part by part. */
export async function* inParts(bytes: Buffer, size = 50_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** @returns whether an error is one of these faults */
export function isFault(...codes: string[]) {
  return (error: unknown) => error instanceof Fault && codes.includes(error.code);
}
