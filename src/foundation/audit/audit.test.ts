import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { sealAuditTrail, verifyAuditTrail } from '#foundation/audit';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';

suite('sealing the audit trail', () => {
  let here: TestHouse;
  before(async () => {
    here = await createTestHouse();
  });
  after(() => here.close());

  test('keeps up with however many events came since the last time, in one unbroken chain', async () => {
    const { database } = here.house;
    await sealAuditTrail(database);
    const before = await verifyAuditTrail(database.db);
    assert.equal(before.outcome, 'intact');
    await here.house.transact(async ({ audit }) => {
      for (let event = 0; event < 1201; event += 1) await audit({ type: 'test.happened' });
    });
    assert.equal(await sealAuditTrail(database), 1201);
    assert.equal(await sealAuditTrail(database), 0);
    assert.deepEqual(await verifyAuditTrail(database.db), {
      outcome: 'intact',
      seals: before.seals + 1201n,
    });
  });

  test('seals each event once, however many processes are at it', async () => {
    const { database } = here.house;
    await here.house.transact(async ({ audit }) => {
      for (let event = 0; event < 700; event += 1) await audit({ type: 'test.happened' });
    });
    const counts = await Promise.all([
      sealAuditTrail(database),
      sealAuditTrail(database),
      sealAuditTrail(database),
    ]);
    const sealed = counts.reduce((sum, count) => sum + count, 0) + (await sealAuditTrail(database));
    assert.equal(sealed, 700);
    const { outcome } = await verifyAuditTrail(database.db);
    assert.equal(outcome, 'intact');
  });
});
