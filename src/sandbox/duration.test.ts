import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { addDuration } from './duration.ts';

const from = new Date('2024-01-31T12:00:00.000Z');

suite('durations', () => {
  for (const [text, end] of [
    ['PT6M', '2024-01-31T12:06:00.000Z'],
    ['PT1H30M5S', '2024-01-31T13:30:05.000Z'],
    ['P181D', '2024-07-30T12:00:00.000Z'],
    ['P2W', '2024-02-14T12:00:00.000Z'],
    ['P2Y', '2026-01-31T12:00:00.000Z'],
    ['P3M', '2024-05-01T12:00:00.000Z'],
    ['PT0S', '2024-01-31T12:00:00.000Z'],
  ] as const) {
    test(`${text} is added`, () => assert.equal(addDuration(from, text)?.toISOString(), end));
  }

  test('any text is a duration or none, and time never goes back', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^P(\d{1,20}[YMWD])*(T(\d{1,20}[HMS])*)?$/u)),
        (text) => {
          const end = addDuration(from, text);
          assert.ok(end === undefined || end >= from);
        },
      ),
    );
  });
});
