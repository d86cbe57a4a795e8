import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import {
  changeSupplier,
  listPractices,
  mergePractices,
  openPractice,
  readFormerSuppliers,
  readPractice,
  splitPractice,
  type NewPractice,
} from '#gp-systems';
import { newOdsCode } from '../../test/support/gp-systems.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';

let home: TestHouse;
before(async () => {
  home = await createTestHouse();
});
after(() => home.close());

async function open(more: Partial<NewPractice> = {}) {
  const odsCode = newOdsCode();
  const practice = {
    odsCode,
    name: 'Example Surgery',
    addressLines: ['1 High Street', 'Leeds'],
    supplierId: 'one',
    ...more,
  };
  assert.deepEqual(await home.house.transact((deps) => openPractice(deps, practice)), { outcome: 'opened' });
  return odsCode;
}
const change = (odsCode: Awaited<ReturnType<typeof open>>, supplierId: string) =>
  home.house.transact((deps) => changeSupplier(deps, { odsCode, supplierId }));

suite('practices', () => {
  test('are known by their codes, with all that was told of them', async () => {
    const odsCode = await open({ phone: '+441632960001', icbCode: 'QWO' });
    const practice = await readPractice(home.house.deps, odsCode);
    assert.deepEqual(
      { ...practice, supplierSince: undefined },
      {
        odsCode,
        name: 'Example Surgery',
        addressLines: ['1 High Street', 'Leeds'],
        phone: '+441632960001',
        icbCode: 'QWO',
        supplierId: 'one',
        supplierSince: undefined,
        isOpen: true,
        succeededBy: [],
      },
    );
    assert.equal(await readPractice(home.house.deps, newOdsCode()), undefined);
  });

  test('are put in once: a second time changes nothing', async () => {
    const odsCode = await open();
    const again = { odsCode, name: 'Another', addressLines: [], supplierId: 'two' };
    assert.deepEqual(await home.house.transact((deps) => openPractice(deps, again)), { outcome: 'known' });
    assert.equal((await readPractice(home.house.deps, odsCode))?.name, 'Example Surgery');
  });

  test('are listed page by page, by board, supplier and whether they are open', async () => {
    const icbCode = 'QX1';
    const codes = [
      await open({ icbCode }),
      await open({ icbCode, supplierId: 'two' }),
      await open({ icbCode }),
    ];
    const list = async (filter: Parameters<typeof listPractices>[1]) =>
      (await listPractices(home.house.deps, { icbCode, ...filter })).map(({ odsCode }) => odsCode);
    assert.deepEqual(await list({}), codes);
    assert.deepEqual(await list({ supplierId: 'two' }), [codes[1]]);
    assert.deepEqual(await list({ limit: 2 }), codes.slice(0, 2));
    assert.deepEqual(await list({ after: codes[1] ?? assert.fail() }), [codes[2]]);
    assert.deepEqual(await list({ isOpen: false }), []);
  });

  test('keep what systems they had before', async () => {
    const odsCode = await open();
    home.clock.advance(60);
    assert.deepEqual(await change(odsCode, 'two'), { outcome: 'changed' });
    assert.deepEqual(await change(odsCode, 'two'), { outcome: 'no_change' });
    home.clock.advance(60);
    assert.deepEqual(await change(odsCode, 'three'), { outcome: 'changed' });
    const former = await readFormerSuppliers(home.house.deps, odsCode);
    assert.deepEqual(
      former.map(({ supplierId }) => supplierId),
      ['two', 'one'],
    );
    for (const { since, until } of former) assert.ok(since < until);
    assert.equal((await readPractice(home.house.deps, odsCode))?.supplierId, 'three');
  });

  test('that change back and forth within a moment, or while a clock goes back, have each system for a time of its own', async () => {
    const odsCode = await open();
    for (const supplierId of ['two', 'one', 'two', 'one'])
      assert.deepEqual(await change(odsCode, supplierId), { outcome: 'changed' });
    home.clock.advance(-3600);
    assert.deepEqual(await change(odsCode, 'two'), { outcome: 'changed' });
    const former = await readFormerSuppliers(home.house.deps, odsCode);
    assert.equal(new Set(former.map(({ since }) => since.getTime())).size, 5);
    for (const { since, until } of former) assert.ok(since < until);
  });

  test('that merge are closed, and say which one has their patients', async () => {
    const [one, two, into] = [await open(), await open(), await open()];
    const merge = (odsCodes: (typeof one)[], target: typeof one) =>
      home.house.transact((deps) => mergePractices(deps, { odsCodes, into: target }));
    assert.deepEqual(await merge([one, two, one], into), { outcome: 'changed' });
    for (const odsCode of [one, two]) {
      const practice = await readPractice(home.house.deps, odsCode);
      assert.deepEqual([practice?.isOpen, practice?.succeededBy], [false, [into]]);
    }
    assert.equal((await readPractice(home.house.deps, into))?.isOpen, true);
    assert.deepEqual(await merge([one], into), { outcome: 'closed_practice', odsCode: one });
    assert.deepEqual(await merge([into], one), { outcome: 'closed_practice', odsCode: one });
    assert.deepEqual(await merge([into], into), { outcome: 'no_change' });
    assert.deepEqual(await merge([], into), { outcome: 'no_change' });
    assert.deepEqual(await change(one, 'two'), { outcome: 'closed_practice', odsCode: one });
  });

  test('that are split up are closed, and say which ones have their patients', async () => {
    const [odsCode, one, two] = [await open(), await open(), await open()];
    const split = (into: (typeof one)[]) =>
      home.house.transact((deps) => splitPractice(deps, { odsCode, into }));
    const unknown = newOdsCode();
    assert.deepEqual(await split([one, unknown]), { outcome: 'unknown_practice', odsCode: unknown });
    assert.deepEqual(await split([one, odsCode]), { outcome: 'no_change' });
    assert.deepEqual(await split([]), { outcome: 'no_change' });
    assert.deepEqual(await split([two, one]), { outcome: 'changed' });
    assert.deepEqual((await readPractice(home.house.deps, odsCode))?.succeededBy, [one, two]);
  });

  test('that are merged into each other at the same time are not both closed', async () => {
    const [one, two] = [await open(), await open()];
    const outcomes = await Promise.all([
      home.house.transact((deps) => mergePractices(deps, { odsCodes: [one], into: two })),
      home.house.transact((deps) => mergePractices(deps, { odsCodes: [two], into: one })),
    ]);
    assert.deepEqual(outcomes.map(({ outcome }) => outcome).toSorted(), ['changed', 'closed_practice']);
  });

  test('leave in the audit trail what was changed', async () => {
    const odsCode = await open();
    await change(odsCode, 'two');
    const { rows } = await home.house.database.pool.query<{ type: string }>(
      "SELECT type FROM audit.event WHERE details->>'odsCode' = $1 ORDER BY id",
      [odsCode],
    );
    assert.deepEqual(
      rows.map(({ type }) => type),
      ['practice.opened', 'practice.supplier-changed'],
    );
  });
});
