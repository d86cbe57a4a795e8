import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSecrets } from './secrets.ts';
import { fewRandomBytes } from './random.ts';

test('random bytes are never given twice, nor changed once they are given', () => {
  const counts = Array.from({ length: 3000 }, (_, index) => 8 + (index % 40));
  const all = counts.map((count) => fewRandomBytes(count));
  assert.deepEqual(
    all.map(({ length }) => length),
    counts,
  );
  assert.equal(new Set(all.map((bytes) => bytes.toString('hex', 0, 8))).size, all.length);
  const once = fewRandomBytes(16).toString('hex');
  const kept = fewRandomBytes(16);
  const before = kept.toString('hex');
  for (let times = 0; times < 1000; times += 1) assert.notEqual(fewRandomBytes(16).toString('hex'), once);
  assert.equal(kept.toString('hex'), before);
});

test('more random bytes than are drawn at once are refused', () => {
  assert.throws(() => fewRandomBytes(5000), RangeError);
});

test('nothing is sealed under a nonce that was used before', () => {
  const { seal, unseal } = createSecrets(Buffer.alloc(32, 1));
  const sealed = Array.from({ length: 2000 }, () => seal('test', Buffer.from('the same')));
  assert.equal(new Set(sealed.map((one) => one.toString('hex', 0, 12))).size, sealed.length);
  for (const one of sealed) assert.equal(unseal('test', one).toString(), 'the same');
});
