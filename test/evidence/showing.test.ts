import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { openEvidence, openFile, receiveFile, sendFile, type EvidenceFile } from '#evidence';
import { buildApp } from '../../src/app.ts';
import { findFreePort } from '../support/free-port.ts';
import { createTestHouse, type TestHouse } from '../support/house.ts';
import { keepingAll, openTestBundle } from '../support/uploads.ts';

suite('a video that is played', () => {
  const content = randomBytes(700_000);
  let here: TestHouse;
  let address = '';
  let close: () => Promise<unknown>;
  before(async () => {
    here = await createTestHouse();
    const evidence = keepingAll(await openEvidence(here.house));
    const bundleId = await openTestBundle(here.house);
    const received = await receiveFile(here.house, evidence, { bundleId, kind: 'image', content: [content] });
    assert.ok(received.outcome === 'received');
    const { file }: { file: EvidenceFile } = received;
    const { app } = await buildApp(here.house, { evidence });
    app.get('/video', async (request, reply) => {
      const reader = { by: 'staff', id: 'somebody' } as const;
      const opened = await openFile(here.house, evidence, { bundleId, fileId: file.id, reader });
      return opened === undefined ? reply.callNotFound() : sendFile(request, reply, opened);
    });
    const port = await findFreePort();
    await app.listen({ port, host: '127.0.0.1' });
    address = `http://127.0.0.1:${port}/video`;
    close = async () => {
      await app.close();
      await evidence.close();
      await here.close();
    };
  });
  after(() => close());
  const ask = async (range?: string) => {
    const answer = await fetch(address, { headers: range === undefined ? {} : { range } });
    return { answer, body: Buffer.from(await answer.arrayBuffer()) };
  };

  test('comes whole, as nothing else than what it is, and is kept by no cache', async () => {
    const { answer, body } = await ask();
    assert.equal(answer.status, 200);
    assert.ok(body.equals(content));
    const said = (name: string) => answer.headers.get(name);
    assert.equal(said('content-type'), 'video/webm');
    assert.equal(said('content-length'), String(content.length));
    assert.equal(said('accept-ranges'), 'bytes');
    assert.equal(said('x-content-type-options'), 'nosniff');
    assert.equal(said('cache-control'), 'no-store');
    assert.equal(said('content-security-policy'), "default-src 'none'; sandbox");
    assert.equal(said('cross-origin-resource-policy'), 'same-origin');
  });

  for (const [range, start, end] of [
    ['bytes=0-', 0, 699_999],
    ['bytes=0-0', 0, 0],
    ['bytes=262143-262144', 262_143, 262_144],
    ['bytes=699999-', 699_999, 699_999],
    ['bytes=-5', 699_995, 699_999],
    ['bytes=-9999999', 0, 699_999],
    ['bytes=600000-9999999', 600_000, 699_999],
  ] as const)
    test(`comes in the part that is asked for: ${range}`, async () => {
      const { answer, body } = await ask(range);
      assert.equal(answer.status, 206);
      assert.equal(answer.headers.get('content-range'), `bytes ${start}-${end}/700000`);
      assert.ok(body.equals(content.subarray(start, end + 1)));
    });

  for (const range of ['bytes=700000-', 'bytes=9999999-99999999', 'bytes=-0'])
    test(`has no such part: ${range}`, async () => {
      const { answer } = await ask(range);
      assert.equal(answer.status, 416);
      assert.equal(answer.headers.get('content-range'), 'bytes */700000');
    });

  for (const range of ['bytes=5-1', 'bytes=-', 'bytes=a-b', 'bytes=0-1,5-6', 'chunks=0-1', 'bytes=0-1e9'])
    test(`comes whole when it isn’t clear what is asked for: ${range}`, async () => {
      const { answer, body } = await ask(range);
      assert.equal(answer.status, 200);
      assert.equal(body.length, content.length);
    });
});
