import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import {
  answerQuestion,
  approveCase,
  claimNext,
  discardCase,
  forgetAccount,
  holdCase,
  readCase,
  sweepReview,
} from '#review';
import { establishIdentity } from '#identity';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import {
  claim,
  newChecker,
  newPersonAtP5,
  openTestReview,
  submitAndWait,
  type TestReview,
} from '../../test/support/review.ts';
import { until } from '../../test/support/until.ts';

let review: TestReview;
let home: TestHouse;
let beside: TestHouse;

before(async () => {
  review = await openTestReview({ BEVAN_REVIEW_CASES_PER_HOUR: '3' });
  ({ home } = review);
  beside = await createTestHouse({
    beside: home,
    environment: { ...review.testRegister.environment, BEVAN_REVIEW_CASES_PER_HOUR: '3' },
  });
});
beforeEach(() => home.house.database.pool.query('DELETE FROM review.case'));
after(async () => {
  await beside.close();
  await review.close();
});

async function submitOne(minutesLater = 1): Promise<string> {
  const person = await newPersonAtP5(home);
  home.clock.advance(minutesLater * 60);
  return submitAndWait(home, person);
}

test('the case that waits longest is handed out first, and nobody chooses', async () => {
  const [first, second] = [await submitOne(), await submitOne()];
  assert.equal(await claim(home.house, newChecker()), first);
  assert.equal(await claim(home.house, newChecker()), second);
  assert.deepEqual(await claimNext(home.house, { checker: newChecker() }), { outcome: 'nothing' });
});

test('somebody who has a case open is given that one, not another', async () => {
  const [first] = [await submitOne(), await submitOne()];
  const checker = newChecker();
  await claim(home.house, checker);
  const again = await claimNext(beside.house, { checker });
  assert.deepEqual(again, { outcome: 'open_already', caseId: first });
});

test('ten people who ask at two processes at one moment get ten cases, each another', async () => {
  for (let count = 0; count < 10; count += 1) await submitOne(0);
  const houses = [home.house, beside.house];
  const claimed = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      claimNext(houses[index % 2] ?? home.house, { checker: newChecker() }),
    ),
  );
  const ids = claimed.flatMap((one) => (one.outcome === 'claimed' ? [one.caseId] : []));
  assert.equal(ids.length, 10);
  assert.equal(new Set(ids).size, 10);
});

test('one person who asks five times at one moment gets one case', async () => {
  for (let count = 0; count < 5; count += 1) await submitOne(0);
  const checker = newChecker();
  const houses = [home.house, beside.house];
  const claimed = await Promise.all(
    Array.from({ length: 5 }, (_, index) => claimNext(houses[index % 2] ?? home.house, { checker })),
  );
  assert.equal(claimed.filter(({ outcome }) => outcome === 'claimed').length, 1);
  const ids = claimed.map((one) => ('caseId' in one ? one.caseId : undefined));
  assert.equal(new Set(ids).size, 1);
});

test('a case that nobody touches for 20 minutes is another’s at the next claim, and every act of the first says so', async () => {
  const caseId = await submitOne();
  const [gone, next] = [newChecker(), newChecker()];
  await claim(home.house, gone);
  home.clock.advance(19 * 60);
  assert.equal(
    (await home.house.transact((deps) => readCase(deps, { checker: gone, caseId }))).outcome,
    'open',
  );
  home.clock.advance(19 * 60);
  assert.deepEqual(await claimNext(home.house, { checker: next }), { outcome: 'nothing' });
  home.clock.advance(62);
  const act = { checker: gone, caseId };
  // Nobody else has it yet, and nothing was swept: it counts as lost by the clock.
  assert.equal((await home.house.transact((deps) => readCase(deps, act))).outcome, 'lost');
  assert.equal(await claim(beside.house, next), caseId);
  const acts = await home.house.transact(async (deps) => [
    await readCase(deps, act),
    await answerQuestion(deps, { ...act, question: 'document-visible', answer: 'yes' }),
    await approveCase(deps, act),
    await holdCase(deps, { ...act, reason: 'document-issue' }),
    await discardCase(deps, act),
  ]);
  assert.deepEqual([...new Set(acts.map(({ outcome }) => outcome))], ['lost']);
});

test('what was answered of a case that was lost is not there for whoever gets it', async () => {
  const caseId = await submitOne();
  const checker = newChecker();
  await claim(home.house, checker);
  const answer = { checker, caseId, question: 'document-visible', answer: 'yes' } as const;
  assert.equal((await home.house.transact((deps) => answerQuestion(deps, answer))).outcome, 'answered');
  home.clock.advance(20 * 60 + 1);
  await sweepReview(home.house.deps);
  const next = newChecker();
  await claim(home.house, next);
  const view = await home.house.transact((deps) => readCase(deps, { checker: next, caseId }));
  assert.equal(view.outcome === 'open' && view.questionnaire.next, 'document-visible');
});

test('of a release and an act at the same moment one counts, and the other finds it so', async () => {
  for (let round = 0; round < 5; round += 1) {
    await home.house.database.pool.query('DELETE FROM review.case');
    const caseId = await submitOne();
    const [first, second] = [newChecker(), newChecker()];
    await claim(home.house, first);
    home.clock.advance(20 * 60 + 1);
    const [claimed, held] = await Promise.all([
      claimNext(beside.house, { checker: second }),
      home.house.transact((deps) => holdCase(deps, { checker: first, caseId, reason: 'system-fault' })),
    ]);
    assert.equal(held.outcome, 'lost');
    assert.ok(claimed.outcome === 'claimed' || claimed.outcome === 'nothing');
    if (claimed.outcome === 'nothing') assert.equal(await claim(home.house, second), caseId);
  }
});

test('somebody who comes back after 20 minutes is given one case, also while another still looks at the one they have lost', async () => {
  const [first, second] = [await submitOne(), await submitOne()];
  const checker = newChecker();
  assert.equal(await claim(home.house, checker), first);
  home.clock.advance(20 * 60 + 1);
  const other = await home.house.database.pool.connect();
  await other.query('BEGIN');
  await other.query('SELECT FROM review.case WHERE id = $1 FOR UPDATE', [first]);
  const claiming = claimNext(beside.house, { checker });
  await wait(100);
  await other.query('COMMIT');
  other.release();
  const claimed = await claiming;
  assert.ok(claimed.outcome === 'claimed' && [first, second].includes(claimed.caseId));
  const { rows } = await home.house.database.pool.query(
    "SELECT id FROM review.case WHERE state = 'claimed' AND claimed_by = $1",
    [checker.staffId],
  );
  assert.deepEqual(rows, [{ id: claimed.caseId }]);
});

test('a case that is put back goes to others first, and comes back only when nothing else is there', async () => {
  const [first, second] = [await submitOne(), await submitOne()];
  const checker = newChecker();
  await claim(home.house, checker);
  const discarded = await home.house.transact((deps) => discardCase(deps, { checker, caseId: first }));
  assert.equal(discarded.outcome, 'discarded');
  assert.equal(await claim(home.house, checker), second);
  await home.house.transact((deps) => discardCase(deps, { checker, caseId: second }));
  assert.equal(await claim(home.house, newChecker()), first);
});

test('whoever was given as many cases in an hour as they may waits until the hour is over', async () => {
  const checker = newChecker();
  for (let count = 0; count < 4; count += 1) await submitOne(0);
  for (let count = 0; count < 3; count += 1) {
    const caseId = await claim(home.house, checker);
    await home.house.transact((deps) => holdCase(deps, { checker, caseId, reason: 'system-fault' }));
    home.clock.advance(60);
  }
  const enough = await claimNext(home.house, { checker });
  assert.equal(enough.outcome, 'enough');
  assert.ok(enough.outcome === 'enough' && enough.until > home.clock.now());
  home.clock.advance(58 * 60);
  assert.equal((await claimNext(home.house, { checker })).outcome, 'claimed');
});

test('nobody is given the case of a login with their own address', async () => {
  const person = await newPersonAtP5(home);
  await submitAndWait(home, person);
  const email = person.account.email.toUpperCase();
  assert.deepEqual(await claimNext(home.house, { checker: newChecker(['checker'], email) }), {
    outcome: 'nothing',
  });
  assert.equal((await claimNext(home.house, { checker: newChecker() })).outcome, 'claimed');
});

test('somebody without the role is given nothing', async () => {
  await submitOne();
  for (const roles of [[], ['supervisor'], ['assurance']] as const)
    assert.deepEqual(await claimNext(home.house, { checker: newChecker(roles) }), { outcome: 'not_allowed' });
});

test('a case that there is nothing to decide about any more is put aside: proven otherwise, or closed', async () => {
  const [proven, closed, plain] = [
    await newPersonAtP5(home),
    await newPersonAtP5(home),
    await newPersonAtP5(home),
  ];
  for (const person of [proven, closed]) await submitAndWait(home, person);
  home.clock.advance(1);
  const left = await submitAndWait(home, plain);
  await home.house.transact(async (deps) => {
    const details = { nhsNumber: proven.nhsNumber, familyName: 'Meadows', birthdate: '1980-05-17' };
    await establishIdentity(deps, {
      accountId: proven.account.id,
      level: 'P9',
      details,
      phoneMatched: false,
    });
    await forgetAccount(deps, closed.account.id);
  });
  assert.equal(await claim(home.house, newChecker()), left);
  const endings = async (): Promise<string[]> => {
    const { rows } = await home.house.database.pool.query<{ ending: string }>(
      "SELECT ending FROM review.case WHERE state = 'void' ORDER BY ending",
    );
    return rows.map(({ ending }) => ending);
  };
  // What somebody holds for long is passed over, and put aside by whoever comes next.
  await until(async () => {
    await claimNext(home.house, { checker: newChecker() });
    return (await endings()).length === 2;
  });
  assert.deepEqual(await endings(), ['account_closed', 'known_already']);
});

/** Holds a case as whatever writes to it does. @returns what lets go of it */
async function hold(caseId: string): Promise<() => Promise<void>> {
  const client = await home.house.database.pool.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM review.case WHERE id = $1 FOR NO KEY UPDATE', [caseId]);
  return async () => {
    await client.query('COMMIT');
    client.release();
  };
}

test('the oldest case is not passed over because something writes to it at that moment', async () => {
  const oldest = await submitOne();
  home.clock.advance(1);
  const next = await submitOne();
  const letGo = await hold(oldest);
  const claiming = claim(home.house, newChecker());
  await wait(200);
  await letGo();
  assert.equal(await claiming, oldest);
  assert.equal(await claim(home.house, newChecker()), next);
});

test('one that is held for longer keeps nobody from the others', async () => {
  const oldest = await submitOne();
  home.clock.advance(1);
  const next = await submitOne();
  const letGo = await hold(oldest);
  try {
    assert.equal(await claim(home.house, newChecker()), next);
    assert.deepEqual(await claimNext(home.house, { checker: newChecker() }), { outcome: 'nothing' });
  } finally {
    await letGo();
  }
  assert.equal(await claim(home.house, newChecker()), oldest);
});

test('of many who claim at once each gets one of the oldest', async () => {
  const cases: string[] = [];
  for (let made = 0; made < 14; made += 1) {
    cases.push(await submitOne());
    home.clock.advance(1);
  }
  const claimed = await Promise.all(cases.slice(0, 12).map(() => claim(home.house, newChecker())));
  assert.deepEqual(claimed.toSorted(), cases.slice(0, 12).toSorted());
});
