import assert from 'node:assert/strict';
import { test } from 'node:test';
import { momentOf } from './moment.ts';

test('a moment is told as day and time in the United Kingdom, in the language of whoever reads', () => {
  const at = new Date('2026-06-30T23:30:00Z');
  assert.equal(momentOf(at, 'en'), '1 July 2026 at 12:30am');
  assert.equal(momentOf(at, 'cy'), '1 Gorffennaf 2026 am 12:30yb');
});
