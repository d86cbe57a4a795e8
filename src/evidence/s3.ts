import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { startStopwatch } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { Fault } from '#foundation/errors';
import { createBreaker, type Breaker } from '#foundation/outgoing';
import { AwsV4Signer } from 'aws4fetch';
import type { ObjectStore } from './object-store.ts';
import { chunkBytes } from './sealing.ts';

type S3House = Pick<House, 'settings' | 'log' | 'metrics'>;

interface Line {
  readonly house: S3House;
  readonly bucketUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Keys that signing derives from the secret for a day. */
  readonly cache: Map<string, ArrayBuffer>;
  readonly breaker: Breaker;
}

interface Call {
  readonly operation: 'put' | 'get' | 'delete' | 'list';
  readonly method: 'PUT' | 'GET' | 'DELETE';
  readonly name?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Buffer<ArrayBuffer>;
}

/** A chunk takes a second even on a slow line. */
const tryMs = 15_000;
/** Before the second and the third try. All that is asked may be asked twice. */
const pausesMs = [200, 1000];
/** A list of a thousand names has a third of it. */
const mostBytes = Math.max(chunkBytes + 1024, 1024 * 1024);
const deletesAtOnce = 8;

/**
 * Opens an S3-compatible store, addressed by path. Requests are signed (Signature Version 4) with their bodies, and follow
 * no redirect.
 *
 * @returns undefined when settings name none
 */
export function openS3(house: S3House): ObjectStore | undefined {
  const { settings } = house;
  const { evidenceS3Endpoint, evidenceS3Bucket, evidenceS3Region, evidenceS3KeyId, evidenceS3Secret } =
    settings;
  if (evidenceS3Endpoint === undefined) return undefined;
  const line: Line = {
    house,
    bucketUrl: `${evidenceS3Endpoint}/${evidenceS3Bucket ?? ''}`,
    region: evidenceS3Region ?? '',
    accessKeyId: evidenceS3KeyId ?? '',
    secretAccessKey: evidenceS3Secret ?? '',
    cache: new Map(),
    breaker: createBreaker(),
  };
  return {
    put: async (name, sealed) => {
      await ask(line, { operation: 'put', method: 'PUT', name, body: Buffer.from(sealed) });
    },
    get: async (name) => {
      const found = await ask(line, { operation: 'get', method: 'GET', name });
      if (found === undefined) throw new Fault('evidence.damaged', { cause: 'the store has no such object' });
      return found;
    },
    removeAll: (prefix) => removeAll(line, prefix),
  };
}

async function removeAll(line: Line, prefix: string): Promise<void> {
  for (;;) {
    const query = { 'list-type': '2', prefix };
    const list = await ask(line, { operation: 'list', method: 'GET', query });
    const names = namesIn(list?.toString('utf8') ?? '').filter((name) => name.startsWith(prefix));
    if (names.length === 0) return;
    for (let at = 0; at < names.length; at += deletesAtOnce) {
      const some = names.slice(at, at + deletesAtOnce);
      await Promise.all(some.map((name) => ask(line, { operation: 'delete', method: 'DELETE', name })));
    }
  }
}

/** Our names need no escaping, so that a list of them can be read without a parser. */
function namesIn(list: string): string[] {
  return [...list.matchAll(/<Key>([\w./-]+)<\/Key>/gu)].map(([, name = '']) => name);
}

type Tried =
  | { readonly outcome: 'answered'; readonly body: Buffer }
  | { readonly outcome: 'not_found' }
  /** Another try may help. @property reason for the log */
  | { readonly outcome: 'failed'; readonly reason: string }
  /** It will not. */
  | { readonly outcome: 'refused'; readonly reason: string };

/** @returns undefined when there is no such object */
async function ask(line: Line, call: Call): Promise<Buffer | undefined> {
  let reason = 'left alone for a while';
  for (let tries = 0; ; tries += 1) {
    const leave = line.breaker.enter();
    if (leave === undefined) break;
    const tried = await tryOnce(line, call);
    if (tried.outcome === 'failed') leave.failed();
    else leave.answered();
    if (tried.outcome === 'answered') return tried.body;
    if (tried.outcome === 'not_found') return undefined;
    ({ reason } = tried);
    if (tried.outcome === 'refused') {
      refusedBy(line, call, reason);
      break;
    }
    const pause = pausesMs[tries];
    if (pause === undefined) break;
    await wait(pause);
  }
  throw new Fault('evidence.store-unavailable', { cause: `${call.operation}: ${reason}` });
}

function refusedBy({ house }: Line, { operation }: Call, reason: string): void {
  house.log.error({ operation, reason }, 'the object store refuses our requests');
  house.metrics.outgoingFaults.inc({ system: 's3', operation, reason });
}

async function tryOnce(line: Line, call: Call): Promise<Tried> {
  const passed = startStopwatch();
  const tried = await send(line, call);
  const result = 'reason' in tried ? tried.reason : tried.outcome;
  const { operation } = call;
  line.house.metrics.outgoingSeconds.observe({ system: 's3', operation, result }, passed() / 1000);
  return tried;
}

async function send(line: Line, call: Call): Promise<Tried> {
  const signal = AbortSignal.timeout(tryMs);
  try {
    const response = await fetch(await signed(line, call), { signal, redirect: 'manual' });
    return await judge(call, response);
  } catch {
    return { outcome: 'failed', reason: signal.aborted ? 'too-slow' : 'no-connection' };
  }
}

async function judge({ operation }: Call, response: Response): Promise<Tried> {
  const { status } = response;
  const body = await readBody(response);
  if (response.ok)
    return body === undefined ? { outcome: 'refused', reason: 'too-long' } : { outcome: 'answered', body };
  const [, code] = /<Code>(\w{1,60})<\/Code>/u.exec(body?.toString('utf8') ?? '') ?? [];
  if (status === 404 && (code === 'NoSuchKey' || operation === 'delete')) return { outcome: 'not_found' };
  const reason = code === undefined ? String(status) : `${status}-${code}`;
  const mayPass = status >= 500 || status === 429 || status === 408;
  return { outcome: mayPass ? 'failed' : 'refused', reason };
}

async function signed(line: Line, { method, name, query, body }: Call): Promise<Request> {
  const url = new URL(name === undefined ? line.bucketUrl : `${line.bucketUrl}/${name}`);
  for (const [key, value] of Object.entries(query ?? {})) url.searchParams.set(key, value);
  const hash = createHash('sha256')
    .update(body ?? '')
    .digest('hex');
  const { region, accessKeyId, secretAccessKey, cache } = line;
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    headers: { 'x-amz-content-sha256': hash },
    service: 's3',
    region,
    accessKeyId,
    secretAccessKey,
    cache,
  });
  const { url: signedUrl, headers } = await signer.sign();
  return new Request(signedUrl, { method, headers, ...(body === undefined ? {} : { body }) });
}

/** @returns undefined when it is too long */
async function readBody(response: Response): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    if (!(part instanceof Uint8Array)) return undefined;
    bytes += part.length;
    if (bytes > mostBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
