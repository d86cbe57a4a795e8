import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Environment } from '#foundation/settings';

/** An object store that speaks as much of S3 as is needed, over HTTP, and refuses what is not signed as it should be. */
export interface TestObjectStore {
  /** The settings by which it is reached. */
  readonly environment: Environment;
  /** What it holds, by name without the bucket. */
  readonly objects: ReadonlyMap<string, Buffer>;
  /** The method and name of each request that it has answered well. */
  readonly requests: readonly string[];
  /** Answers so many of the next requests with a status, or not at all. */
  fail(times: number, how: number | 'silence'): void;
  close(): Promise<void>;
}

const bucket = 'evidence-of-tests';
const region = 'eu-west-2';
/** So few names in a list that removing many takes more than one. */
const namesInList = 3;

/** Starts one on a free port of this machine. */
export async function startTestObjectStore(): Promise<TestObjectStore> {
  const keyId = 'TESTKEY';
  const secret = randomBytes(30).toString('base64');
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const failing: (number | 'silence')[] = [];
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readWhole(request);
    const how = failing.shift();
    if (how === 'silence') return;
    if (how !== undefined) return refuse(response, how, 'SlowDown');
    if (!isSigned(request, body, { keyId, secret })) return refuse(response, 403, 'SignatureDoesNotMatch');
    const url = new URL(request.url ?? '/', 'http://store');
    const [, named = '', ...rest] = url.pathname.split('/');
    if (named !== bucket) return refuse(response, 404, 'NoSuchBucket');
    const name = rest.join('/');
    requests.push(`${request.method} ${name}`);
    const found = objects.get(name);
    if (request.method === 'PUT') objects.set(name, body);
    if (request.method === 'DELETE') objects.delete(name);
    if (request.method === 'DELETE') response.writeHead(204);
    if (request.method !== 'GET') return void response.end();
    if (name === '') return void response.end(listOf(objects, url.searchParams.get('prefix') ?? ''));
    if (found === undefined) return refuse(response, 404, 'NoSuchKey');
    response.end(found);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    objects,
    requests,
    environment: {
      BEVAN_EVIDENCE_S3_ENDPOINT: `http://127.0.0.1:${port}`,
      BEVAN_EVIDENCE_S3_BUCKET: bucket,
      BEVAN_EVIDENCE_S3_REGION: region,
      BEVAN_EVIDENCE_S3_ACCESS_KEY_ID: keyId,
      BEVAN_EVIDENCE_S3_SECRET_ACCESS_KEY: secret,
    },
    fail: (times, how) => failing.push(...Array.from({ length: times }, () => how)),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readWhole(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) if (Buffer.isBuffer(part)) parts.push(part);
  return Buffer.concat(parts);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
}

function listOf(objects: ReadonlyMap<string, Buffer>, prefix: string): string {
  const all = [...objects.keys()].filter((name) => name.startsWith(prefix)).toSorted();
  const some = all.slice(0, namesInList).map((name) => `<Contents><Key>${name}</Key></Contents>`);
  const isTruncated = all.length > namesInList;
  return `<?xml version="1.0"?><ListBucketResult><Name>${bucket}</Name><IsTruncated>${isTruncated}</IsTruncated>${some.join('')}</ListBucketResult>`;
}

const hash = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
const mac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function isSigned(
  request: IncomingMessage,
  body: Buffer,
  { keyId, secret }: { keyId: string; secret: string },
): boolean {
  const {
    authorization = '',
    'x-amz-date': at = '',
    'x-amz-content-sha256': bodyHash = '',
  } = request.headers;
  const [, credential = '', signedHeaders = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/u.exec(
      authorization,
    ) ?? [];
  const day = String(at).slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  if (credential !== `${keyId}/${scope}` || bodyHash !== hash(body)) return false;
  if (Math.abs(Date.now() - timeOf(String(at))) > 15 * 60_000) return false;
  const names = signedHeaders.split(';');
  if (!['host', 'x-amz-date', 'x-amz-content-sha256'].every((name) => names.includes(name))) return false;
  const url = new URL(request.url ?? '/', 'http://store');
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .toSorted();
  const canonical = [
    request.method,
    url.pathname,
    query.join('&'),
    ...names.map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    signedHeaders,
    bodyHash,
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', at, scope, hash(canonical)].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer | string>(
    (from, text) => mac(from, text),
    `AWS4${secret}`,
  );
  return timingSafeEqual(mac(key, toSign), Buffer.from(signature, 'hex'));
}

function timeOf(text: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u.exec(text) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
