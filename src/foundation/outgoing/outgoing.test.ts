import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { suite, test } from 'node:test';
import { createBreaker, openConnections } from '#foundation/outgoing';
import { makeCertificate } from '../../../test/support/certificate.ts';

suite('a breaker', () => {
  test('lets nobody ask after five failures in a row, then one, and all once that one is answered', async () => {
    const breaker = createBreaker({ restMs: 30 });
    for (let times = 0; times < 5; times += 1) breaker.enter()?.failed();
    assert.equal(breaker.enter(), undefined);
    await wait(40);
    const one = breaker.enter();
    assert.ok(one !== undefined);
    assert.equal(breaker.enter(), undefined);
    one.failed();
    assert.equal(breaker.enter(), undefined);
    await wait(40);
    breaker.enter()?.answered();
    assert.ok(breaker.enter() !== undefined && breaker.enter() !== undefined);
  });

  test('counts failures in a row alone, and none of who did not ask after all', () => {
    const breaker = createBreaker();
    for (let times = 0; times < 20; times += 1) {
      breaker.enter()?.failed();
      breaker.enter()?.notAsked();
      if (times % 4 === 3) breaker.enter()?.answered();
    }
    assert.ok(breaker.enter() !== undefined);
  });
});

suite('connections', () => {
  test('trust no server that nobody vouches for, whoever asks', async () => {
    const { key, cert } = makeCertificate(['127.0.0.1']);
    const server = createServer({ key, cert }, (_request, response) => response.end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const own = makeCertificate(['client.example']);
    for (const identity of [undefined, { certificate: own.cert, privateKey: own.key }])
      for (const method of ['GET', 'POST'] as const)
        assert.deepEqual(await openConnections(identity)({ method, url, headers: {} }, { timeoutMs: 3000 }), {
          outcome: 'none',
          reason: 'no-connection',
        });
    server.closeAllConnections();
    server.close();
  });
});
