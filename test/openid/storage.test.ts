import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sweepOpenid } from '#openid';
import {
  codeIn,
  createPerson,
  goToEntry,
  openBrowser,
  proveFactors,
  readArrival,
  signIn,
} from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { authorizeAddress, exchange, refresh, registerService, type TestService } from './support/service.ts';

let provider: TestProvider;
let service: TestService;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider);
});
after(() => provider.close());

const growing = ['entity', 'spent_assertion', 'token_family', 'ticket'] as const;

async function countRows(): Promise<number[]> {
  const { pool } = provider.house.database;
  return Promise.all(
    growing.map(async (table) => (await pool.query(`SELECT FROM openid.${table}`)).rowCount ?? 0),
  );
}

test('nothing in the database opens a session, a request, a code or a refresh token', async () => {
  const person = await createPerson(provider);
  const browser = openBrowser(provider);
  const hint = 'somebody@example.org';
  const request = await readArrival(
    provider,
    await goToEntry(browser, authorizeAddress(service, { login_hint: hint })),
  );
  const ticket = await proveFactors(provider, request, { accountId: person.id });
  const code = codeIn(
    await signIn(provider, service, { accountId: person.id, browser: openBrowser(provider) }),
  );
  const unused = codeIn(await signIn(provider, service, { accountId: person.id }));
  const { body } = await exchange(provider, service, code);
  const { rows } = await provider.house.database.pool.query<{ row: string }>(
    growing.map((table) => `SELECT row_to_json(t)::text AS row FROM openid.${table} t`).join(' UNION ALL '),
  );
  // Binary columns are shown in hexadecimal.
  const stored = rows.map(({ row }) => row).join('\n');
  const secrets = [
    request.uid,
    ticket.split('=')[1] ?? '',
    code,
    unused,
    String(body['refresh_token']),
    hint,
    person.email,
  ];
  for (const secret of secrets) {
    assert.ok(secret.length > 8);
    assert.ok(!stored.includes(secret));
    assert.ok(!stored.includes(Buffer.from(secret).toString('hex')));
  }
});

test('what has expired is swept away, what has not stays', async () => {
  const person = await createPerson(provider);
  const browser = openBrowser(provider);
  const { body } = await exchange(
    provider,
    service,
    codeIn(await signIn(provider, service, { accountId: person.id, browser })),
  );
  await proveFactors(
    provider,
    await readArrival(provider, await goToEntry(openBrowser(provider), authorizeAddress(service))),
    { accountId: person.id },
  );
  await sweepOpenid(provider.house.deps);
  assert.ok((await countRows()).every((count) => count > 0));
  assert.equal(
    (await browser.go(authorizeAddress(service, { prompt: 'none' }))).address.searchParams.has('code'),
    true,
  );

  provider.clock.advance(2 * 3600);
  await sweepOpenid(provider.house.deps);
  const [entities, , families, tickets] = await countRows();
  assert.deepEqual([entities, tickets], [0, 0]);
  assert.ok((families ?? 0) > 0);
  assert.equal((await refresh(provider, service, body['refresh_token'])).status, 200);

  provider.clock.advance(31 * 24 * 3600);
  await sweepOpenid(provider.house.deps);
  const [, , none] = await countRows();
  assert.equal(none, 0);
});

test('however often a sign-in is refreshed, it takes one row', async () => {
  const person = await createPerson(provider);
  let { body } = await exchange(
    provider,
    service,
    codeIn(await signIn(provider, service, { accountId: person.id })),
  );
  for (let times = 0; times < 30; times += 1)
    ({ body } = await refresh(provider, service, body['refresh_token']));
  const { rows } = await provider.house.database.pool.query<{ generation: number; remembered: number }>(
    'SELECT generation, cardinality(rotations) AS remembered FROM openid.token_family WHERE account_id = $1',
    [person.id],
  );
  assert.deepEqual(rows, [{ generation: 31, remembered: 16 }]);
});
