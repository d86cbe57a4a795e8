import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import {
  clientOnTheWire,
  clientRegistration,
  listClients,
  overlayRegistration,
  readClient,
  registerClient,
  removeClient,
  updateClient,
} from '#partners';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { assurances } from '../../test/support/listing.ts';

const newKey = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .publicKey.export({ format: 'pem', type: 'spki' })
    .toString();
const schema = clientRegistration({ mode: 'production' });

suite('the register of services', () => {
  let home: TestHouse;
  before(async () => {
    home = await createTestHouse();
  });
  after(() => home.close());

  const wire = (changes: Record<string, unknown> = {}) => ({
    client_name: 'Riverbank Appointments',
    redirect_uris: ['https://riverbank.example/callback'],
    public_key_pem: newKey(),
    scopes: ['openid', 'profile'],
    vectors: ['P0.Cp'],
    nations: ['wales'],
    sso_with: ['hilltop'],
    require_nonce: false,
    client_uri: 'https://riverbank.example/',
    tos_uri: 'https://riverbank.example/terms?v=2',
    policy_uri: 'https://riverbank.example/privacy',
    assurances,
    ...changes,
  });
  const register = (changes?: Record<string, unknown>) =>
    home.house.transact((deps) => registerClient(deps, schema.parse(wire(changes))));

  test('allocates an id that can be read out, and gives back what was registered', async () => {
    const client = await register();
    assert.match(client.clientId, /^riverbank-appointments-[2-9a-z]{10}$/u);
    const found = await readClient(home.house.deps, client.clientId);
    assert.deepEqual(found, client);
    assert.deepEqual(found?.redirectUris, ['https://riverbank.example/callback']);
    assert.deepEqual(
      [found?.scopes, found?.vectors, found?.nations, found?.ssoWith],
      [['openid', 'profile'], ['P0.Cp'], ['wales'], ['hilltop']],
    );
    assert.equal(found?.requireNonce, false);
    assert.equal(found?.termsUri, 'https://riverbank.example/terms?v=2');
  });

  test('two services of one name have different ids; a name without letters still makes an id', async () => {
    const [one, other] = [await register(), await register()];
    assert.notEqual(one.clientId, other.clientId);
    const nameless = await register({ client_name: '健康' });
    assert.match(nameless.clientId, /^service-[2-9a-z]{10}$/u);
    const ids = (await listClients(home.house.deps)).map((client) => client.clientId);
    assert.ok(ids.includes(one.clientId) && ids.includes(nameless.clientId));
  });

  test('an id that is known elsewhere can be kept', async () => {
    const registration = schema.parse(wire());
    const client = await home.house.transact((deps) =>
      registerClient(deps, registration, { clientId: 'kept-from-before' }),
    );
    assert.equal(client.clientId, 'kept-from-before');
  });

  test('a change from the wire changes what it names, and what it gives as null is taken away', async () => {
    const client = await register();
    const changed = schema.parse(overlayRegistration(client, { client_name: 'Riverbank', tos_uri: null }));
    const updated = await home.house.transact((deps) => updateClient(deps, client.clientId, changed));
    assert.equal(updated?.clientName, 'Riverbank');
    assert.equal(updated?.termsUri, undefined);
    assert.deepEqual(updated?.jwks, client.jwks);
    assert.deepEqual(await readClient(home.house.deps, client.clientId), updated);
  });

  test('a new key takes the place of the old one', async () => {
    const client = await register();
    const changed = schema.parse(overlayRegistration(client, { public_key_pem: newKey() }));
    assert.equal(changed.jwks.keys.length, 1);
    assert.notEqual(changed.jwks.keys[0]?.kid, client.jwks.keys[0]?.kid);
  });

  test('what another process changes about a service counts at the next look', async () => {
    const client = await register();
    const { clientId } = client;
    const read = () => readClient(home.house.deps, clientId);
    assert.deepEqual(await read(), client);
    const { pool } = home.house.database;
    for (const scope of ['email', 'phone']) {
      await pool.query('UPDATE partners.client SET scopes = ARRAY[$1] WHERE client_id = $2', [
        scope,
        clientId,
      ]);
      assert.deepEqual(await read(), { ...client, scopes: [scope] });
    }
    await pool.query('DELETE FROM partners.client WHERE client_id = $1', [clientId]);
    assert.equal(await read(), undefined);
  });

  test('who reads a registration can’t change it for others', async () => {
    const client = await readClient(home.house.deps, (await register()).clientId);
    assert.ok(client !== undefined);
    assert.throws(() => Object.assign(client, { im1Enabled: true }), TypeError);
    assert.throws(() => Object.assign(client.scopes, ['email']), TypeError);
    assert.throws(() => Object.assign(client.jwks.keys[0] ?? {}, { n: '' }), TypeError);
  });

  test('what the wire shows can be registered again', async () => {
    const client = await register();
    const { client_id: clientId, client_id_issued_at: _, ...shown } = clientOnTheWire(client);
    assert.equal(clientId, client.clientId);
    assert.deepEqual(
      schema.parse(JSON.parse(JSON.stringify(shown))),
      schema.parse(overlayRegistration(client, {})),
    );
  });

  test('a removed service is gone, and changing or removing it again does nothing', async () => {
    const client = await register();
    const remove = () => home.house.transact((deps) => removeClient(deps, client.clientId));
    assert.equal(await remove(), true);
    assert.equal(await remove(), false);
    assert.equal(await readClient(home.house.deps, client.clientId), undefined);
    assert.equal(await home.house.transact((deps) => updateClient(deps, client.clientId, client)), undefined);
  });

  test('every change is in the audit trail', async () => {
    const client = await register();
    await home.house.transact((deps) => updateClient(deps, client.clientId, client));
    await home.house.transact((deps) => removeClient(deps, client.clientId));
    const { rows } = await home.house.database.pool.query<{ type: string }>(
      'SELECT type FROM audit.event WHERE client_id = $1 ORDER BY id',
      [client.clientId],
    );
    assert.deepEqual(
      rows.map((row) => row.type),
      ['client.registered', 'client.changed', 'client.removed'],
    );
  });
});
