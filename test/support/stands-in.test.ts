import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standsIn } from './stands-in.ts';

test('a code is found as a word of its own, however what is around it is written', () => {
  for (const text of [
    '123456',
    '{"code":"123456"}',
    '{"code":123456,',
    String.raw`"Your code:\n\n123456\n"`,
    'Use 123456. It works for an hour',
    '/confirm?code=123456&x',
    'code%3D123456',
    String.raw`code\u003d123456`,
    "'123456'",
  ])
    assert.ok(standsIn(text, '123456'), text);
});

test('a code is not found in a longer number, a time, an id or whatever is written in letters and digits', () => {
  for (const text of [
    '1234567',
    '0123456',
    '"time":1791234560000',
    '"responseTime":0.123456',
    String.raw`\xa0123456ff`,
    '9a123456-1111-4111-8111-111111111111',
    'Zx_123456-Qw',
    '12345',
  ])
    assert.ok(!standsIn(text, '123456'), text);
});

test('anything else is found wherever it stands', () => {
  assert.ok(standsIn('xxada@people.examplexx', 'ada@people.example'));
  assert.ok(!standsIn('ada', 'ada@people.example'));
});
