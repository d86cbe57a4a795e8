import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { Upload } from 'tus-js-client';
import { openEvidence, startEvidenceWork, takeUpload, type Evidence, type EvidenceKind } from '#evidence';
import { createTestHouse, type TestHouse } from '../support/house.ts';
import { drawPicture } from '../support/pictures.ts';
import { mayUpload, openTestBundle, startTestUploads, type TestUploads } from '../support/uploads.ts';

const megabyte = 1024 * 1024;

suite('resumable uploads', () => {
  let here: TestHouse;
  let beside: TestHouse;
  let evidence: Evidence;
  let one: TestUploads;
  let other: TestUploads;
  before(async () => {
    here = await createTestHouse();
    beside = await createTestHouse({ beside: here });
    evidence = await openEvidence(here.house);
    await startEvidenceWork(here.house, here.jobs, evidence);
    one = await startTestUploads({ house: here.house, evidence });
    other = await startTestUploads({ house: beside.house, evidence: await openEvidence(beside.house) });
  });
  after(async () => {
    await one.close();
    await other.close();
    await evidence.close();
    await beside.close();
    await here.close();
  });

  test('take a picture in small parts from a client of that protocol, and look at it', async () => {
    const bundleId = await openTestBundle(here.house);
    const picture = await drawPicture();
    const uploadId = await send(one, { bundleId, kind: 'image', content: picture, chunkSize: 10_001 });
    const taken = await takeUpload(here.house, evidence, { bundleId, uploadId });
    assert.ok(taken.outcome === 'received');
    assert.equal(taken.file.width, 1200);
  });

  test('go on at another process, at the byte at which the first one stopped', async () => {
    const bundleId = await openTestBundle(here.house);
    const content = randomBytes(megabyte + 12_345);
    const location = await begin(one, { bundleId, length: content.length });
    const first = await patch(one, { bundleId, location, offset: 0, body: content.subarray(0, 300_000) });
    assert.deepEqual([first.status, first.headers.get('upload-offset')], [204, '300000']);
    const standing = await ask(other, { bundleId, location, method: 'HEAD' });
    assert.deepEqual(
      [standing.status, standing.headers.get('upload-offset'), standing.headers.get('upload-length')],
      [200, '300000', String(content.length)],
    );
    const rest = await patch(other, { bundleId, location, offset: 300_000, body: content.subarray(300_000) });
    assert.equal(rest.status, 204);
    assert.equal(
      (await patch(one, { bundleId, location, offset: 300_000, body: content.subarray(300_000) })).status,
      409,
    );
  });
});

const tusHeaders = { 'tus-resumable': '1.0.0' };

function send(
  { endpoint }: TestUploads,
  sent: { bundleId: string; kind: EvidenceKind; content: Buffer; chunkSize?: number },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const upload = new Upload(sent.content, {
    endpoint,
    headers: mayUpload(sent.bundleId, sent.kind),
    chunkSize: sent.chunkSize ?? megabyte,
    retryDelays: [],
    onError: reject,
    onSuccess: () => resolve(upload.url?.split('/').at(-1) ?? ''),
  });
  upload.start();
  return promise;
}

async function begin(
  { endpoint }: TestUploads,
  { bundleId, length }: { bundleId: string; length: number },
): Promise<string> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { ...tusHeaders, ...mayUpload(bundleId, 'video'), 'upload-length': String(length) },
  });
  assert.equal(answer.status, 201);
  return answer.headers.get('location') ?? '';
}

function ask(
  { origin }: TestUploads,
  { bundleId, location, method }: { bundleId: string; location: string; method: string },
): Promise<Response> {
  return fetch(`${origin}${location}`, {
    method,
    headers: { ...tusHeaders, ...mayUpload(bundleId, 'video') },
  });
}

function patch(
  { origin }: TestUploads,
  {
    bundleId,
    location,
    offset,
    body,
  }: { bundleId: string; location: string; offset: number; body: Uint8Array<ArrayBuffer> },
): Promise<Response> {
  return fetch(`${origin}${location}`, {
    method: 'PATCH',
    headers: {
      ...tusHeaders,
      ...mayUpload(bundleId, 'video'),
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
    },
    body,
  });
}
