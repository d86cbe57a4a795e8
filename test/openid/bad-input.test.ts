import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createLog } from '#foundation/log';
import { until } from '../support/until.ts';
import { codeIn, createPerson, openBrowser, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { openRelay } from './support/relay.ts';
import {
  authorizeAddress,
  exchange,
  postToken,
  refresh,
  registerService,
  signAssertion,
  type TestService,
} from './support/service.ts';
import { bearer } from './support/tokens.ts';

let provider: TestProvider;
let service: TestService;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
});
after(() => provider.close());

async function post(body: string | Buffer, type: string | undefined = 'application/x-www-form-urlencoded') {
  const response = await provider.fetch('/token', {
    method: 'POST',
    body,
    headers: {
      accept: 'text/html, image/gif, *; q=.2',
      ...(type === undefined ? {} : { 'content-type': type }),
    },
  });
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/u);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('the token endpoint answers every bad body in JSON', async () => {
  const bodies: [string | Buffer, string | undefined, number][] = [
    ['', 'application/x-www-form-urlencoded', 400],
    ['{"grant_type":"authorization_code"}', 'application/json', 400],
    ['grant_type=authorization_code', 'text/plain', 400],
    ['grant_type=authorization_code', 'multipart/form-data; boundary=x', 400],
    [Buffer.from([0x67, 0x3d, 0xff, 0xfe]), 'application/x-www-form-urlencoded', 400],
    ['grant_type=%ff%fe', 'application/x-www-form-urlencoded', 400],
    ['code=a%00b', 'application/x-www-form-urlencoded', 400],
    ['&&&===%%%', 'application/x-www-form-urlencoded', 400],
    [`code=${'x'.repeat(100_000)}`, 'application/x-www-form-urlencoded', 413],
  ];
  for (const [sent, type, status] of bodies) {
    const answer = await post(sent, type);
    assert.deepEqual(
      [answer.status, answer.body['error']],
      [status, 'invalid_request'],
      String(sent).slice(0, 40),
    );
  }
});

test('fields of ten thousand characters are refused sensibly', async () => {
  const long = 'x'.repeat(10_000);
  for (const name of ['grant_type', 'client_id', 'client_assertion', 'client_assertion_type', 'scope']) {
    const answer = await postToken(provider, {
      client_assertion: await signAssertion(provider, service),
      [name]: long,
    });
    assert.ok([400, 401].includes(answer.status), `${name}: ${answer.status}`);
  }
});

test('the token endpoint only takes posts', async () => {
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const response = await provider.fetch('/token', { method });
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST']);
  }
});

test('while the database is away there is a page or an error to try again on, and then it works again', async () => {
  const relay = await openRelay(provider.databaseUrl);
  const fragile = await startProvider({ beside: provider, databaseUrl: relay.url });
  const person = await createPerson(provider);
  const { body } = await exchange(
    fragile,
    service,
    codeIn(await signIn(fragile, service, { accountId: person.id })),
  );
  const headers = bearer(body['access_token']);
  relay.cut();
  await until(() => fragile.house.database.pool.totalCount === 0);

  const page = await openBrowser(fragile).go(authorizeAddress(service));
  assert.deepEqual([page.status, page.headers.get('retry-after')], [503, '5']);
  assert.match(page.body, /not available for a moment/u);
  const tokens = await refresh(fragile, service, body['refresh_token']);
  assert.deepEqual([tokens.status, tokens.headers.get('retry-after')], [503, '5']);
  assert.equal(tokens.body['error'], 'temporarily_unavailable');
  const info = await fragile.fetch('/userinfo', { headers });
  assert.deepEqual([info.status, info.headers.get('retry-after')], [503, '5']);
  assert.equal((await fragile.fetch('/.well-known/jwks.json')).status, 200);

  relay.mend();
  assert.equal((await fragile.fetch('/userinfo', { headers })).status, 200);
  assert.equal((await refresh(fragile, service, body['refresh_token'])).status, 200);
  await fragile.close();
  await relay.close();
});

test('no log line has a token, a code, an assertion or an address in it', async () => {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line: string) => lines.push(line) } });
  const talkative = await startProvider({ beside: provider, log });
  const person = await createPerson(provider);
  const hint = 'ada.lovelace@example.org';
  const back = await signIn(talkative, service, { accountId: person.id }, { login_hint: hint });
  const code = codeIn(back);
  const assertion = await signAssertion(provider, service);
  const { body } = await exchange(talkative, service, code, { client_assertion: assertion });
  const secrets = [
    code,
    assertion,
    hint,
    person.email,
    body['access_token'],
    body['id_token'],
    body['refresh_token'],
  ];
  await exchange(talkative, service, code, { client_assertion: assertion });
  await exchange(talkative, service, code);
  await refresh(talkative, service, body['refresh_token']);
  await talkative.fetch('/userinfo', { headers: bearer(body['access_token']) });
  await openBrowser(talkative).go(authorizeAddress(service, { login_hint: hint, scope: 'openid profile' }));
  await talkative.close();
  assert.ok(lines.some((line) => line.includes('a request of a service was refused')));
  assert.ok(lines.some((line) => line.includes('an authorization request was refused')));
  for (const secret of secrets)
    assert.ok(!lines.some((line) => line.includes(String(secret))), String(secret));
});
