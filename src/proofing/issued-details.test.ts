import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { secondsAfter } from '#foundation/clock';
import { readOdsCode, type NhsNumber, type OdsCode } from '#foundation/identifiers';
import {
  detailsLifetimeSeconds,
  listIssuedDetails,
  recordIssuedDetails,
  withdrawIssuedDetails,
} from '#proofing';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { unusedNhsNumber } from '../../test/support/register.ts';

let home: TestHouse;
before(async () => {
  home = await createTestHouse();
});
after(() => home.close());

const staffId = 'staff-7';
let practices = 0;
/** @returns the code of a practice that has issued nothing */
function newPractice(): OdsCode {
  practices += 1;
  const code = readOdsCode(`C${String(10_000 + practices)}`);
  assert.ok(code);
  return code;
}

const issue = (
  odsCode: OdsCode,
  to: { nhsNumber?: NhsNumber; gpUserId?: string; gpLinkageKey?: string; expiresAt?: Date } = {},
) =>
  home.house.transact((deps) =>
    recordIssuedDetails(deps, {
      odsCode,
      nhsNumber: unusedNhsNumber(),
      person: { givenName: 'Ottoline', familyName: 'Zephyrmoor' },
      gpUserId: randomUUID(),
      gpLinkageKey: 'aB3*\\x/!Q7mmSecret',
      check: { way: 'documents', staffId, documents: ['passport'], at: deps.clock.now() },
      ...to,
    }),
  );
const list = (odsCode: OdsCode, more: { nhsNumber?: NhsNumber; before?: Date; limit?: number } = {}) =>
  listIssuedDetails(home.house.deps, { odsCode, ...more });
const states = async (odsCode: OdsCode) => (await list(odsCode)).map(({ state }) => state);
const withdraw = (id: string, odsCode: OdsCode) =>
  home.house.transact((deps) => withdrawIssuedDetails(deps, { id, odsCode, staffId }));

describe('details that a practice has issued', () => {
  test('can be used for two weeks, or less if the practice’s system says so, never longer', async (t) => {
    const { clock } = home;
    const [odsCode, short, long] = [newPractice(), newPractice(), newPractice()];
    await issue(odsCode);
    await issue(short, { expiresAt: secondsAfter(clock.now(), 3600) });
    await issue(long, { expiresAt: secondsAfter(clock.now(), 10 * detailsLifetimeSeconds) });
    clock.advance(3601);
    assert.deepEqual([await states(odsCode), await states(short)], [['unused'], ['expired']]);
    clock.advance(detailsLifetimeSeconds);
    t.after(() => clock.advance(-detailsLifetimeSeconds - 3601));
    assert.deepEqual([await states(odsCode), await states(long)], [['expired'], ['expired']]);
  });

  test('are listed for this practice alone, newest first, with who checked whom and how', async () => {
    const [odsCode, other] = [newPractice(), newPractice()];
    const { id: first } = await issue(odsCode);
    home.clock.advance(1);
    const { id: second } = await issue(odsCode);
    await issue(other);
    const rows = await list(odsCode);
    assert.deepEqual(
      rows.map(({ id }) => id),
      [second, first],
    );
    assert.deepEqual(rows[0]?.person, { givenName: 'Ottoline', familyName: 'Zephyrmoor' });
    const { way, documents } = rows[0].check;
    assert.deepEqual({ way, documents }, { way: 'documents', documents: ['passport'] });
    const page = await list(odsCode, { limit: 1 });
    assert.equal(page.length, 1);
    const next = await list(odsCode, {
      limit: 1,
      ...(page[0] === undefined ? {} : { before: page[0].issuedAt }),
    });
    assert.equal(next[0]?.id, first);
  });

  test('take the place of what the same person was given before, at the same moment too', async () => {
    const odsCode = newPractice();
    const nhsNumber = unusedNhsNumber();
    await issue(odsCode);
    await Promise.all([1, 2, 3].map(() => issue(odsCode, { nhsNumber })));
    const ofPerson = await list(odsCode, { nhsNumber });
    assert.deepEqual(ofPerson.map(({ state }) => state).toSorted(), ['unused', 'withdrawn', 'withdrawn']);
    assert.equal((await states(odsCode)).filter((state) => state === 'unused').length, 2);
  });

  test('can be withdrawn once, by the practice that issued them', async () => {
    const [odsCode, other] = [newPractice(), newPractice()];
    const { id } = await issue(odsCode);
    assert.deepEqual(await withdraw(id, other), { outcome: 'not_open' });
    assert.deepEqual(await withdraw('not an id', odsCode), { outcome: 'not_open' });
    assert.deepEqual(await states(odsCode), ['unused']);
    const both = await Promise.all([withdraw(id, odsCode), withdraw(id, odsCode)]);
    assert.deepEqual(both.map(({ outcome }) => outcome).toSorted(), ['not_open', 'withdrawn']);
    assert.deepEqual(await states(odsCode), ['withdrawn']);
  });

  test('leave neither themselves nor a name or number in any table', async () => {
    const odsCode = newPractice();
    const nhsNumber = unusedNhsNumber();
    const gpUserId = `user-${randomUUID()}`;
    await issue(odsCode, { nhsNumber, gpUserId });
    const { pool } = home.house.database;
    for (const table of ['proofing.issued_details', 'audit.event']) {
      const { rows } = await pool.query<{ text: string }>(
        `SELECT row_to_json(t)::text AS text FROM ${table} t`,
      );
      assert.ok(rows.length > 0, table);
      const all = rows.map(({ text }) => text).join('\n');
      for (const secret of [gpUserId, 'aB3*', 'mmSecret', nhsNumber, 'Zephyrmoor', 'Ottoline'])
        for (const spelling of [secret, Buffer.from(secret).toString('hex')])
          assert.ok(!all.includes(spelling), `${secret} stands in ${table}`);
    }
  });
});
