import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { forgetAccount as forgetLogin } from '#accounts';
import { readOdsCode } from '#foundation/identifiers';
import {
  forgetAccount as forgetIdentity,
  raiseToHigh,
  readDecisions,
  readIdentity,
  setMinimumAge,
} from '#identity';
import {
  approveCase,
  declineCase,
  decideInSandbox,
  discardCase,
  forgetAccount,
  holdCase,
  openHeld,
  settleDueCases,
} from '#review';
import { openDeciding, windowSeconds, type Opened } from '../../test/support/deciding.ts';
import { createTestHouse } from '../../test/support/house.ts';
import { makeKnown } from '../../test/support/identities.ts';
import { answerAll, newChecker, newPersonAtP5, submitFor } from '../../test/support/review.ts';

const { review, home, open, approve, settle, levelOf, ownOf, mailsTo, clear } = await openDeciding();
beforeEach(clear);
after(() => review.close());

test('somebody whose case is approved is proven, and told, once the decision cannot be taken back', async () => {
  const opened = await open();
  await approve(opened);
  await settleDueCases(home.house);
  assert.equal(await levelOf(opened), 'P5');
  const waiting = await ownOf(opened);
  assert.deepEqual([waiting?.state, waiting?.decidedAt], ['processing', undefined]);
  assert.equal(await mailsTo(opened), 0);

  await settle();
  assert.equal(await levelOf(opened), 'P9');
  assert.equal((await ownOf(opened))?.state, 'approved');
  const [decision] = await readDecisions(home.house.deps, opened.person.account.id);
  assert.deepEqual([decision?.outcome, decision?.reasons], ['raised', ['documents_checked']]);
  assert.equal(decision?.evidence?.['checkedBy'], opened.act.checker.staffId);
  assert.equal(decision?.evidence?.['documentKind'], 'passport');
  assert.doesNotMatch(JSON.stringify(decision?.evidence), /Meadows|Robin|1980-05-17/u);
  const mail = await review.inbox.next(opened.person.account.email);
  assert.match(mail.text, /we now know who you are/u);
});

test('a decision is settled once, and told once, though two processes do it at the same moment', async () => {
  const opened = await open();
  await approve(opened);
  const beside = await createTestHouse({ beside: home, environment: review.testRegister.environment });
  home.clock.advance(windowSeconds + 1);
  await Promise.all([settleDueCases(home.house), settleDueCases(beside.house), settleDueCases(home.house)]);
  await beside.close();
  assert.equal(await mailsTo(opened), 1);
  const decisions = await readDecisions(home.house.deps, opened.person.account.id);
  assert.equal(decisions.length, 1);
});

test('somebody who is declined stays as they are, and is told what to do next but not why', async () => {
  const opened = await open({ language: 'cy' });
  const { act } = opened;
  const view = await answerAll(home.house, { ...act, register: review.register, failAt: 'document-visible' });
  assert.deepEqual(view.questionnaire.failing, { question: 'document-visible', group: 'A' });
  assert.deepEqual(
    view.reasons.map(({ code }) => code),
    ['unreadable-passport'],
  );
  assert.deepEqual(view.may, { approve: false, decline: true, hold: true, discard: true });
  const decline = (reason: string, note?: string) =>
    home.house.transact((deps) => declineCase(deps, { ...act, reason, note, ticks: ['covered'] }));
  assert.equal((await decline('unreadable-passport')).outcome, 'note_missing');
  assert.equal((await decline('unreadable-passport', ' ')).outcome, 'note_missing');
  assert.equal((await decline('unreadable-passport', 'x'.repeat(1001))).outcome, 'note_too_long');
  for (const reason of ['unreadable-licence', 'passport-forged', 'digits-wrong', 'nonsense'])
    assert.equal((await decline(reason, 'A note.')).outcome, 'wrong_reason');
  assert.equal((await decline('unreadable-passport', 'The number is covered.')).outcome, 'declined');
  await settle();
  const own = await ownOf(opened);
  assert.deepEqual([own?.state, own?.advice, own?.ticks], ['declined', 'new-photo', ['covered']]);
  assert.equal(await levelOf(opened), 'P5');
  const [decision] = await readDecisions(home.house.deps, opened.person.account.id);
  assert.deepEqual([decision?.outcome, decision?.reasons], ['refused', ['document_unreadable']]);
  const mail = await review.inbox.next(opened.person.account.email);
  assert.match(mail.text, /Tynnwch lun newydd/u);
  assert.doesNotMatch(mail.text, /covered|passport|pasbort/u);
});

test('a note is kept for staff, sealed, and stands nowhere in the clear', async () => {
  const { act } = await open();
  await answerAll(home.house, { ...act, register: review.register, failAt: 'document-visible' });
  const note = 'The thumb hides the number of Robin Meadows.';
  await home.house.transact((deps) => declineCase(deps, { ...act, reason: 'unreadable-passport', note }));
  const { rows } = await home.house.database.pool.query<{ text: string }>(
    'SELECT row_to_json(c)::text AS text FROM review.case c UNION ALL SELECT row_to_json(t)::text FROM review.trace t UNION ALL SELECT row_to_json(e)::text FROM audit.event e',
  );
  assert.ok(rows.length > 2);
  for (const { text } of rows) {
    assert.doesNotMatch(text, /Meadows|thumb|1980-05-17/u);
    assert.ok(!text.includes(Buffer.from('Meadows').toString('hex')));
  }
});

test('a button pressed twice is one decision', async () => {
  const opened = await open();
  await answerAll(home.house, { ...opened.act, register: review.register });
  const press = () => home.house.transact((deps) => approveCase(deps, opened.act));
  const pressed = await Promise.all([press(), press(), press()]);
  assert.deepEqual([...new Set(pressed.map(({ outcome }) => outcome))], ['approved']);
  await settle();
  assert.equal(await mailsTo(opened), 1);
});

test('of approving and putting back at one moment one happens', async () => {
  for (let round = 0; round < 4; round += 1) {
    await home.house.database.pool.query('DELETE FROM review.case');
    const opened = await open();
    const { act } = opened;
    await answerAll(home.house, { ...act, register: review.register });
    const [approved, discarded] = await Promise.all([
      home.house.transact((deps) => approveCase(deps, act)),
      home.house.transact((deps) => discardCase(deps, act)),
    ]);
    const outcomes = [approved.outcome, discarded.outcome].join(' ');
    assert.ok(outcomes === 'approved lost' || outcomes === 'lost discarded', outcomes);
    await settle();
    assert.equal(await levelOf(opened), approved.outcome === 'approved' ? 'P9' : 'P5');
  }
});

/** As any way of proving who one is does it. */
async function proveOtherwise({ person }: Opened): Promise<void> {
  const raised = await home.house.transact((deps) =>
    raiseToHigh(deps, {
      accountId: person.account.id,
      nhsNumber: person.nhsNumber,
      localities: [],
      method: 'another-way',
      reasons: ['gp_details_accepted'],
      evidence: {},
    }),
  );
  assert.ok(raised.outcome === 'raised' || raised.outcome === 'known_already');
}

test('a decision about somebody whom another way has proven meanwhile does no harm and sends no mail', async () => {
  const approved = await open();
  await approve(approved);
  await proveOtherwise(approved);
  const declined = await open();
  await answerAll(home.house, { ...declined.act, register: review.register, failAt: 'face-same' });
  const reason = 'face-differs-passport';
  await home.house.transact((deps) => declineCase(deps, { ...declined.act, reason }));
  await proveOtherwise(declined);
  await settle();
  for (const opened of [approved, declined]) {
    assert.equal(await levelOf(opened), 'P9');
    assert.equal(await mailsTo(opened), 0);
    assert.equal((await ownOf(opened))?.advice, undefined);
  }
  assert.equal((await ownOf(approved))?.state, 'void');
});

test('deciding and being proven by the practice at one moment ends at P9, in whatever order', async () => {
  for (let round = 0; round < 4; round += 1) {
    const opened = await open();
    await approve(opened);
    home.clock.advance(windowSeconds + 1);
    await Promise.all([settleDueCases(home.house), proveOtherwise(opened)]);
    await settleDueCases(home.house);
    assert.equal(await levelOf(opened), 'P9');
    assert.notEqual((await ownOf(opened))?.state, 'processing');
  }
});

test('a decision about a login that was closed, or is another person’s by now, comes to nothing', async () => {
  const closed = await open();
  await approve(closed);
  await home.house.transact(async (deps) => {
    await forgetAccount(deps, closed.person.account.id);
    await forgetIdentity(deps, closed.person.account.id);
    await forgetLogin(deps, closed.person.account.id);
  });
  const other = await open();
  await approve(other);
  const accountId = other.person.account.id;
  await home.house.transact((deps) => forgetIdentity(deps, accountId));
  await makeKnown(home, { accountId, level: 'P5' });
  await settle();
  assert.equal((await ownOf(other))?.state, 'void');
  assert.equal(await levelOf(other), 'P5');
  assert.match((await review.inbox.next(other.person.account.email)).text, /start again/u);
  const { rows } = await home.house.database.pool.query<{ ending: string; account_id: string | null }>(
    'SELECT ending, account_id FROM review.case WHERE id = $1',
    [closed.act.caseId],
  );
  assert.deepEqual(rows, [{ ending: 'account_closed', account_id: null }]);
});

test('somebody who has become too young to be proven is told so kindly, and stays as they are', async () => {
  const birthdate = `${home.clock.now().getUTCFullYear() - 13}-01-01`;
  const opened = await open({ birthdate });
  await approve(opened);
  const odsCode = readOdsCode('Z99001');
  assert.ok(odsCode !== undefined);
  const limit = (years: number | undefined) =>
    home.house.transact((deps) => setMinimumAge(deps, { odsCode, years, staffId: 'a manager' }));
  await limit(16);
  await settle();
  await limit(undefined);
  assert.equal(await levelOf(opened), 'P5');
  assert.equal((await ownOf(opened))?.advice, 'too-young');
  const mail = await review.inbox.next(opened.person.account.email);
  assert.match(mail.text, /There is an age from which/u);
});

test('whoever fears fraud or for the person gives the case to supervisors, who decide; the person reads nothing of it', async () => {
  for (const [failAt, reason] of [
    ['document-authentic', 'passport-forged'],
    ['safeguarding', 'safeguarding-practice'],
  ] as const) {
    const opened = await open();
    const { act } = opened;
    const view = await answerAll(home.house, { ...act, register: review.register, failAt });
    assert.deepEqual([view.may.decline, view.reasons], [false, []]);
    const decline = (by = act) =>
      home.house.transact((deps) => declineCase(deps, { ...by, reason, note: 'Seen twice this week.' }));
    assert.equal((await decline()).outcome, 'hold_first');
    const held = await home.house.transact((deps) =>
      holdCase(deps, { ...act, reason: failAt === 'safeguarding' ? 'safeguarding' : 'fraud-in-document' }),
    );
    assert.equal(held.outcome, 'held');
    const neutral = await review.inbox.next(opened.person.account.email);
    assert.match(neutral.text, /2 working days/u);

    const supervised = { checker: newChecker(['supervisor']), caseId: act.caseId };
    assert.equal((await home.house.transact((deps) => openHeld(deps, supervised))).outcome, 'opened');
    await answerAll(home.house, { ...supervised, register: review.register, failAt });
    assert.equal((await decline(supervised)).outcome, 'declined');
    await settle();
    const own = await ownOf(opened);
    assert.deepEqual([own?.state, own?.advice, own?.ticks], ['declined', 'another-way', undefined]);
    const mail = await review.inbox.next(opened.person.account.email);
    assert.match(mail.text, /Ask your GP surgery/u);
    assert.doesNotMatch(mail.text + neutral.text, /fraud|forged|genuine|worr|safeguard/iu);
  }
});

test('the sandbox decides at once, and production never by itself', async () => {
  const person = await newPersonAtP5(home);
  const caseId = await submitFor(home, person);
  const decide = (decision: 'approved' | 'declined', reason?: string) =>
    home.house.transact((deps) => decideInSandbox(deps, { caseId, decision, reason }));
  assert.deepEqual(await decide('declined', 'nonsense'), { outcome: 'wrong_reason' });
  assert.deepEqual(await decide('approved'), { outcome: 'decided', state: 'approved' });
  assert.deepEqual(await decide('approved'), { outcome: 'ended_already' });
  assert.equal((await readIdentity(home.house.deps, person.account.id)).level, 'P9');
  const production = { ...home.house.settings, mode: 'production' } as const;
  await assert.rejects(
    home.house.transact((deps) =>
      decideInSandbox({ ...deps, settings: production }, { caseId, decision: 'approved' }),
    ),
    /by people/u,
  );
});
