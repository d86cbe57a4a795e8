import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemory } from './index.ts';

test('a memory keeps no more than it may: what was kept first goes, also if it was asked for since', () => {
  const memory = createMemory<number>({ most: 2 });
  memory.keep('a', 1);
  memory.keep('b', 2);
  assert.deepEqual([memory.find('a'), memory.find('b')], [1, 2]);
  memory.keep('c', 3);
  assert.deepEqual([memory.find('a'), memory.find('b'), memory.find('c')], [undefined, 2, 3]);
});

test('what is kept anew takes the place of what it was, pushes nothing out, and is the newest', () => {
  const memory = createMemory<number>({ most: 2 });
  memory.keep('a', 1);
  memory.keep('b', 2);
  memory.keep('a', 3);
  assert.deepEqual([memory.find('a'), memory.find('b')], [3, 2]);
  memory.keep('c', 4);
  assert.deepEqual([memory.find('a'), memory.find('b'), memory.find('c')], [3, undefined, 4]);
});
