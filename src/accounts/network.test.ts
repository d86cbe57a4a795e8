import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from './network.ts';

test('an IPv4 address counts by itself, however it is written', () => {
  assert.equal(networkOf('192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7');
});

test('all IPv6 addresses of one /64 count as one, and those of others apart', () => {
  const network = networkOf('2001:db8:1:2::1');
  for (const address of ['2001:db8:1:2:a:b:c:d', '2001:0DB8:0001:0002:ffff::', '2001:db8:1:2::192.0.2.7']) {
    assert.equal(networkOf(address), network);
  }
  assert.notEqual(networkOf('2001:db8:1:3::1'), network);
  assert.equal(networkOf('::1'), networkOf('0:0:0:0:0:0:0:1'));
  assert.equal(networkOf('2001:db8::5'), networkOf('2001:db8:0:0:7::'));
  assert.equal(networkOf('fe80::1%eth0'), networkOf('fe80::2'));
});
