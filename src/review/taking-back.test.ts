import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { approveCase, claimNext, declineCase, discardCase, reviseCase, settleDueCases } from '#review';
import { openDeciding, windowSeconds } from '../../test/support/deciding.ts';
import { answerAll, claim, newChecker, newPersonAtP5, submitFor, viewOf } from '../../test/support/review.ts';

const { review, home, open, approve, settle, levelOf, ownOf, clear } = await openDeciding();
beforeEach(clear);
after(() => review.close());

test('a decision can be taken back for two minutes by who made it, once, and all is asked again', async () => {
  const opened = await open();
  const { act } = opened;
  await approve(opened);
  home.clock.advance(windowSeconds - 2);
  const stranger = { ...act, checker: newChecker() };
  const revise = (by = act) => home.house.transact((deps) => reviseCase(deps, by));
  assert.equal((await revise(stranger)).outcome, 'too_late');
  assert.equal((await revise()).outcome, 'revised');
  const view = await viewOf(home.house, act);
  assert.deepEqual(
    [view.questionnaire.next, view.isRevised, view.may.discard],
    ['document-visible', true, false],
  );
  assert.equal((await home.house.transact((deps) => approveCase(deps, act))).outcome, 'not_passed');
  assert.equal((await home.house.transact((deps) => discardCase(deps, act))).outcome, 'not_allowed');
  await settle();
  assert.equal(await levelOf(opened), 'P5');

  await answerAll(home.house, { ...act, register: review.register, failAt: 'digits' });
  const reason = 'digits-wrong';
  assert.equal(
    (await home.house.transact((deps) => declineCase(deps, { ...act, reason }))).outcome,
    'declined',
  );
  assert.equal((await revise()).outcome, 'too_late');
  await settleDueCases(home.house);
  const own = await ownOf(opened);
  assert.deepEqual([own?.state, own?.advice], ['declined', 'new-video']);
});

test('after two minutes nothing can be taken back', async () => {
  const opened = await open();
  await approve(opened);
  home.clock.advance(windowSeconds + 1);
  const revised = await home.house.transact((deps) => reviseCase(deps, opened.act));
  assert.equal(revised.outcome, 'too_late');
});

test('whoever starts the next case makes what they have decided final at once', async () => {
  const opened = await open();
  await approve(opened);
  const next = await newPersonAtP5(home, review.testRegister);
  const nextId = await submitFor(home, next);
  assert.equal(await claim(home.house, opened.act.checker), nextId);
  assert.equal((await home.house.transact((deps) => reviseCase(deps, opened.act))).outcome, 'too_late');
  assert.equal(await levelOf(opened), 'P9');
});

test('of taking back and starting the next case at one moment one happens', async () => {
  for (let round = 0; round < 4; round += 1) {
    await home.house.database.pool.query('DELETE FROM review.case');
    const opened = await open();
    await approve(opened);
    await submitFor(home, await newPersonAtP5(home));
    const { checker } = opened.act;
    const [revised, claimed] = await Promise.all([
      home.house.transact((deps) => reviseCase(deps, opened.act)),
      claimNext(home.house, { checker }),
    ]);
    if (revised.outcome === 'revised') assert.equal(claimed.outcome, 'open_already');
    else assert.equal(claimed.outcome, 'claimed');
    assert.equal(await levelOf(opened), revised.outcome === 'revised' ? 'P5' : 'P9');
  }
});
