import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import {
  clientOnTheWire,
  clientRegistration,
  listClients,
  overlayRegistration,
  readClient,
  readListedService,
  registerClient,
  removeClient,
  searchDirectory,
  updateClient,
  type Client,
  type DirectorySearch,
} from '#partners';
import { createTestHouse, type TestHouse } from '../../test/support/house.ts';
import { assurances, listing, registerListed } from '../../test/support/listing.ts';

const schema = clientRegistration({ mode: 'production' });
const firstTen = { page: 1, perPage: 10 };

suite('the directory of services', () => {
  let home: TestHouse;
  before(async () => {
    home = await createTestHouse();
  });
  after(() => home.close());
  beforeEach(async () => {
    for (const client of await listClients(home.house.deps)) await remove(client);
  });

  const register = (name: string, changes?: Readonly<Record<string, unknown>>) =>
    registerListed(home, name, changes);
  const change = (client: Client, changes: Readonly<Record<string, unknown>>) =>
    home.house.transact((deps) =>
      updateClient(deps, client.clientId, schema.parse(overlayRegistration(client, changes))),
    );
  const remove = ({ clientId }: Client) => home.house.transact((deps) => removeClient(deps, clientId));
  const search = async (wanted: DirectorySearch = {}, part = firstTen) =>
    searchDirectory(home.house.deps, wanted, part);
  const namesFor = async (wanted: DirectorySearch = {}) =>
    (await search(wanted)).services.map(({ name }) => name);

  test('tells of a listed service what people need to know, and nothing of how it connects', async () => {
    const client = await register('Riverbank', {
      vectors: ['P5.Cp.Cd', 'P9.Cp.Cd'],
      nations: ['england', 'wales'],
      tos_uri: 'https://riverbank.example/terms',
    });
    assert.deepEqual((await search()).services, [
      {
        id: client.directoryId,
        name: 'Riverbank',
        description: listing.description,
        operator: 'Riverbank Digital Ltd',
        benefit: assurances.benefit,
        nhsBody: { name: 'Made-up Vale Integrated Care Board', odsCode: 'ZZ9', relation: 'commissioned' },
        freeAtPointOfDelivery: true,
        levels: ['P5', 'P9'],
        nations: ['england', 'wales'],
        languages: ['en', 'cy'],
        links: {
          home: 'https://riverbank.example/',
          help: listing.help_uri,
          privacy: 'https://riverbank.example/privacy',
          accessibility: listing.accessibility_uri,
          terms: 'https://riverbank.example/terms',
        },
      },
    ]);
  });

  test('never has a service that is not listed, and loses one that no longer is, or is removed', async () => {
    await register('Quiet', { listing: undefined });
    const [one, other] = [await register('One'), await register('Other')];
    assert.deepEqual(await namesFor(), ['One', 'Other']);
    assert.equal((await change(one, { listing: null }))?.directoryId, undefined);
    assert.deepEqual(await namesFor(), ['Other']);
    assert.equal(await readListedService(home.house.deps, one.directoryId ?? ''), undefined);
    await remove(other);
    assert.deepEqual(await namesFor(), []);
    assert.equal(await readListedService(home.house.deps, other.directoryId ?? ''), undefined);
  });

  test('is closed by the database itself to a service that says less than it must', async () => {
    const { clientId: _, ...whole } = await register('Whole');
    for (const missing of ['assurances', 'homeUri', 'privacyUri'] as const) {
      const less = { ...whole, [missing]: undefined };
      await assert.rejects(
        home.house.transact((deps) => registerClient(deps, less)),
        /listed_with_what/u,
      );
    }
    assert.deepEqual(await namesFor(), ['Whole']);
  });

  test('is not disturbed by several changes at once', async () => {
    const client = await register('Riverbank');
    const changes = ['One', 'Two', 'Three'].flatMap((name) => [{ client_name: name }, { listing: null }]);
    await Promise.all(changes.map((one) => change(client, one)));
    const found = await readClient(home.house.deps, client.clientId);
    assert.deepEqual(await namesFor(), found?.listing === undefined ? [] : [found.clientName]);
  });

  test('knows a service by an id that says nothing of its client id and stays while it is listed', async () => {
    const client = await register('Riverbank');
    assert.match(client.directoryId ?? '', /^[0-9a-f]{16}$/u);
    const changed = await change(client, { client_name: 'Hilltop' });
    assert.equal(changed?.directoryId, client.directoryId);
    assert.equal((await readListedService(home.house.deps, client.directoryId ?? ''))?.name, 'Hilltop');
    assert.notEqual((await register('Riverbank')).directoryId, client.directoryId);
    for (const id of ['', client.clientId, '0'.repeat(16), '\u0000', "' OR 1=1 --"])
      assert.equal(await readListedService(home.house.deps, id), undefined);
  });

  test('what was registered for it is kept, shown and can be registered again', async () => {
    const client = await register('Riverbank');
    assert.deepEqual(await readClient(home.house.deps, client.clientId), client);
    const { client_id: _id, client_id_issued_at: _at, ...wire } = clientOnTheWire(client);
    assert.deepEqual([wire.assurances, wire.listing], [assurances, listing]);
    assert.deepEqual(schema.parse(JSON.parse(JSON.stringify(wire))), schema.parse(wire));
    assert.ok(!JSON.stringify(wire).includes(client.directoryId ?? ''));
  });

  test('is searched in all that is told, in both languages, whatever the case, accents and marks', async () => {
    await register('Côr-y-Gân “Caffi”');
    await register('Hilltop', {
      listing: { ...listing, operator: 'O’Reilly & Sons' },
      assurances: { ...assurances, nhs_body: { name: 'Bwrdd Iechyd Gwneud', relation: 'sponsored' } },
    });
    for (const text of ['cor gan', 'CÔR', 'caffi', 'gân, cor', 'caff'])
      assert.deepEqual(await namesFor({ text }), ['Côr-y-Gân “Caffi”'], text);
    for (const text of ['hilltop', "O'Reilly", 'oreilly sons', 'bwrdd IECHYD', 'hill reilly bwrdd'])
      assert.deepEqual(await namesFor({ text }), ['Hilltop'], text);
    for (const text of ['zz9', 'riverbank digital'])
      assert.deepEqual((await search({ text })).total, 1, text);
    for (const text of ['appointments', 'apwyntiadau', 'sooner', 'gynt', '', ' ', '“”!?%_\\'])
      assert.equal((await search({ text })).total, 2, text);
    for (const text of ['hilltop caffi', 'hilltopcaffi', 'nothing of the kind'])
      assert.deepEqual(await namesFor({ text }), [], text);
  });

  test('shows those first that have the words in their name, then by name', async () => {
    await register('Archway', { listing: { ...listing, operator: 'Hilltop' } });
    await register('zebra Hilltop');
    await register('Hilltop');
    assert.deepEqual(await namesFor({ text: 'hilltop' }), ['Hilltop', 'zebra Hilltop', 'Archway']);
    assert.deepEqual(await namesFor(), ['Archway', 'Hilltop', 'zebra Hilltop']);
  });

  test('is narrowed down by nation, the lowest level that will do, and language', async () => {
    await register('Low', { nations: ['england', 'wales'] });
    await register('High', { vectors: ['P9.Cp.Cd'], nations: ['scotland'] });
    await register('Polish', {
      vectors: ['P9.Cp', 'P5.Cp'],
      listing: { ...listing, languages: ['pl'] },
    });
    assert.deepEqual(await namesFor({ nation: 'scotland' }), ['High', 'Polish']);
    assert.deepEqual(await namesFor({ level: 'P0' }), ['Low']);
    assert.deepEqual(await namesFor({ level: 'P5' }), ['Polish']);
    assert.deepEqual(await namesFor({ level: 'P9' }), ['High']);
    assert.deepEqual(await namesFor({ language: 'pl' }), ['Polish']);
    assert.deepEqual(await namesFor({ language: 'cy', nation: 'wales', text: 'riverbank' }), ['Low']);
    assert.deepEqual(await namesFor({ language: 'bfi' }), []);
  });

  test('is told page by page, each service once, and a page beyond the last is the last', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `Service ${index}`);
    for (const name of names) await register(name);
    const seen: string[] = [];
    for (const page of [1, 2, 3]) {
      const found = await search({}, { page, perPage: 3 });
      assert.deepEqual([found.total, found.page, found.pages], [7, page, 3]);
      seen.push(...found.services.map(({ name }) => name));
    }
    assert.deepEqual(seen, names);
    assert.equal((await search({}, { page: 9, perPage: 3 })).page, 3);
    assert.equal((await search({}, { page: -1, perPage: 3 })).page, 1);
    assert.deepEqual((await search({ text: 'nothing' })).pages, 1);
  });

  test('takes any text, however long or strange, as words to look for', async () => {
    await register('Riverbank');
    for (const text of [
      'x'.repeat(10_000),
      'river '.repeat(2000),
      "'; DROP TABLE partners.client; --",
      '%',
      '\u0000',
      '\uD800',
      '$1 {river}',
      '🐢',
    ])
      assert.ok((await search({ text })).total <= 1, text.slice(0, 20));
    assert.deepEqual(await namesFor({ text: 'river' }), ['Riverbank']);
  });
});
