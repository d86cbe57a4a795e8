import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { after, before, suite, test } from 'node:test';
import { sendSecurityCode } from '#accounts';
import { z } from 'zod';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { until } from '../support/until.ts';
import { call, refusalIn, registerService, signIn } from './support.ts';

const newKey = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .publicKey.export({ format: 'pem', type: 'spki' })
    .toString();
const least = { client_name: 'Hilltop', redirect_uris: ['http://localhost:8080/callback'] };
const clientShape = z.object({
  client_id: z.string(),
  client_name: z.string(),
  redirect_uris: z.array(z.string()),
  scopes: z.array(z.string()),
  jwks: z.object({ keys: z.array(z.object({ kid: z.string() })) }),
});
const messagesShape = z.array(
  z.object({
    id: z.string(),
    channel: z.string(),
    to: z.string(),
    text: z.string(),
    code: z.string(),
    links: z.array(z.string()),
    sentAt: z.iso.datetime(),
  }),
);

suite('registering services over the programming interface', () => {
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await openTestSandbox();
  });
  after(() => sandbox.close());

  const register = async (changes: Record<string, unknown> = {}) => {
    const answer = await call(sandbox, 'POST', '/clients', {
      ...least,
      public_key_pem: newKey(),
      ...changes,
    });
    assert.equal(answer.status, 201);
    return clientShape.parse(answer.body);
  };

  test('a service is registered, shown, listed, changed and removed', async () => {
    const client = await register();
    const path = `/clients/${client.client_id}`;
    assert.deepEqual(clientShape.parse((await call(sandbox, 'GET', path)).body), client);
    const all = z.array(z.unknown()).parse((await call(sandbox, 'GET', '/clients')).body);
    const listed = all.find((one) => clientShape.safeParse(one).data?.client_id === client.client_id);
    assert.deepEqual(clientShape.parse(listed), client);
    const changed = await call(sandbox, 'PATCH', path, {
      scopes: ['openid'],
      client_name: 'Hilltop Surgery',
    });
    assert.equal(changed.status, 200);
    assert.deepEqual(clientShape.parse(changed.body), {
      ...client,
      scopes: ['openid'],
      client_name: 'Hilltop Surgery',
    });
    assert.equal((await call(sandbox, 'DELETE', path)).status, 204);
    for (const method of ['GET', 'DELETE'] as const)
      assert.equal((await call(sandbox, method, path)).status, 404);
    assert.equal((await call(sandbox, 'PATCH', path, {})).status, 404);
  });

  test('a change holds at the next sign-in', async () => {
    const service = await registerService(sandbox);
    const url = await service.ask();
    assert.equal((await signIn(sandbox, { url, persona: 'p0' })).status, 200);
    await call(sandbox, 'PATCH', `/clients/${service.clientId}`, {
      redirect_uris: ['https://elsewhere.example/'],
    });
    assert.equal((await signIn(sandbox, { url, persona: 'p0' })).status, 400);
  });

  test('what does not fit is refused with a message for each member, and nothing is registered', async () => {
    const count = async () =>
      z.array(z.unknown()).parse((await call(sandbox, 'GET', '/clients')).body).length;
    const before = await count();
    const answer = await call(sandbox, 'POST', '/clients', {
      client_name: '',
      redirect_uris: ['http://hilltop.example/', 'https://hilltop.example/*'],
      public_key_pem: 'nothing',
      sso_with: ['\u0000'],
    });
    assert.equal(answer.status, 400);
    const refusal = refusalIn(answer);
    assert.equal(refusal.error, 'invalid_client_metadata');
    assert.deepEqual(
      refusal.problems.map(({ field }) => field),
      ['client_name', 'redirect_uris.0', 'redirect_uris.1', 'public_key_pem', 'sso_with.0'],
    );
    assert.equal(await count(), before);
  });

  test('what goes beyond the contract is turned on and off, and told when it contradicts itself', async () => {
    const client = await register({
      require_pushed_authorization_requests: true,
      use_token_revocation: true,
    });
    const path = `/clients/${client.client_id}`;
    const off = { use_pushed_authorization_requests: false };
    const refused = refusalIn(await call(sandbox, 'PATCH', path, off));
    assert.equal(refused.problems[0]?.field, 'require_pushed_authorization_requests');
    const changes = { ...off, require_pushed_authorization_requests: false, dpop_bound_access_tokens: true };
    const changed = await call(sandbox, 'PATCH', path, changes);
    assert.equal(changed.status, 200);
    const shown = z.record(z.string(), z.unknown()).parse((await call(sandbox, 'GET', path)).body);
    assert.deepEqual({ ...shown, ...changes, use_token_revocation: true }, shown);
    const keys = await call(sandbox, 'PATCH', path, { jwks_uri: 'http://localhost:9/jwks.json' });
    assert.equal(z.record(z.string(), z.unknown()).parse(keys.body)['jwks'], undefined);
  });

  test('a change that does not fit changes nothing', async () => {
    const client = await register();
    const path = `/clients/${client.client_id}`;
    const answer = await call(sandbox, 'PATCH', path, { client_name: 'Other', vectors: ['P1'] });
    assert.equal(answer.status, 400);
    assert.equal(refusalIn(answer).problems[0]?.field, 'vectors.0');
    assert.deepEqual(clientShape.parse((await call(sandbox, 'GET', path)).body), client);
  });
});

suite('the sandbox’s messages', () => {
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await openTestSandbox();
  });
  after(() => sandbox.close());

  const send = (channel: 'email' | 'sms', destination: string) =>
    sandbox.home.house.transact((deps) =>
      sendSecurityCode(deps, {
        purpose: channel === 'email' ? 'confirm-email' : 'confirm-phone',
        channel,
        destination,
        boundTo: destination,
        language: 'en',
        remoteAddress: '127.0.0.1',
      }),
    );

  const waitFor = (count: number) =>
    until(async () => {
      const messages = messagesShape.parse((await call(sandbox, 'GET', '/messages')).body);
      return messages.length >= count ? messages : undefined;
    });

  test('are listed newest first, found by who and how and when, and deleted', async () => {
    await send('email', 'ada@people.example');
    const [first] = await waitFor(1);
    await send('sms', '+447700900321');
    const [second] = await waitFor(2);
    assert.equal(first?.to, 'ada@people.example');
    assert.equal(second?.to, '+447700900321');
    assert.match(second?.code ?? '', /^\d{6}$/u);
    assert.ok(second?.text.includes(second.code));

    const found = async (query: string) =>
      messagesShape.parse((await call(sandbox, 'GET', `/messages?${query}`)).body).map(({ id }) => id);
    assert.deepEqual(await found('to=ada%40people.example'), [first?.id]);
    assert.deepEqual(await found('channel=sms'), [second?.id]);
    assert.deepEqual(await found('limit=1'), [second?.id]);
    assert.deepEqual(await found(`since=${encodeURIComponent(second?.sentAt ?? '')}`), [second?.id]);
    assert.deepEqual(await found('to=nobody%40people.example'), []);

    assert.equal((await call(sandbox, 'DELETE', '/messages')).status, 204);
    assert.deepEqual(await found(''), []);
  });

  test('a question that does not fit is refused', async () => {
    for (const query of ['channel=pigeon', 'since=yesterday', 'limit=0', 'limit=many']) {
      assert.equal((await call(sandbox, 'GET', `/messages?${query}`)).status, 400, query);
    }
  });
});

suite('the programming interface', () => {
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await openTestSandbox();
  });
  after(() => sandbox.close());

  const descriptionShape = z.object({
    openapi: z.string(),
    paths: z.record(
      z.string(),
      z.record(z.string(), z.object({ summary: z.string(), responses: z.record(z.string(), z.unknown()) })),
    ),
  });

  test('describes every operation', async () => {
    const { body } = await call(sandbox, 'GET', '/openapi.json');
    const { openapi, paths } = descriptionShape.parse(body);
    assert.equal(openapi, '3.1.0');
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(described.toSorted(), [
      'DELETE /clients/{id}',
      'DELETE /clock',
      'DELETE /faults',
      'DELETE /messages',
      'DELETE /requests',
      'GET /cases',
      'GET /clients',
      'GET /clients/{id}',
      'GET /faults',
      'GET /keys',
      'GET /messages',
      'GET /personas',
      'GET /register/patients',
      'GET /requests',
      'GET /requests/{id}',
      'PATCH /clients/{id}',
      'POST /cases/{id}/decide',
      'POST /clients',
      'POST /clock',
      'POST /faults',
      'POST /keys/rotate',
      'POST /people',
      'POST /personas/{id}/reset',
      'POST /reset',
      'POST /sign-in',
    ]);
  });

  test('answers in JSON where there is nothing, and where the body can’t be read', async () => {
    const missing = await call(sandbox, 'GET', '/nothing');
    assert.equal(missing.status, 404);
    assert.equal(refusalIn(missing).error, 'not_found');
    const send = (type: string, body: string) =>
      fetch(`${sandbox.origin}/sandbox/api/clients`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
    assert.equal((await send('application/json', '{')).status, 400);
    assert.equal((await send('application/json', '"text"')).status, 400);
    assert.equal((await send('application/json', '')).status, 400);
    assert.equal(
      (await send('application/json', JSON.stringify({ client_name: 'x'.repeat(100_000) }))).status,
      413,
    );
    assert.equal((await send('application/x-www-form-urlencoded', 'client_name=x')).status, 415);
    assert.equal((await send('text/plain', '{}')).status, 415);
  });

  /** Sends headers that browsers and programs can't usually choose. @returns the status */
  function ask(method: string, path: string, headers: Record<string, string>): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const asked = httpRequest(new URL(path, sandbox.origin), { method, headers }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode));
      });
      asked.once('error', reject);
      asked.end();
    });
  }

  for (const path of [
    '/sandbox/api/personas',
    '/sandbox/api/messages',
    '/sandbox',
    '/sandbox/inbox',
    '/sandbox/clients',
  ]) {
    test(`${path} is for this machine, under its own name`, async () => {
      const { host } = new URL(sandbox.origin);
      assert.equal(await ask('GET', path, { host }), 200);
      assert.equal(await ask('GET', path, { host: '127.0.0.1' }), 200);
      assert.equal(await ask('GET', path, { host: 'rebound.example' }), 403);
      assert.equal(await ask('GET', path, { host: 'localhost.rebound.example' }), 403);
      assert.equal(await ask('GET', path, { host, 'x-forwarded-for': '203.0.113.7' }), 403);
    });
  }

  test('an address with a NUL, which no row can hold, leads nowhere', async () => {
    const { host } = new URL(sandbox.origin);
    for (const path of ['api/messages?to=%00', 'api/clients/%00', 'api/personas/%00/x', 'inbox?to=%00'])
      assert.equal(await ask('GET', `/sandbox/${path}`, { host }), 404, path);
    assert.equal(await ask('DELETE', '/sandbox/api/clients/%00', { host }), 404);
  });

  test('other sites’ pages can change nothing', async () => {
    const { host, origin } = new URL(sandbox.origin);
    const personas = '/sandbox/api/personas/p0/reset';
    assert.equal(await ask('POST', personas, { host }), 200);
    assert.equal(await ask('POST', personas, { host, origin, 'sec-fetch-site': 'same-origin' }), 200);
    assert.equal(await ask('POST', personas, { host, origin: 'https://evil.example' }), 403);
    assert.equal(await ask('POST', personas, { host, origin: 'http://localhost:1' }), 403);
    assert.equal(await ask('POST', personas, { host, origin: 'null' }), 403);
    assert.equal(await ask('POST', personas, { host, 'sec-fetch-site': 'cross-site' }), 403);
    assert.equal(await ask('POST', personas, { host, 'sec-fetch-site': 'same-site' }), 403);
    assert.equal(await ask('DELETE', '/sandbox/api/messages', { host, origin: 'https://evil.example' }), 403);
  });
});

suite('a sandbox that is open to the network', () => {
  test('answers under other names and from behind a proxy, but not to other sites’ pages', async () => {
    const sandbox = await openTestSandbox({ BEVAN_SANDBOX_OPEN_TO_NETWORK: 'true' });
    const url = `${sandbox.origin}/sandbox/api/personas`;
    assert.equal((await fetch(url, { headers: { 'x-forwarded-for': '203.0.113.7' } })).status, 200);
    const crossSite = await fetch(`${url}/p0/reset`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
    });
    assert.equal(crossSite.status, 403);
    await sandbox.close();
  });
});
