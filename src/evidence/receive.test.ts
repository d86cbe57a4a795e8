import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { secondsAfter } from '#foundation/clock';
import {
  openBundle,
  openEvidence,
  openFile,
  readFileOf,
  readImage,
  receiveFile,
  type Evidence,
} from '#evidence';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { drawPicture } from '../../test/support/pictures.ts';

const owner = { by: 'owner', id: randomUUID() } as const;

suite('a picture that somebody sends', () => {
  let here: TestHouse;
  let evidence: Evidence;
  before(async () => {
    here = await createTestHouse();
    evidence = await openEvidence(here.house);
  });
  after(async () => {
    await evidence.close();
    await here.close();
  });
  const open = () =>
    openBundle(here.house.deps, {
      accountId: randomUUID(),
      purpose: 'test',
      keptUntil: secondsAfter(here.clock.now(), 3600),
    });

  test('is kept as it was decoded, and read again', async () => {
    const bundleId = await open();
    const received = await receiveFile(here.house, evidence, {
      bundleId,
      kind: 'image',
      content: inParts(await drawPicture()),
    });
    assert.ok(received.outcome === 'received');
    const { file } = received;
    assert.deepEqual([file.width, file.height, file.mediaType], [1200, 900, 'image/jpeg']);
    assert.deepEqual(await readFileOf(here.house.deps, { bundleId, fileId: file.id }), file);
    const image = await readImage(here.house, evidence, { bundleId, fileId: file.id, reader: owner });
    assert.equal(image?.length, file.bytes);
    const opened = await openFile(here.house, evidence, { bundleId, fileId: file.id, reader: owner });
    const part = Buffer.concat((await opened?.read(10, 99).toArray()) ?? []);
    assert.ok(part.equals(image?.subarray(10, 100)));
  });
});

async function* inParts(bytes: Buffer, size = 50_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
