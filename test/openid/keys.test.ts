import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Account } from '#accounts';
import { listSigningKeys, retireSigningKey, rotateSigningKeys, tendSigningKeys } from '#openid';
import { ask, daySeconds, publishedKids, rotated, statesOf, untilPublished } from './support/keys.ts';
import { codeIn, createPerson, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { exchange, registerService, type TestService } from './support/service.ts';
import { bearer, headerOf } from './support/tokens.ts';
import { visitsOf } from './support/visits.ts';

let provider: TestProvider;
let service: TestService;
let ada: Account;
beforeEach(async () => {
  provider = await startProvider({ environment: { BEVAN_KEY_ROTATION_DAYS: '30' } });
  service = await registerService(provider);
  ada = await createPerson(provider);
});
afterEach(() => provider.close());

const rotate = (options = {}) => provider.house.transact((deps) => rotateSigningKeys(deps, options));
const retire = (kid: string) => provider.house.transact((deps) => retireSigningKey(deps, kid));

async function newTokens(at = provider, account = ada) {
  const { body } = await exchange(at, service, codeIn(await signIn(at, service, { accountId: account.id })));
  const { access_token: accessToken, id_token: idToken } = body;
  return { accessToken, idToken, kids: [headerOf(accessToken)['kid'], headerOf(idToken)['kid']] };
}

const userinfo = async (token: unknown, at = provider) =>
  (await at.fetch('/userinfo', { headers: bearer(token) })).status;

async function keptPrivateParts(): Promise<string[]> {
  return (await ask<{ kid: string }>(provider, 'SELECT kid FROM openid.signing_key')).map(({ kid }) => kid);
}

async function keyEvents(): Promise<string[]> {
  const rows = await ask<{ event: string }>(
    provider,
    `SELECT concat_ws(' ', type, details->>'kid', details->>'reason') AS event FROM audit.event
     WHERE type LIKE 'signing-key.%' ORDER BY id`,
  );
  return rows.map(({ event }) => event.replace('signing-key.', ''));
}

test('a key is published for a day before it signs and for a day and an hour after, then it is gone', async () => {
  const [first = '', second = ''] = await publishedKids(provider);
  assert.deepEqual((await newTokens()).kids, [first, first]);

  provider.clock.advance(daySeconds - 60);
  const early = await rotate();
  assert.equal(early.outcome, 'too_soon');
  const opened = (await listSigningKeys(provider.house.deps)).find(({ kid }) => kid === second);
  assert.deepEqual(early.signsFrom, opened?.signsFrom);
  provider.clock.advance(60);
  const old = await newTokens();
  const { next: third, ...rotation } = rotated(await rotate());
  assert.deepEqual(rotation, { outcome: 'rotated', stopped: first, active: second });
  await untilPublished(provider, [second, third, first]);
  assert.deepEqual((await newTokens()).kids, [second, second]);
  assert.equal(await userinfo(old.accessToken), 200);

  provider.clock.advance(daySeconds + 3600 - 60);
  await tendSigningKeys(provider.house);
  assert.deepEqual(await statesOf(provider), ['retiring', 'active', 'next']);
  provider.clock.advance(60);
  await tendSigningKeys(provider.house);
  await untilPublished(provider, [second, third]);
  assert.deepEqual(await statesOf(provider), ['retired', 'active', 'next']);
  assert.deepEqual((await keptPrivateParts()).toSorted(), [second, third].toSorted());
  assert.deepEqual(await keyEvents(), [
    `published ${first}`,
    `activated ${first}`,
    `published ${second}`,
    `stopped ${first}`,
    `activated ${second}`,
    `published ${third}`,
    `retired ${first} expired`,
  ]);
});

test('an ID token is a good hint as long as its key is published, and none when it is gone', async () => {
  const { askSilently, signedIn } = visitsOf(provider, service);
  const other = await createPerson(provider);
  const hint = { id_token_hint: String((await newTokens(provider, other)).idToken) };
  const { stopped, active, next } = rotated(await rotate({ evenIfTooSoon: true }));
  await untilPublished(provider, [active, next, stopped]);
  const browser = await signedIn(ada);
  assert.equal(await askSilently(browser, hint), 'sso_login_required');
  const own = { id_token_hint: String((await newTokens()).idToken) };
  assert.equal(await askSilently(browser, own), 'code');
  await retire(stopped);
  await untilPublished(provider, [active, next]);
  assert.equal(await askSilently(browser, hint), 'code');
});

test('a key that is taken back signs no more and opens nothing, and the next one signs at once', async () => {
  const [first = '', second = ''] = await publishedKids(provider);
  const old = await newTokens();
  const retirement = await retire(first);
  assert.ok(retirement.outcome === 'retired');
  assert.deepEqual([retirement.was, retirement.active], ['active', second]);
  await untilPublished(provider, [second, retirement.next]);
  assert.equal(await userinfo(old.accessToken), 401);
  const fresh = await newTokens();
  assert.deepEqual(fresh.kids, [second, second]);
  assert.equal(await userinfo(fresh.accessToken), 200);
  assert.ok(!(await keptPrivateParts()).includes(first));
  assert.equal((await retire(first)).outcome, 'retired_before');
  assert.equal((await retire('unknown')).outcome, 'unknown');
});

test('whatever is taken back, two keys stay and one of them signs', async () => {
  for (let times = 0; times < 3; times += 1) {
    const living = (await listSigningKeys(provider.house.deps)).filter(({ state }) => state !== 'retired');
    await Promise.all(living.map(({ kid }) => retire(kid)));
    const left = (await statesOf(provider)).filter((state) => state !== 'retired');
    assert.deepEqual(left.toSorted(), ['active', 'next']);
  }
  const [active = '', next = ''] = (await keptPrivateParts()).toSorted();
  const listed = await listSigningKeys(provider.house.deps);
  const signing = listed.find(({ state }) => state === 'active')?.kid ?? '';
  await untilPublished(provider, [signing, signing === active ? next : active]);
  assert.deepEqual((await newTokens()).kids, [signing, signing]);
});

test('keys rotate by themselves after as many days as the settings say, once, or never', async () => {
  const { house } = provider;
  provider.clock.advance(30 * daySeconds - 60);
  await tendSigningKeys(house);
  provider.clock.advance(60);
  await tendSigningKeys({ ...house, settings: { ...house.settings, keyRotationDays: 0 } });
  assert.deepEqual(await statesOf(provider), ['active', 'next']);
  const beside = await startProvider({ beside: provider });
  await Promise.all([provider, beside, provider, beside].map(({ house }) => tendSigningKeys(house)));
  assert.deepEqual(await statesOf(provider), ['retiring', 'active', 'next']);
  // Nothing ran for a year: what is due is done once, and the next key has been known for long.
  provider.clock.advance(365 * daySeconds);
  await Promise.all([provider, beside].map(({ house }) => tendSigningKeys(house)));
  assert.deepEqual((await statesOf(provider)).toSorted(), ['active', 'next', 'retired', 'retiring']);
  await beside.close();
});

test('the keys of a release before keys had lives go on as they were', async () => {
  const [first = '', second = ''] = await publishedKids(provider);
  await ask(provider, "UPDATE openid.signing_key SET state = 'active' WHERE kid = $1", [first]);
  await ask(provider, 'DROP TABLE openid.published_key');
  await ask(provider, "DELETE FROM storage.migration WHERE name = 'openid/0010-key-life.sql'");
  const updated = await startProvider({ beside: provider });
  assert.deepEqual(await publishedKids(updated), [first, second]);
  assert.deepEqual((await newTokens(updated)).kids, [first, first]);
  await updated.close();
});

test('no service is given more than sixteen keys to read', async () => {
  const outcomes: string[] = [];
  for (let times = 0; times < 16; times += 1) outcomes.push((await rotate({ evenIfTooSoon: true })).outcome);
  assert.deepEqual(outcomes.slice(-3), ['rotated', 'too_many', 'too_many']);
  assert.equal((await keptPrivateParts()).length, 16);
  provider.clock.advance(daySeconds + 3600);
  await tendSigningKeys(provider.house);
  assert.equal((await keptPrivateParts()).length, 2);
  assert.equal((await rotate()).outcome, 'rotated');
});
