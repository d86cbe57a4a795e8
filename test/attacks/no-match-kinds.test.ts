import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { readDecisions } from '#identity';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts';
import { makeKnown } from '../support/identities.ts';
import { createPeople } from '../support/people.ts';
import type { Person, Typed } from '../support/person.ts';
import {
  addToRegister,
  beginProof,
  registerAskingService,
  withLogin,
  type Details,
} from '../support/proof-walks.ts';
import { unusedNhsNumber } from '../support/register.ts';
import type { TestService } from '../support/service.ts';

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
    environment: { BEVAN_FAILED_MATCHES_PER_ADDRESS: '100000' },
  });
  service = await registerAskingService(app);
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
      await makeKnown(app.home, { accountId: randomUUID(), level: 'P5', nhsNumber: found.nhsNumber });
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

/** Somebody at the pages of matching, who tries one thing after the other; no limit holds them up. */
interface Prober {
  readonly accountId: string;
  readonly browser: Person;
  /** Posts to a page of the journey, and follows nothing. */
  readonly post: (page: string, typed?: Typed) => Promise<Response>;
}

async function startProber(): Promise<Prober> {
  const traveller = await withLogin({ app, service }, somebody('prober'));
  const { accountId, browser } = traveller;
  await beginProof(traveller);
  const { address, forms } = browser.page;
  const csrf = forms[0]?.fields['_csrf'];
  const post = async (page: string, typed: Typed = {}) => {
    const answer = await browser.send(
      address.href.replace(/start$/u, page),
      browser.formOf({ _csrf: csrf, ...typed }),
    );
    assert.equal(answer.status, 303, page);
    return answer;
  };
  await post('start');
  return { accountId, browser, post };
}

async function fillIn({ post }: Prober, details: Details): Promise<void> {
  const { nhsNumber, firstName, lastName, birthdate, postcode } = details;
  await post('nhs-number', { knows: nhsNumber === undefined ? 'no' : 'yes', nhsNumber });
  if (nhsNumber === undefined) await post('name', { firstName, lastName });
  const [year, month, day] = birthdate.split('-');
  await post('date-of-birth', { day, month, year });
  await post('postcode', { postcode });
}

async function probe(prober: Prober, kind: string): Promise<Seen> {
  const { browser, post, accountId } = prober;
  const details = await kinds[kind]?.draw();
  assert.ok(details);
  await fillIn(prober, details);
  const { deps, database: own } = app.home.house;
  await own.pool.query("DELETE FROM security.limit_count WHERE key LIKE 'register-match%'");
  proxy.statements.length = 0;
  const begun = performance.now();
  const answer = await post('check-details');
  const page = await browser.send(answer.headers.get('location') ?? '');
  const milliseconds = performance.now() - begun;
  const statements = proxy.statements.filter((text) => !text.includes('"openid"') && !text.includes('pds'));
  const lines = [answer, page].map(({ status, headers }) =>
    JSON.stringify([status, [...headers].filter(([name]) => name !== 'date')]),
  );
  const said = withoutChance([...lines, await page.text()].join('\n'));
  assert.match(said, /We could not match your details/u);
  const [decision] = await readDecisions(deps, accountId);
  assert.deepEqual(decision?.reasons, [kinds[kind]?.reason], kind);
  await post('no-match', { choice: 'check' });
  return { kind, by: details.nhsNumber === undefined ? 'name' : 'number', said, statements, milliseconds };
}

function shuffled<T>(list: readonly T[]): T[] {
  const rest = [...list];
  return list.flatMap(() => rest.splice(randomInt(rest.length), 1));
}

/**
 * How far the one kind whose times stand out most is from having been drawn from one hat with all the others: by ranks
 * (Wilcoxon, Mann and Whitney), in standard deviations. Chance takes one of ten kinds beyond 4.5 in fewer than one of
 * ten thousand runs; a kind that always takes longer than all others is beyond 7.
 */
function standsOut(times: ReadonlyMap<string, readonly number[]>): number {
  const sorted = [...times]
    .flatMap(([kind, list]) => list.map((time) => ({ kind, time })))
    .toSorted((one, other) => one.time - other.time);
  const all = sorted.length;
  const deviations = [...times].map(([kind, { length: own }]) => {
    const ranks = sorted.flatMap((one, index) => (one.kind === kind ? [index + 1] : []));
    const mean = ranks.reduce((sum, rank) => sum + rank, 0) / own;
    return Math.abs(mean - (all + 1) / 2) / Math.sqrt(((all + 1) * (all - own)) / (12 * own));
  });
  return Math.max(...deviations);
}
const mostDeviations = 4.5;

function byKind(seen: readonly Seen[]): Map<string, number[]> {
  const times = new Map<string, number[]>();
  for (const { kind, milliseconds } of seen) times.set(kind, [...(times.get(kind) ?? []), milliseconds]);
  return times;
}

describe('why somebody’s details match nothing', () => {
  test('makes no difference to the work: the same statements for every kind', async () => {
    const first: Partial<Record<Seen['by'], Seen>> = {};
    const prober = await startProber();
    for (const kind of Object.keys(kinds)) {
      const seen = await probe(prober, kind);
      first[seen.by] ??= seen;
      assert.deepEqual(seen.statements, first[seen.by]?.statements, kind);
      assert.ok(seen.statements.length > 5);
    }
  });

  test('can’t be told from 200 tries: the same words, statuses, headers, redirects and cookies, and no other time', async (context) => {
    const order = Array.from({ length: probesOfEach }, () => shuffled(Object.keys(kinds))).flat();
    assert.equal(order.length, 200);
    const seen: Seen[] = [];
    const tryOne = async (prober: Prober) => {
      for (let kind = order.pop(); kind !== undefined; kind = order.pop())
        seen.push(await probe(prober, kind));
    };
    const probers = await Promise.all(Array.from({ length: atOnce }, startProber));
    await Promise.all(probers.map(tryOne));
    assert.equal(seen.length, 200);
    for (const by of ['number', 'name'] as const) {
      const answers = new Map(seen.filter((one) => one.by === by).map((one) => [one.said, one.kind]));
      assert.equal(
        answers.size,
        1,
        `${[...answers.values()].join(', ')} are told apart:\n${[...answers.keys()].join('\n\n')}`,
      );
    }
    const found = standsOut(byKind(seen));
    context.diagnostic(`the kind that stands out most does by ${found.toFixed(1)} standard deviations`);
    const medians = [...byKind(seen)].map(([kind, times]) => `${kind}: ${median(times).toFixed(0)} ms`);
    assert.ok(found <= mostDeviations, `${found.toFixed(1)}; ${medians.join('; ')}`);
  });

  test('would be noticed if one kind took a little longer than the others', () => {
    const noise = () => 605 + randomInt(0, 4000) / 100;
    const times = new Map(
      Object.keys(kinds).map((kind) => [kind, Array.from({ length: probesOfEach }, noise)]),
    );
    assert.ok(standsOut(times) <= mostDeviations);
    const kind = 'another account’s number';
    times.set(
      kind,
      (times.get(kind) ?? []).map((time) => time + 30),
    );
    assert.ok(standsOut(times) > mostDeviations);
  });
});

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
