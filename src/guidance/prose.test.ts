import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBlocks } from './prose.ts';

test('a line is a paragraph, lines with the same mark are one list', () => {
  assert.deepEqual(toBlocks(['One.', '- two', '- three', '1. four', 'Five.', '- six']), [
    { kind: 'paragraph', items: [[{ text: 'One.' }]] },
    { kind: 'bullets', items: [[{ text: 'two' }], [{ text: 'three' }]] },
    { kind: 'steps', items: [[{ text: 'four' }]] },
    { kind: 'paragraph', items: [[{ text: 'Five.' }]] },
    { kind: 'bullets', items: [[{ text: 'six' }]] },
  ]);
});

test('words in brackets with an address in brackets after them are a link, wherever they stand', () => {
  assert.deepEqual(toBlocks('Ask [us](/contact) or [them](https://them.example).')[0]?.items[0], [
    { text: 'Ask ' },
    { text: 'us', href: '/contact' },
    { text: ' or ' },
    { text: 'them', href: 'https://them.example' },
    { text: '.' },
  ]);
  assert.deepEqual(toBlocks('[All of it](/help)')[0]?.items[0], [{ text: 'All of it', href: '/help' }]);
  assert.deepEqual(toBlocks('No [link] (here)')[0]?.items[0], [{ text: 'No [link] (here)' }]);
});
