import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { mayConnectTo } from '#foundation/network';
import { ForbiddenAddress, postForm } from './outbound.ts';

const nowhere = { mayBeHere: false };
const here = { mayBeHere: true };

suite('where a service may be', () => {
  for (const address of ['93.184.215.14', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1']) {
    test(`${address} is on the internet`, () => assert.ok(mayConnectTo(address, nowhere)));
  }
  for (const address of [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.9',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '::ffff:10.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::a00:1',
    '2002:a00:1::1',
    '2001:db8::1',
    'not an address',
    '',
  ]) {
    test(`“${address}” is not, in a sandbox neither`, () => {
      assert.equal(mayConnectTo(address, nowhere), false);
      assert.equal(mayConnectTo(address, here), false);
    });
  }
  for (const address of ['127.0.0.1', '127.1.2.3', '::1']) {
    test(`${address} is this machine: for sandboxes only`, () => {
      assert.equal(mayConnectTo(address, nowhere), false);
      assert.equal(mayConnectTo(address, here), true);
    });
  }
});

suite('posting to a service', () => {
  let server: Server;
  let origin: string;
  const seen: string[] = [];
  const answer: RequestListener = (request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (request.url === '/moved') response.writeHead(302, { location: '/elsewhere' }).end();
    else if (request.url === '/endless') response.writeHead(200).write('x'.repeat(1_000_000));
    else if (request.url !== '/silent') response.writeHead(204).end();
  };
  before(async () => {
    server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  test('gives the status of its answer', async () => {
    assert.equal(await postForm(`${origin}/ok`, { a: 'b' }, here), 204);
  });

  test('follows no redirect and waits for no body', async () => {
    assert.equal(await postForm(`${origin}/moved`, {}, here), 302);
    assert.equal(await postForm(`${origin}/endless`, {}, here), 200);
    assert.ok(!seen.includes('GET /elsewhere') && !seen.includes('POST /elsewhere'));
  });

  test('does not reach into networks of ours, by address or by name', async () => {
    const { port } = server.address() as AddressInfo;
    const before = seen.length;
    for (const host of ['localhost', '127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1']) {
      await assert.rejects(postForm(`http://${host}:${port}/ok`, {}, nowhere), ForbiddenAddress, host);
    }
    assert.equal(seen.length, before);
  });

  test('does not reach where one of several addresses of a name leads into a network of ours', async () => {
    const { port } = server.address() as AddressInfo;
    const resolve = () => Promise.resolve(['93.184.215.14', '127.0.0.1']);
    const posted = postForm(`http://service.example:${port}/ok`, {}, { ...nowhere, resolve });
    await assert.rejects(posted, ForbiddenAddress);
  });

  test('gives up after some seconds', async () => {
    await assert.rejects(postForm(`${origin}/silent`, {}, here), { name: 'AbortError' });
  });
});
