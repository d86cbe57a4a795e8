import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOdsCode } from '#foundation/identifiers';
import { createTestHouse } from '../../../test/support/house.ts';
import { watchStatements } from '../../../test/support/statements.ts';
import { seedStaff } from './seed.ts';
import { signIn } from './session.ts';
import { codeNow, newAuthenticatorSecret } from '#foundation/authenticator';

test('a wrong password, a wrong code and an unknown address cost the same, statement by statement', async (t) => {
  const { house, close } = await createTestHouse();
  t.after(close);
  const odsCode = readOdsCode('Y00001');
  assert.ok(odsCode);
  const secret = newAuthenticatorSecret();
  const password = 'seven damp lanterns';
  const passwordHash = await house.passwords.hash(password);
  const email = 'known@practice.example';
  const staff = { place: odsCode, name: 'Sam', email, roles: ['verifier'], passwordHash, secret } as const;
  await house.transact((deps) => seedStaff(deps, staff));
  const code = codeNow(house, secret);
  const costOf = async (attempt: { email: string; password: string; code: string }) => {
    const watched = watchStatements(house);
    const done = await signIn(watched.house, {
      ...attempt,
      portal: 'practice',
      remoteAddress: '203.0.113.9',
    });
    assert.deepEqual(done, { outcome: 'no_match' });
    return watched.statements;
  };
  const unknown = await costOf({ email: 'unknown@practice.example', password, code });
  assert.ok(unknown.length > 2);
  assert.deepEqual(await costOf({ email, password: 'another thing 4', code }), unknown);
  assert.deepEqual(await costOf({ email, password, code: '000000' }), unknown);
});
