import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Account } from '#accounts';
import { rotateSigningKeys } from '#openid';
import { until } from '../support/until.ts';
import { ask, daySeconds, publishedKids, rotated, untilPublished } from './support/keys.ts';
import { codeIn, createPerson, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { openRelay } from './support/relay.ts';
import { exchange, registerService, type TestService } from './support/service.ts';
import { bearer, headerOf } from './support/tokens.ts';

let provider: TestProvider;
let other: TestProvider;
let service: TestService;
let ada: Account;
before(async () => {
  provider = await startProvider();
  other = await startProvider({ beside: provider });
  service = await registerService(provider);
  ada = await createPerson(provider);
});
after(async () => {
  await other.close();
  await provider.close();
});

const rotate = (options = {}) => provider.house.transact((deps) => rotateSigningKeys(deps, options));

async function newToken(at: TestProvider): Promise<unknown> {
  const code = codeIn(await signIn(at, service, { accountId: ada.id }));
  return (await exchange(at, service, code)).body['access_token'];
}

test('two processes follow each other, and accept each other’s tokens meanwhile', async () => {
  for (let times = 0; times < 3; times += 1) {
    const { stopped, active, next } = rotated(await rotate({ evenIfTooSoon: true }));
    const tokens = await Promise.all([newToken(provider), newToken(other)]);
    for (const token of tokens) {
      assert.ok([stopped, active].includes(String(headerOf(token)['kid'])));
      for (const at of [provider, other]) {
        assert.equal((await at.fetch('/userinfo', { headers: bearer(token) })).status, 200);
      }
    }
    for (const at of [provider, other]) await untilPublished(at, [active, next], { orMore: true });
  }
});

test('a process that has lost the database goes on with the keys it knows, and follows again when it is back', async () => {
  const relay = await openRelay(provider.databaseUrl);
  const cutOff = await startProvider({ beside: provider, databaseUrl: relay.url });
  const known = await publishedKids(cutOff);
  relay.cut();
  const { active, next } = rotated(await rotate({ evenIfTooSoon: true }));
  await untilPublished(other, [active, next], { orMore: true });
  assert.deepEqual(await publishedKids(cutOff), known);
  relay.mend();
  await untilPublished(cutOff, [active, next], { orMore: true });
  await cutOff.close();
  await relay.close();
});

test('two processes rotate only once when both are asked at the same moment', async () => {
  provider.clock.advance(daySeconds);
  const both = await Promise.all(
    [provider, other, provider, other].map(({ house }) => house.transact((deps) => rotateSigningKeys(deps))),
  );
  assert.equal(both.filter(({ outcome }) => outcome === 'rotated').length, 1);
});

test('of many that rotate in an emergency at the same moment, one does', async () => {
  const { pool } = provider.house.database;
  const holder = await pool.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT pg_advisory_xact_lock(4210971)');
  const many = Promise.all([1, 2, 3, 4].map(() => rotate({ evenIfTooSoon: true })));
  const waiting =
    "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
  await until(async () => (await ask(provider, waiting)).length === 4);
  await holder.query('COMMIT');
  holder.release();
  const outcomes = (await many).map(({ outcome }) => outcome).toSorted();
  assert.deepEqual(outcomes, ['rotated', ...Array.from({ length: 3 }, () => 'rotated_meanwhile')]);
});
