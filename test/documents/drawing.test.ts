import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { drawFace, faceOf } from '#sandbox';

suite('faces that are drawn', () => {
  test('are the same for the same seed, and differ in what faces differ in', () => {
    assert.deepEqual(faceOf('ada'), faceOf('ada'));
    assert.equal(drawFace(faceOf('ada')), drawFace(faceOf('ada')));
    const faces = Array.from({ length: 200 }, (_, seed) => faceOf(String(seed)));
    for (const [trait, least] of [
      ['skin', 8],
      ['style', 10],
      ['glasses', 3],
      ['beard', 4],
      ['eyes', 5],
      ['age', 40],
    ] as const)
      assert.ok(new Set(faces.map((face) => face[trait])).size >= least, trait);
  });

  test('open and shut their mouths and eyes', () => {
    const face = faceOf('ada');
    const poses = [{}, { mouth: 0.8 }, { areEyesShut: true }].map((pose) => drawFace(face, pose));
    assert.equal(new Set(poses).size, 3);
  });
});
