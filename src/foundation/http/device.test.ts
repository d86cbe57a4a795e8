import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roughDevice } from './device.ts';

const said: Record<string, string> = {
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1':
    'ios safari',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.0.0 Mobile/15E148 Safari/604.1':
    'ios chrome',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36':
    'android chrome',
  'Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36':
    'android samsung',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0':
    'windows edge',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15':
    'mac safari',
  'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0': 'linux firefox',
  'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36':
    'chromeos chrome',
  'curl/8.5.0': 'other other',
  '': 'other other',
};

test('a device is told by its system and browser, and by nothing that tells one from the next', () => {
  for (const [userAgent, kind] of Object.entries(said)) {
    const device = roughDevice(userAgent);
    assert.deepEqual(Object.keys(device), ['system', 'browser']);
    assert.equal(Object.values(device).join(' '), kind, userAgent);
  }
  assert.deepEqual(roughDevice(undefined), { system: 'other', browser: 'other' });
});

test('whatever a browser says of itself, one of our own words is kept of it', () => {
  const odd = `${'a'.repeat(5000)} iPhone Safari/1`;
  assert.deepEqual(roughDevice(odd), { system: 'other', browser: 'other' });
  assert.deepEqual(roughDevice('<script>Android</script>'), { system: 'android', browser: 'other' });
});
