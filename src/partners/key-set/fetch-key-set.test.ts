import { mayConnectTo } from '#foundation/network';
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { fetchKeySet, KeySetUnavailable } from './fetch-key-set.ts';
import { complaintOfHost } from './public-address.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one' };
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

suite('fetching a service’s published keys', () => {
  let server: Server;
  let origin: string;
  let requests = 0;
  let answer: Answer;
  before(async () => {
    server = createServer((request, response) => {
      requests += 1;
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const json = (body: unknown, headers: Record<string, string> = {}): Answer => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return (_request, response) =>
      void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(text);
  };
  const fetchHere = (given: Answer, address = `${origin}/jwks`) => {
    answer = given;
    return fetchKeySet(address, { mode: 'sandbox' });
  };
  const isRefused = (reason: RegExp) => (error: unknown) =>
    error instanceof KeySetUnavailable && reason.test(error.message);

  test('gives the usable keys, and how long they may be kept', async () => {
    const keys = [jwk, { ...jwk, kid: 'enc', use: 'enc' }, weak, curve, { kty: 'oct', k: 'AA' }];
    const set = await fetchHere(json({ keys }, { 'cache-control': 'public, max-age=120' }));
    assert.deepEqual(
      set.keys.map(({ kid, n }) => [kid, n]),
      [['one', jwk.n]],
    );
    assert.equal(set.maxAgeSeconds, 120);
    const typed = await fetchHere(json({ keys }, { 'content-type': 'application/jwk-set+json' }));
    assert.equal(typed.maxAgeSeconds, undefined);
    const uncached = await fetchHere(json({ keys }, { 'cache-control': 'no-store, max-age=99' }));
    assert.equal(uncached.maxAgeSeconds, 0);
  });

  const useless: [string, Answer, RegExp][] = [
    ['a redirect', (_request, response) => void response.writeHead(302, { location: '/jwks' }).end(), /302/u],
    ['an error', (_request, response) => void response.writeHead(500).end(), /500/u],
    ['a page', json({ keys: [jwk] }, { 'content-type': 'text/html' }), /content type/u],
    ['what is no JSON', json('{'), /not JSON/u],
    ['another JSON', json([]), /not a JSON Web Key Set/u],
    ['no keys', json({ keys: [] }), /no usable key/u],
    ['weak keys alone', json({ keys: [weak, curve] }), /no usable key/u],
    ['private keys', json({ keys: [privateKey.export({ format: 'jwk' })] }), /no usable key/u],
    ['more keys than anybody has', json({ keys: Array.from({ length: 101 }, () => jwk) }), /not a JSON/u],
    ['more than 64 KiB', json(`{"keys":[],"x":"${'x'.repeat(70_000)}"}`), /too long/u],
    [
      'another protocol',
      (_request, response) =>
        void response.writeHead(101, { connection: 'upgrade', upgrade: 'websocket' }).end(),
      /no answer/u,
    ],
    ['headers without end', json({}, { 'x-long': 'x'.repeat(20_000) }), /no answer/u],
    ['a connection that breaks', (request) => void request.socket.destroy(), /no answer/u],
  ];
  for (const [what, given, reason] of useless) {
    test(`${what} instead of keys is no use`, async () => {
      const before = requests;
      await assert.rejects(fetchHere(given), isRefused(reason));
      assert.equal(requests, before + 1);
    });
  }

  test('who never answers, or never stops, is given up after three seconds', async () => {
    const start = process.hrtime.bigint();
    const trickle: Answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 200);
      response.on('close', () => clearInterval(timer));
    };
    const silent = fetchHere(() => undefined);
    await assert.rejects(silent, isRefused(/no answer/u));
    await assert.rejects(fetchHere(trickle), isRefused(/broke off/u));
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    assert.ok(seconds > 5 && seconds < 9, `${seconds} s`);
  });

  test('a connection goes to the addresses that were looked at, and the name is looked up once', async () => {
    let asked = 0;
    const { port } = new URL(origin);
    answer = json({ keys: [jwk] });
    const resolve = () => {
      asked += 1;
      return Promise.resolve(asked === 1 ? ['127.0.0.1'] : ['10.0.0.1']);
    };
    const set = await fetchKeySet(`http://keys.example:${port}/jwks`, { mode: 'sandbox', resolve });
    assert.deepEqual([set.keys.length, asked], [1, 1]);
  });

  test('in production no connection is made inwards, however the address is spelled or resolves', async () => {
    answer = json({ keys: [jwk] });
    const before = requests;
    const { port } = new URL(origin);
    const hosts = [
      '127.0.0.1',
      '127.1',
      '0x7f000001',
      '2130706433',
      '0',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::]',
    ];
    for (const host of hosts) {
      const address = `https://${host}:${port}/jwks`;
      await assert.rejects(fetchKeySet(address, { mode: 'production' }), isRefused(/not a public address/u));
    }
    const inward = [
      '10.0.0.1',
      '169.254.169.254',
      '192.168.1.1',
      '172.31.0.1',
      '100.64.0.1',
      'fd00::1',
      'fe80::1',
    ];
    for (const found of [...inward.map((one) => [one]), ['198.41.0.4', '127.0.0.1']]) {
      const resolve = () => Promise.resolve(found);
      const rules = { mode: 'production', resolve } as const;
      await assert.rejects(fetchKeySet(`https://keys.example:${port}/`, rules), isRefused(/not a public/u));
    }
    await assert.rejects(fetchKeySet(`${origin}/`, { mode: 'production' }), isRefused(/not https/u));
    await assert.rejects(
      fetchKeySet('http://keys.example/', { mode: 'production' }),
      isRefused(/not https/u),
    );
    assert.equal(requests, before);
  });

  test('a name that does not exist has no keys', async () => {
    const rules = { mode: 'production', resolve: () => Promise.resolve([]) } as const;
    await assert.rejects(fetchKeySet('https://keys.example/', rules), isRefused(/no such host/u));
  });

  test('what answers without TLS where TLS is asked for is not listened to', async () => {
    const { port } = new URL(origin);
    await assert.rejects(
      fetchHere(json({ keys: [jwk] }), `https://127.0.0.1:${port}/`),
      isRefused(/no answer/u),
    );
  });
});

suite('addresses', () => {
  test('public ones may be connected to, all others not', () => {
    for (const ip of ['8.8.8.8', '198.41.0.4', '2606:4700::1111', '2a00:1450::1']) {
      assert.equal(mayConnectTo(ip, { mayBeHere: false }), true, ip);
    }
    const special = [
      '0.0.0.0',
      '10.255.255.255',
      '127.0.0.1',
      '169.254.169.254',
      '172.16.0.1',
      '192.168.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '::ffff:10.0.0.1',
      '::ffff:8.8.8.8',
      '64:ff9b::a00:1',
      'fc00::1',
      'fe80::1',
      'ff02::1',
      '2001:db8::1',
      '2002:7f00:1::',
      'not an address',
      '',
    ];
    for (const ip of special) assert.equal(mayConnectTo(ip, { mayBeHere: false }), false, ip);
  });

  test('a sandbox may connect to itself, and inwards no further', () => {
    for (const ip of ['127.0.0.1', '127.0.0.2', '::1'])
      assert.equal(mayConnectTo(ip, { mayBeHere: true }), true, ip);
    for (const ip of ['10.0.0.1', '169.254.169.254', 'fd00::1'])
      assert.equal(mayConnectTo(ip, { mayBeHere: true }), false);
  });

  test('a host that is no use is known by its name where that is enough', () => {
    for (const host of ['localhost', 'a.localhost', 'LOCALHOST.', '127.0.0.1', '[::1]', '10.0.0.1'])
      assert.match(complaintOfHost(host, 'production') ?? '', /public internet/u, host);
    assert.equal(complaintOfHost('keys.example', 'production'), undefined);
    assert.equal(complaintOfHost('localhost', 'sandbox'), undefined);
  });
});
