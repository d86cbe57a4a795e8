import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { openBundle } from '#evidence';
import type { House } from '#foundation/deps';
import {
  approveCase,
  declineCase,
  decideInSandbox,
  forgetAccount,
  readCaseOf,
  settleDueCases,
  submitCase,
  sweepReview,
  triesLeft,
} from '#review';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { makeKnown } from '../../test/support/identities.ts';
import { makeAccount } from '../../test/support/accounts.ts';
import {
  answerAll,
  claim,
  method,
  newChecker,
  newPersonAtP5,
  openTestReview,
  passportAndVideo,
  submitFor,
  viewOf,
  type CasePerson,
  type TestReview,
} from '../../test/support/review.ts';
import { until } from '../../test/support/until.ts';

let review: TestReview;
let home: TestHouse;
let house: House;
const day = 24 * 3600;

before(async () => {
  review = await openTestReview();
  ({ home } = review);
  ({ house } = home);
});
beforeEach(() => house.database.pool.query('DELETE FROM review.case'));
after(() => review.close());

const submit = (accountId: string, on = house) =>
  on.transact((deps) =>
    submitCase(deps, { accountId, method, bundleId: randomUUID(), evidence: passportAndVideo() }),
  );

async function declineAtOnce(caseId: string): Promise<void> {
  const decided = await house.transact((deps) =>
    decideInSandbox(deps, { caseId, decision: 'declined', reason: 'digits-silent' }),
  );
  assert.equal(decided.outcome, 'decided');
}

test('somebody has three tries in 24 hours, and is told from when on there is another', async () => {
  const { account } = await newPersonAtP5(home);
  const began = home.clock.now();
  for (let left = 3; left > 0; left -= 1) {
    assert.deepEqual(await triesLeft(house.deps, { accountId: account.id }), { left });
    const submitted = await submit(account.id);
    assert.ok(submitted.outcome === 'submitted');
    await declineAtOnce(submitted.caseId);
    home.clock.advance(3600);
  }
  const tries = await triesLeft(house.deps, { accountId: account.id });
  assert.equal(tries.left, 0);
  const waitedMs = (tries.until?.getTime() ?? 0) - began.getTime();
  assert.ok(Math.abs(waitedMs - day * 1000) < 60_000);
  assert.deepEqual(await submit(account.id), { outcome: 'too_many_tries', until: tries.until });
  home.clock.advance(21 * 3600 + 60);
  assert.equal((await submit(account.id)).outcome, 'submitted');
});

test('of several tries sent at one moment, at two processes, one is a case', async () => {
  const { account } = await newPersonAtP5(home);
  const beside = await createTestHouse({ beside: home });
  const sent = await Promise.all(
    [house, beside.house, house, beside.house].map((on) => submit(account.id, on)),
  );
  await beside.close();
  assert.deepEqual(sent.map(({ outcome }) => outcome).toSorted(), [
    'open_already',
    'open_already',
    'open_already',
    'submitted',
  ]);
  assert.equal(new Set(sent.map((one) => ('caseId' in one ? one.caseId : undefined))).size, 1);
});

test('the register is asked before anybody opens a case, and the page has to wait for nothing', async () => {
  const person = await newPersonAtP5(home, review.testRegister);
  const caseId = await submitFor(home, person);
  await until(async () => (await count('review.trace', caseId)) > 0);
  const checker = newChecker();
  await claim(house, checker);
  const view = await viewOf(house, { checker, caseId });
  assert.equal(view.trace?.outcome, 'found');
  assert.deepEqual(view.trace?.entry, {
    nhsNumber: person.nhsNumber,
    familyName: 'Meadows',
    givenNames: ['Robin'],
    birthdate: '1980-05-17',
  });
});

test('only somebody at P5 has something to be decided', async () => {
  const nobody = await makeAccount(home, { email: 'nobody.known@people.example' });
  assert.deepEqual(await submit(nobody.id), { outcome: 'not_at_p5' });
  await makeKnown(home, { accountId: nobody.id, level: 'P9' });
  assert.deepEqual(await submit(nobody.id), { outcome: 'not_at_p5' });
});

/** Somebody whose case was declined with a note, after it was held with another. */
async function declined(): Promise<{
  readonly person: CasePerson;
  readonly caseId: string;
  readonly bundleId: string;
}> {
  const person = await newPersonAtP5(home, review.testRegister);
  const bundleId = await house.transact((deps) =>
    openBundle(deps, {
      accountId: person.account.id,
      purpose: method,
      keptUntil: new Date(home.clock.now().getTime() + 30 * day * 1000),
    }),
  );
  const submitted = await house.transact((deps) =>
    submitCase(deps, { accountId: person.account.id, method, bundleId, evidence: passportAndVideo() }),
  );
  assert.ok(submitted.outcome === 'submitted');
  const { caseId } = submitted;
  const checker = newChecker();
  await claim(house, checker);
  await answerAll(house, { checker, caseId, register: review.register, failAt: 'face-visible' });
  const note = 'There is a hat.';
  await house.transact((deps) => declineCase(deps, { checker, caseId, reason: 'face-unclear', note }));
  home.clock.advance(121);
  await settleDueCases(house);
  return { person, caseId, bundleId };
}

async function count(table: string, caseId: string): Promise<number> {
  const { rowCount } = await house.database.pool.query(`SELECT FROM ${table} WHERE case_id = $1`, [caseId]);
  return rowCount ?? 0;
}

interface Kept {
  readonly sealed_note: Buffer | null;
  readonly evidence: unknown;
  readonly reason: string;
  readonly account_id: string | null;
  readonly person_key: string | null;
}

async function kept(caseId: string): Promise<Kept | undefined> {
  const { rows } = await house.database.pool.query<Kept>(
    'SELECT sealed_note, evidence, reason, account_id, person_key FROM review.case WHERE id = $1',
    [caseId],
  );
  return rows[0];
}

async function bundleKeptDays(bundleId: string): Promise<number> {
  const { rows } = await house.database.pool.query<{ kept_until: Date }>(
    'SELECT kept_until FROM evidence.bundle WHERE id = $1',
    [bundleId],
  );
  return Math.round(((rows[0]?.kept_until.getTime() ?? 0) - home.clock.now().getTime()) / (day * 1000));
}

test('notes, answers and what the register said go half a year after the decision, with the files; the case stays eight years', async () => {
  const { caseId, bundleId } = await declined();
  assert.equal(await bundleKeptDays(bundleId), 183);
  assert.ok((await count('review.answer', caseId)) > 0 && (await count('review.trace', caseId)) > 0);
  home.clock.advance(182 * day);
  await sweepReview(house.deps);
  assert.ok((await kept(caseId))?.sealed_note);
  home.clock.advance(2 * day);
  await sweepReview(house.deps);
  const row = await kept(caseId);
  assert.deepEqual([row?.sealed_note, row?.evidence, row?.reason], [null, null, 'face-unclear']);
  assert.equal(await count('review.answer', caseId), 0);
  assert.equal(await count('review.trace', caseId), 0);
  home.clock.advance(8 * 366 * day);
  await sweepReview(house.deps);
  assert.equal(await kept(caseId), undefined);
  home.clock.reset();
});

test('while a case waits, its files are kept', async () => {
  const person = await newPersonAtP5(home);
  const accountId = person.account.id;
  const bundleId = await house.transact((deps) =>
    openBundle(deps, { accountId, purpose: method, keptUntil: home.clock.now() }),
  );
  await house.transact((deps) =>
    submitCase(deps, { accountId, method, bundleId, evidence: passportAndVideo() }),
  );
  assert.ok((await bundleKeptDays(bundleId)) > 300);
});

test('of a login that is closed nothing is left by which anybody could know whose the case was', async () => {
  const { person, caseId } = await declined();
  const open = await newPersonAtP5(home);
  const openId = await submitFor(home, open);
  for (const { account } of [person, open]) await house.transact((deps) => forgetAccount(deps, account.id));
  const row = await kept(caseId);
  assert.deepEqual(
    [row?.account_id, row?.person_key, row?.sealed_note, row?.evidence],
    [null, null, null, null],
  );
  assert.equal(row?.reason, 'face-unclear');
  assert.equal(await count('review.answer', caseId), 0);
  assert.equal(await count('review.trace', caseId), 0);
  assert.equal(await readCaseOf(house.deps, { accountId: person.account.id, method }), undefined);
  const checker = newChecker();
  const approved = await house.transact((deps) => approveCase(deps, { checker, caseId: openId }));
  assert.equal(approved.outcome, 'lost');
});
