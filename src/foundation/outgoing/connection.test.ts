import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import { openConnections } from '#foundation/outgoing';
import { makeCertificate } from '../../../test/support/certificate.ts';

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
