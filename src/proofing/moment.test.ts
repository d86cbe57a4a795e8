import assert from 'node:assert/strict';
import { test } from 'node:test';
import { momentOf } from './moment.ts';

test('a moment is told as time and day in the United Kingdom, in the language of whoever reads', () => {
  const at = new Date('2026-06-30T23:30:00Z');
  assert.equal(momentOf(at, 'en'), '12:30am on 1 July 2026');
  assert.equal(momentOf(at, 'cy'), '12:30yb ar 1 Gorffennaf 2026');
});
