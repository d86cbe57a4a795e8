import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setLandline, type Account } from '#accounts';
import { readClient, updateClient } from '#partners';
import { gpCredentials, makeKnown } from '../support/identities.ts';
import { watchSignatures } from '../support/signatures.ts';
import { watchStatements } from '../support/statements.ts';
import { codeIn, createPerson, signIn } from './support/people.ts';
import { listen, startProvider, type TestProvider } from './support/provider.ts';
import { exchange, refresh, registerService, type Parameters, type TestService } from './support/service.ts';
import { bearer, payloadOf } from './support/tokens.ts';

const everyScope =
  'openid profile profile_extended email phone landline gp_registration_details gp_integration_credentials client_metadata';
const vectors = ['P0', 'P5', 'P9'].flatMap((level) => [`${level}.Cp`, `${level}.Cp.Cd`]);

let provider: TestProvider;
let service: TestService;
before(async () => {
  provider = await startProvider();
  service = await registerService(provider, {
    scopes: [...everyScope.split(' '), 'basic_demographics'],
    vectors,
    im1Enabled: true,
  });
});
after(() => provider.close());

type Tokens = Readonly<Record<string, unknown>>;

async function tokensOf(person: Account, changes: Parameters, at: TestService = service): Promise<Tokens> {
  const back = await signIn(provider, at, { accountId: person.id }, changes);
  const answer = await exchange(provider, at, codeIn(back));
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
}

async function userinfoOf(tokens: Tokens, fetching = provider.fetch): Promise<Record<string, unknown>> {
  const response = await fetching('/userinfo', { headers: bearer(tokens['access_token']) });
  assert.equal(response.status, 200);
  return (await response.json()) as Record<string, unknown>;
}

async function known(level: 'P5' | 'P9'): Promise<{ person: Account; nhsNumber: string }> {
  const person = await createPerson(provider);
  const nhsNumber = await makeKnown(provider, {
    accountId: person.id,
    level,
    phoneMatched: true,
    withGpCredentials: level === 'P9',
  });
  return { person, nhsNumber };
}

function chosen(payload: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => name in payload).map((name) => [name, payload[name]]));
}

suite('somebody proven, at a service that may have everything', () => {
  test('is told of in each token and at userinfo as the contract says', async () => {
    const { person, nhsNumber } = await known('P9');
    await setLandline(provider.house.deps, { accountId: person.id, landline: '+441632960123' });
    const tokens = await tokensOf(person, { scope: everyScope, vtr: '["P9.Cp.Cd"]' });
    const { client_user_metadata: metadata, ...told } = await userinfoOf(tokens);
    const identifying = {
      nhs_number: nhsNumber,
      family_name: 'Hopper',
      birthdate: '1986-12-09',
      identity_proofing_level: 'P9',
    };
    assert.match(String(metadata), /^[\w-]{342}$/u);
    assert.deepEqual(told, {
      iss: provider.issuer,
      sub: person.id,
      aud: service.clientId,
      ...identifying,
      given_name: 'Grace',
      email: person.email,
      email_verified: true,
      phone_number: person.phone,
      phone_number_verified: true,
      phone_number_pds_matched: true,
      landline_number: '+441632960123',
      landline_number_verified: true,
      gp_registration_details: { gp_ods_code: 'Z99001' },
      gp_integration_credentials: {
        gp_user_id: gpCredentials.gpUserId,
        gp_linkage_key: gpCredentials.gpLinkageKey,
        gp_ods_code: gpCredentials.gpOdsCode,
      },
    });
    const notInIdToken = ['given_name', 'email', 'phone_number', 'requesting_patient', 'scope'];
    const idToken = payloadOf(tokens['id_token']);
    assert.deepEqual(chosen(idToken, [...Object.keys(identifying), ...notInIdToken]), identifying);
    const accessToken = payloadOf(tokens['access_token']);
    assert.deepEqual(
      chosen(accessToken, [
        ...'nhs_number reason_for_request requesting_patient scope version token_use'.split(' '),
        ...'family_name birthdate given_name identity_proofing_level email'.split(' '),
      ]),
      {
        nhs_number: nhsNumber,
        reason_for_request: 'patientaccess',
        requesting_patient: nhsNumber,
        scope: everyScope,
        version: 0,
        token_use: 'access',
      },
    );
  });

  test('gives no GP integration credentials after a password alone, or to a service without IM1', async () => {
    const { person } = await known('P9');
    const weak = await userinfoOf(await tokensOf(person, { scope: everyScope, vtr: '["P9.Cp"]' }));
    assert.equal(weak['gp_integration_credentials'], undefined);
    assert.equal(weak['given_name'], 'Grace');
    const scopes = everyScope.split(' ');
    const without = await registerService(provider, { scopes, vectors, im1Enabled: false });
    const asked = { scope: everyScope, vtr: '["P9.Cp.Cd"]' };
    const strong = await userinfoOf(await tokensOf(person, asked, without));
    assert.equal(strong['gp_integration_credentials'], undefined);
  });

  test('does not show the NHS number to a service of basic_demographics, wherever it looks', async () => {
    const { person, nhsNumber } = await known('P9');
    const tokens = await tokensOf(person, { scope: 'openid basic_demographics', vtr: '["P9.Cp.Cd"]' });
    const all = [payloadOf(tokens['id_token']), payloadOf(tokens['access_token']), await userinfoOf(tokens)];
    assert.ok(!JSON.stringify(all).includes(nhsNumber));
    assert.equal(all[0]?.['family_name'], 'Hopper');
  });
});

test('a refreshed access token says as much as the first, and what was withdrawn or narrowed is not in it', async () => {
  const { person, nhsNumber } = await known('P5');
  const tokens = await tokensOf(person, { scope: 'openid profile email', vtr: '["P5.Cp"]' });
  const again = await refresh(provider, service, tokens['refresh_token']);
  assert.equal(payloadOf(again.body['access_token'])['nhs_number'], nhsNumber);
  const narrowed = await refresh(provider, service, again.body['refresh_token'], { scope: 'openid email' });
  const payload = payloadOf(narrowed.body['access_token']);
  assert.deepEqual([payload['nhs_number'], payload['requesting_patient']], [undefined, undefined]);
});

test('who becomes known better releases nothing more through tokens of before', async () => {
  const person = await createPerson(provider);
  const tokens = await tokensOf(person, { scope: 'openid profile', vtr: '["P0.Cp"]' });
  await makeKnown(provider, { accountId: person.id, level: 'P9' });
  const told = await userinfoOf(tokens);
  assert.deepEqual([told['nhs_number'], told['identity_proofing_level']], [undefined, 'P9']);
  const refreshed = await refresh(provider, service, tokens['refresh_token']);
  assert.equal(payloadOf(refreshed.body['access_token'])['nhs_number'], undefined);
});

test('a service gets no more than it is registered for by now, whatever its tokens were issued for', async () => {
  const scopes = ['openid', 'profile', 'email'];
  const leaving = await registerService(provider, { scopes, vectors });
  const { person } = await known('P5');
  const tokens = await tokensOf(person, { scope: scopes.join(' '), vtr: '["P5.Cp"]' }, leaving);
  await provider.house.transact(async (deps) => {
    const client = await readClient(deps, leaving.clientId);
    assert.ok(client !== undefined);
    await updateClient(deps, leaving.clientId, { ...client, scopes: ['openid', 'email'] });
  });
  const told = await userinfoOf(tokens);
  assert.deepEqual([told['nhs_number'], told['email']], [undefined, person.email]);
  const { body } = await refresh(provider, leaving, tokens['refresh_token']);
  assert.equal(body['scope'], 'openid email');
  assert.equal(payloadOf(body['access_token'])['nhs_number'], undefined);
});

suite('a call of userinfo', () => {
  /** The same provider, with every statement counted that it sends. */
  async function countedCalls<T>(
    work: (parts: { fetching: typeof fetch; counted: () => number }) => Promise<T>,
  ): Promise<T> {
    const { house, statements } = watchStatements(provider.house);
    const { app, port } = await listen(house);
    const fetching: typeof fetch = (path, init) => fetch(`http://127.0.0.1:${port}${String(path)}`, init);
    const counted = () => statements.splice(0).length;
    try {
      counted();
      return await work({ fetching, counted });
    } finally {
      await app.close();
    }
  }

  test('costs one statement, two at the first look at what the service keeps, and no signature', async (t) => {
    const { person } = await known('P9');
    const all = await tokensOf(person, { scope: everyScope, vtr: '["P9.Cp.Cd"]' });
    const few = await tokensOf(person, { scope: 'openid profile email phone', vtr: '["P9.Cp.Cd"]' });
    const signatures = watchSignatures(t);
    await countedCalls(async ({ fetching, counted }) => {
      await userinfoOf(few, fetching);
      assert.equal(counted(), 1);
      await userinfoOf(all, fetching);
      assert.equal(counted(), 2);
      await userinfoOf(all, fetching);
      assert.equal(counted(), 1);
      const changed = await fetching('/userinfo', {
        method: 'PATCH',
        headers: { ...bearer(all['access_token']), 'content-type': 'application/json' },
        body: '{"client_user_metadata":"auto"}',
      });
      assert.deepEqual([changed.status, counted()], [204, 2]);
    });
    assert.equal(signatures(), 0);
    await refresh(provider, service, few['refresh_token']);
    assert.ok(signatures() > 0);
  });

  test('that is refused for its token costs no statement', async () => {
    await countedCalls(async ({ fetching, counted }) => {
      for (const headers of [{}, bearer('nonsense')])
        assert.equal((await fetching('/userinfo', { headers })).status, 401);
      assert.equal(counted(), 0);
    });
  });
});
