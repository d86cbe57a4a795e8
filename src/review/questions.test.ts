import assert from 'node:assert/strict';
import { test } from 'node:test';
import { questionIds, questionnaireOf, type Answers, type QuestionId } from './questions.ts';

const of = { answers: {}, presets: {}, hasVideo: true, trace: 'found' } as const;

/** Answers what is asked with what lets it go on, but for some. */
function walk(more: Partial<Parameters<typeof questionnaireOf>[0]> = {}, except: Answers = {}) {
  const answers: { [id in QuestionId]?: 'yes' | 'no' } = {};
  const asked: QuestionId[] = [];
  for (;;) {
    const now = questionnaireOf({ ...of, ...more, answers });
    const next = now.questions.find(({ id }) => id === now.next);
    if (next === undefined) return { asked, now };
    assert.equal(next.stand, 'open');
    assert.equal(now.questions.filter(({ stand }) => stand === 'open').length, 1);
    asked.push(next.id);
    answers[next.id] = except[next.id] ?? next.passes;
  }
}

test('one question unlocks the next, in the order in which staff know them, and all answered well is passed', () => {
  const { asked, now } = walk();
  assert.deepEqual(asked, [
    'document-visible',
    'document-authentic',
    'document-accepted',
    'birth-date',
    'first-names',
    'last-names',
    'safeguarding',
    'face-visible',
    'face-same',
    'digits',
  ]);
  assert.deepEqual({ ...now, questions: [] }, { questions: [], waitsForRegister: false, isPassed: true });
});

test('a failing answer ends the questions with the reasons of its group', () => {
  const groups: Partial<Record<QuestionId, string>> = {
    'document-visible': 'A',
    'document-authentic': 'B',
    'document-accepted': 'C',
    'birth-date': 'E',
    safeguarding: 'K',
    'face-visible': 'H',
    'face-same': 'I',
    digits: 'J',
  };
  for (const [question, group] of Object.entries(groups) as [QuestionId, string][]) {
    const { asked, now } = walk({}, { [question]: question === 'safeguarding' ? 'yes' : 'no' });
    assert.equal(asked.at(-1), question);
    assert.deepEqual(now.failing, { question, group });
    assert.equal(now.isPassed, false);
  }
});

test('a name that differs is asked for among former names: found there it is as good, and not found it speaks against them', () => {
  for (const [name, group] of [
    ['first-names', 'F'],
    ['last-names', 'G'],
  ] as const) {
    const former = `${name}-before` as const;
    const found = walk({}, { [name]: 'no' });
    assert.ok(found.asked.includes(former));
    assert.equal(found.now.isPassed, true);
    const { now } = walk({}, { [name]: 'no', [former]: 'no' });
    assert.deepEqual(now.failing, { question: former, group });
  }
});

test('without a video nothing is asked that only a video shows', () => {
  const { asked, now } = walk({ hasVideo: false });
  assert.ok(!asked.includes('face-visible') && !asked.includes('digits'));
  assert.ok(asked.includes('face-same') && now.isPassed);
});

test('nothing is compared before the register has answered, and a record that is not to be found is asked about', () => {
  for (const trace of ['none', 'error'] as const) {
    const { asked, now } = walk({ trace });
    assert.equal(asked.at(-1), 'document-accepted');
    assert.deepEqual([now.waitsForRegister, now.isPassed, now.failing], [true, false, undefined]);
  }
  const none = walk({ trace: 'not_found' }, { 'one-record': 'no' });
  assert.deepEqual(none.now.failing, { question: 'one-record', group: 'D' });
  const looking = walk({ trace: 'not_found' });
  assert.equal(looking.now.waitsForRegister, true);
  assert.equal(looking.now.isPassed, false);
});

test('of somebody whom the register says is dead nothing more is asked', () => {
  const { asked, now } = walk({ trace: 'deceased' });
  assert.equal(asked.at(-1), 'document-accepted');
  assert.deepEqual(now.failing, { group: 'D' });
});

test('what a machine has answered for good is not asked, and what it has only proposed can be changed', () => {
  const locked = { 'document-authentic': { value: 'yes', locked: true } } as const;
  assert.ok(!walk({ presets: locked }).asked.includes('document-authentic'));
  assert.equal(walk({ presets: locked }).now.isPassed, true);
  const against = questionnaireOf({
    ...of,
    answers: { 'document-visible': 'yes' },
    presets: { 'document-authentic': { value: 'no', locked: true } },
  });
  assert.deepEqual(against.failing, { question: 'document-authentic', group: 'B' });
  const proposed = questionnaireOf({
    ...of,
    answers: { 'document-visible': 'yes', 'document-authentic': 'yes' },
    presets: { 'document-authentic': { value: 'no', locked: false } },
  });
  assert.equal(proposed.next, 'document-accepted');
});

test('what a person has answered is not answered over by a machine that may decide again', () => {
  const given = questionnaireOf({
    ...of,
    answers: { 'document-visible': 'yes', 'document-authentic': 'no' },
    presets: { 'document-authentic': { value: 'yes', locked: true } },
  });
  assert.deepEqual(given.failing, { question: 'document-authentic', group: 'B' });
});

for (const faces of [
  { hasVideo: true, hasScan: false, shown: ['digits'], notAsked: ['scan-real', 'scan-followed'] },
  { hasVideo: false, hasScan: true, shown: ['scan-real', 'scan-followed'], notAsked: ['digits'] },
] as const)
  test(`no answers whatever pass a case unless all that is asked is answered well, with ${faces.shown.join(' and ')}`, () => {
    const ids = questionIds.filter((id) => !faces.notAsked.some((one) => one === id));
    let passed = 0;
    for (let code = 0; code < 2 ** ids.length; code += 1) {
      const given = ids.map((id, index) => [id, (code >> index) % 2 === 0 ? 'yes' : 'no'] as const);
      const answers: Answers = Object.fromEntries(given);
      if (!questionnaireOf({ ...of, ...faces, answers }).isPassed) continue;
      passed += 1;
      const always = ['document-visible', 'document-authentic', 'document-accepted', 'birth-date'] as const;
      assert.ok(
        [...always, 'face-visible', 'face-same', ...faces.shown].every(
          (id) => answers[id as QuestionId] === 'yes',
        ),
      );
      for (const name of ['first-names', 'last-names'] as const)
        assert.ok(answers[name] === 'yes' || answers[`${name}-before`] === 'yes');
      assert.equal(answers.safeguarding, 'no');
      for (const id of ids.filter((one) => one !== 'one-record' && !one.endsWith('-before'))) {
        const { [id]: _, ...rest } = answers;
        assert.equal(questionnaireOf({ ...of, ...faces, answers: rest }).isPassed, false, id);
      }
    }
    assert.ok(passed > 0);
  });

test('of a scan it is asked whether it is the person themselves, and whether they do what they were asked to', () => {
  const scan = { hasVideo: false, hasScan: true };
  const { asked, now } = walk(scan);
  assert.deepEqual(asked.slice(-5), [
    'safeguarding',
    'face-visible',
    'face-same',
    'scan-real',
    'scan-followed',
  ]);
  assert.equal(now.isPassed, true);
  assert.equal(walk(scan, { 'scan-real': 'no' }).now.failing?.group, 'L');
  assert.equal(walk(scan, { 'scan-followed': 'no' }).now.failing?.group, 'M');
});
