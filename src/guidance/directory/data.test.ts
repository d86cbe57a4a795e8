import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { removeClient } from '#partners';
import { z } from 'zod';
import { startTestApp, type TestApp } from '../../../test/support/app.ts';
import { assurances, listing, registerListed } from '../../../test/support/listing.ts';

const words = z.strictObject({ en: z.string(), cy: z.string().optional() });
const dataShape = z.strictObject({
  total: z.number(),
  page: z.number(),
  pages: z.number(),
  next: z.string().optional(),
  services: z.array(
    z.strictObject({
      id: z.string().regex(/^[0-9a-f]{16}$/u),
      name: z.string(),
      description: words,
      operator: z.string(),
      benefit: words,
      nhs_body: z.strictObject({
        name: z.string(),
        ods_code: z.string().optional(),
        relation: z.enum(['commissioned', 'contracted', 'sponsored']),
      }),
      free_at_point_of_delivery: z.literal(true),
      level_needed: z.enum(['P0', 'P5', 'P9']),
      levels: z.array(z.enum(['P0', 'P5', 'P9'])),
      nations: z.array(z.string()),
      languages: z.array(z.string()),
      links: z.strictObject({
        home: z.string(),
        help: z.string(),
        privacy: z.string(),
        accessibility: z.string(),
        terms: z.string().optional(),
      }),
      page: z.string(),
    }),
  ),
});

suite('the directory as data', () => {
  let app: TestApp;
  before(async () => {
    app = await startTestApp({ resting: true });
    await registerListed(app.home, 'Hilltop', {
      vectors: ['P5.Cp.Cd', 'P9.Cp.Cd'],
      nations: ['england', 'wales'],
      tos_uri: 'https://riverbank.example/terms',
    });
    await registerListed(app.home, 'Glen', {
      nations: ['scotland'],
      assurances: {
        ...assurances,
        benefit: { en: 'Good.' },
        nhs_body: { name: 'NHS Made-up Glens', relation: 'contracted' },
      },
      listing: { ...listing, description: { en: 'Does things.' }, languages: ['bfi'] },
    });
    await registerListed(app.home, 'Hidden', { listing: undefined });
  });
  after(() => app.close());

  const ask = (query = '', headers: Record<string, string> = {}) =>
    fetch(`${app.origin}/services.json${query}`, { headers });
  const read = async (query?: string) => dataShape.parse(await (await ask(query)).json());

  test('has all that people are shown, and no more', async () => {
    const answer = await ask();
    assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
    const { services, ...rest } = dataShape.parse(await answer.json());
    assert.deepEqual(rest, { total: 2, page: 1, pages: 1 });
    const [glen, hilltop] = services;
    assert.deepEqual(glen?.nhs_body, { name: 'NHS Made-up Glens', relation: 'contracted' });
    assert.deepEqual([glen?.description, glen?.languages], [{ en: 'Does things.' }, ['bfi']]);
    assert.deepEqual(hilltop, {
      id: hilltop?.id,
      name: 'Hilltop',
      description: listing.description,
      operator: 'Riverbank Digital Ltd',
      benefit: assurances.benefit,
      nhs_body: assurances.nhs_body,
      free_at_point_of_delivery: true,
      level_needed: 'P5',
      levels: ['P5', 'P9'],
      nations: ['england', 'wales'],
      languages: ['en', 'cy'],
      links: {
        home: 'https://riverbank.example/',
        help: 'https://riverbank.example/help',
        privacy: 'https://riverbank.example/privacy',
        accessibility: 'https://riverbank.example/accessibility',
        terms: 'https://riverbank.example/terms',
      },
      page: `${app.origin}/services/${hilltop?.id}`,
    });
    assert.equal((await fetch(hilltop?.page ?? '')).status, 200);
  });

  test('is searched as the page is, and passes over what can’t be read', async () => {
    const namesFor = async (query: string) => (await read(query)).services.map(({ name }) => name);
    assert.deepEqual(await namesFor('?q=hill'), ['Hilltop']);
    assert.deepEqual(await namesFor('?nation=scotland&language=bfi&level=P0'), ['Glen']);
    assert.deepEqual(await namesFor('?level=P9'), []);
    assert.deepEqual(await namesFor('?level=P7&q=%00&page=-3'), ['Glen', 'Hilltop']);
    assert.deepEqual(await namesFor(`?q=${'glen+'.repeat(2000)}`), ['Glen']);
  });

  test('may be kept for a minute, is asked for again by its tag, and may be read by other sites', async () => {
    const first = await ask();
    assert.equal(first.headers.get('cache-control'), 'public, max-age=60');
    assert.equal(first.headers.get('access-control-allow-origin'), '*');
    assert.equal(first.headers.get('set-cookie'), null);
    const known = { 'if-none-match': `W/${first.headers.get('etag')}` };
    const again = await ask('', known);
    assert.deepEqual([again.status, await again.text()], [304, '']);
    const added = await registerListed(app.home, 'Added');
    assert.equal((await ask('', known)).status, 200);
    await app.home.house.transact((deps) => removeClient(deps, added.clientId));
    assert.equal((await ask('', known)).status, 304);
  });

  test('comes a hundred at a time, and says where the next are', async () => {
    const many = [];
    for (let number = 100; number < 205; number += 1)
      many.push(await registerListed(app.home, `Clinic ${number}`));
    const first = await read('?q=clinic&nation=wales');
    assert.deepEqual([first.total, first.pages, first.services.length], [105, 2, 100]);
    assert.equal(first.next, `${app.origin}/services.json?q=clinic&nation=wales&page=2`);
    const second = await read(first.next?.replace(/^[^?]*/u, ''));
    assert.deepEqual([second.page, second.services.length, second.next], [2, 5, undefined]);
    const all = new Set([...first.services, ...second.services].map(({ id }) => id));
    assert.equal(all.size, 105);
    for (const { clientId } of many) await app.home.house.transact((deps) => removeClient(deps, clientId));
  });

  test('is explained member by member in the manual', async () => {
    const manual = await readFile(new URL('../../../docs/directory.md', import.meta.url), 'utf8');
    const explained = [...manual.matchAll(/^\| (?<names>(?:`\w+`(?:, )?)+) \|/gmu)].flatMap(({ groups }) =>
      [...(groups?.['names'] ?? '').matchAll(/\w+/gu)].map(([name]) => name),
    );
    const told = [
      'q',
      'nation',
      'level',
      'language',
      'page',
      ...Object.keys(dataShape.shape),
      ...Object.keys(dataShape.shape.services.element.shape),
    ];
    assert.deepEqual(explained.toSorted(), told.toSorted());
    const { nhs_body: body, links } = dataShape.shape.services.element.shape;
    for (const name of [...Object.keys(body.shape), ...Object.keys(links.shape)])
      assert.ok(manual.includes(`\`${name}\``), name);
  });
});
