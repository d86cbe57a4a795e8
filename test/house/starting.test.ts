import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Environment } from '#foundation/settings';
import { findFreePort } from '../support/free-port.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { rawRequest } from '../support/raw-request.ts';
import { startServerProcess, type ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

const masterKey = randomBytes(32).toString('base64');
let database: TestDatabase;
/** A sandbox does not start on the database of a production. */
let sandboxDatabase: TestDatabase;
let production: Environment;
const started: ServerProcess[] = [];
before(async () => {
  database = await createTestDatabase();
  sandboxDatabase = await createTestDatabase();
  production = {
    BEVAN_MODE: 'production',
    BEVAN_ISSUER: 'https://login.example',
    BEVAN_TRUSTED_PROXIES: '127.0.0.1',
    DATABASE_URL: database.url,
    BEVAN_MASTER_KEY: masterKey,
    BEVAN_SERVICE_NAME: 'Valley login',
    BEVAN_SUPPORT_CONTACT: 'help@login.example',
    BEVAN_EMAIL_SENDER: 'smtp',
    BEVAN_SMTP_URL: 'smtp://127.0.0.1:9',
    BEVAN_SMTP_FROM: 'Login <login@login.example>',
    BEVAN_SMS_SENDER: 'notify',
    BEVAN_NOTIFY_API_KEY: 'key-00000000-0000-4000-8000-000000000000-00000000-0000-4000-8000-000000000001',
    BEVAN_NOTIFY_SMS_TEMPLATE: '00000000-0000-4000-8000-000000000002',
  };
});
after(async () => {
  for (const server of started) await server.clear();
  await database.drop();
  await sandboxDatabase.drop();
});

async function start(environment: Environment): Promise<ServerProcess> {
  const server = await startServerProcess(await findFreePort(), environment);
  started.push(server);
  return server;
}

describe('production', () => {
  test('does not start with settings missing or unsafe: it ends with a list of them, and no secret in it', async () => {
    const cases: [Environment, RegExp[]][] = [
      [
        {},
        [
          /BEVAN_ISSUER/u,
          /DATABASE_URL/u,
          /BEVAN_MASTER_KEY/u,
          /BEVAN_EMAIL_SENDER/u,
          /BEVAN_SMS_SENDER/u,
          /BEVAN_TRUSTED_PROXIES/u,
          /BEVAN_SUPPORT_CONTACT/u,
        ],
      ],
      [
        { ...production, BEVAN_SMTP_URL: undefined, BEVAN_NOTIFY_API_KEY: undefined },
        [/BEVAN_SMTP_URL/u, /BEVAN_NOTIFY_API_KEY/u],
      ],
      [
        { ...production, BEVAN_EMAIL_SENDER: 'inbox', BEVAN_SMS_SENDER: 'inbox' },
        [/BEVAN_EMAIL_SENDER/u, /BEVAN_SMS_SENDER/u],
      ],
      [
        { ...production, BEVAN_ISSUER: 'http://login.example', BEVAN_SANDBOX_OPEN_TO_NETWORK: 'true' },
        [/BEVAN_ISSUER/u, /BEVAN_SANDBOX_OPEN_TO_NETWORK/u],
      ],
    ];
    const servers = await Promise.all(cases.map(([environment]) => start(environment)));
    for (const [index, server] of servers.entries()) {
      assert.equal(await server.ended(), 1);
      const lines = server
        .output()
        .split('\n')
        .filter((line) => line.startsWith('  - '));
      for (const pattern of cases[index]?.[1] ?? [])
        assert.ok(
          lines.some((line) => pattern.test(line)),
          `${String(pattern)} in ${server.output()}`,
        );
      assert.match(server.output(), /^Bevan did not start\. Change these settings:/u);
      assert.doesNotMatch(server.output(), /\n\s+at /u);
      assert.ok(!server.output().includes(masterKey) && !server.output().includes(database.url));
    }
  });

  test('does not start without its database, or with another master key, and tells no secret', async () => {
    const url = 'postgres://bevan:secret-of-the-database@127.0.0.1:9/bevan';
    const lost = await start({ ...production, DATABASE_URL: url });
    assert.equal(await lost.ended(), 1);
    assert.equal(
      lost.output(),
      'Bevan did not start. The database at DATABASE_URL does not answer (ECONNREFUSED).\n',
    );
    const right = await start(production);
    await right.ready();
    right.signal('SIGTERM');
    assert.equal(await right.ended(), 0);
    const wrong = await start({ ...production, BEVAN_MASTER_KEY: randomBytes(32).toString('base64') });
    assert.equal(await wrong.ended(), 1);
    assert.match(wrong.output(), /another master key/u);
  });

  test('started with all that it needs is a login without a trace of a sandbox, under its own name', async () => {
    const server = await start(production);
    await server.ready();
    const asProxy = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https', host: 'login.example' };
    const page = await rawRequest(server.listensAt, { path: '/password-changed', headers: asProxy });
    assert.equal(page.status, 200);
    assert.match(page.body, /Valley login/u);
    assert.match(page.body, /help@login\.example/u);
    assert.doesNotMatch(page.body, /sandbox|Bevan login/iu);
    assert.match(page.headers.get('strict-transport-security') ?? '', /max-age/u);
    for (const path of ['/sandbox', '/sandbox/inbox', '/sandbox/api/personas', '/sandbox/api/openapi.json']) {
      const answer = await rawRequest(server.listensAt, { path, headers: asProxy });
      assert.equal(answer.status, 404);
      assert.doesNotMatch(answer.body.replaceAll(path, ''), /sandbox/iu);
    }
    assert.equal((await rawRequest(server.listensAt, { path: '/metrics', headers: asProxy })).status, 404);
    const { rows } = await countAccounts();
    assert.deepEqual(rows, [{ accounts: '0', clients: '0' }]);
    server.signal('SIGTERM');
    assert.equal(await server.ended(), 0);
    for (const line of server.output().trim().split('\n')) assert.ok(JSON.parse(line), line);
  });

  async function countAccounts() {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return await client.query(
        'SELECT (SELECT count(*) FROM accounts.account) AS accounts, (SELECT count(*) FROM partners.client) AS clients',
      );
    } finally {
      await client.end();
    }
  }
});

describe('when it is told to stop', () => {
  /** Who runs it waits so long, and then kills it. */
  const patienceMs = 25_000;

  async function endsSoon(server: ServerProcess): Promise<number | null | 'still running'> {
    const ended = new AbortController();
    const patience = wait(patienceMs, 'still running' as const, { signal: ended.signal });
    const result = await Promise.race([server.ended(), patience.catch(() => null)]);
    ended.abort();
    return result;
  }

  /** What comes first when the head of a request has arrived that asks for it. */
  const goOn = 'HTTP/1.1 100 Continue\r\n\r\n';
  const isListening = (server: ServerProcess): Promise<boolean> =>
    fetch(`${server.listensAt}/health/live`).then(
      async (live) => (await live.text()) !== undefined,
      () => false,
    );

  /** Sends the beginning of a post, until that has arrived. @returns what came back when the connection has ended */
  async function beginPost(server: ServerProcess): Promise<{ socket: Socket; answer: Promise<string> }> {
    const socket = connect(Number(new URL(server.listensAt).port), '127.0.0.1');
    let received = '';
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('utf8');
    });
    const answer = new Promise<string>((resolve) =>
      socket.once('close', () => resolve(received.slice(goOn.length))),
    );
    const head = [
      'POST /sign-up/AAAAAAAAAAAAAAAAAAAAAA/email HTTP/1.1',
      'Host: login.example',
      'Accept: text/html',
      'Content-Type: application/x-www-form-urlencoded',
      'Content-Length: 27',
      'Expect: 100-continue',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\nemail=ada`);
    await until(() => received === goOn);
    return { socket, answer };
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`by ${signal} it finishes what is under way, takes nothing new, and ends well`, async () => {
      const server = await start(production);
      await server.ready();
      const { socket, answer } = await beginPost(server);
      server.signal(signal);
      await until(async () => !(await isListening(server)));
      socket.write('%40example.org&x=1');
      assert.match(await answer, /^HTTP\/1\.1 400 [\s\S]*Go back to the website or app and start again/u);
      assert.equal(await endsSoon(server), 0);
    });
  }

  test('again and again it still ends once, and well', async () => {
    const server = await start(production);
    await server.ready();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM'] as const) server.signal(signal);
    assert.equal(await endsSoon(server), 0);
  });

  test('that finds another program on one of its ports says so, and leaves nothing running', async () => {
    const port = await findFreePort();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port + 3, '127.0.0.1', resolve));
    const server = await startServerProcess(port, {
      BEVAN_MODE: 'sandbox',
      DATABASE_URL: sandboxDatabase.url,
      BEVAN_MASTER_KEY: masterKey,
    });
    started.push(server);
    assert.equal(await endsSoon(server), 1);
    assert.match(server.output(), /Bevan did not start\. .*EADDRINUSE.*Stop the other program/u);
    await new Promise((resolve) => other.close(resolve));
  });

  test('before it has started it does not start, and leaves nothing running', async () => {
    for (const afterMs of [200, 800, 1500]) {
      const server = await start({
        BEVAN_MODE: 'sandbox',
        DATABASE_URL: sandboxDatabase.url,
        BEVAN_MASTER_KEY: masterKey,
      });
      await wait(afterMs);
      server.signal('SIGTERM');
      const code = await endsSoon(server);
      // Too early a signal finds nobody who handles it.
      assert.ok(code === 0 || code === null, server.output());
      assert.equal(await isListening(server), false);
    }
  });
});
