import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { languages } from '#foundation/web';
import { documentKinds, scanActs } from '#proofing';
import { holdingReasons, imageTicks, machineEnds, machineReasons, questionIds, reasonCodes } from '#review';
import { z } from 'zod';

const words = z.record(z.string(), z.unknown());
const shape = z.looseObject({
  reasons: words,
  holdingReasons: words,
  ticks: words,
  questions: z.record(z.string(), z.object({ ask: z.string(), hint: z.string().optional() })),
  kinds: words,
  acts: words,
  machine: z.looseObject({ reasons: words }),
});

for (const language of languages) {
  test(`everything that a case can be asked, held or declined for has words: ${language}`, async () => {
    const file = path.join(import.meta.dirname, `content.${language}.json`);
    const content = shape.parse(JSON.parse(await readFile(file, 'utf8')));
    const keysOf = (part: object) => Object.keys(part).toSorted();
    assert.deepEqual(keysOf(content.reasons), [...reasonCodes].toSorted());
    assert.deepEqual(keysOf(content.holdingReasons), [...holdingReasons].toSorted());
    assert.deepEqual(keysOf(content.ticks), [...imageTicks].toSorted());
    assert.deepEqual(keysOf(content.questions), [...questionIds].toSorted());
    assert.deepEqual(keysOf(content.kinds), [...documentKinds, 'other'].toSorted());
    assert.deepEqual(keysOf(content.acts), [...scanActs, 'other'].toSorted());
    assert.deepEqual(keysOf(content.machine.reasons), [...machineReasons].toSorted());
    assert.deepEqual(keysOf(content.machine), [...machineEnds, 'reasons', 'void', 'why'].toSorted());
  });
}
