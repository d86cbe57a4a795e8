import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Person } from '../support/person.ts';
import { readSources } from '../house/sources.ts';
import { helpAddress, placeOf, readReference } from '../../src/guidance/references.ts';

let app: TestApp;
before(async () => {
  app = await startTestApp({ resting: true });
});
after(() => app.close());

const read = (language = 'en') => new Person(app, { headers: { 'accept-language': language } });

test('every reference that the product can show has its own help', () => {
  const shown = readSources('src/**/*.{ts,njk,json}')
    .filter(({ file }) => !file.startsWith('src/guidance/'))
    .flatMap(({ text }) => text.match(/\bCID\d+\b/gu) ?? []);
  assert.ok(new Set(shown).size >= 5);
  assert.deepEqual(
    [...new Set(shown)].filter((reference) => !(reference in placeOf)),
    [],
  );
});

test('every page that shows a reference leads to the help for it', () => {
  const templates = new Map(readSources('src/**/page.njk').map(({ file, text }) => [file, text]));
  const words = readSources('src/**/content.en.json').filter(({ text }) => /\bCID\d/u.test(text));
  const showing = new Set([
    ...[...templates].filter(([, text]) => /\breference\b/u.test(text)).map(([file]) => file),
    ...words.map(({ file }) => file.replace(/content\.en\.json$/u, 'page.njk')),
  ]);
  const ours = [...showing].filter((file) => !file.startsWith('src/guidance/'));
  assert.ok(ours.length >= 2);
  const leading = /\{\{ reference(?:Lines|Link)\(/u;
  assert.deepEqual(
    ours.filter((file) => !leading.test(templates.get(file) ?? '')),
    [],
    'use `referenceLines` or `referenceLink` of foundation/web/reference.njk',
  );
});

describe('the address of a reference', () => {
  test('leads to the part of a page that speaks of it, which hands the reference on to those whom one writes to', async () => {
    for (const [reference, { address, section }] of Object.entries(placeOf)) {
      for (const language of ['en', 'cy']) {
        const reader = read(language);
        const page = await reader.open(`/help/reference/${reference}`);
        assert.deepEqual([page.status, page.address.pathname], [200, address], reference);
        assert.equal(page.address.hash, `#${section}`);
        assert.ok(page.html.includes(`id="${section}"`), `${address} has no ${section}`);
        assert.ok(page.text.includes(reference), reference);
        const contact = await reader.follow(new RegExp(`^(Contact us|Cysylltu â ni).* ${reference}$`, 'u'));
        assert.ok(contact.text.includes(reference));
        const mail = contact.links.find(({ href }) => href.includes('subject='));
        assert.equal(mail?.href, `mailto:support@login.example?subject=${reference}`);
      }
    }
  });

  test('stands on the page that lists them all, in both languages', async () => {
    for (const language of ['en', 'cy']) {
      const { links, text } = await read(language).open('/help/references');
      for (const reference of Object.keys(placeOf)) {
        assert.ok(links.some(({ href }) => href === `/help/reference/${reference}`));
        assert.match(text, new RegExp(`${reference} ?: \\p{Lu}\\S+ \\S+`, 'u'));
      }
    }
  });

  test('is the same however it is typed, and leads to contact for one that has no help', async () => {
    assert.equal((await read().open('/help/reference/cid1004')).address.pathname, '/help/start-again');
    for (const unknown of ['CID9999', 'CID12345', 'A5580CF75C']) {
      const page = await read().open(`/help/reference/${unknown}`);
      assert.equal(`${page.address.pathname}${page.address.search}`, `/contact?reference=${unknown}`);
      assert.match(page.text, new RegExp(`Give this reference: ${unknown}`, 'u'));
    }
  });

  test('is not found for anything else', async () => {
    const others = ['CID', 'CID1', 'CID123456', 'constructor', '__proto__', 'CID1004x', '%3Cscript%3E', '..'];
    for (const other of others)
      assert.equal((await read().open(`/help/reference/${other}`)).status, 404, other);
  });
});

test('a page with a problem leads to the help for its reference', async () => {
  const reader = read();
  await reader.open('/nowhere');
  const help = await reader.follow('What this means, and what you can do');
  assert.deepEqual([help.status, help.address.pathname], [200, '/help/start-again']);
  await reader.open('/reset-password/unknown-link');
  const link = await reader.follow('What this means, and what you can do');
  assert.deepEqual([link.address.pathname, link.address.hash], ['/help/passwords', '#broken']);
});

describe('the contact page', () => {
  test('takes a reference, and nothing that only looks like one', async () => {
    assert.match((await read().open('/contact?reference=CID1005')).text, /Give this reference: CID1005/u);
    const others = [
      'CID1005%22',
      'CID1005%0A',
      'CID1005%20CID1006',
      'zCID1005',
      'CID１００５',
      'CID1005&reference=CID1006',
    ];
    for (const other of others) {
      const { text, html } = await read().open(`/contact?reference=${other}`);
      assert.doesNotMatch(text, /Give this reference/u, other);
      assert.doesNotMatch(html, /CID100/u, other);
    }
  });

  test('keeps the reference when the language is switched', async () => {
    const reader = read();
    await reader.open('/contact?reference=CID2011');
    assert.match((await reader.follow('Cymraeg')).text, /cyfeirnod hwn: CID2011/u);
  });

  test('tells of medical help before and after everything else', async () => {
    const { text } = await read().open('/contact');
    const calls = [...text.matchAll(/\b111\b.*?\b999\b/gu)];
    assert.equal(calls.length, 2);
    assert.ok((calls[0]?.index ?? 0) < text.indexOf('support@login.example'));
    assert.ok((calls[1]?.index ?? 0) > text.indexOf('What not to write'));
  });
});

test('a reference is read strictly', () => {
  assert.equal(readReference(undefined), undefined);
  assert.equal(readReference('cid0404'), 'CID0404');
  assert.equal(helpAddress('toString'), '/contact?reference=toString');
});
