import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import {
  forgetAccount,
  keepBundleUntil,
  openBundle,
  openEvidence,
  readFileOf,
  receiveFile,
  type Evidence,
  type EvidenceFile,
} from '#evidence';
import { secondsAfter } from '#foundation/clock';
import { sweepHouse } from '../../src/app.ts';
import { createTestHouse, type TestHouse } from '../support/house.ts';
import { keepingAll } from '../support/uploads.ts';

const day = 24 * 3600;

suite('what somebody has sent', () => {
  let here: TestHouse;
  let evidence: Evidence;
  before(async () => {
    here = await createTestHouse();
    evidence = keepingAll(await openEvidence(here.house));
  });
  after(async () => {
    await evidence.close();
    await here.close();
  });
  const keep = async (accountId: string): Promise<EvidenceFile> => {
    const keptUntil = secondsAfter(here.clock.now(), 30 * day);
    const bundleId = await openBundle(here.house.deps, { accountId, purpose: 'test', keptUntil });
    const content = [randomBytes(1000)];
    const received = await receiveFile(here.house, evidence, { bundleId, kind: 'image', content });
    assert.ok(received.outcome === 'received');
    return received.file;
  };
  const isThere = async ({ bundleId, id: fileId }: EvidenceFile) =>
    (await readFileOf(here.house.deps, { bundleId, fileId })) !== undefined;
  const rowsOf = async ({ bundleId }: EvidenceFile) => {
    const { rows } = await here.house.database.pool.query(
      `SELECT id FROM evidence.bundle WHERE id = $1 UNION ALL SELECT id FROM evidence.content WHERE bundle_id = $1
       UNION ALL SELECT id FROM evidence.upload WHERE bundle_id = $1`,
      [bundleId],
    );
    return rows.length;
  };

  test('goes when its time has passed, and stays as long as a decision needs it', async (t) => {
    t.after(() => here.clock.reset());
    const [abandoned, decided] = [await keep(randomUUID()), await keep(randomUUID())];
    const keptUntil = secondsAfter(here.clock.now(), 183 * day);
    const { bundleId } = decided;
    assert.equal(await here.house.transact((deps) => keepBundleUntil(deps, { bundleId, keptUntil })), true);
    here.clock.advance(29 * day);
    await sweepHouse(here.house);
    assert.deepEqual([await isThere(abandoned), await isThere(decided)], [true, true]);
    here.clock.advance(2 * day);
    // Between its time and the next sweep it is not shown either.
    assert.deepEqual([await isThere(abandoned), await isThere(decided)], [false, true]);
    await sweepHouse(here.house);
    assert.equal(await rowsOf(abandoned), 0);
    here.clock.advance(153 * day);
    await sweepHouse(here.house);
    assert.equal(await rowsOf(decided), 0);
    assert.equal(await here.house.transact((deps) => keepBundleUntil(deps, { bundleId, keptUntil })), false);
  });

  test('goes with the account, and nobody else’s does', async () => {
    const accountId = randomUUID();
    const [mine, also, others] = [await keep(accountId), await keep(accountId), await keep(randomUUID())];
    await here.house.transact((deps) => forgetAccount(deps, accountId));
    assert.deepEqual([await rowsOf(mine), await rowsOf(also)], [0, 0]);
    assert.equal(await isThere(others), true);
  });

  test('counts no more when the account has gone: a sandbox’s person who is put back may send as often as before', async () => {
    const accountId = randomUUID();
    const { bundleId } = await keep(accountId);
    const content = [randomBytes(1000)];
    let sent = 1;
    while (
      (await receiveFile(here.house, evidence, { bundleId, kind: 'image', content })).outcome === 'received'
    )
      sent += 1;
    assert.equal(sent, 120);
    await here.house.transact((deps) => forgetAccount(deps, accountId));
    await keep(accountId);
  });

  test('is not taken into a bundle that is gone', async () => {
    const content = [randomBytes(1000)];
    const bundleId = randomUUID();
    assert.deepEqual(await receiveFile(here.house, evidence, { bundleId, kind: 'image', content }), {
      outcome: 'refused',
      reason: 'missing',
    });
  });

  test('is refused when it is nothing, or more than it may be, and nothing of it stays', async () => {
    const { bundleId } = await keep(randomUUID());
    const megabyte = randomBytes(1024 * 1024);
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) yield await Promise.resolve(megabyte);
    }
    const refusals = [
      [[], 'missing'],
      [[Buffer.alloc(0)], 'missing'],
      [endless(), 'too_big'],
    ] as const;
    for (const [content, reason] of refusals)
      assert.deepEqual(await receiveFile(here.house, evidence, { bundleId, kind: 'image', content }), {
        outcome: 'refused',
        reason,
      });
    const { rows } = await here.house.database.pool.query(
      'SELECT FROM evidence.content WHERE bundle_id = $1',
      [bundleId],
    );
    assert.equal(rows.length, 1);
  });

  test('leaves nothing when its sender breaks off', async () => {
    const { bundleId } = await keep(randomUUID());
    async function* broken(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(randomBytes(600_000));
      throw new Error('the line is gone');
    }
    const sent = receiveFile(here.house, evidence, { bundleId, kind: 'image', content: broken() });
    await assert.rejects(sent, /the line is gone/u);
    const { rows } = await here.house.database.pool.query(
      'SELECT FROM evidence.content WHERE bundle_id = $1',
      [bundleId],
    );
    assert.equal(rows.length, 1);
  });
});
