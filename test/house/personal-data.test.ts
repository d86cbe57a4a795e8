import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { activityTypes, closeAccount, inventory, quietTypes, untoldEvents } from '#personal-data';
import { startTestApp, type TestApp } from '../support/app.ts';
import { liveIn, type LivedIn } from '../support/lived-in.ts';
import type { TestService } from '../support/service.ts';
import { readSources } from './sources.ts';
import shownEnglish from '../../src/journeys/settings/content.en.json' with { type: 'json' };
import shownWelsh from '../../src/journeys/settings/content.cy.json' with { type: 'json' };
import english from '../../src/journeys/settings/download/document/content.en.json' with { type: 'json' };
import welsh from '../../src/journeys/settings/download/document/content.cy.json' with { type: 'json' };

let app: TestApp;
let service: TestService;
let ada: LivedIn;
let ben: LivedIn;
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService({ scopes: ['openid', 'email', 'client_metadata'] });
  ada = await liveIn(app, service, 'adaquill');
  ben = await liveIn(app, service, 'benquillon');
});
after(() => app.close());

type Row = Readonly<Record<string, unknown>>;

/** Whose a row is, where the row itself doesn't say. */
const joined: Readonly<Record<string, string>> = {
  'accounts.account': 'SELECT * FROM accounts.account WHERE id = $1',
  'proofing.video_challenge':
    'SELECT t.* FROM proofing.video_challenge t JOIN proofing.attempt a ON a.id = attempt_id WHERE account_id = $1',
  'proofing.hand_over':
    'SELECT t.* FROM proofing.hand_over t JOIN proofing.attempt a ON a.id = attempt_id WHERE account_id = $1',
  'review.answer':
    'SELECT t.* FROM review.answer t JOIN review.case c ON c.id = case_id WHERE account_id = $1',
  'review.trace': 'SELECT t.* FROM review.trace t JOIN review.case c ON c.id = case_id WHERE account_id = $1',
  'review.second_check':
    'SELECT t.* FROM review.second_check t JOIN review.case c ON c.id = case_id WHERE account_id = $1',
  'evidence.content':
    'SELECT t.* FROM evidence.content t JOIN evidence.bundle b ON b.id = bundle_id WHERE account_id = $1',
  'evidence.chunk':
    'SELECT t.* FROM evidence.chunk t JOIN evidence.content c ON c.id = content_id JOIN evidence.bundle b ON b.id = bundle_id WHERE account_id = $1',
  'evidence.file':
    'SELECT t.* FROM evidence.file t JOIN evidence.content c ON c.id = t.id JOIN evidence.bundle b ON b.id = bundle_id WHERE account_id = $1',
  'evidence.upload':
    'SELECT t.* FROM evidence.upload t JOIN evidence.bundle b ON b.id = bundle_id WHERE account_id = $1',
  'evidence.look':
    'SELECT t.* FROM evidence.look t JOIN evidence.content c ON c.id = file_id JOIN evidence.bundle b ON b.id = bundle_id WHERE account_id = $1',
  'openid.entity':
    "SELECT * FROM openid.entity WHERE account_id = $1 AND model = 'Session' AND ended_at IS NULL",
};

async function rowsOf(table: string, { accountId }: LivedIn): Promise<Row[]> {
  const text = joined[table] ?? `SELECT * FROM ${table} WHERE account_id = $1`;
  const { rows } = await app.home.house.database.pool.query<Row>(text, [accountId]);
  return table === 'audit.event' ? rows.filter(({ type }) => !untoldEvents.has(String(type))) : rows;
}

/** @returns every single value in something, as JSON would spell it */
function leaves(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (value instanceof Date) return [value.toISOString()];
  if (typeof value === 'object') return Object.values(value).flatMap(leaves);
  return [String(value)];
}

async function downloadOf(person: LivedIn, part = 'download-data'): Promise<string> {
  const answer = await person.browser.send(`${app.origin}/settings/${part}`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; filename="my-information\./u);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  return answer.text();
}

const own = Object.entries(inventory).flatMap(([table, entry]) =>
  entry.whose === 'owner' ? [{ table, ...entry }] : [],
);

test('every table of the database is in the inventory, and every column that is left out of the download exists', async () => {
  const { rows } = await app.home.house.database.pool.query<{ name: string; columns: string[] }>(
    `SELECT table_schema || '.' || table_name AS name, array_agg(column_name::text) AS columns
     FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema') GROUP BY 1`,
  );
  const known = rows.filter(({ name }) => !name.startsWith('jobs.') || name === 'jobs.job');
  assert.deepEqual(known.map(({ name }) => name).toSorted(), Object.keys(inventory).toSorted());
  for (const { name, columns } of known) {
    const omitted = Object.keys(inventory[name]?.omitted ?? {});
    assert.deepEqual(
      omitted.filter((column) => !columns.includes(column)),
      [],
      name,
    );
    // Whatever says whose it is belongs to somebody.
    if (columns.includes('account_id') && !name.startsWith('gp_systems.simulated'))
      assert.equal(inventory[name]?.whose, 'owner', name);
  }
});

test('every event that is about an account is shown to its owner, or is known to be a step or our own work, or not to be told', () => {
  const calls = readSources('src/!(portals|sandbox)/**/*.ts').flatMap(({ file, text }) =>
    file.endsWith('.test.ts')
      ? []
      : [...text.matchAll(/\baudit\(\{[^}]*?type: '(?<type>[^']+)'(?<rest>[^}]*)/gu)],
  );
  const types = calls.flatMap(({ groups }) =>
    groups?.['rest']?.includes('accountId') === true ? [groups['type'] ?? ''] : [],
  );
  assert.ok(types.length > 40);
  const known = new Set([...activityTypes, ...quietTypes, ...untoldEvents]);
  assert.deepEqual(
    types.filter((type) => !known.has(type)),
    [],
  );
  for (const words of [shownEnglish, shownWelsh])
    assert.deepEqual(
      Object.keys(words.types).toSorted(),
      activityTypes.map((type) => type.replaceAll('.', '-')).toSorted(),
    );
});

describe('a download', () => {
  test('holds everything that the database holds about its owner, but what the inventory leaves out', async () => {
    const data: Record<string, unknown> = JSON.parse(await downloadOf(ada));
    for (const { table, section, omitted = {} } of own) {
      const rows = await rowsOf(table, ada);
      assert.ok(rows.length > 0, `nobody put anything into ${table}`);
      if (section === undefined) continue;
      const told = new Set(leaves(data[section]));
      for (const row of rows)
        for (const [column, value] of Object.entries(row)) {
          if (column in omitted) continue;
          for (const leaf of leaves(value))
            assert.ok(told.has(leaf), `${table}.${column} is not in the section ${section}`);
        }
    }
  });

  test('holds what is encrypted where it is kept, and what practices have said of somebody who is proven', async () => {
    const text = await downloadOf(ada);
    for (const [what, value] of Object.entries(ada.known))
      if (what !== 'linkageKey') assert.ok(text.includes(value), what);
    const data: Record<string, unknown[]> = JSON.parse(text);
    assert.ok(text.includes(`"nhsNumberEnding": "${ada.nhsNumber.slice(-4)}"`));
    assert.ok(text.includes('aB3!xY9zQ2wE7'), 'GP credentials');
    for (const section of ['competence', 'fastTrackBlocks', 'gpDetailsIssued', 'sessions', 'tokens', 'files'])
      assert.ok((data[section]?.length ?? 0) > 0, section);
    const [agreement] = data['agreements'] ?? [];
    assert.deepEqual(agreement instanceof Object && 'serviceName' in agreement, true);
  });

  test('holds no secret, nobody of the staff, no whole NHS number, and nothing of anybody else', async () => {
    const text = await downloadOf(ada);
    const html = await downloadOf(ada, 'download-page');
    const secret = own.flatMap(({ table, omitted = {} }) =>
      Object.entries(omitted)
        .filter(([, why]) => why === 'secret' || why === 'staff' || why === 'register')
        .map(([column]) => ({ table, column })),
    );
    for (const { table, column } of secret)
      for (const row of await rowsOf(table, ada)) {
        const value = row[column];
        if (value === null || value instanceof Date) continue;
        const spellings = Buffer.isBuffer(value)
          ? ['base64', 'base64url', 'hex'].map((as) => value.toString(as === 'hex' ? 'hex' : 'base64url'))
          : [String(value)];
        for (const spelling of spellings)
          if (spelling.length > 3) assert.ok(!text.includes(spelling), `${table}.${column}`);
      }
    for (const [what, value] of Object.entries({ ...ben.known, accountId: ben.accountId })) {
      assert.ok(!text.includes(value), `${what} of somebody else`);
      assert.ok(!html.includes(value), `${what} of somebody else`);
    }
    for (const never of [ada.nhsNumber, ben.nhsNumber, '4f8e5f5e-6a3e-4a53-9f4b-1d7f0a3c0001'])
      assert.ok(!text.includes(never) && !html.includes(never));
  });

  test('says nothing of what practices know to somebody who has only claimed to be their patient', async () => {
    const { pool } = app.home.house.database;
    await pool.query(
      "UPDATE identity.record SET level = 'P5', sealed_gp_credentials = NULL WHERE account_id = $1",
      [ben.accountId],
    );
    const text = await downloadOf(ben);
    const data: Record<string, unknown> = JSON.parse(text);
    assert.deepEqual(
      [data['competence'], data['fastTrackBlocks'], data['gpDetailsIssued']],
      [undefined, undefined, undefined],
    );
    assert.ok(!text.includes(ben.known['issuedTo'] ?? '?'));
    await pool.query("UPDATE identity.record SET level = 'P9' WHERE account_id = $1", [ben.accountId]);
  });

  test('is a page to read as well, with words for every section and field, in both languages', async () => {
    const data: Record<string, Record<string, unknown>[]> = JSON.parse(await downloadOf(ada));
    const { about: _, ...sections } = data;
    for (const words of [english, welsh]) {
      assert.deepEqual(
        Object.keys(sections).filter((section) => !(section in words.sections)),
        [],
      );
      const fields = new Set(Object.values(sections).flatMap((records) => records.flatMap(Object.keys)));
      assert.deepEqual(
        [...fields].filter((field) => !(field in words.fields)),
        [],
      );
    }
    const html = await downloadOf(ada, 'download-page');
    assert.match(html, /<html lang="en">/u);
    for (const value of [ada.who.email, ada.known['familyName'], ada.known['note'], ada.known['read']])
      assert.ok(html.includes(value ?? '?'), value);
    await ada.browser.open(`${app.origin}/settings/download?lang=cy`);
    assert.match(await downloadOf(ada, 'download-page'), /<html lang="cy">[\s\S]*Yr hyn a wyddom amdanoch/u);
    await ada.browser.open(`${app.origin}/settings/download?lang=en`);
  });

  test('has each photo by itself, for its owner alone', async () => {
    const page = await ada.browser.open(`${app.origin}/settings/download`);
    const link = page.links.find(({ text }) => text.startsWith('Photo, sent on'));
    assert.ok(link !== undefined);
    const photo = await ada.browser.send(new URL(link.href, page.address));
    assert.equal(photo.headers.get('content-type'), 'image/jpeg');
    assert.ok((await photo.arrayBuffer()).byteLength > 1000);
    assert.equal((await ben.browser.send(new URL(link.href, page.address))).status, 404);
  });

  test('is told to its owner by mail, once for those of an hour, and opens only for who is proven just now', async () => {
    const { subject } = await app.messageFor(ada.who.email, 'email');
    assert.equal(subject, 'Your Bevan login was changed');
    app.home.clock.advance(601);
    const answer = await ada.browser.send(`${app.origin}/settings/download-data`);
    assert.match(answer.headers.get('location') ?? '', /^\/authorize\?client_id=account-settings/u);
    app.home.clock.reset();
  });
});

/** Everything in the database, as text, by table. */
async function everything(): Promise<Map<string, string[]>> {
  const { pool } = app.home.house.database;
  const texts = new Map<string, string[]>();
  for (const table of Object.keys(inventory)) {
    const { rows } = await pool.query<{ text: string }>(
      `SELECT row_to_json(t)::text AS text FROM ${table} t`,
    );
    texts.set(
      table,
      rows.map(({ text }) => text.toLowerCase()),
    );
  }
  return texts;
}

test('after a login is closed, no table holds anything of its owner but what is documented, and others’ data is as it was', async () => {
  const { house } = app.home;
  const before = await Promise.all(own.map(({ table }) => rowsOf(table, ben)));
  const hashes = own.flatMap(({ table, omitted = {} }) =>
    Object.entries(omitted).map(([column, why]) => ({ table, column, why })),
  );
  const traces: { what: string; value: string }[] = Object.entries({
    ...ada.known,
    accountId: ada.accountId,
    nhsNumber: ada.nhsNumber,
  }).map(([what, value]) => ({ what, value }));
  for (const { table, column } of hashes.filter(({ why }) => why === 'secret' || why === 'register'))
    for (const row of await rowsOf(table, ada)) {
      const value = row[column];
      if (Buffer.isBuffer(value) && value.length > 8)
        traces.push({ what: `${table}.${column}`, value: value.toString('hex') });
      else if (typeof value === 'string' && value.length > 8)
        traces.push({ what: `${table}.${column}`, value });
    }
  assert.ok(traces.length > 25);
  assert.equal(
    await house.transact((deps) => closeAccount(deps, { accountId: ada.accountId, reason: 'asked' })),
    true,
  );
  assert.equal((await app.messageFor(ada.who.email, 'email')).subject, 'Your Bevan login is closed');
  for (const { table, stays } of own) {
    const rows = await rowsOf(table, ada);
    if (table !== 'audit.event') assert.equal(rows.length, 0, `${table} has something still`);
    else assert.ok(stays !== undefined && rows.length > 0);
  }
  const documented = new Set(
    Object.entries(inventory).flatMap(([table, { stays }]) => (stays === undefined ? [] : table)),
  );
  for (const [table, texts] of await everything()) {
    if (documented.has(table)) continue;
    for (const { what, value } of traces)
      assert.ok(!texts.some((text) => text.includes(value.toLowerCase())), `${what} stands in ${table}`);
  }
  const texts = await everything();
  const plain = Object.entries(ada.known).filter(([what]) => what !== 'linkageKey');
  for (const table of [
    'audit.event',
    'review.case',
    'review.second_check',
    'proofing.used_details',
    'jobs.job',
    'identity.competence',
    'proofing.issued_details',
    'journey.visit',
    'messaging.outgoing_message',
  ])
    for (const [what, value] of [...plain, ['nhsNumber', ada.nhsNumber] as const])
      assert.ok(
        !texts.get(table)?.some((text) => text.includes(value.toLowerCase())),
        `${what} stands in ${table}`,
      );
  for (const table of ['review.case', 'proofing.used_details'])
    assert.ok(!texts.get(table)?.some((text) => text.includes(ada.accountId)), table);
  assert.deepEqual(await Promise.all(own.map(({ table }) => rowsOf(table, ben))), before);
  const page = await readFile(new URL('../../docs/data-retention.md', import.meta.url), 'utf8');
  for (const table of documented) assert.ok(page.includes(`\`${table}\``), table);
});
