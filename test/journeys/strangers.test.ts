import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts';
import { createPeople, type MadeUp } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';

/**
 * A stranger who tries somebody's address must not learn whether it has a login: not by what is said, not by status or
 * headers, not by how much work is done, not by time.
 */

const addressesOfEach = 10;
/** So often one address is tried: fewer times than any limit. */
const triesPerAddress = 3;

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
  const plenty = '100000';
  app = await startTestApp({
    databaseUrl: proxy.url,
    masterKey: worker.home.masterKey,
    resting: true,
    environment: {
      BEVAN_WRONG_PASSWORDS_PER_ADDRESS: plenty,
      BEVAN_CODE_REQUESTS_PER_ADDRESS: plenty,
      BEVAN_WRONG_CODES_PER_ADDRESS: plenty,
    },
  });
  service = await app.registerTestService();
});
after(async () => {
  await app.close();
  await proxy.close();
  await database.drop();
});

/** One thing that a stranger sends, and what came back. */
interface Seen {
  readonly said: string;
  readonly statements: readonly string[];
  readonly milliseconds: number;
}

/** A way to try addresses: the pages up to the one where it is tried, and what is sent there each time. */
interface Attempt {
  readonly approach: (browser: Person, who: MadeUp) => Promise<readonly Seen[]>;
  /** @param time 0 for the first */
  readonly send: (browser: Person, who: MadeUp, time: number) => Promise<Seen>;
}

/** What comes back, without what is drawn by lot for each visit and without the address that was tried. */
function withoutChance(text: string, who: MadeUp): string {
  return text
    .replaceAll('<wbr>', '')
    .replaceAll(who.email, '<address>')
    .replaceAll(encodeURIComponent(who.email), '<address>')
    .replaceAll(/\/[\w-]{22}(?=[/"?\s])/gu, '/<ref>')
    .replaceAll(/[\w-]{43}/gu, '<token>')
    .replaceAll(/again=[\w-]+/gu, 'again=<mark>');
}

async function post(
  browser: Person,
  who: MadeUp,
  typed: Record<string, string>,
  button?: string,
): Promise<Seen> {
  const form = browser.page.forms.find(
    ({ names, buttons }) =>
      Object.keys(typed).every((name) => names.has(name)) &&
      (button === undefined || buttons.includes(button)),
  );
  if (form === undefined)
    throw new Error(`no such form at ${browser.page.address.href}: ${browser.page.heading}`);
  const body = browser.formOf({ ...form.fields, ...typed });
  proxy.statements.length = 0;
  const begun = performance.now();
  const answer = await browser.send(form.action, body);
  const location = answer.headers.get('location') ?? '';
  const page = location === '' ? answer : await browser.send(location);
  const milliseconds = performance.now() - begun;
  const statements = [...proxy.statements];
  const lines = [answer, page].map(({ status, headers }) => {
    const shown = [...headers].filter(([name]) => !['date', 'set-cookie'].includes(name));
    return JSON.stringify([status, shown, headers.getSetCookie().map((line) => line.split(';').slice(1))]);
  });
  const html = await page.text();
  await browser.open(new URL(location, app.origin));
  return { said: withoutChance([...lines, html].join('\n'), who), statements, milliseconds };
}

async function begin(browser: Person, choice: 'sign-in' | 'sign-up'): Promise<void> {
  await browser.open(await service.requestAddress());
  await browser.submit({ choice });
}

const attempts: Record<string, Attempt> = {
  'a wrong password': {
    approach: async (browser, who) => {
      await begin(browser, 'sign-in');
      return [await post(browser, who, { email: who.email })];
    },
    send: (browser, who) => post(browser, who, { password: 'not the right one' }),
  },
  'a new login': {
    approach: async (browser, who) => {
      await begin(browser, 'sign-up');
      await browser.submit({ nation: 'england' });
      return [await post(browser, who, { email: who.email })];
    },
    send: async (browser, who, time) => {
      if (time > 0) await browser.open('create-password');
      const password = `seventeen brass otters ${time}`;
      return post(browser, who, { password, passwordAgain: password });
    },
  },
  'a forgotten password': {
    approach: async (browser, who) => {
      await begin(browser, 'sign-in');
      await browser.submit({ email: who.email });
      return [await post(browser, who, {}, 'I have forgotten my password')];
    },
    send: (browser, who, time) =>
      time === 0 ? post(browser, who, { email: who.email }) : post(browser, who, {}, 'Send a new link'),
  },
};

/** @returns addresses of the same length, so that nothing differs but whether they have a login */
async function makeAddresses(count: number): Promise<{ known: MadeUp[]; unknown: MadeUp[] }> {
  const draw = (letter: string) =>
    Array.from({ length: count }, (_, index) => ({
      ...somebody('stranger'),
      email: `${letter}.stranger.${100 + index}@example.org`,
    }));
  const made = { known: draw('k'), unknown: draw('u') };
  for (const { email, password } of made.known) await makeAccount(app.home, { email, password });
  return made;
}

function assertSame(seen: Seen, other: Seen | undefined): void {
  assert.deepEqual(linesOnlyIn(seen.said, other?.said), []);
  assert.deepEqual(linesOnlyIn(other?.said, seen.said), []);
  assert.equal(seen.said.length, other?.said.length);
  assert.doesNotMatch(seen.said, /^\[(4(?!00)|5)/mu);
  assert.deepEqual(seen.statements, other?.statements);
  assert.ok(seen.statements.length > 0);
}

function linesOnlyIn(one = '', other = ''): string[] {
  const known = new Set(other.split('\n'));
  return one.split('\n').filter((line) => !known.has(line));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) /
    2
  );
}

/**
 * @param differences of times that were measured in pairs, one right after the other
 * @returns whether they lie about zero: the median no further from it than one and a half times the median distance of
 *   one difference from the median, which for thirty pairs chance reaches once in millions of runs
 */
function liesAboutZero(differences: readonly number[]): boolean {
  const middle = median(differences);
  const spread = median(differences.map((difference) => Math.abs(difference - middle)));
  return Math.abs(middle) <= 1.5 * spread + 1;
}

describe('whether an address has a login', () => {
  let addresses: { known: MadeUp[]; unknown: MadeUp[] };
  before(async () => {
    addresses = await makeAddresses(addressesOfEach);
  });

  for (const [name, attempt] of Object.entries(attempts)) {
    test(`can't be told by ${name}: the same words, statuses, headers and statements, and no other time`, async () => {
      const differences: number[] = [];
      for (const [index, known] of addresses.known.entries()) {
        const unknown = addresses.unknown[index];
        assert.ok(unknown);
        const browsers = { known: new Person(app), unknown: new Person(app) };
        const people = { known, unknown };
        const [first, other] = [
          await attempt.approach(browsers.known, known),
          await attempt.approach(browsers.unknown, unknown),
        ];
        for (const [place, seen] of first.entries()) assertSame(seen, other[place]);
        for (let time = 0; time < triesPerAddress; time += 1) {
          const order =
            time % 2 === index % 2 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
          const seen: Partial<Record<'known' | 'unknown', Seen>> = {};
          for (const kind of order) seen[kind] = await attempt.send(browsers[kind], people[kind], time);
          assert.ok(seen.known && seen.unknown);
          assertSame(seen.known, seen.unknown);
          differences.push(seen.known.milliseconds - seen.unknown.milliseconds);
        }
      }
      const shown = differences.map((one) => one.toFixed(1)).join(' ');
      assert.ok(liesAboutZero(differences), `differences in milliseconds: ${shown}`);
    });
  }

  test('would be noticed if one took longer than the other by as much as a password’s check', () => {
    const noise = Array.from(
      { length: addressesOfEach * triesPerAddress },
      (_, index) => ((index * 7) % 13) - 6,
    );
    assert.ok(liesAboutZero(noise));
    assert.ok(!liesAboutZero(noise.map((difference) => difference + 15)));
  });
});
