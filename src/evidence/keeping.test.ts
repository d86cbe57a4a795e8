import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import {
  deleteBundle,
  deleteFileOf,
  openEvidence,
  openFile,
  readFileOf,
  readImage,
  receiveFile,
  type Evidence,
  type EvidenceFile,
} from '#evidence';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { startTestObjectStore, type TestObjectStore } from '../../test/support/object-store.ts';
import { drawPicture } from '../../test/support/pictures.ts';
import { contentOf, inParts, isFault, keepingAll, openTestBundle } from '../../test/support/uploads.ts';
import { removeObjects } from './removals.ts';
import { chunkBytes } from './sealing.ts';

const owner = { by: 'owner', id: randomUUID() } as const;

for (const place of ['PostgreSQL', 'an object store'] as const) {
  suite(`evidence that is kept in ${place}`, () => {
    let store: TestObjectStore;
    let here: TestHouse;
    let evidence: Evidence;
    before(async () => {
      store = await startTestObjectStore();
      here = await createTestHouse(place === 'PostgreSQL' ? {} : { environment: store.environment });
      evidence = keepingAll(await openEvidence(here.house));
    });
    after(async () => {
      await evidence.close();
      await here.close();
      await store.close();
    });

    const keep = async (content: Buffer, bundle?: string): Promise<EvidenceFile> => {
      const bundleId = bundle ?? (await openTestBundle(here.house));
      const received = await receiveFile(here.house, evidence, {
        bundleId,
        kind: 'image',
        content: inParts(content),
      });
      assert.ok(received.outcome === 'received');
      return received.file;
    };
    const read = (file: EvidenceFile, start = 0, end = file.bytes) =>
      contentOf({ house: here.house, evidence }, file, { start, end });
    /** Everything that an attacker with the database and the store would have. */
    const everythingStored = async (): Promise<Buffer> => {
      const { rows } = await here.house.database.pool.query<{ sealed: Buffer | null }>(
        'SELECT sealed FROM evidence.chunk',
      );
      return Buffer.concat([
        ...rows.map(({ sealed }) => sealed ?? Buffer.alloc(0)),
        ...store.objects.values(),
      ]);
    };
    const change = (sql: string, ...values: unknown[]) => here.house.database.pool.query(sql, values);

    for (const [what, bytes] of [
      ['less than a chunk', 1000],
      ['exactly a chunk', chunkBytes],
      ['exactly three chunks', 3 * chunkBytes],
      ['a byte more than two chunks', 2 * chunkBytes + 1],
    ] as const)
      test(`comes back as it was: ${what}`, async () => {
        const content = randomBytes(bytes);
        const file = await keep(content);
        assert.equal(file.bytes, bytes);
        assert.ok((await read(file)).equals(content));
      });

    test('is read in any part, and only what that part needs', async () => {
      const content = randomBytes(4 * chunkBytes + 500);
      const file = await keep(content);
      const ranges = [
        [0, 0],
        [chunkBytes - 1, chunkBytes],
        [chunkBytes, 2 * chunkBytes - 1],
        [content.length - 1, content.length - 1],
        [100, content.length + 5000],
      ] as const;
      for (const [start, end] of ranges)
        assert.ok((await read(file, start, end)).equals(content.subarray(start, end + 1)), `${start}-${end}`);
      // Without its other chunks it is read all the same.
      await change('DELETE FROM evidence.chunk WHERE content_id = $1 AND number <> 1', file.id);
      const second = await read(file, chunkBytes + 5, chunkBytes + 9);
      assert.ok(second.equals(content.subarray(chunkBytes + 5, chunkBytes + 10)));
      await assert.rejects(read(file), isFault('evidence.damaged'));
    });

    test('is nowhere stored as it came', async () => {
      const mark = 'a face that is nobody’s business';
      const file = await keep(Buffer.from(mark.repeat(20_000)));
      const stored = await everythingStored();
      assert.ok(stored.length > file.bytes);
      assert.ok(!stored.includes('nobody'));
      if (place === 'an object store') {
        const { rows } = await change('SELECT FROM evidence.chunk WHERE sealed IS NOT NULL');
        assert.equal(rows.length, 0);
        assert.ok(store.objects.size > 0);
        for (const name of store.objects.keys()) assert.match(name, /^[0-9a-f-]{36}(?:\/[0-9a-f-]{36}){2}$/u);
      } else assert.equal(store.objects.size, 0);
    });

    const attacks: Record<string, (file: EvidenceFile, other: EvidenceFile) => Promise<unknown>> = {
      'two of its chunks change places': ({ id }) =>
        change(
          `UPDATE evidence.chunk a SET sealed = b.sealed, object = b.object FROM evidence.chunk b
           WHERE a.content_id = $1 AND b.content_id = $1 AND a.number = 1 - b.number AND b.number < 2 AND a.number < 2`,
          id,
        ),
      'a chunk of another file of the bundle takes the place of one': ({ id }, { id: otherId }) =>
        change(
          `UPDATE evidence.chunk a SET sealed = b.sealed, object = b.object FROM evidence.chunk b
           WHERE a.content_id = $1 AND b.content_id = $2 AND a.number = 0 AND b.number = 0`,
          id,
          otherId,
        ),
      'its end is cut off': async ({ id }) => {
        await change('DELETE FROM evidence.chunk WHERE content_id = $1 AND number = 2', id);
        await change('UPDATE evidence.content SET bytes = $2 WHERE id = $1', id, 2 * chunkBytes);
      },
      'a whole chunk is said to be its end': ({ id }) =>
        change('UPDATE evidence.content SET bytes = $2 WHERE id = $1', id, chunkBytes),
      'it is said to be shorter than its last chunk': ({ id }) =>
        change('UPDATE evidence.content SET bytes = bytes - 1 WHERE id = $1', id),
      'its bundle gets the key of another': async ({ bundleId }) =>
        change(
          `UPDATE evidence.bundle a SET sealed_key = b.sealed_key FROM evidence.bundle b
           WHERE a.id = $1 AND b.id = $2`,
          bundleId,
          await openTestBundle(here.house),
        ),
      'a bit of it is changed': async ({ id, bundleId }) => {
        const name = [...store.objects.keys()].find((one) => one.startsWith(`${bundleId}/${id}/`));
        const object = store.objects.get(name ?? '');
        if (object !== undefined) object[object.length - 1] = (object.at(-1) ?? 0) ^ 1;
        await change(
          'UPDATE evidence.chunk SET sealed = set_bit(sealed, 300, 1 - get_bit(sealed, 300)) WHERE content_id = $1',
          id,
        );
      },
    };
    for (const [what, attack] of Object.entries(attacks))
      test(`is not shown any more when ${what}`, async () => {
        const file = await keep(randomBytes(2 * chunkBytes + 777));
        const other = await keep(randomBytes(2 * chunkBytes + 777), file.bundleId);
        await read(file);
        await attack(file, other);
        await assert.rejects(read(file), isFault('evidence.damaged', 'security.unsealable'));
      });

    test('is gone with its bundle, key and all', async () => {
      const file = await keep(randomBytes(chunkBytes + 1));
      const { bundleId, id: fileId } = file;
      const removedNames = [...store.objects.keys()].filter((name) => name.startsWith(bundleId));
      assert.equal(removedNames.length > 3, place === 'an object store');
      await here.house.transact((deps) => deleteBundle(deps, bundleId));
      assert.equal(await readFileOf(here.house.deps, { bundleId, fileId }), undefined);
      const left = await change(
        `SELECT FROM evidence.bundle WHERE id = $1 UNION ALL SELECT FROM evidence.content WHERE bundle_id = $1
         UNION ALL SELECT FROM evidence.upload WHERE bundle_id = $1`,
        bundleId,
      );
      assert.equal(left.rows.length, 0);
      const removalsLeft = async () => (await change('SELECT FROM evidence.removal')).rows.length;
      if (evidence.objects !== undefined) {
        await removeObjects(here.house.deps, evidence.objects);
        // What was still on its way to the store is found an hour later.
        const late = `${bundleId}/${fileId}/${randomUUID()}`;
        await evidence.objects.put(late, randomBytes(10));
        await removeObjects(here.house.deps, evidence.objects);
        assert.ok(store.objects.has(late));
        here.clock.advance(3601);
        await removeObjects(here.house.deps, evidence.objects);
        here.clock.reset();
      }
      assert.equal(await removalsLeft(), 0);
      assert.deepEqual(
        [...store.objects.keys()].filter((name) => name.startsWith(bundleId)),
        [],
      );
    });

    test('leaves the bundle when another file has taken its place', async () => {
      const file = await keep(randomBytes(1000));
      const address = { bundleId: file.bundleId, fileId: file.id };
      await deleteFileOf(here.house.deps, address);
      assert.equal(await readFileOf(here.house.deps, address), undefined);
    });

    test('is written into the audit trail with each look, and without anything about the person', async () => {
      const accountId = randomUUID();
      const file = await keep(randomBytes(1000), await openTestBundle(here.house, accountId));
      const address = { bundleId: file.bundleId, fileId: file.id };
      const checker = { by: 'staff', id: randomUUID(), caseId: randomUUID() } as const;
      const look = () => openFile(here.house, evidence, { ...address, reader: checker });
      const looks = async () => {
        const { rows } = await here.house.database.pool.query<{ account_id: string; details: object }>(
          `SELECT account_id, details FROM audit.event WHERE type = 'evidence.read' AND details->>'reader' = $1`,
          [checker.id],
        );
        return rows;
      };
      await Promise.all([look(), look(), look()]);
      const details = { by: 'staff', reader: checker.id, caseId: checker.caseId, ...address };
      assert.deepEqual(await looks(), [{ account_id: accountId, details }]);
      here.clock.advance(301);
      await look();
      assert.equal((await looks()).length, 2);
      await openFile(here.house, evidence, { ...address, reader: { by: 'staff', id: checker.id } });
      assert.equal((await looks()).length, 3);
      here.clock.reset();
    });

    test('is not found by its id alone, nor by an id that is none', async () => {
      const file = await keep(randomBytes(1000));
      const bundleId = await openTestBundle(here.house);
      for (const address of [
        { bundleId, fileId: file.id },
        { bundleId: file.bundleId, fileId: randomUUID() },
        { bundleId: "' OR 1=1", fileId: file.id },
        { bundleId: file.bundleId, fileId: 'x' },
      ]) {
        assert.equal(await readFileOf(here.house.deps, address), undefined);
        assert.equal(await openFile(here.house, evidence, { ...address, reader: owner }), undefined);
      }
    });
  });
}

suite('a picture that somebody sends', () => {
  test('is kept as it was decoded', async (t) => {
    const here = await createTestHouse();
    const evidence = await openEvidence(here.house);
    t.after(async () => {
      await evidence.close();
      await here.close();
    });
    const bundleId = await openTestBundle(here.house);
    const content = inParts(await drawPicture());
    const received = await receiveFile(here.house, evidence, { bundleId, kind: 'image', content });
    assert.ok(received.outcome === 'received');
    const { file } = received;
    assert.deepEqual([file.width, file.height, file.mediaType], [1200, 900, 'image/jpeg']);
    const image = await readImage(here.house, evidence, { bundleId, fileId: file.id, reader: owner });
    assert.equal(image?.length, file.bytes);
  });
});
