import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { openEvidence, readImage, receiveFile, type Evidence } from '#evidence';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { startTestObjectStore, type TestObjectStore } from '../../test/support/object-store.ts';
import { inParts, isFault, keepingAll, openTestBundle } from '../../test/support/uploads.ts';

const owner = { by: 'owner', id: randomUUID() } as const;

suite('evidence with an object store that fails', () => {
  let store: TestObjectStore;
  let here: TestHouse;
  let evidence: Evidence;
  before(async () => {
    store = await startTestObjectStore();
    here = await createTestHouse({ environment: store.environment });
    evidence = keepingAll(await openEvidence(here.house));
  });
  after(async () => {
    await here.close();
    await store.close();
  });
  const send = async (content: Buffer, bundleId: string) =>
    receiveFile(here.house, evidence, { bundleId, kind: 'image', content: inParts(content) });

  test('is asked again while that may help', async () => {
    const bundleId = await openTestBundle(here.house);
    store.fail(2, 503);
    assert.equal((await send(randomBytes(1000), bundleId)).outcome, 'received');
  });

  test('says that it is not available, and keeps nothing by halves', async () => {
    const bundleId = await openTestBundle(here.house);
    store.fail(3, 500);
    await assert.rejects(send(randomBytes(1000), bundleId), isFault('evidence.store-unavailable'));
    const { rows } = await here.house.database.pool.query(
      'SELECT FROM evidence.content WHERE bundle_id = $1',
      [bundleId],
    );
    assert.equal(rows.length, 0);
  });

  test('is not asked again when it refuses', async () => {
    const bundleId = await openTestBundle(here.house);
    store.fail(1, 403);
    await assert.rejects(send(randomBytes(1000), bundleId), isFault('evidence.store-unavailable'));
    assert.equal((await send(randomBytes(1000), bundleId)).outcome, 'received');
  });

  test('that has lost an object is told from one that does not answer', async () => {
    const bundleId = await openTestBundle(here.house);
    const received = await send(randomBytes(1000), bundleId);
    assert.ok(received.outcome === 'received');
    const { id: fileId } = received.file;
    await evidence.objects?.removeAll(`${bundleId}/${fileId}/`);
    await assert.rejects(
      readImage(here.house, evidence, { bundleId, fileId, reader: owner }),
      isFault('evidence.damaged'),
    );
  });

  test('with another key is refused by it', async () => {
    const beside = await createTestHouse({
      beside: here,
      environment: { ...store.environment, BEVAN_EVIDENCE_S3_SECRET_ACCESS_KEY: 'another' },
    });
    const other = await openEvidence(beside.house);
    await assert.rejects(other.objects?.get('x') ?? Promise.resolve(), isFault('evidence.store-unavailable'));
    await beside.close();
  });

  test('still has what was kept in PostgreSQL before, and PostgreSQL what the store had', async () => {
    const beside = await createTestHouse({ beside: here });
    const withoutStore = keepingAll(await openEvidence(beside.house));
    const bundleId = await openTestBundle(here.house);
    const content = randomBytes(1000);
    const before = await receiveFile(beside.house, withoutStore, {
      bundleId,
      kind: 'image',
      content: inParts(content),
    });
    assert.ok(before.outcome === 'received');
    const look = { bundleId, fileId: before.file.id, reader: owner };
    assert.ok((await readImage(here.house, evidence, look))?.equals(content));
    const after = await send(content, bundleId);
    assert.ok(after.outcome === 'received');
    await assert.rejects(
      readImage(beside.house, withoutStore, { ...look, fileId: after.file.id }),
      isFault('evidence.store-unavailable'),
    );
    await beside.close();
  });
});
