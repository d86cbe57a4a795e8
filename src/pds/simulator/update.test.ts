import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import type { NhsNumber } from '#foundation/identifiers';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { askRegister, fetchToken, type Asked } from '../../../test/support/register-caller.ts';
import { startTestRegister, type TestPatient, type TestRegister } from '../../../test/support/register.ts';
import { issueAccessToken } from './access-token.ts';

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

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Somebody in the register, and what a service does with their token. */
async function signedIn(patient: TestPatient = {}, vot = 'P9.Cp.Cd') {
  const nhsNumber = await register.addPatient({
    mobile: '07700 900555',
    email: 'a@people.example',
    ...patient,
  });
  const token = issueAccessToken(home.house, { mode: 'patient', nhsNumber, vot });
  const read = () => askRegister(register, `Patient/${nhsNumber}`, bearer(token));
  return {
    nhsNumber,
    read,
    search: () => askRegister(register, 'Patient?family=Meadows&birthdate=eq1980-05-17', bearer(token)),
    of: (other: NhsNumber) => askRegister(register, `Patient/${other}`, bearer(token)),
    patch: (patches: unknown, headers: Record<string, string> = {}): Promise<Asked> =>
      askRegister(
        register,
        `Patient/${nhsNumber}`,
        {
          ...bearer(token),
          'content-type': 'application/json-patch+json',
          'if-match': 'W/"1"',
          ...headers,
        },
        { method: 'PATCH', body: JSON.stringify({ patches }) },
      ),
  };
}

interface Point {
  readonly id: string;
  readonly period: { readonly start: string };
  readonly use: string;
  readonly value: string;
}

function mobileOf({ body }: Asked): Point | undefined {
  const points: readonly Point[] = body.telecom ?? [];
  return points.find(({ use }) => use === 'mobile');
}

suite('with the token of somebody who signed in', () => {
  test('their own entry is open, nobody else’s, and no search', async () => {
    const [me, other] = [await signedIn(), await signedIn()];
    assert.equal((await me.read()).status, 200);
    for (const asked of [await me.of(other.nhsNumber), await me.search()])
      assert.deepEqual([asked.status, asked.code], [403, 'ACCESS_DENIED']);
  });

  for (const [vot, status] of [
    ['P9.Cp.Cd', 200],
    ['P9.Cp.Ck', 200],
    ['P9.Cm', 200],
    ['P9.Cp', 403],
    ['P5.Cp.Cd', 403],
    ['P0.Cp.Cd', 403],
  ] as const) {
    test(`${vot} ${status === 200 ? 'opens it' : 'does not'}`, async () => {
      assert.equal((await (await signedIn({}, vot)).read()).status, status);
    });
  }

  test('the mobile number is replaced, removed after a test, and added', async () => {
    const me = await signedIn();
    const old = mobileOf(await me.read());
    assert.ok(old);
    const value = { ...old, value: '07700900556' };
    const replaced = await me.patch([{ op: 'replace', path: '/telecom/0', value }]);
    assert.deepEqual([replaced.status, replaced.headers.get('etag')], [200, 'W/"2"']);
    assert.equal(mobileOf(replaced)?.value, '07700900556');
    const removed = await me.patch(
      [
        { op: 'test', path: '/telecom/0/id', value: old.id },
        { op: 'remove', path: '/telecom/0' },
      ],
      { 'if-match': 'W/"2"' },
    );
    assert.equal(mobileOf(removed), undefined);
    const item = { system: 'phone', use: 'mobile', value: '07700900557' };
    const added = await me.patch([{ op: 'add', path: '/telecom/-', value: item }], { 'if-match': 'W/"3"' });
    assert.equal(mobileOf(added)?.value, '07700900557');
    assert.notEqual(mobileOf(added)?.id, old.id);
  });

  test('what is changed is so since the day that it is in the United Kingdom', async (context) => {
    const now = home.clock.now();
    const summer = `${now.getUTCFullYear() + 1}-07-02`;
    home.clock.advance((new Date(`${summer}T00:30:00+01:00`).getTime() - now.getTime()) / 1000);
    context.after(() => home.clock.reset());
    const me = await signedIn();
    const value = { ...mobileOf(await me.read()), value: '07700900558', period: undefined };
    const replaced = await me.patch([{ op: 'replace', path: '/telecom/0', value }]);
    assert.equal(mobileOf(replaced)?.period.start, summer);
  });

  test('an update that is sent again, also at once, is made once', async () => {
    const me = await signedIn();
    const value = { system: 'email', use: 'work', value: 'work@people.example' };
    const again = { 'X-Request-ID': randomUUID() };
    const patches = [{ op: 'add', path: '/telecom/-', value }];
    const answers = await Promise.all(Array.from({ length: 5 }, () => me.patch(patches, again)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200],
    );
    const { body, headers } = await me.read();
    assert.equal(headers.get('etag'), 'W/"2"');
    assert.equal(body.telecom.length, 3);
  });

  test('of several updates of one version one is made', async () => {
    const me = await signedIn();
    const answers = await Promise.all(
      ['1', '2', '3', '4'].map((digit) =>
        me.patch([
          {
            op: 'add',
            path: '/telecom/-',
            value: { system: 'email', use: 'work', value: `w${digit}@people.example` },
          },
        ]),
      ),
    );
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409, 409, 409]);
  });

  const email = { system: 'email', use: 'work', value: 'w@people.example' };
  const refused: [string, unknown, Record<string, string>, number, string][] = [
    [
      'without a version',
      [{ op: 'add', path: '/telecom/-', value: email }],
      { 'if-match': '' },
      412,
      'PRECONDITION_FAILED',
    ],
    [
      'of another version',
      [{ op: 'add', path: '/telecom/-', value: email }],
      { 'if-match': 'W/"9"' },
      409,
      'RESOURCE_VERSION_MISMATCH',
    ],
    [
      'in another form',
      [{ op: 'add', path: '/telecom/-', value: email }],
      { 'content-type': 'application/json' },
      400,
      'UNSUPPORTED_SERVICE',
    ],
    ['without patches', undefined, {}, 400, 'INVALID_UPDATE'],
    ['of the name', [{ op: 'replace', path: '/name/0/family', value: 'Other' }], {}, 400, 'INVALID_UPDATE'],
    [
      'of a home number',
      [{ op: 'add', path: '/telecom/-', value: { system: 'phone', use: 'home', value: '01632960001' } }],
      {},
      400,
      'INVALID_UPDATE',
    ],
    ['that removes without a test', [{ op: 'remove', path: '/telecom/0' }], {}, 400, 'INVALID_UPDATE'],
    [
      'whose test fails',
      [
        { op: 'test', path: '/telecom/0/id', value: 'x' },
        { op: 'remove', path: '/telecom/0' },
      ],
      {},
      400,
      'INVALID_UPDATE',
    ],
    [
      'under a place that is not there',
      [{ op: 'replace', path: '/telecom/7', value: email }],
      {},
      400,
      'INVALID_UPDATE',
    ],
    [
      'with what can’t be kept',
      [{ op: 'add', path: '/telecom/-', value: { ...email, value: 'a\u0000b@people.example' } }],
      {},
      400,
      'INVALID_UPDATE',
    ],
    [
      'that names what every object has',
      [{ op: 'test', path: '/telecom/0/constructor', value: 'x' }],
      {},
      400,
      'INVALID_UPDATE',
    ],
  ];
  for (const [what, patches, headers, status, code] of refused) {
    test(`an update ${what} is refused, and changes nothing`, async () => {
      const me = await signedIn();
      const asked = await me.patch(patches, headers);
      assert.deepEqual([asked.status, asked.code], [status, code], JSON.stringify(asked.body));
      assert.equal((await me.read()).headers.get('etag'), 'W/"1"');
    });
  }

  test('a restricted entry is not updated', async () => {
    const me = await signedIn({ restricted: true });
    const asked = await me.patch([{ op: 'add', path: '/telecom/-', value: email }]);
    assert.deepEqual([asked.status, asked.code], [403, 'FORBIDDEN_UPDATE']);
  });
});

test('an application alone updates nobody', async () => {
  const nhsNumber = await register.addPatient({});
  const headers = { ...bearer(await fetchToken(register)), 'content-type': 'application/json-patch+json' };
  const asked = await askRegister(register, `Patient/${nhsNumber}`, headers, { method: 'PATCH', body: '{}' });
  assert.deepEqual([asked.status, asked.code], [403, 'INVALID_METHOD']);
});
