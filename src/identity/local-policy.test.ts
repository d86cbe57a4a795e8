import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { NhsNumber, OdsCode } from '#foundation/identifiers';
import { readNhsNumber, readOdsCode } from '#foundation/identifiers';
import {
  blockFastTrack,
  isCompetent,
  mayReachHigh,
  minimumAgeFor,
  readFastTrackBlock,
  recordCompetence,
  setMinimumAge,
  sweepIdentity,
  unblockFastTrack,
  withdrawCompetence,
} from '#identity';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { unusedNhsNumber } from '../../test/support/register.ts';

let home: TestHouse;
before(async () => {
  home = await createTestHouse();
});
after(() => home.close());

function practice(code: string): OdsCode {
  const read = readOdsCode(code);
  assert.ok(read);
  return read;
}

const staffId = 'staff-1';
const today = '2026-06-15';
const ask = (asked: {
  birthdate: string;
  odsCode?: OdsCode;
  icbCode?: string;
  nhsNumber?: NhsNumber;
  today?: string;
}) =>
  mayReachHigh(home.house.deps, {
    nhsNumber: unusedNhsNumber(),
    odsCode: undefined,
    icbCode: undefined,
    today,
    ...asked,
  });

describe('from which age somebody may be proven', () => {
  test('everywhere from the twelfth birthday on, not a day earlier', async () => {
    assert.deepEqual(await ask({ birthdate: '2014-06-15' }), { outcome: 'allowed' });
    assert.deepEqual(await ask({ birthdate: '2014-06-16' }), {
      outcome: 'too_young',
      from: '2026-06-16',
      rule: 'national',
    });
  });

  test('who was born on 29 February may from 1 March of a year without one', async () => {
    const birthdate = '2012-02-29';
    const odsCode = practice('B29001');
    await setMinimumAge(home.house.deps, { odsCode, years: 15, staffId });
    const late = { outcome: 'too_young', from: '2027-03-01', rule: 'practice' };
    assert.deepEqual(await ask({ birthdate, odsCode, today: '2027-02-28' }), late);
    assert.deepEqual(await ask({ birthdate, odsCode, today: '2027-03-01' }), { outcome: 'allowed' });
    await setMinimumAge(home.house.deps, { odsCode, years: 16, staffId });
    assert.deepEqual(await ask({ birthdate, odsCode, today: '2028-02-28' }), {
      ...late,
      from: '2028-02-29',
    });
    assert.deepEqual(await ask({ birthdate, odsCode, today: '2028-02-29' }), { outcome: 'allowed' });
  });

  test('of everywhere’s, the practice’s and its board’s age the latest holds, and an earlier one changes nothing', async () => {
    const { deps } = home.house;
    const [odsCode, other] = [practice('B10001'), practice('B10002')];
    const icbCode = 'QAA';
    const minimum = async (at: OdsCode | undefined, board: string | undefined) => {
      const { years, rule } = await minimumAgeFor(deps, { odsCode: at, icbCode: board });
      return `${years} ${rule}`;
    };
    await setMinimumAge(deps, { icbCode, years: 14, staffId });
    assert.equal(await minimum(odsCode, icbCode), '14 board');
    await setMinimumAge(deps, { odsCode, years: 16, staffId });
    assert.equal(await minimum(odsCode, icbCode), '16 practice');
    assert.equal(await minimum(other, icbCode), '14 board');
    assert.equal(await minimum(odsCode, undefined), '16 practice');
    assert.equal(await minimum(undefined, undefined), '12 national');
    await setMinimumAge(deps, { odsCode, years: 5, staffId });
    await setMinimumAge(deps, { icbCode, years: undefined, staffId });
    assert.equal(await minimum(odsCode, icbCode), '12 national');
  });

  test('a practice’s code is no board’s, and a board’s no practice’s', async () => {
    const { deps } = home.house;
    const odsCode = practice('B10003');
    await setMinimumAge(deps, { icbCode: odsCode, years: 16, staffId });
    assert.equal((await minimumAgeFor(deps, { odsCode, icbCode: undefined })).years, 12);
  });

  test('nobody can set an age after sixteen, before birth, or between two birthdays', async () => {
    const odsCode = practice('B10004');
    for (const years of [17, -1, 12.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const set = await setMinimumAge(home.house.deps, { odsCode, years, staffId });
      assert.deepEqual(set, { outcome: 'out_of_range' });
    }
    assert.equal((await minimumAgeFor(home.house.deps, { odsCode, icbCode: undefined })).years, 12);
  });

  test('whom their practice has found able to decide may, by its own rule and its board’s, not by everywhere’s', async () => {
    const { deps } = home.house;
    const [odsCode, other] = [practice('B10005'), practice('B10006')];
    const icbCode = 'QBB';
    for (const at of [odsCode, other]) await setMinimumAge(deps, { odsCode: at, years: 15, staffId });
    await setMinimumAge(deps, { icbCode, years: 16, staffId });
    const [teenager, child] = [unusedNhsNumber(), unusedNhsNumber()];
    for (const nhsNumber of [teenager, child]) await recordCompetence(deps, { nhsNumber, odsCode, staffId });
    const young = { birthdate: '2013-01-01', nhsNumber: teenager, icbCode };
    assert.deepEqual(await ask({ ...young, odsCode }), { outcome: 'allowed' });
    assert.equal((await ask({ ...young, odsCode: other })).outcome, 'too_young');
    assert.equal((await ask({ ...young, nhsNumber: unusedNhsNumber(), odsCode })).outcome, 'too_young');
    assert.equal(
      (await ask({ birthdate: '2014-06-16', nhsNumber: child, odsCode, icbCode })).outcome,
      'too_young',
    );
    await withdrawCompetence(deps, { nhsNumber: teenager, odsCode, staffId });
    assert.equal(await isCompetent(deps, { nhsNumber: teenager, odsCode }), false);
    assert.equal((await ask({ ...young, odsCode })).outcome, 'too_young');
  });

  test('an age that is not known satisfies no rule', async () => {
    await assert.rejects(ask({ birthdate: '2014-13-01' }), RangeError);
  });
});

describe('what staff decide about somebody', () => {
  test('fast track stays blocked until it is unblocked, by whichever practice', async () => {
    const { deps } = home.house;
    const nhsNumber = unusedNhsNumber();
    await blockFastTrack(deps, { nhsNumber, odsCode: practice('B10007'), staffId: 'first' });
    await blockFastTrack(deps, { nhsNumber, odsCode: practice('B10008'), staffId: 'second' });
    assert.equal((await readFastTrackBlock(deps, nhsNumber))?.staffId, 'first');
    await unblockFastTrack(deps, { nhsNumber, odsCode: practice('B10008'), staffId: 'second' });
    assert.equal(await readFastTrackBlock(deps, nhsNumber), undefined);
  });

  test('it is in the audit trail with who decided, and without the number', async () => {
    const { deps, database } = home.house;
    const nhsNumber = readNhsNumber(unusedNhsNumber());
    assert.ok(nhsNumber);
    const decided = { nhsNumber, odsCode: practice('B10009'), staffId: 'staff-9' };
    await recordCompetence(deps, decided);
    await blockFastTrack(deps, decided);
    const { rows } = await database.pool.query<{ type: string; row: string }>(
      "SELECT type, row_to_json(e)::text AS row FROM audit.event e WHERE details->>'staffId' = 'staff-9' ORDER BY id",
    );
    assert.deepEqual(
      rows.map(({ type }) => type),
      ['policy.competence-recorded', 'policy.fast-track-blocked'],
    );
    for (const { row } of rows) assert.doesNotMatch(row, new RegExp(nhsNumber, 'u'));
  });

  test('that somebody was found able to decide is forgotten once nobody is that young any more', async () => {
    const { deps, clock } = home.house;
    const decided = { nhsNumber: unusedNhsNumber(), odsCode: practice('B10010'), staffId };
    await recordCompetence(deps, decided);
    const later = (years: number) => ({
      ...deps,
      clock: { now: () => new Date(clock.now().getTime() + years * 366 * 24 * 3_600_000) },
    });
    await sweepIdentity(later(15.9));
    assert.equal(await isCompetent(deps, decided), true);
    await sweepIdentity(later(16.1));
    assert.equal(await isCompetent(deps, decided), false);
  });
});
