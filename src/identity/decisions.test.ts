import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import {
  forgetAccount,
  readDecisions,
  recordDecision,
  sweepIdentity,
  type RegisterMatchEvidence,
} from '#identity';
import { auditOf } from '../../test/support/accounts.ts';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';

const day = 24 * 3600;

suite('what was decided about who somebody is', () => {
  let home: TestHouse;
  before(async () => {
    home = await createTestHouse({ environment: { BEVAN_EVIDENCE_RETENTION_DAYS: '30' } });
  });
  after(() => home.close());

  const evidence: RegisterMatchEvidence = {
    compared: ['nhs_number', 'family_name', 'birthdate', 'postcode'],
    matched: ['nhs_number', 'family_name', 'birthdate', 'postcode'],
    registerVersion: 'W/"2"',
    registerReadAt: '2026-03-01T10:00:00.000Z',
  };
  const raised = {
    method: 'register-match',
    outcome: 'raised',
    reasons: ['details_matched'],
    level: { before: 'P0', after: 'P5' },
    evidence,
  } as const;
  const refused = {
    method: 'register-match',
    outcome: 'refused',
    reasons: ['several_matches', 'too_many_tries'],
    level: { before: 'P0', after: 'P0' },
  } as const;
  type Given = Omit<Parameters<typeof recordDecision>[1], 'accountId'>;
  const record = (accountId: string, decision: Given) =>
    home.house.transact((deps) => recordDecision(deps, { accountId, ...decision }));
  const read = (accountId: string) => readDecisions(home.house.deps, accountId);
  const rows = async (table: string, accountId: string) => {
    const { rowCount } = await home.house.database.pool.query(
      `SELECT FROM identity.${table} WHERE account_id = $1`,
      [accountId],
    );
    return rowCount;
  };

  test('is read as it was recorded, the newest first, and of nobody else', async () => {
    const accountId = randomUUID();
    assert.deepEqual(await read(accountId), []);
    await record(accountId, refused);
    await record(accountId, raised);
    await record(randomUUID(), raised);
    const [newest, oldest, ...others] = await read(accountId);
    assert.ok(newest && oldest && others.length === 0);
    const { decidedAt, ...decided } = newest;
    assert.deepEqual(decided, raised);
    assert.ok(Math.abs(decidedAt.getTime() - home.clock.now().getTime()) < 60_000);
    const { decidedAt: _, ...before } = oldest;
    assert.deepEqual(before, refused);
    assert.deepEqual(await auditOf(home, accountId), ['identity.decided', 'identity.decided']);
  });

  test('leaves no trace when its transaction fails', async () => {
    const accountId = randomUUID();
    await assert.rejects(
      home.house.transact(async (deps) => {
        await recordDecision(deps, { accountId, ...raised });
        throw new Error('the journey broke');
      }),
      /the journey broke/u,
    );
    assert.deepEqual(await read(accountId), []);
    assert.deepEqual(await auditOf(home, accountId), []);
  });

  test('can’t say that a level was raised when it was not, or the other way round', async () => {
    const accountId = randomUUID();
    for (const wrong of [
      { ...raised, level: { before: 'P5', after: 'P5' } },
      { ...raised, level: { before: 'P9', after: 'P5' } },
      { ...refused, level: { before: 'P0', after: 'P5' } },
      { ...refused, method: 'Ada Lovelace, 10 December 1815' },
    ] as const)
      await assert.rejects(record(accountId, wrong), /violates check constraint/u);
    assert.deepEqual(await read(accountId), []);
  });

  test('rests on evidence that nobody can read in the database, or put in another decision’s place', async () => {
    const accountId = randomUUID();
    await record(accountId, raised);
    await record(accountId, { ...raised, evidence: { ...evidence, registerVersion: 'other' } });
    const { pool } = home.house.database;
    const stored = await pool.query<{ text: string }>(
      'SELECT row_to_json(e)::text AS text FROM identity.evidence e WHERE account_id = $1',
      [accountId],
    );
    assert.equal(stored.rows.length, 2);
    for (const { text } of stored.rows)
      for (const secret of ['postcode', Buffer.from('postcode').toString('hex'), 'W/'])
        assert.ok(!text.includes(secret), secret);
    await pool.query(
      `UPDATE identity.evidence SET sealed_content = other.sealed_content FROM identity.evidence other
        WHERE evidence.account_id = $1 AND other.account_id = $1 AND other.decision_id <> evidence.decision_id`,
      [accountId],
    );
    await assert.rejects(read(accountId), /could not be decrypted/u);
  });

  test('outlives its evidence, and is gone after eight years', async () => {
    const accountId = randomUUID();
    await record(accountId, raised);
    const sweep = () => sweepIdentity(home.house.deps);
    home.clock.advance(30 * day - 60);
    await sweep();
    assert.deepEqual((await read(accountId))[0]?.evidence, evidence);
    home.clock.advance(120);
    await sweep();
    const [decision] = await read(accountId);
    assert.ok(decision && !('evidence' in decision));
    assert.equal(await rows('evidence', accountId), 0);
    home.clock.advance((8 * 366 - 31) * day);
    await sweep();
    assert.equal((await read(accountId)).length, 1);
    home.clock.advance(2 * day);
    await sweep();
    assert.deepEqual(await read(accountId), []);
    home.clock.reset();
  });

  test('is forgotten with its evidence when the account is closed; the audit trail keeps its codes', async () => {
    const [accountId, other] = [randomUUID(), randomUUID()];
    await record(accountId, raised);
    await record(other, raised);
    await home.house.transact((deps) => forgetAccount(deps, accountId));
    assert.deepEqual([await rows('decision', accountId), await rows('evidence', accountId)], [0, 0]);
    assert.deepEqual([await rows('decision', other), await rows('evidence', other)], [1, 1]);
    const { rows: events } = await home.house.database.pool.query<{ details: object }>(
      `SELECT details FROM audit.event WHERE account_id = $1 AND type = 'identity.decided'`,
      [accountId],
    );
    assert.deepEqual(
      events.map(({ details }) => details),
      [
        {
          method: 'register-match',
          outcome: 'raised',
          reasons: ['details_matched'],
          levelBefore: 'P0',
          levelAfter: 'P5',
        },
      ],
    );
  });
});
