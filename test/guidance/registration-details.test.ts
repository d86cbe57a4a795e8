import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Person } from '../support/person.ts';

let app: TestApp;
before(async () => {
  app = await startTestApp({ resting: true });
});
after(() => app.close());

const read = (language: string) => new Person(app, { headers: { 'accept-language': language } });
const languages = ['en', 'cy'] as const;

describe('help with registration details from a GP surgery', () => {
  test('is found from help, from the levels and from the page for staff, in both languages', async () => {
    const ways = [
      ['/help', '/help/registration-details'],
      ['/help', '/help/registration-details-problems'],
      ['/levels', '/help/registration-details'],
      ['/for-staff', '/for-staff/registration-details'],
      ['/help/registration-details', '/help/registration-details-problems'],
      ['/help/registration-details', '/for-staff/registration-details'],
    ] as const;
    for (const language of languages) {
      for (const [from, to] of ways) {
        const { links } = await read(language).open(from);
        assert.ok(
          links.some(({ href }) => href === to),
          `${from} leads to ${to} (${language})`,
        );
      }
    }
  });

  test('names each detail as patients and as their surgery call it', async () => {
    for (const language of languages) {
      const { text } = await read(language).open('/help/registration-details');
      for (const name of [
        'account ID',
        'ODS code',
        'organisation code',
        'practice ID',
        'linkage key',
        'passphrase',
      ])
        assert.ok(text.toLowerCase().includes(name.toLowerCase()), `${name} (${language})`);
    }
  });

  test('tells patients six reasons to ask, and staff the same', async () => {
    for (const language of languages) {
      for (const [path, heading] of [
        ['/help/registration-details', 'when'],
        ['/for-staff/registration-details', 'why'],
      ] as const) {
        const { html } = await read(language).open(path);
        const section = html.slice(html.indexOf(`id="${heading}"`)).split('<h2', 1)[0] ?? '';
        assert.equal(section.split('<li>').length - 1, 6, path);
      }
    }
  });

  test('tells somebody whose details did not work where it went wrong and to whom to turn', async () => {
    for (const reference of ['CID7004', 'CID7023', 'CID7029', 'CID7031']) {
      const page = await read('en').open(`/help/reference/${reference}`);
      assert.equal(page.address.pathname, '/help/registration-details-problems');
      assert.match(page.text, new RegExp(`reference: ${reference}`, 'u'));
      assert.ok(page.links.some(({ href }) => href === `/contact?reference=${reference}`));
    }
  });

  test('leads back from a page below another to that one', async () => {
    const { links } = await read('en').open('/for-staff/registration-details');
    assert.equal(links.find(({ text }) => text === 'Back')?.href, '/for-staff');
  });
});
