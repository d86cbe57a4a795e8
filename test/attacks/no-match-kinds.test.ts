import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { createAccount, setPhone } from '#accounts';
import { readDecisions } from '#identity';
import { goodPassword } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts';
import { makeKnown } from '../support/identities.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { addToRegister, beginProof, fillIn, type Details } from '../support/proof-walks.ts';
import { unusedNhsNumber } from '../support/register.ts';
import type { TestService } from '../support/service.ts';
import { expectPage } from '../support/walks.ts';

/**
 * Somebody who tries the details of somebody else must not learn why they don't match: whether there is such a person,
 * which detail is wrong, that they died, or that they have a login. Not by what is said, not by status, headers,
 * redirects or cookies, not by how much work is done, not by time.
 */

/** Of each kind; 200 in all. */
const probesOfEach = 20;
/** So many at a time: few enough that they don't wait for each other. */
const atOnce = 5;

let database: TestDatabase;
let proxy: DatabaseProxy;
let app: TestApp;
let service: TestService;
let passwordHash: string;
const somebody = createPeople();
before(async () => {
  database = await createTestDatabase();
  // Queues are made by who works on them; the product that is watched does nothing but answer.
  const worker = await startTestApp({ databaseUrl: database.url });
  await worker.close();
  proxy = await openDatabaseProxy(database.url);
  app = await startTestApp({
    databaseUrl: proxy.url,
    masterKey: worker.home.masterKey,
    resting: true,
    register: true,
    environment: { BEVAN_FAILED_MATCHES_PER_ADDRESS: '100000', BEVAN_WRONG_PASSWORDS_PER_ADDRESS: '100000' },
  });
  service = await app.registerTestService({ scopes: ['openid', 'profile'], vectors: ['P5.Cp'] });
  passwordHash = await app.home.house.passwords.hash(goodPassword);
});
after(async () => {
  await app.close();
  await proxy.close();
  await database.drop();
});

const names = { firstName: 'Robin', lastName: 'Meadows' };
let families = 0;
/** @returns a family name of one length that nobody has had */
function newFamily(): string {
  families += 1;
  return `Probe${Array.from(String(100_000 + families), (digit) => 'abcdefghij'[Number(digit)]).join('')}`;
}

/** The ways not to match, and the reason that is written down for each. Each draws details that were never tried. */
const kinds: Readonly<Record<string, { readonly reason: string; readonly draw: () => Promise<Details> }>> = {
  'an unknown number': {
    reason: 'no_match',
    draw: () =>
      Promise.resolve({ nhsNumber: unusedNhsNumber(), birthdate: '1980-05-17', postcode: 'LS1 4AP' }),
  },
  'another birthdate': {
    reason: 'details_differ',
    draw: async () => ({ ...(await addToRegister(app)), birthdate: '1980-06-17' }),
  },
  'another postcode': {
    reason: 'details_differ',
    draw: async () => ({ ...(await addToRegister(app)), postcode: 'LS1 4AA' }),
  },
  'somebody who died': {
    reason: 'entry_deceased',
    draw: () => addToRegister(app, { deceased: true }),
  },
  'a restricted entry': {
    reason: 'entry_restricted',
    draw: () => addToRegister(app, { restricted: true }),
  },
  'a withdrawn entry': {
    reason: 'entry_withdrawn',
    draw: () => addToRegister(app, { invalidated: true }),
  },
  'an entry without a whole birthdate': {
    reason: 'entry_incomplete',
    draw: () =>
      addToRegister(app, { birthdate: '1980' }).then((found) => ({ ...found, birthdate: '1980-05-17' })),
  },
  'another account’s number': {
    reason: 'nhs_number_taken',
    draw: async () => {
      const found = await addToRegister(app);
      const owner = await newAccount();
      await makeKnown(app.home, { accountId: owner.accountId, level: 'P5', nhsNumber: found.nhsNumber });
      return found;
    },
  },
  'several with one name': {
    reason: 'several_matches',
    draw: async () => {
      const lastName = newFamily();
      const person = { familyName: lastName, givenNames: ['Robin'] };
      await addToRegister(app, person);
      const { nhsNumber: _, ...rest } = await addToRegister(app, person);
      return { ...names, lastName, ...rest };
    },
  },
  'another name': {
    reason: 'no_match',
    draw: async () => {
      const { nhsNumber: _, ...rest } = await addToRegister(app, { familyName: newFamily() });
      return { ...names, lastName: newFamily(), ...rest };
    },
  },
};

/** Whose password was hashed once for all of them. */
async function newAccount() {
  const who = { ...somebody('prober'), password: goodPassword };
  const { email } = who;
  const accountId = await app.home.house.transact(async (deps) => {
    const made = await createAccount(deps, { email, passwordHash, nation: 'england', language: 'en' });
    assert.equal(made.outcome, 'created');
    const { id } = made.outcome === 'created' ? made.account : { id: '' };
    await setPhone(deps, { accountId: id, phone: '+447700900321' });
    return id;
  });
  return { who, accountId };
}

interface Seen {
  readonly kind: string;
  readonly by: 'number' | 'name';
  readonly said: string;
  readonly statements: readonly string[];
  readonly milliseconds: number;
}

/** What comes back, without what is drawn by lot for each visit. */
function withoutChance(text: string): string {
  return text
    .replaceAll(/\/[\w-]{22}(?=[/"?\s])/gu, '/<ref>')
    .replaceAll(/[\w-]{43}/gu, '<token>')
    .replaceAll(/again=[\w-]+/gu, 'again=<mark>');
}

async function probe(kind: string): Promise<Seen> {
  const details = await kinds[kind]?.draw();
  assert.ok(details);
  const { who, accountId } = await newAccount();
  const browser = new Person(app);
  await beginProof({ app, service, who, browser }, { scope: 'openid profile', vtr: '["P5.Cp"]' });
  await fillIn(browser, details);
  expectPage(browser, 'check-details');
  const [form] = browser.page.forms;
  const body = browser.formOf(form?.fields ?? {});
  proxy.statements.length = 0;
  const begun = performance.now();
  const answer = await browser.send(form?.action ?? '', body);
  const page = await browser.send(answer.headers.get('location') ?? '');
  const milliseconds = performance.now() - begun;
  const statements = proxy.statements.filter((text) => !text.includes('"openid"') && !text.includes('pds'));
  const lines = [answer, page].map(({ status, headers }) => {
    const shown = [...headers].filter(([name]) => name !== 'date');
    return JSON.stringify([status, shown]);
  });
  const said = withoutChance([...lines, await page.text()].join('\n'));
  const [decision] = await readDecisions(app.home.house.deps, accountId);
  assert.deepEqual(decision?.reasons, [kinds[kind]?.reason], kind);
  return { kind, by: details.nhsNumber === undefined ? 'name' : 'number', said, statements, milliseconds };
}

function shuffled<T>(list: readonly T[]): T[] {
  const rest = [...list];
  return list.flatMap(() => rest.splice(randomInt(rest.length), 1));
}

/**
 * How far the times of several kinds are from being drawn from one hat (Kruskal and Wallis, by ranks): with ten kinds
 * chance reaches 50 less than once in ten million runs.
 */
function spread(times: ReadonlyMap<string, readonly number[]>): number {
  const all = [...times].flatMap(([kind, list]) => list.map((time) => ({ kind, time })));
  const sorted = all.toSorted((one, other) => one.time - other.time);
  const ranks = new Map<string, number[]>();
  for (const [index, { kind }] of sorted.entries()) ranks.set(kind, [...(ranks.get(kind) ?? []), index + 1]);
  const count = all.length;
  const sum = [...ranks.values()].reduce((total, list) => {
    const own = list.reduce((one, rank) => one + rank, 0);
    return total + (own * own) / list.length;
  }, 0);
  return (12 / (count * (count + 1))) * sum - 3 * (count + 1);
}
const mostSpread = 50;

function byKind(seen: readonly Seen[]): Map<string, number[]> {
  const times = new Map<string, number[]>();
  for (const { kind, milliseconds } of seen) times.set(kind, [...(times.get(kind) ?? []), milliseconds]);
  return times;
}

describe('why somebody’s details match nothing', () => {
  test('makes no difference to the work: the same statements for every kind', async () => {
    const first: Partial<Record<Seen['by'], Seen>> = {};
    for (const kind of Object.keys(kinds)) {
      const seen = await probe(kind);
      first[seen.by] ??= seen;
      assert.deepEqual(seen.statements, first[seen.by]?.statements, kind);
      assert.ok(seen.statements.length > 5);
    }
  });

  test('can’t be told from 200 tries: the same words, statuses, headers, redirects and cookies, and no other time', async (context) => {
    const order = Array.from({ length: probesOfEach }, () => shuffled(Object.keys(kinds))).flat();
    assert.equal(order.length, 200);
    const seen: Seen[] = [];
    for (let next = 0; next < order.length; next += atOnce)
      seen.push(...(await Promise.all(order.slice(next, next + atOnce).map((kind) => probe(kind)))));
    for (const by of ['number', 'name'] as const) {
      const answers = new Map(seen.filter((one) => one.by === by).map((one) => [one.said, one.kind]));
      assert.equal(
        answers.size,
        1,
        `${[...answers.values()].join(', ')} are told apart:\n${[...answers.keys()].join('\n\n')}`,
      );
    }
    const found = spread(byKind(seen));
    context.diagnostic(`spread of the times: ${found.toFixed(1)}`);
    const medians = [...byKind(seen)].map(([kind, times]) => `${kind}: ${median(times).toFixed(0)} ms`);
    assert.ok(found <= mostSpread, `${found.toFixed(1)}; ${medians.join('; ')}`);
  });

  test('would be noticed if one kind took a little longer than the others', () => {
    const noise = () => 605 + randomInt(0, 4000) / 100;
    const times = new Map(
      Object.keys(kinds).map((kind) => [kind, Array.from({ length: probesOfEach }, noise)]),
    );
    assert.ok(spread(times) <= mostSpread);
    const slow = times.get('another account’s number') ?? [];
    times.set(
      'another account’s number',
      slow.map((time) => time + 60),
    );
    times.set(
      'somebody who died',
      (times.get('somebody who died') ?? []).map((time) => time - 60),
    );
    assert.ok(spread(times) > mostSpread);
  });
});

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
