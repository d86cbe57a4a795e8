import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import {
  applicationForm,
  askRegister,
  askToken,
  fetchToken,
  signAssertion,
  type AssertionChanges,
} from '../../../test/support/register-caller.ts';
import { startTestRegister, unusedNhsNumber, type TestRegister } from '../../../test/support/register.ts';

let home: TestHouse;
let register: TestRegister;
before(async () => {
  home = await createTestHouse();
  register = await startTestRegister(home);
});
after(async () => {
  await register.close();
  await home.close();
});

const seconds = (): number => Math.floor(home.clock.now().getTime() / 1000);
const askWith = async (changes: AssertionChanges) =>
  askToken(register, await applicationForm(register, changes));

suite('the token endpoint of the register', () => {
  test('gives an application a token for about ten minutes, and says so in text', async () => {
    const { status, body } = await askWith({});
    assert.equal(status, 200);
    assert.deepEqual([body.token_type, body.expires_in], ['Bearer', '599']);
    const asked = await askRegister(register, `Patient/${unusedNhsNumber()}`, {
      authorization: `Bearer ${body.access_token}`,
    });
    assert.equal(asked.status, 404);
  });

  const another = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ format: 'pem', type: 'pkcs8' })
    .toString();
  const wrong: [string, () => AssertionChanges, number, RegExp][] = [
    ['signed with another key', () => ({ key: another }), 401, /signature/u],
    ['of an unknown key id', () => ({ header: { kid: 'other' } }), 401, /kid/u],
    ['without a type', () => ({ header: { typ: undefined } }), 400, /typ/u],
    ['signed otherwise than with RS512', () => ({ header: { alg: 'RS256' } }), 400, /RS512/u],
    ['of another application', () => ({ claims: { iss: 'x', sub: 'x' } }), 401, /iss\/sub/u],
    ['of one application about another', () => ({ claims: { sub: 'x' } }), 400, /iss\/sub/u],
    ['meant for another address', () => ({ claims: { aud: `${register.tokenUrl}/` } }), 401, /aud/u],
    ['without an id', () => ({ claims: { jti: undefined } }), 400, /jti/u],
    ['with an id that can’t be kept', () => ({ claims: { jti: 'a\u0000b' } }), 400, /decode/u],
    ['that has expired', () => ({ claims: { exp: seconds() - 20 } }), 400, /expired/u],
    ['that lasts longer than five minutes', () => ({ claims: { exp: seconds() + 360 } }), 400, /5 minutes/u],
    ['that never ends', () => ({ claims: { exp: undefined } }), 400, /exp/u],
  ];
  for (const [what, changes, status, why] of wrong) {
    test(`takes no assertion ${what}`, async () => {
      const { status: answered, body } = await askWith(changes());
      assert.equal(answered, status, JSON.stringify(body));
      assert.equal(body.error, 'invalid_request');
      assert.match(body.error_description, why);
    });
  }

  test('takes each assertion once, also when it comes many times at once', async () => {
    const form = await applicationForm(register);
    const answers = await Promise.all(Array.from({ length: 8 }, () => askToken(register, form)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    const again = await askToken(register, form);
    assert.match(again.body.error_description, /jti/u);
  });

  test('remembers assertions no longer than they could be used', async () => {
    await fetchToken(register);
    home.clock.advance(700);
    await fetchToken(register, { now: home.clock.now() });
    home.clock.reset();
    const { rows } = await home.house.database.pool.query('SELECT jti FROM pds.simulated_assertion');
    assert.equal(rows.length, 1);
  });

  test('refuses what is no assertion, and other ways of asking', async () => {
    const form = await applicationForm(register);
    const cases = [
      { ...form, grant_type: 'password' },
      { ...form, client_assertion_type: 'x' },
      { ...form, client_assertion: 'a.b.c' },
      { grant_type: 'client_credentials', client_assertion_type: form.client_assertion_type },
      { ...form, grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' },
    ];
    for (const one of cases) assert.equal((await askToken(register, one)).status, 400, JSON.stringify(one));
  });

  test('takes no ID token that the login did not sign', async () => {
    const form = {
      ...(await applicationForm(register)),
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    };
    for (const claims of [{ iss: 'https://other.example' }, { iss: home.house.settings.issuer }]) {
      const subject = await signAssertion(register, { claims: { ...claims, vot: 'P9.Cp.Cd' } });
      const { status } = await askToken(register, {
        ...form,
        ...(await applicationForm(register)),
        grant_type: form.grant_type,
        subject_token: subject,
      });
      assert.ok(status >= 400, `${status}`);
    }
  });
});

suite('on the wire', () => {
  let authorization: string;
  let nhsNumber: string;
  before(async () => {
    authorization = `Bearer ${await fetchToken(register)}`;
    nhsNumber = await register.addPatient({});
  });
  const read = () => askRegister(register, `Patient/${nhsNumber}`, { authorization });

  for (const [kind, status, code] of [
    ['fail', 500, 'UNKNOWN_ERROR'],
    ['unavailable', 503, 'SERVICE_UNAVAILABLE'],
    ['timeout408', 408, 'UNABLE_TO_CALL_SERVICE'],
    ['too-many', 429, 'TOO_MANY_REQUESTS'],
    ['token-refused', 401, 'ACCESS_DENIED'],
  ] as const) {
    test(`the fault ${kind} happens so many times, and then is over`, async () => {
      await register.setFault(kind, 2);
      for (let times = 0; times < 2; times += 1) {
        const asked = await read();
        assert.deepEqual([asked.status, asked.code], [status, code]);
        assert.equal(asked.headers.has('retry-after'), status === 503 || status === 429);
        assert.ok(asked.headers.has('x-request-id'));
      }
      assert.equal((await read()).status, 200);
    });
  }

  test('faults that can’t be read break what reads them, and no more', async () => {
    await register.setFault('half');
    await register.setFault('malformed');
    await assert.rejects(read());
    await assert.rejects(read(), SyntaxError);
    assert.equal((await read()).status, 200);
  });

  test('of ten requests at once a fault of three times hits three', async () => {
    await register.setFault('fail', 3);
    const answers = await Promise.all(Array.from({ length: 10 }, read));
    assert.equal(answers.filter(({ status }) => status === 500).length, 3);
  });

  test('more requests in a second than its limit allows are refused', async () => {
    const limited = await startTestRegister(home, { requestsPerSecond: 3 });
    const token = await fetchToken(limited);
    const ask = () => askRegister(limited, `Patient/${nhsNumber}`, { authorization: `Bearer ${token}` });
    const statuses = (await Promise.all(Array.from({ length: 6 }, ask))).map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 200).length, 3);
    assert.equal(statuses.filter((status) => status === 429).length, 3);
    home.clock.advance(2);
    assert.equal((await ask()).status, 200);
    home.clock.reset();
    await limited.close();
  });
});
