import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { House } from '#foundation/deps';
import {
  answerQuestion,
  approveCase,
  changeAutomation,
  claimNext,
  declineCase,
  discardCase,
  holdCase,
  openHeld,
  questionIds,
  reasons,
  reassignCases,
  returnToMain,
  reviseCase,
  settleDueCases,
  sweepReview,
  traceCase,
  type Checker,
} from '#review';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import {
  allPassed,
  answerAll,
  newChecker,
  newPersonAtP5,
  openTestReview,
  passportAndScan,
  submitFor,
  type CasePerson,
  type TestReview,
} from '../../test/support/review.ts';

/** Several people do whatever comes into their heads, at two processes and in no order. */
const people = 6;
const rounds = 60;
const atOnce = 4;

let review: TestReview;
let beside: TestHouse;
const environment = { BEVAN_REVIEW_CASES_PER_HOUR: '1000', BEVAN_REVIEW_SECOND_CHECK_PERCENT: '50' };

before(async () => {
  review = await openTestReview(environment);
  beside = await createTestHouse({
    beside: review.home,
    environment: { ...review.testRegister.environment, ...environment },
  });
});
after(async () => {
  await beside.close();
  await review.close();
});

function pick<T>(list: readonly T[]): T {
  const one = list[randomInt(list.length)];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}

interface World {
  readonly cases: string[];
  readonly persons: Map<string, CasePerson>;
  readonly checkers: readonly Checker[];
}

const yesOrNo = ['yes', 'no'] as const;

/** One thing that somebody does, whether it makes sense or not. */
async function actAtRandom(house: House, { cases, checkers }: World): Promise<string> {
  const act = { checker: pick(checkers), caseId: pick(cases) };
  const { checker, caseId } = act;
  const acts: Record<string, () => Promise<{ readonly outcome?: string }>> = {
    claim: () => claimNext(house, { checker }),
    claimAgain: () => claimNext(house, { checker }),
    answer: () =>
      house.transact((deps) =>
        answerQuestion(deps, { ...act, question: pick(questionIds), answer: pick(yesOrNo) }),
      ),
    answerWell: async () => {
      await answerAll(house, { ...act, register: review.register }).catch(() => undefined);
      return house.transact((deps) => approveCase(deps, act));
    },
    answerBadly: async () => {
      await answerAll(house, { ...act, register: review.register, failAt: pick(questionIds) }).catch(
        () => undefined,
      );
      return house.transact((deps) =>
        declineCase(deps, { ...act, reason: pick(reasons).code, note: 'A note.' }),
      );
    },
    trace: () => traceCase(house, { ...act, register: review.register, trace: { by: 'own_number' } }),
    approve: () => house.transact((deps) => approveCase(deps, act)),
    hold: () => house.transact((deps) => holdCase(deps, { ...act, reason: 'document-issue' })),
    discard: () => house.transact((deps) => discardCase(deps, act)),
    revise: () => house.transact((deps) => reviseCase(deps, act)),
    open: () => house.transact((deps) => openHeld(deps, act)),
    back: async () => {
      await house.transact((deps) => returnToMain(deps, { checker, caseIds: [caseId, pick(cases)] }));
      return {};
    },
    move: async () => {
      const to = pick(checkers);
      const moved = pick([[caseId], { allOf: to.staffId }]);
      await house.transact((deps) => reassignCases(deps, { checker, to, cases: moved }));
      return {};
    },
    settle: async () => {
      await settleDueCases(house);
      return {};
    },
    switch: async () => {
      const automation = pick([{ isOn: true }, { isOn: false }, { percent: randomInt(101) }]);
      return house.transact((deps) => changeAutomation(deps, { checker, ...automation }));
    },
    sweep: async () => {
      await sweepReview(house.deps);
      return {};
    },
  };
  const name = pick(Object.keys(acts));
  return `${name} ${(await acts[name]?.())?.outcome ?? 'done'}`;
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly list: string;
  readonly claimed_by: string | null;
  readonly decision: string | null;
  readonly ending: string | null;
  readonly level: string;
}

/** Whatever was done: what must be true of all cases. */
async function assertSound({ house }: Pick<TestHouse, 'house'>, done: readonly string[]): Promise<void> {
  const { rows } = await house.database.pool.query<Row>(
    `SELECT c.id, c.state, c.list, c.claimed_by, c.decision, c.ending, r.level
     FROM review.case c JOIN identity.record r ON r.account_id = c.account_id`,
  );
  const story = done.slice(-20).join(', ');
  const holders = rows.flatMap(({ state, list, claimed_by: by }) =>
    state === 'claimed' && list === 'main' ? [by] : [],
  );
  assert.equal(new Set(holders).size, holders.length, `somebody has two cases of the queue: ${story}`);
  for (const row of rows) {
    assert.equal(row.claimed_by !== null, row.state === 'claimed', story);
    // A level is there if and only if the case ended so.
    assert.equal(row.level === 'P9', row.ending === 'raised', `${row.state} ${row.level}: ${story}`);
    if (row.ending === 'raised') assert.deepEqual([row.state, row.decision], ['approved', 'approved'], story);
    if (row.state === 'queued') assert.equal(row.list, 'main', story);
    if (row.state === 'holding') assert.equal(row.list, 'holding', story);
  }
  const { rows: ends } = await house.database.pool.query<{ type: string; count: string }>(
    `SELECT details->>'caseId' AS case_id, type, count(*) AS count FROM audit.event
     WHERE type IN ('case.ended', 'identity.decided') AND details->>'caseId' IS NOT NULL GROUP BY 1, 2`,
  );
  assert.ok(
    ends.every(({ count }) => count === '1'),
    `a case ended twice: ${story}`,
  );
}

test('whatever several people do at once at two processes, a case has one holder, and ends once', async (t) => {
  const { home } = review;
  const world: World = {
    cases: [],
    persons: new Map(),
    checkers: [
      newChecker(),
      newChecker(),
      newChecker(['checker', 'supervisor']),
      newChecker(['supervisor']),
      newChecker(['assurance', 'manager']),
    ],
  };
  for (let count = 0; count < people; count += 1) {
    const person = await newPersonAtP5(home, review.testRegister);
    // Of every second a machine has answered some.
    const caseId =
      count % 2 === 0
        ? await submitFor(home, person)
        : await submitFor(home, person, passportAndScan(), randomUUID(), allPassed);
    world.cases.push(caseId);
    world.persons.set(caseId, person);
  }
  const done: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const houses = [home.house, beside.house];
    done.push(...(await Promise.all(Array.from({ length: atOnce }, () => actAtRandom(pick(houses), world)))));
    if (randomInt(6) === 0) home.clock.advance(pick([30, 121, 1201]));
    await assertSound(home, done);
  }
  home.clock.advance(1201);
  await settleDueCases(home.house);
  await assertSound(home, done);
  const kinds = new Set(done);
  t.diagnostic(`${kinds.size} kinds of acts and outcomes`);
  assert.ok(kinds.size > 15, [...kinds].join(', '));
  for (const { account } of world.persons.values())
    assert.ok((await review.inbox.countAll(account.email)) <= 2, 'more than one mail of each kind');
});
