import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, signUpTo, words } from '../support/walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService();
});
after(() => app.close());

/** Every row of every table, as whoever has a copy of the database reads it. */
async function readEverything(): Promise<Map<string, string>> {
  const { pool } = app.home.house.database;
  const { rows } = await pool.query<{ schema: string; name: string }>(
    `SELECT schemaname AS schema, tablename AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const tables = new Map<string, string>();
  for (const { schema, name } of rows) {
    const read = await pool.query<{ row: string }>(
      `SELECT to_json(t)::text AS row FROM ${schema}.${name} AS t`,
    );
    tables.set(`${schema}.${name}`, read.rows.map(({ row }) => row).join('\n'));
  }
  return tables;
}

/** The ways in which a secret could stand in a row. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')].map((text) =>
    text.replace(/=+$/u, ''),
  );
}

test('a copy of the database holds nothing that opens anything, and addresses and numbers only in the account', async () => {
  const who = somebody('ada');
  const browser = new Person(app);
  const secrets: Record<string, string> = { password: who.password };
  await signUpTo({ app, service, browser, who }, 'email-code', { vtr: '["P0.Cp.Cd"]' });
  secrets['visitor'] = browser.cookies['visitor'] ?? '';
  secrets['form token'] = browser.page.forms[0]?.fields['_csrf'] ?? '';
  const copies = [await readEverything()];
  const emailCode = await app.codeFor(who.email, 'email');
  await browser.submit({ code: emailCode });
  await browser.submit({ phone: who.phone });
  copies.push(await readEverything());
  const phoneCode = await app.codeFor(who.phone, 'sms');
  await browser.submit({ code: phoneCode, remember: 'yes' });
  secrets['session'] = browser.cookies['session'] ?? '';
  secrets['device'] = browser.cookies['device'] ?? '';
  const { searchParams } = await agree({ app, service, browser, who });
  secrets['authorization code'] = searchParams.get('code') ?? '';
  copies.push(await readEverything());

  const other = new Person(app);
  await other.open(await service.requestAddress({ login_hint: who.email }));
  await other.submit({ email: who.email });
  await other.press(words.en.forgotten);
  await other.submit({ email: who.email });
  copies.push(await readEverything());
  secrets['reset token'] = (await app.linkFor(who.email)).split('/').at(-1) ?? '';
  copies.push(await readEverything());

  for (const [name, secret] of Object.entries(secrets))
    assert.ok(secret.length > 15, `${name} was not found`);
  const personal = { email: who.email, phone: '7700900001' };
  for (const [table, rows] of copies.flatMap((copy) => [...copy])) {
    // What a sandbox “sends” is kept to be read.
    if (table === 'messaging.inbox_message') continue;
    const sought = table === 'accounts.account' ? secrets : { ...secrets, ...personal };
    for (const [name, secret] of Object.entries(sought))
      for (const text of spellings(secret)) assert.ok(!rows.includes(text), `${table} holds the ${name}`);
    for (const code of [emailCode, phoneCode])
      assert.ok(!rows.includes(`"${code}"`), `${table} holds a security code`);
  }
});
