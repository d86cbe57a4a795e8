import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSecrets } from './secrets.ts';

test('a remembered mac is the same as one made anew, for each purpose and master key, however many there were', () => {
  const [one, other] = [createSecrets(Buffer.alloc(32, 1)), createSecrets(Buffer.alloc(32, 2))];
  const texts = Array.from({ length: 2500 }, (_, index) => `text ${index % 1250}`);
  for (const secrets of [one, other]) {
    for (const text of texts) {
      for (const purpose of ['this', 'that'])
        assert.equal(secrets.rememberedMac(purpose, text), secrets.mac(purpose, text));
    }
  }
  assert.notEqual(one.rememberedMac('this', 'text'), one.rememberedMac('that', 'text'));
  assert.notEqual(one.rememberedMac('this', 'text'), other.rememberedMac('this', 'text'));
});
