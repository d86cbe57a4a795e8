import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockTime } from './clock-time.ts';

const both = (instant: string) => {
  const at = new Date(instant);
  return [clockTime(at, 'en'), clockTime(at, 'cy')];
};

test('a time has 12 hours, no space, and no minutes at the full hour', () => {
  assert.deepEqual(both('2026-12-09T04:53:59.999Z'), ['4:53am', '4:53yb']);
  assert.deepEqual(both('2026-12-09T16:05:00Z'), ['4:05pm', '4:05yh']);
  assert.deepEqual(both('2026-12-09T10:00:00Z'), ['10am', '10yb']);
  assert.deepEqual(both('2026-12-09T22:00:00Z'), ['10pm', '10yh']);
  assert.deepEqual(both('2026-12-09T23:59:00Z'), ['11:59pm', '11:59yh']);
});

test('12 o’clock is told in words, and the hour after it with the 12 that clocks show', () => {
  assert.deepEqual(both('2026-12-09T12:00:30Z'), ['midday', 'hanner dydd']);
  assert.deepEqual(both('2026-12-09T00:00:30Z'), ['midnight', 'hanner nos']);
  assert.deepEqual(both('2026-12-09T12:01:00Z'), ['12:01pm', '12:01yh']);
  assert.deepEqual(both('2026-12-09T00:20:00Z'), ['12:20am', '12:20yb']);
});

test('a time is that of the United Kingdom, in summer too', () => {
  assert.deepEqual(both('2026-07-01T11:00:00Z'), ['midday', 'hanner dydd']);
  assert.deepEqual(both('2026-07-01T23:10:00Z'), ['12:10am', '12:10yb']);
  // The clocks go back at 2am: this hour comes twice.
  assert.deepEqual(both('2026-10-25T00:30:00Z'), both('2026-10-25T01:30:00Z'));
});

test('seconds are told where they count', () => {
  const at = (instant: string) => clockTime(new Date(instant), 'en', { seconds: true });
  assert.equal(at('2026-12-09T14:05:07Z'), '2:05:07pm');
  assert.equal(at('2026-12-09T14:00:07Z'), '2:00:07pm');
  assert.equal(at('2026-12-09T12:00:07Z'), '12:00:07pm');
  assert.equal(at('2026-12-09T12:00:00Z'), 'midday');
});
