import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { z } from 'zod';
import { listed } from '../support/listing.ts';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { call, refusalIn } from './support.ts';

const directoryShape = z.object({
  services: z.array(
    z.object({ name: z.string(), nations: z.array(z.string()), links: z.record(z.string(), z.string()) }),
  ),
});
const registeredShape = z.object({ client_id: z.string(), assurances: z.unknown(), listing: z.unknown() });

suite('the directory of a sandbox', () => {
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await openTestSandbox();
  });
  after(() => sandbox.close());

  const read = async (query = '') =>
    directoryShape.parse(await (await fetch(`${sandbox.origin}/services.json${query}`)).json()).services;
  const names = async (query?: string) => (await read(query)).map(({ name }) => name);
  const register = (changes: Readonly<Record<string, unknown>>) =>
    call(sandbox, 'POST', '/clients', {
      client_name: 'My own',
      redirect_uris: ['http://localhost:8080/callback'],
      public_key_pem: generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
        format: 'pem',
        type: 'spki',
      }),
      ...changes,
    });

  test('has the demo service and enough examples that every filter finds some and leaves some out', async () => {
    const all = await names();
    assert.ok(all.includes('Riverbank Appointments'));
    const filters = [
      ...['england', 'scotland', 'wales', 'northern-ireland', 'isle-of-man'].map((one) => `nation=${one}`),
      ...['P0', 'P5', 'P9'].map((one) => `level=${one}`),
      ...['cy', 'bfi', 'gd'].map((one) => `language=${one}`),
    ];
    for (const filter of filters) {
      const found = await names(`?${filter}`);
      assert.ok(found.length > 0 && found.length < all.length, filter);
    }
    assert.deepEqual(await names('?q=presgripsiynau'), ['Hilltop Prescriptions']);
  });

  test('leads to pages of the demo service, and for the examples nowhere that somebody could own', async () => {
    for (const { name, links } of await read()) {
      for (const link of Object.values(links)) {
        const { origin, hostname } = new URL(link);
        if (name === 'Riverbank Appointments') assert.equal(origin, sandbox.demoOrigin);
        else assert.match(hostname, /\.example$/u);
      }
    }
  });

  test('takes a service that a developer registers for it, until its listing is taken away', async () => {
    const answer = await register(listed);
    assert.equal(answer.status, 201);
    const { client_id: id, ...shown } = registeredShape.parse(answer.body);
    assert.deepEqual(shown, { assurances: listed.assurances, listing: listed.listing });
    assert.deepEqual(await names('?q=my+own'), ['My own']);
    assert.equal((await call(sandbox, 'PATCH', `/clients/${id}`, { listing: null })).status, 200);
    assert.deepEqual(await names('?q=my+own'), []);
    const { assurances } = listed;
    const free = { assurances: { ...assurances, free_at_point_of_delivery: false }, listing: listed.listing };
    const refused = await call(sandbox, 'PATCH', `/clients/${id}`, free);
    assert.equal(refusalIn(refused).problems[0]?.field, 'assurances.free_at_point_of_delivery');
  });

  test('never has a service that was registered without one', async () => {
    assert.equal((await register({ client_name: 'Only trying' })).status, 201);
    assert.deepEqual(await names('?q=only+trying'), []);
  });

  test('is described in the interface, with what a registration for it must hold', async () => {
    const { body } = await call(sandbox, 'GET', '/openapi.json');
    const described = JSON.stringify(body);
    for (const member of ['free_at_point_of_delivery', 'nhs_body', 'accessibility_uri', 'operator'])
      assert.ok(described.includes(`"${member}"`), member);
  });

  test('is as it was after a reset', async () => {
    const before = await names('?q=example');
    assert.equal((await call(sandbox, 'DELETE', '/clients/anadl')).status, 204);
    assert.ok(!(await names()).includes('Anadl'));
    assert.equal((await call(sandbox, 'POST', '/reset')).status, 204);
    assert.deepEqual(await names('?q=example'), before);
    assert.ok(!(await names()).includes('Only trying'));
  });
});
