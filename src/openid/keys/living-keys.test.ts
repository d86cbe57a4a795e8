import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startStopwatch } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { retireSigningKey, rotateSigningKeys } from './life.ts';
import { openLivingKeys, type LivingKeys } from './living-keys.ts';
import { openSealedKeys } from './sealed-keys.ts';

let home: TestHouse;
before(async () => {
  home = await createTestHouse();
});
after(() => home.close());

let keys: LivingKeys;
let looks = 0;
beforeEach(async () => {
  keys = await openLivingKeys(counting(home.house));
  looks = 0;
});

/** Counts what is asked of the database. */
function counting(house: House): House {
  const db = house.database.db.withPlugin({
    transformQuery: ({ node }) => {
      looks += 1;
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
  return { ...house, database: { ...house.database, db }, deps: { ...house.deps, db } };
}

const rotateNow = () => home.house.transact((deps) => rotateSigningKeys(deps, { evenIfTooSoon: true }));
const strangeKid = (number: number) => `${number}`.padStart(43, '-');

test('signing and checking with known keys asks the database nothing', async () => {
  for (let times = 0; times < 50; times += 1) {
    const token = await keys.signJwt({ sub: String(times) });
    const { kid = '', typ } = decodeProtectedHeader(token);
    assert.equal(typ, 'JWT');
    const key = await keys.find(kid);
    assert.ok(key !== undefined);
    await compactVerify(token, key);
  }
  assert.equal(looks, 0);
});

test('a key that another process has just made is found when its first token comes', async () => {
  const rotation = await rotateNow();
  assert.ok(rotation.outcome === 'rotated');
  assert.ok((await keys.find(rotation.next)) !== undefined);
  assert.equal(keys.published()[0]?.kid, rotation.active);
});

test('made-up key ids cost at most a look a second, and nonsense none', async () => {
  for (const kid of ['', 'unknown', 'x'.repeat(44), `${'x'.repeat(42)}é`]) {
    assert.equal(await keys.find(kid), undefined);
  }
  assert.equal(looks, 0);
  const passed = startStopwatch();
  for (let times = 0; times < 200; times += 1) await keys.find(strangeKid(times));
  await Promise.all(Array.from({ length: 200 }, (_, number) => keys.find(strangeKid(number))));
  assert.ok(looks >= 1 && looks <= 2 + passed() / 1000, `${looks} looks`);
  await wait(1100);
  const rotation = await rotateNow();
  assert.ok(rotation.outcome === 'rotated' && (await keys.find(rotation.next)) !== undefined);
});

test('a row in the table of published keys makes nobody’s key ours', async () => {
  const [active] = keys.published();
  const forged = strangeKid(7);
  const write = (signerKeyId: string, kid: string) =>
    home.house.database.pool.query(
      `INSERT INTO openid.published_key (kid, signer_key_id, published_at, signs_from, stopped_at)
       VALUES ($1, $2, now(), now(), now())`,
      [kid, signerKeyId],
    );
  const spare = await openSealedKeys(home.house.deps).create();
  await write(spare.keyId, forged);
  await assert.rejects(keys.find(forged), { code: 'openid.no-signing-key' });
  assert.equal(keys.published()[0]?.kid, active?.kid);
  await home.house.database.pool.query('DELETE FROM openid.published_key WHERE kid = $1', [forged]);
});

test('a sealed key in another’s place is not taken for it', async () => {
  const rotation = await rotateNow();
  assert.ok(rotation.outcome === 'rotated');
  const swap = (kid: string, from: string) =>
    home.house.database.pool.query(
      `UPDATE openid.signing_key SET sealed_private_jwk =
         (SELECT sealed_private_jwk FROM openid.signing_key WHERE kid = $2) WHERE kid = $1`,
      [kid, from],
    );
  await swap(rotation.next, rotation.stopped);
  await assert.rejects(openLivingKeys(home.house), { code: 'security.unsealable' });
  const retirement = await home.house.transact((deps) => retireSigningKey(deps, rotation.next));
  assert.equal(retirement.outcome, 'retired');
});
