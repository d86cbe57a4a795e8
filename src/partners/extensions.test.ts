import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import {
  clientOnTheWire,
  clientRegistration,
  overlayRegistration,
  readClient,
  registerClient,
  updateClient,
} from '#partners';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { assurances } from '../../test/support/listing.ts';

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .publicKey.export({ format: 'pem', type: 'spki' })
  .toString();
const least = {
  client_name: 'Riverbank',
  redirect_uris: ['https://riverbank.example/cb'],
  public_key_pem: pem,
  assurances,
};
const keysThere = { public_key_pem: undefined, jwks_uri: 'https://riverbank.example/jwks.json' };

function read(changes: Record<string, unknown>, mode: 'sandbox' | 'production' = 'production') {
  return clientRegistration({ mode }).safeParse({ ...least, ...changes });
}

function complaintOf(changes: Record<string, unknown>, mode?: 'sandbox' | 'production'): string {
  const result = read(changes, mode);
  assert.equal(result.success, false, JSON.stringify(changes));
  return result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('\n');
}

suite('what goes beyond the contract', () => {
  test('is off unless it is registered', () => {
    const { pushedRequests, signedRequests, dpopBound, tokenRevocation, jwksUri } = read({}).data ?? {};
    assert.deepEqual(
      [pushedRequests, signedRequests, dpopBound, tokenRevocation, jwksUri],
      [undefined, undefined, false, false, undefined],
    );
  });

  test('is turned on in the words of the standards', () => {
    const everything = read({
      require_pushed_authorization_requests: true,
      request_object_signing_alg: 'RS512',
      dpop_bound_access_tokens: true,
      use_token_revocation: true,
    }).data;
    assert.equal(everything?.pushedRequests, 'required');
    assert.equal(everything?.signedRequests, 'allowed');
    assert.equal(everything?.dpopBound, true);
    assert.equal(everything?.tokenRevocation, true);
    assert.equal(read({ use_pushed_authorization_requests: true }).data?.pushedRequests, 'allowed');
    const mustSign = { request_object_signing_alg: 'RS512', require_signed_request_object: true };
    assert.equal(read(mustSign).data?.signedRequests, 'required');
  });

  test('contradictions and other algorithms are refused, saying what to do', () => {
    assert.match(
      complaintOf({ use_pushed_authorization_requests: false, require_pushed_authorization_requests: true }),
      /must be false as well/u,
    );
    assert.match(
      complaintOf({ require_signed_request_object: true }),
      /needs request_object_signing_alg: RS512/u,
    );
    for (const alg of ['none', 'RS256', 'HS512', 'ES256', '']) {
      assert.match(complaintOf({ request_object_signing_alg: alg }), /must be RS512/u);
    }
    assert.match(complaintOf({ dpop_bound_access_tokens: 'yes' }), /true or false/u);
  });
});

suite('keys by address', () => {
  test('are one of three ways to give keys, of which there must be exactly one', () => {
    assert.equal(read(keysThere).data?.jwksUri, keysThere.jwks_uri);
    assert.deepEqual(read(keysThere).data?.jwks, { keys: [] });
    assert.match(
      complaintOf({ jwks_uri: keysThere.jwks_uri }),
      /exactly one of public_key_pem, jwks and jwks_uri/u,
    );
    assert.match(complaintOf({ public_key_pem: undefined }), /exactly one/u);
  });

  for (const [uri, complaint] of [
    ['http://riverbank.example/jwks.json', /must start with https/u],
    ['ftp://riverbank.example/jwks.json', /must start with https/u],
    ['https://ada:secret@riverbank.example/', /user name/u],
    ['https://riverbank.example/#keys', /fragment/u],
    ['https://localhost/jwks.json', /public internet/u],
    ['https://127.0.0.1/jwks.json', /public internet/u],
    ['https://0x7f.1/jwks.json', /public internet/u],
    ['https://10.1.2.3/jwks.json', /public internet/u],
    ['https://169.254.169.254/latest', /public internet/u],
    ['https://[::1]/jwks.json', /public internet/u],
    ['https://[::ffff:10.0.0.1]/jwks.json', /public internet/u],
    ['jwks.json', /not a valid address/u],
  ] as const) {
    test(`are not at ${uri} in production, saying why`, () => {
      assert.match(complaintOf({ ...keysThere, jwks_uri: uri }), complaint);
    });
  }

  test('are at this very machine in a sandbox, but not inside anybody’s network', () => {
    for (const uri of [
      'http://localhost:8080/jwks',
      'http://127.0.0.1/jwks',
      'http://[::1]:1/',
      'https://localhost/',
    ])
      assert.ok(read({ ...keysThere, jwks_uri: uri }, 'sandbox').success, uri);
    assert.match(complaintOf({ ...keysThere, jwks_uri: 'https://10.0.0.1/' }, 'sandbox'), /public internet/u);
    assert.match(
      complaintOf({ ...keysThere, jwks_uri: 'http://keys.example/' }, 'sandbox'),
      /only for localhost/u,
    );
  });
});

suite('changing what goes beyond the contract', () => {
  let home: TestHouse;
  before(async () => {
    home = await createTestHouse();
  });
  after(() => home.close());

  const schema = clientRegistration({ mode: 'production' });
  const register = (changes: Record<string, unknown>) =>
    home.house.transact((deps) => registerClient(deps, schema.parse({ ...least, ...changes })));

  test('what was registered is kept, shown and can be registered again', async () => {
    const client = await register({
      ...keysThere,
      require_pushed_authorization_requests: true,
      request_object_signing_alg: 'RS512',
      require_signed_request_object: true,
      dpop_bound_access_tokens: true,
      use_token_revocation: true,
    });
    assert.deepEqual(await readClient(home.house.deps, client.clientId), client);
    const { client_id: _id, client_id_issued_at: _at, ...shown } = clientOnTheWire(client);
    assert.equal('jwks' in shown, false);
    const { clientId, createdAt, directoryId, ...registration } = client;
    assert.ok(clientId !== '' && createdAt !== null && directoryId === undefined);
    assert.deepEqual(schema.parse(JSON.parse(JSON.stringify(shown))), registration);
  });

  test('keys move to an address and back, and every extension is turned off again', async () => {
    const client = await register({ request_object_signing_alg: 'RS512', use_token_revocation: true });
    const changed = async (changes: Record<string, unknown>) => {
      const found = await readClient(home.house.deps, client.clientId);
      assert.ok(found !== undefined);
      const registration = schema.parse(overlayRegistration(found, changes));
      const updated = await home.house.transact((deps) => updateClient(deps, client.clientId, registration));
      assert.deepEqual(await readClient(home.house.deps, client.clientId), updated);
      return updated;
    };
    const moved = await changed({ jwks_uri: keysThere.jwks_uri });
    assert.deepEqual([moved?.jwksUri, moved?.jwks.keys], [keysThere.jwks_uri, []]);
    const back = await changed({ public_key_pem: pem, jwks_uri: null });
    assert.deepEqual([back?.jwksUri, back?.jwks], [undefined, client.jwks]);
    const off = await changed({ request_object_signing_alg: null, use_token_revocation: false });
    assert.deepEqual([off?.signedRequests, off?.tokenRevocation], [undefined, false]);
  });
});
