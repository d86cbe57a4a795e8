import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ScanAct } from '../types.ts';
import { judge, type MeasuredAct } from './judge.ts';
import { likenessOf } from './likeness.ts';
import { packDescriptor, unpackDescriptor, type SeenFaceOf, type SeenPicture } from './process-answers.ts';

const alikeShare = 0.42;
const thresholds = { likenessPass: 0.8, likenessFail: 0.62, livePass: 0.45 };
const acts: readonly ScanAct[] = ['look-straight', 'turn-left', 'look-up', 'move-closer'];

/** Numbers that are a person's: the same seed, nearly the same numbers. */
function descriptorOf(seed: number, noise = 0): string {
  return packDescriptor(
    Array.from(
      { length: 1024 },
      (_, at) => Math.abs(Math.sin(seed * 997 + at * at)) ** 24 + noise * ((at % 7) / 7),
    ),
  );
}

const portrait = { face: { pixels: 300, score: 1, descriptor: descriptorOf(1, 0.02) } };
const moves: Readonly<Partial<Record<ScanAct, Partial<SeenFaceOf>>>> = {
  'turn-left': { yaw: 18 },
  'turn-right': { yaw: -18 },
  'look-up': { pitch: 4 },
  'look-down': { pitch: -18 },
  'move-closer': { width: 0.6 },
};

function pictureOf(act: ScanAct, at: number, face: Partial<SeenFaceOf> = {}): SeenPicture {
  const share = Math.min(1, at / 3);
  const move = moves[act] ?? {};
  return {
    faces: 1,
    face: {
      score: 1,
      x: 0.01 * at,
      y: 0,
      width: 0.45 + ((move.width ?? 0.45) - 0.45) * share,
      yaw: (move.yaw ?? 0) * share,
      pitch: -5 + ((move.pitch ?? -5) + 5) * share,
      light: 120,
      sharpness: 8,
      ...(at % 2 === 0 ? { real: 0.6, live: 0.9 } : {}),
      ...(at < 2 ? { descriptor: descriptorOf(1) } : {}),
      ...face,
    },
    change: at === 0 ? 0 : 1.4,
    lights: Array.from({ length: 16 }, () => 120),
  };
}

function actOf(
  act: ScanAct,
  at: number,
  change: (picture: SeenPicture, at: number) => SeenPicture = (same) => same,
): MeasuredAct {
  const start = 5000 + at * 8000;
  return {
    act,
    pictures: Array.from({ length: 6 }, (_, index) => change(pictureOf(act, index), index)),
    capturedAt: Array.from({ length: 6 }, (_, index) => start + index * 330),
    askedAt: 1_000_000 + start - 900,
    arrivedAt: 1_000_000 + start + 2300,
  };
}

/** Somebody who is as like the first person as one in thirty is: enough for a face that is turned. */
const alike = packDescriptor(
  Array.from(unpackDescriptor(descriptorOf(1)), (value, at) => {
    const other = unpackDescriptor(descriptorOf(5))[at] ?? 0;
    return value * alikeShare + other * (1 - alikeShare);
  }),
);

type Change = (picture: SeenPicture, at: number, act: number) => SeenPicture;
const scan = (change: Change = (same) => same): MeasuredAct[] =>
  acts.map((act, number) => actOf(act, number, (picture, at) => change(picture, at, number)));
const face = (picture: SeenPicture, other: Partial<SeenFaceOf>): SeenPicture =>
  picture.face === undefined ? picture : { ...picture, face: { ...picture.face, ...other } };

function told(measured: readonly MeasuredAct[], document = portrait): Record<string, string> {
  return Object.fromEntries(
    Object.entries(judge(measured, document, thresholds)).map(([check, { end, reasons }]) => [
      check,
      [end, ...reasons].join(' '),
    ]),
  );
}

const allPassed = { 'one-face': 'pass', pose: 'pass', live: 'pass', sequence: 'pass', likeness: 'pass' };

test('somebody who does what they are asked, and looks like their document, passes', () => {
  assert.deepEqual(told(scan()), allPassed);
});

describe('a machine does not pass', () => {
  const cases: Readonly<Record<string, readonly [Change, Record<string, string>]>> = {
    'a head that doesn’t turn': [
      (picture, _, act) => (act === 1 ? face(picture, { yaw: 2 }) : picture),
      { pose: 'fail act_not_followed' },
    ],
    'a head that turns to the other side, as in a mirror or an old video': [
      (picture, _, act) => (act === 1 ? face(picture, { yaw: -(picture.face?.yaw ?? 0) }) : picture),
      { pose: 'fail act_not_followed' },
    ],
    'a head that turns half as far as it should': [
      (picture, _, act) => (act === 1 ? face(picture, { yaw: (picture.face?.yaw ?? 0) / 2 }) : picture),
      { pose: 'unsure act_not_followed' },
    ],
    'one picture of a turn among others without': [
      (picture, at, act) => (act === 1 && at !== 4 ? face(picture, { yaw: 1 }) : picture),
      { pose: 'fail act_not_followed' },
    ],
    'a face that two models take for a picture': [
      (picture) => face(picture, picture.face?.real === undefined ? {} : { real: 0.1 }),
      { live: 'fail looks_like_a_picture' },
    ],
    'a face of which they are not sure': [
      (picture) => face(picture, picture.face?.live === undefined ? {} : { live: 0.4 }),
      { live: 'unsure unsure_whether_live' },
    ],
    'the same picture again and again': [
      (picture) => ({ ...picture, change: 0 }),
      { sequence: 'fail pictures_repeat' },
    ],
    'a cut to another scene': [
      (picture, at, act) => (act === 2 && at === 3 ? { ...picture, change: 80 } : picture),
      { sequence: 'fail pictures_jump' },
    ],
    'a face that jumps': [
      (picture, at, act) => (act === 1 && at > 3 ? face(picture, { x: 1.4 }) : picture),
      { sequence: 'unsure pictures_jump' },
    ],
    'somebody else from the second act on': [
      (picture, _, act) =>
        picture.face?.descriptor !== undefined && act > 0
          ? face(picture, { descriptor: descriptorOf(5) })
          : picture,
      { 'one-face': 'fail another_face', likeness: 'unsure unsure_whether_like_document' },
    ],
    'two people': [(picture) => ({ ...picture, faces: 2 }), { 'one-face': 'fail more_than_one_face' }],
  };
  for (const [what, [change, ends]] of Object.entries(cases))
    test(what, () => assert.deepEqual(told(scan(change)), { ...allPassed, ...ends }));

  test('pictures that were taken before they were asked for', () => {
    const early = scan().map((act, at) =>
      at === 2 ? { ...act, capturedAt: act.capturedAt.map((ms) => ms - 3500) } : act,
    );
    assert.equal(told(early)['sequence'], 'unsure times_dont_fit');
  });

  test('pictures that were all taken at once, before the first act', () => {
    const before = scan().map((act, at) => ({
      ...act,
      capturedAt: act.capturedAt.map((_, index) => 100 + at * 2000 + index * 300),
    }));
    assert.equal(told(before)['sequence'], 'unsure times_dont_fit');
  });

  test('another face than the document’s', () => {
    assert.equal(
      told(scan(), { face: { ...portrait.face, descriptor: descriptorOf(9) } })['likeness'],
      'fail not_like_document',
    );
  });

  test('a photo of the document’s owner that somebody holds up who is like them, and then does what is asked', () => {
    const clean = { face: { ...portrait.face, descriptor: descriptorOf(1) } };
    const passesAsOne = likenessOf(unpackDescriptor(alike), unpackDescriptor(descriptorOf(1)));
    assert.ok(passesAsOne > 0.66 && passesAsOne < 0.7);
    const described = (picture: SeenPicture) => picture.face?.descriptor !== undefined;
    const wholeAct: Change = (picture, _, act) =>
      described(picture) && act > 0 ? face(picture, { descriptor: alike }) : picture;
    const onePicture: Change = (picture, at, act) =>
      described(picture) && at + act > 0 ? face(picture, { descriptor: alike }) : picture;
    for (const change of [wholeAct, onePicture])
      assert.deepEqual(told(scan(change), clean), {
        ...allPassed,
        likeness: 'unsure unsure_whether_like_document',
      });
  });

  test('a document without a face, or with one that is too small to tell: a person looks', () => {
    assert.equal(judge(scan(), {}, thresholds).likeness.end, 'unsure');
    assert.equal(
      told(scan(), { face: { ...portrait.face, pixels: 40 } })['likeness'],
      'unsure face_in_document_too_small',
    );
  });

  test('a scan without any face', () => {
    const ends = told(scan(({ change, lights }) => ({ faces: 0, change, lights })));
    for (const check of ['one-face', 'pose', 'live']) assert.equal(ends[check], 'fail no_face');
    assert.equal(ends['likeness'], 'unsure not_looked_at');
  });
});

test('two descriptors are alike whatever the light, and as packed as unpacked', () => {
  const one = unpackDescriptor(descriptorOf(1));
  assert.ok(
    Math.abs(
      likenessOf(
        one,
        one.map((value) => value * 3),
      ) - 1,
    ) < 1e-6,
  );
  assert.ok(likenessOf(one, unpackDescriptor(descriptorOf(9))) < 0.62);
  assert.equal(likenessOf(one, new Float32Array(1024)), 0);
});
