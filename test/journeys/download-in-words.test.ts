import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Language } from '#foundation/web';
import { openProofing } from '#proofing';
import { codedFields } from '../../src/journeys/settings/download/codes.ts';
import { documents } from '../../src/portals/patients/visit.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { liveIn, type LivedIn } from '../support/lived-in.ts';
import type { TestService } from '../support/service.ts';

let app: TestApp;
let service: TestService;
let ada: LivedIn;
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService({ scopes: ['openid', 'email', 'client_metadata'] });
  ada = await liveIn(app, service, 'adaquill');
});
after(() => app.close());

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;

/** @returns each value on the page of what is held about somebody, and the page */
async function pageIn(
  language: Language,
): Promise<{ readonly shown: readonly string[]; readonly html: string }> {
  await ada.browser.open(`${app.origin}/settings/download?lang=${language}`);
  const html = await (await ada.browser.send(`${app.origin}/settings/download-page`)).text();
  assert.ok(html.includes(`<html lang="${language}">`));
  const values = html.matchAll(/<(?:dd|li)>(?<text>[^<]*)<\//gu);
  return { shown: [...values].map(({ groups }) => groups?.['text'] ?? ''), html };
}

describe('the page that somebody downloads of what is held about them', () => {
  test('has words where the file has codes, in both languages', async () => {
    // Names and numbers that services, practices and people have given, and what a document says.
    const written = new Set([...Object.values(ada.known), 'gp-user', 'health-app', service.clientId]);
    const isCode = (text: string) =>
      /^(?:[a-z]+(?:[._-][a-z0-9]+)*|P[059](?:\.C[a-z])*|C[a-z])$/u.test(text) &&
      !written.has(text) &&
      !uuid.test(text);
    for (const language of ['en', 'cy'] as const) {
      const { shown } = await pageIn(language);
      assert.ok(shown.length > 200);
      assert.deepEqual([...new Set(shown.filter(isCode))], []);
    }
    const { shown } = await pageIn('en');
    for (const text of [
      'England',
      'English',
      'High: proof of who you are (P9)',
      'With photo ID and a video',
      'We are checking',
      'Passport',
      'The surgery has closed',
      'You signed in',
      'Mobile phone',
      'Riverside Surgery Online',
    ])
      assert.ok(shown.includes(text), text);
    const { shown: inWelsh } = await pageIn('cy');
    for (const text of ['Lloegr', 'Uchel: prawf o bwy ydych chi (P9)', 'Gydag ID ffotograffig a fideo'])
      assert.ok(inWelsh.includes(text), text);
  });

  test('names devices as what begins a line', async () => {
    await app.home.house.database.pool.query(
      `UPDATE accounts.remembered_device SET system = 'windows' WHERE account_id = $1`,
      [ada.accountId],
    );
    const { shown } = await pageIn('en');
    assert.ok(shown.includes('A Windows computer'));
    assert.deepEqual(
      shown.filter((text) => /^(?:an?|another) /u.test(text)),
      [],
    );
    const { shown: inWelsh } = await pageIn('cy');
    assert.ok(inWelsh.includes('Cyfrifiadur Windows'));
  });

  test('is text, whatever somebody has written into it', async () => {
    const { pool } = app.home.house.database;
    await pool.query('UPDATE accounts.passkey SET name = $2 WHERE account_id = $1', [
      ada.accountId,
      '<script>{{ t("yes") }}</script>',
    ]);
    const { html } = await pageIn('en');
    assert.ok(!html.includes('<script'));
    assert.ok(html.includes('&lt;script&gt;{{ t(&quot;yes&quot;) }}'));
  });

  test('has words for every document that a practice may say it has seen', () => {
    const [seen] = codedFields['checkDocuments'] ?? [];
    assert.deepEqual(seen?.codes, documents);
  });

  test('calls a way to prove who one is by its name also when it is switched off', async () => {
    const proofing = await openProofing(
      { mode: 'production', proofingMethods: ['fast-track'] },
      { register: undefined, gpSystems: undefined, evidence: undefined },
    );
    assert.equal(proofing.titleOf('photo-id-video', 'en'), 'With photo ID and a video');
    assert.equal(proofing.titleOf('constructor', 'en'), undefined);
  });
});
