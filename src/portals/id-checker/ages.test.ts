import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageOf } from './ages.ts';

const now = new Date('2026-11-26T12:00:00Z');
const after = (minutes: number) =>
  ageOf({ since: new Date(now.getTime() - minutes * 60_000), now, targetHours: 24 });

test('how long a case has waited is told in minutes, hours and days, and against the target', () => {
  for (const [minutes, unit, count, stand] of [
    [0, 'minutes', 0, 'fresh'],
    [59, 'minutes', 59, 'fresh'],
    [60, 'hours', 1, 'fresh'],
    [18 * 60, 'hours', 18, 'fresh'],
    [18 * 60 + 1, 'hours', 18, 'near'],
    [24 * 60, 'hours', 24, 'near'],
    [24 * 60 + 1, 'hours', 24, 'late'],
    [48 * 60, 'days', 2, 'late'],
    [-5, 'minutes', 0, 'fresh'],
  ] as const) {
    const age = after(minutes);
    assert.deepEqual([age.unit, age.values['count'], age.stand], [unit, count, stand], String(minutes));
  }
});
