import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { rotateSigningKeys } from '../keys/life.ts';
import { openLivingKeys, type LivingKeys } from '../keys/living-keys.ts';
import { engineKeys } from './engine-keys.ts';

let home: TestHouse;
let keys: LivingKeys;
before(async () => {
  home = await createTestHouse();
  keys = await openLivingKeys(home.house);
});
after(() => home.close());

test('the engine signs and checks with the keys of the hour, though it was given them before', async () => {
  const [first, second, third, ...spare] = engineKeys(keys);
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const [active, next] = keys.published().map(({ kid }) => kid);
  assert.deepEqual([first.kid, second.kid], [active, next]);
  const data = Buffer.from('header.payload');
  const before = await first.sign(data);

  const rotation = await home.house.transact((deps) => rotateSigningKeys(deps, { evenIfTooSoon: true }));
  assert.ok(rotation.outcome === 'rotated');
  await keys.find(rotation.next);
  assert.deepEqual([first.kid, second.kid, third.kid], [next, rotation.next, active]);
  assert.ok(verify('sha512', data, await third.keyObject(), before));
  assert.ok(verify('sha512', data, await first.keyObject(), await first.sign(data)));
  assert.ok(!verify('sha512', data, await first.keyObject(), before));
  const kids = [first, second, third, ...spare].map(({ kid }) => kid);
  assert.equal(new Set(kids).size, kids.length);
  assert.throws(() => spare[0]?.sign(data));
});
