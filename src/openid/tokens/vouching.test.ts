import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { createTestHouse } from '../../../test/support/house.ts';
import { openLivingKeys } from '../keys/living-keys.ts';
import { createMint } from './mint.ts';
import { openVouching } from './vouching.ts';

test('a token that vouches for a patient is for one practice, for five minutes, and lets nobody in', async (t) => {
  const { house, close } = await createTestHouse();
  t.after(close);
  const vouchFor = await openVouching(house);
  const who = { odsCode: 'Y00001', nhsNumber: '9990000018', familyName: 'Meadows', birthdate: '1980-05-17' };
  const token = await vouchFor(who);
  const { aud, exp = 0, iat = 0, nhs_number: nhsNumber } = decodeJwt(token);
  assert.deepEqual([aud, exp - iat, nhsNumber], ['urn:bevan:practice:Y00001', 300, who.nhsNumber]);
  assert.equal(decodeProtectedHeader(token).typ, 'vouching+jwt');
  assert.notEqual(await vouchFor(who), token);
  const keys = await openLivingKeys(house);
  const mint = createMint({ ...house, keys }, { issuer: house.settings.issuer, vtm: 'x' });
  assert.equal(await mint.readAccessToken(token), undefined);
});
