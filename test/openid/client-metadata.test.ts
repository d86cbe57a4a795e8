import assert from 'node:assert/strict';
import { constants, KeyObject, privateDecrypt } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { forgetAccount as forgetLogin, type Account } from '#accounts';
import { forgetAccount as forgetAgreements, withdrawAgreement } from '#consent';
import { readClient, updateClient } from '#partners';
import { codeIn, createPerson, signIn } from './support/people.ts';
import { startProvider, type TestProvider } from './support/provider.ts';
import { exchange, registerService, type TestService } from './support/service.ts';
import { bearer } from './support/tokens.ts';

const scope = 'openid client_metadata';
let provider: TestProvider;
let service: TestService;
before(async () => {
  provider = await startProvider();
  service = await register();
});
after(() => provider.close());

function register(): Promise<TestService> {
  return registerService(provider, { scopes: ['openid', 'email', 'client_metadata'] });
}

async function tokenOf(person: Account, at = service, asked = scope): Promise<unknown> {
  const back = await signIn(provider, at, { accountId: person.id }, { scope: asked });
  return (await exchange(provider, at, codeIn(back))).body['access_token'];
}

async function read(token: unknown): Promise<unknown> {
  const response = await provider.fetch('/userinfo', { headers: bearer(token) });
  assert.equal(response.status, 200);
  return ((await response.json()) as Record<string, unknown>)['client_user_metadata'];
}

async function patch(
  token: unknown,
  body: string | Uint8Array<ArrayBuffer>,
  type: string | undefined = 'application/json',
) {
  const response = await provider.fetch('/userinfo', {
    method: 'PATCH',
    headers: { ...bearer(token), 'content-type': type },
    body,
  });
  const text = await response.text();
  const { status, headers } = response;
  return {
    status,
    headers,
    text,
    error: text === '' ? undefined : (JSON.parse(text) as { error: string }).error,
  };
}

const write = (token: unknown, value: unknown) =>
  patch(token, JSON.stringify({ client_user_metadata: value }));

function decrypt(value: unknown, { privateKey }: TestService): Buffer {
  return privateDecrypt(
    { key: KeyObject.from(privateKey), padding: constants.RSA_PKCS1_OAEP_PADDING },
    Buffer.from(String(value), 'base64url'),
  );
}

suite('what a service keeps about a person', () => {
  test('starts as a random number that only the service can read, and stays the same', async () => {
    const token = await tokenOf(await createPerson(provider));
    const first = await read(token);
    assert.equal(decrypt(first, service).length, 32);
    assert.equal(await read(token), first);
  });

  test('starts once, also when many look at the same moment', async () => {
    const token = await tokenOf(await createPerson(provider));
    const seen = await Promise.all(Array.from({ length: 8 }, () => read(token)));
    assert.equal(new Set(seen).size, 1);
  });

  test('is changed, and read as it was written', async () => {
    const token = await tokenOf(await createPerson(provider));
    for (const value of ['a note', '{"any":["thing"]}', 'ŵ\u0000 "\\', '🦦'.repeat(1024)]) {
      const { status, text } = await write(token, value);
      assert.deepEqual([status, text], [204, '']);
      assert.equal(await read(token), value);
    }
  });

  test('is cleared by an empty text, and then left out', async () => {
    const token = await tokenOf(await createPerson(provider));
    assert.equal((await write(token, '')).status, 204);
    assert.equal(await read(token), undefined);
    assert.equal(await read(token), undefined);
  });

  test('becomes another random number by “auto”', async () => {
    const token = await tokenOf(await createPerson(provider));
    const first = decrypt(await read(token), service);
    assert.equal((await write(token, 'auto')).status, 204);
    const second = decrypt(await read(token), service);
    assert.equal(second.length, 32);
    assert.notDeepEqual(first, second);
  });

  test('is one service’s and one person’s', async () => {
    const [ada, ben] = [await createPerson(provider), await createPerson(provider)];
    const other = await register();
    const [mine, theirs] = [await tokenOf(ada), await tokenOf(ada, other)];
    await write(mine, 'of one service');
    await write(theirs, 'of the other');
    assert.deepEqual([await read(mine), await read(theirs)], ['of one service', 'of the other']);
    assert.equal(decrypt(await read(await tokenOf(ben)), service).length, 32);
  });

  test('is unreadable in the database', async () => {
    const token = await tokenOf(await createPerson(provider));
    await write(token, 'a very private note');
    const { rows } = await provider.house.database.pool.query<{ value: Buffer }>(
      'SELECT sealed_value AS value FROM consent.client_metadata',
    );
    assert.ok(rows.length > 0 && rows.every(({ value }) => !value.includes('private note')));
  });

  test('is forgotten with the agreement, and with the account, even if it is written at the same moment', async () => {
    const count = async ({ id }: Account) => {
      const { rows } = await provider.house.database.pool.query(
        'SELECT FROM consent.client_metadata WHERE account_id = $1',
        [id],
      );
      return rows.length;
    };
    const withdrawing = await createPerson(provider);
    const first = await tokenOf(withdrawing);
    await write(first, 'a note');
    const parties = { accountId: withdrawing.id, clientId: service.clientId };
    await provider.house.transact((deps) => withdrawAgreement(deps, parties));
    assert.equal(await count(withdrawing), 0);
    assert.equal(await read(first), undefined);
    const refused = await write(first, 'another note');
    assert.deepEqual([refused.status, refused.error], [403, 'insufficient_scope']);

    const closing = await createPerson(provider);
    const token = await tokenOf(closing);
    await Promise.all([
      ...Array.from({ length: 10 }, (_, index) => write(token, `note ${index}`)),
      provider.house.transact(async (deps) => {
        await forgetAgreements(deps, closing.id);
        await forgetLogin(deps, closing.id);
      }),
    ]);
    assert.equal(await count(closing), 0);
    assert.equal((await write(token, 'too late')).status, 401);
  });
});

suite('a change that is refused', () => {
  let token: unknown;
  before(async () => {
    token = await tokenOf(await createPerson(provider));
    await write(token, 'as before');
  });

  for (const [what, body, type] of [
    ['is no JSON', '{"client_user_metadata":', 'application/json'],
    ['is JSON of another shape', '["auto"]', 'application/json'],
    ['has nothing to change', '{}', 'application/json'],
    ['is a number', '{"client_user_metadata":1}', 'application/json'],
    ['is null', '{"client_user_metadata":null}', 'application/json'],
    ['has no body', '', 'application/json'],
    ['is too long', JSON.stringify({ client_user_metadata: 'x'.repeat(1025) }), 'application/json'],
    ['is a form', 'client_user_metadata=auto', 'application/x-www-form-urlencoded'],
    ['says nothing of its type', '{"client_user_metadata":"auto"}', ''],
  ] as const) {
    test(`because it ${what}: invalid_request, and nothing changes`, async () => {
      const { status, error } = await patch(token, body, type);
      assert.deepEqual([status, error], [400, 'invalid_request']);
      assert.equal(await read(token), 'as before');
    });
  }

  test('because it is not UTF-8: invalid_request', async () => {
    const body = Buffer.concat([
      Buffer.from('{"client_user_metadata":"'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    assert.equal((await patch(token, new Uint8Array(body))).status, 400);
    assert.equal(await read(token), 'as before');
  });

  test('because it is beyond any size: 413', async () => {
    assert.equal((await write(token, 'x'.repeat(70_000))).status, 413);
  });

  test('because the token has not the scope: insufficient_scope, which is named', async () => {
    const person = await createPerson(provider);
    const { status, error, headers } = await write(await tokenOf(person, service, 'openid email'), 'x');
    assert.deepEqual([status, error], [403, 'insufficient_scope']);
    assert.match(headers.get('www-authenticate') ?? '', /scope="client_metadata"/u);
  });

  test('because the service is no longer registered for it: insufficient_scope', async () => {
    const leaving = await register();
    const held = await tokenOf(await createPerson(provider), leaving);
    assert.equal((await write(held, 'x')).status, 204);
    await provider.house.transact(async (deps) => {
      const client = await readClient(deps, leaving.clientId);
      assert.ok(client !== undefined);
      await updateClient(deps, leaving.clientId, { ...client, scopes: ['openid'] });
    });
    assert.deepEqual([(await write(held, 'y')).status, await read(held)], [403, undefined]);
  });

  test('because there is no token, or no good one: 401 with a challenge', async () => {
    const bare = await provider.fetch('/userinfo', { method: 'PATCH' });
    assert.equal(bare.headers.get('www-authenticate'), `Bearer realm="${provider.issuer}"`);
    assert.equal(bare.status, 401);
    const { status, error } = await write('nonsense', 'x');
    assert.deepEqual([status, error], [401, 'invalid_token']);
  });
});
