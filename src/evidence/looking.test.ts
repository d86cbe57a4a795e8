import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { deleteBundle, openEvidence, receiveFile, receiveUpload, takeUpload, type Evidence } from '#evidence';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { keepingAll, openTestBundle } from '../../test/support/uploads.ts';

suite('a look at what was sent', () => {
  let here: TestHouse;
  let opened: Evidence;
  before(async () => {
    here = await createTestHouse();
    opened = await openEvidence(here.house);
  });
  after(async () => {
    await opened.close();
    await here.close();
  });
  const withLook = (image: Evidence['examine']['image']): Evidence => ({
    ...opened,
    examine: { image, video: image },
  });
  const upload = async (evidence: Evidence) => {
    const bundleId = await openTestBundle(here.house);
    const content = [randomBytes(1000)];
    const sent = await receiveUpload(here.house, evidence, { bundleId, kind: 'image', content });
    assert.ok(sent.outcome === 'uploaded');
    return { bundleId, uploadId: sent.uploadId };
  };
  const contentsOf = async (bundleId: string) => {
    const { rows } = await here.house.database.pool.query(
      'SELECT FROM evidence.content WHERE bundle_id = $1',
      [bundleId],
    );
    return rows.length;
  };

  test('that fails each time is tried three times, and then the file is given up as damaged', async () => {
    let looks = 0;
    const evidence = withLook(() => {
      looks += 1;
      return Promise.reject(new Error('the decoder met its end'));
    });
    const sent = await upload(evidence);
    for (let tries = 0; tries < 3; tries += 1)
      await assert.rejects(takeUpload(here.house, evidence, sent), /met its end/u);
    const refused = { outcome: 'refused', reason: 'damaged' };
    assert.deepEqual(await takeUpload(here.house, evidence, sent), refused);
    assert.deepEqual(await takeUpload(here.house, evidence, sent), refused);
    assert.equal(looks, 3);
    assert.equal(await contentsOf(sent.bundleId), 0);
  });

  test('that was not possible for now is no failure, however often', async () => {
    let isBusy = true;
    const whole = keepingAll(opened).examine.image;
    const evidence = withLook((sent, write) =>
      isBusy ? Promise.resolve({ outcome: 'refused', reason: 'busy' }) : whole(sent, write),
    );
    const sent = await upload(evidence);
    for (let tries = 0; tries < 6; tries += 1)
      assert.deepEqual(await takeUpload(here.house, evidence, sent), { outcome: 'refused', reason: 'busy' });
    isBusy = false;
    assert.equal((await takeUpload(here.house, evidence, sent)).outcome, 'received');
  });

  test('is one, however often it is asked for at once', async () => {
    let looks = 0;
    const whole = keepingAll(opened).examine.image;
    const evidence = withLook(async (sent, write) => {
      looks += 1;
      await wait(100);
      return whole(sent, write);
    });
    const sent = await upload(evidence);
    const taken = await Promise.all(Array.from({ length: 6 }, () => takeUpload(here.house, evidence, sent)));
    assert.equal(looks, 1);
    assert.ok(taken.some(({ outcome }) => outcome === 'received'));
    assert.ok(taken.every(({ outcome }) => outcome === 'received' || outcome === 'checking'));
  });

  test('keeps nothing of a decoder that writes without end', async () => {
    const part = randomBytes(1024 * 1024);
    const evidence = withLook(async (_sent, write) => {
      for (;;) await write(part);
    });
    const sent = await upload(evidence);
    assert.deepEqual(await takeUpload(here.house, evidence, sent), { outcome: 'refused', reason: 'damaged' });
    assert.equal(await contentsOf(sent.bundleId), 0);
  });

  test('reads no byte that was not sent, whatever place it asks for', async () => {
    const content = randomBytes(300_000);
    const read: Buffer[] = [];
    const evidence = withLook(async (sent) => {
      const last = content.length - 1;
      for (const [offset, length] of [
        [0, 10],
        [last, 1],
        [last, 1_000_000_000],
        [content.length, 5],
        [1_000_000_000, 5],
        [262_140, 10],
        [5, 0],
      ] as const)
        read.push(await sent.read(offset, length));
      return { outcome: 'refused', reason: 'wrong_type' };
    });
    const bundleId = await openTestBundle(here.house);
    await receiveFile(here.house, evidence, { bundleId, kind: 'image', content: [content] });
    assert.deepEqual(
      read.map((part) => part.toString('hex')),
      [
        content.subarray(0, 10),
        content.subarray(-1),
        content.subarray(-1),
        Buffer.alloc(0),
        Buffer.alloc(0),
        content.subarray(262_140, 262_150),
        Buffer.alloc(0),
      ].map((part) => part.toString('hex')),
    );
  });

  test('comes to nothing when the bundle is deleted in the midst of it', async () => {
    const bundleId = await openTestBundle(here.house);
    const evidence = withLook(async (_sent, write) => {
      await here.house.transact((deps) => deleteBundle(deps, bundleId));
      await write(randomBytes(600_000));
      return { outcome: 'checked', mediaType: 'image/jpeg', width: 1000, height: 1000 };
    });
    const content = [randomBytes(1000)];
    assert.deepEqual(await receiveFile(here.house, evidence, { bundleId, kind: 'image', content }), {
      outcome: 'refused',
      reason: 'missing',
    });
    assert.equal(await contentsOf(bundleId), 0);
  });
});
