import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { createLog } from '#foundation/log';
import { readDecisions } from '#identity';
import { openProofing, type ProofContext } from '#proofing';
import fc from 'fast-check';
import { anyText, nearly } from '../support/any-text.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { mostSpread, spread } from '../support/spread.ts';
import { expectPage } from '../support/walks.ts';
import {
  chooseWay,
  comeToWays,
  gpSystemsOf,
  matchedPerson,
  openTestPractice,
  typeDetails,
  type Matched,
} from '../support/ways-walks.ts';

/**
 * Somebody who guesses registration details must not be let try long, must break nothing, and must not learn whether there is
 * such an online account: not by what is said, not by status, headers, redirects or cookies, not by time.
 */

const triples = 10_000;
/** So many of them are posted by browsers; the others go straight to the page's step. */
const posted = 1000;
const guessers = 20;
const triesBeforeLock = 5;
/** So many at a time. */
const atOnce = 10;

let app: TestApp;
let service: TestService;
const lines: string[] = [];
const somebody = createPeople();
before(async () => {
  const log = createLog({ level: 'debug', destination: { write: (line: string) => void lines.push(line) } });
  app = await startTestApp({
    register: true,
    gpSystems: true,
    log,
    environment: {
      BEVAN_LOG_LEVEL: 'debug',
      BEVAN_FAILED_GP_DETAILS_PER_ADDRESS: '1000000',
      BEVAN_WRONG_PASSWORDS_PER_ADDRESS: '1000000',
    },
  });
  service = await registerAskingService(app);
});
after(() => app.close());

async function newPerson(name = 'guesser'): Promise<Matched> {
  const person = await matchedPerson({ app, service }, somebody(name));
  await comeToWays(person);
  await chooseWay(person, /registration details/u);
  expectPage(person.browser, 'gp-online-details-details');
  return person;
}

/** The page's step, without its page. @returns types into it, and what came of that */
async function openStep({
  accountId,
}: Matched): Promise<(fields: Record<string, string>) => Promise<string>> {
  const { house } = app.home;
  const tools = { register: undefined, gpSystems: gpSystemsOf(app).gpSystems, evidence: undefined };
  const { methods } = await openProofing(house.settings, tools);
  const method = methods.find(({ words }) => /registration details/u.test(words.en.title));
  const [step] =
    method?.embedIn<unknown, ProofContext>(tools, {
      pathPrefix: '',
      appliesWhen: () => true,
      read: (kept) => kept,
      write: (_, kept) => kept,
      context: (given) => given,
    }) ?? [];
  assert.ok(step);
  const visit = {
    ref: accountId,
    answers: {},
    context: {
      accountId,
      clientName: 'Riverside Surgery Online',
      hasOtherWays: false,
      signedIn: { sessionUid: '', at: '' },
    },
    browser: {
      language: 'en',
      remoteAddress: '127.0.0.1',
      kind: { system: 'other', browser: 'other' },
      readCookie: () => undefined,
    },
  } as const;
  return async (fields) => {
    const prepared = await step.prepare(house, visit, fields);
    if (prepared.outcome === 'invalid') return 'invalid';
    return (await house.transact((deps) => prepared.submit(deps, visit))).outcome;
  };
}

/** Does work for each of a list, some at a time. */
async function forEach<T>(list: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (let next = 0; next < list.length; next += atOnce)
    await Promise.all(list.slice(next, next + atOnce).map(work));
}

const refusals = async ({ accountId }: Matched) =>
  (await readDecisions(app.home.house.deps, accountId)).filter(({ outcome }) => outcome === 'refused');

describe('guessing registration details', () => {
  test(`${triples} times breaks nothing, proves nobody, and is asked of a practice’s system five times a login`, async () => {
    const practices = await Promise.all([openTestPractice(app), openTestPractice(app)]);
    const people = await Promise.all(
      Array.from({ length: guessers }, () => matchedPerson({ app, service }, somebody('one'))),
    );
    const [victim] = people;
    assert.ok(victim);
    const { odsCode, nhsNumber } = victim;
    const right = await gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });
    const { accountId, linkageKey } = right;
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 6, maxLength: 12 });
    const drawn = fc
      .sample(
        fc.record({
          gpUserId: fc.oneof({ weight: 4, arbitrary: digits }, nearly(accountId), anyText),
          odsCode: fc.oneof(
            { weight: 4, arbitrary: fc.constantFrom(odsCode, ...practices, 'A12345') },
            nearly(odsCode),
            anyText,
          ),
          gpLinkageKey: fc.oneof(
            { weight: 4, arbitrary: fc.string({ minLength: 8, maxLength: 16 }) },
            nearly(linkageKey),
            anyText,
          ),
        }),
        triples,
      )
      .filter((one) => one.gpUserId.trim() !== accountId || one.gpLinkageKey.trim() !== linkageKey);
    const share = (list: typeof drawn, of: Matched) =>
      list.filter((_, at) => at % guessers === people.indexOf(of));
    await forEach(people, async (person) => {
      await comeToWays(person);
      await chooseWay(person, /registration details/u);
      const [form] = person.browser.page.forms;
      const token = form?.fields['_csrf'];
      for (const fields of share(drawn.slice(0, posted), person)) {
        const answer = await person.browser.send(
          form?.action ?? '',
          person.browser.formOf({ ...fields, _csrf: token }),
        );
        // What is no UTF-8, or far too much, is refused as such.
        assert.ok(answer.status < 500, `${answer.status} after ${JSON.stringify(fields)}`);
        if (answer.status !== 303 || randomInt(10) > 0) continue;
        const page = await person.browser.send(answer.headers.get('location') ?? '');
        assert.ok(page.status < 500, `${page.status} after ${JSON.stringify(fields)}`);
      }
      const again = person.browser.formOf({ gpUserId: '1', odsCode, gpLinkageKey: '1', _csrf: token });
      const answer = await person.browser.send(form?.action ?? '', again);
      assert.equal((await person.browser.send(answer.headers.get('location') ?? '')).status, 429);
      const type = await openStep(person);
      for (const fields of share(drawn.slice(posted), person))
        assert.match(await type(fields), /^(invalid|stopped)$/u);
      assert.ok((await refusals(person)).length <= triesBeforeLock);
    });
    const { rows } = await app.home.house.database.pool.query<{ level: string }>(
      "SELECT level FROM identity.record WHERE level = 'P9'",
    );
    assert.deepEqual(rows, []);
    assert.ok(!lines.some((line) => line.includes('"level":50')), 'something failed');
  });

  test('can’t be told what is wrong: the same words, statuses, headers, redirects and cookies, and no other time', async (context) => {
    type Typed = Parameters<typeof typeDetails>[1];
    const issueTo = ({ odsCode, nhsNumber }: Matched) =>
      gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });
    const kinds: Readonly<Record<string, (person: Matched) => Promise<Typed>>> = {
      'a wrong key': async (person) => ({ ...(await issueTo(person)), linkageKey: 'aB3dE6gH9kLm2' }),
      'no such account': async (person) => ({
        ...(await issueTo(person)),
        accountId: String(randomInt(1_000_000_000, 10_000_000_000)),
      }),
      'another’s details': async (person) => {
        const other = await matchedPerson({ app, service }, somebody('other'), { odsCode: person.odsCode });
        return issueTo(other);
      },
      expired: ({ odsCode, nhsNumber }) =>
        gpSystemsOf(app).issueDetails({ odsCode, nhsNumber, state: 'expired' }),
      withdrawn: ({ odsCode, nhsNumber }) =>
        gpSystemsOf(app).issueDetails({ odsCode, nhsNumber, state: 'withdrawn' }),
    };
    const probesOfEach = 12;
    const order = Array.from({ length: probesOfEach }, () => Object.keys(kinds)).flat();
    const prepared = await Promise.all(
      order.map(async (kind) => {
        const person = await newPerson();
        const typed = await kinds[kind]?.(person);
        assert.ok(typed);
        return { kind, person, typed };
      }),
    );
    const times = new Map<string, number[]>();
    const said = new Map<string, string>();
    const shuffled = prepared.map((one) => ({ one, at: randomInt(2 ** 32) })).toSorted((a, b) => a.at - b.at);
    await forEach(shuffled, async ({ one: { kind, person, typed } }) => {
      const [form] = person.browser.page.forms;
      const fields = {
        ...form?.fields,
        gpUserId: typed.accountId,
        odsCode: typed.odsCode,
        gpLinkageKey: typed.linkageKey,
      };
      const begun = performance.now();
      const answer = await person.browser.send(form?.action ?? '', person.browser.formOf(fields));
      const page = await person.browser.send(answer.headers.get('location') ?? '');
      times.set(kind, [...(times.get(kind) ?? []), performance.now() - begun]);
      const shown = [answer, page].map(({ status, headers }) =>
        JSON.stringify([status, [...headers].filter(([name]) => name !== 'date')]),
      );
      const text = [...shown, await page.text()].join('\n');
      said.set(withoutChance(text), kind);
    });
    assert.equal(
      said.size,
      1,
      `${[...said.values()].join(', ')} are told apart:\n${[...said.keys()].join('\n\n')}`,
    );
    const found = spread(times);
    context.diagnostic(`spread of the times: ${found.toFixed(1)}`);
    assert.ok(found <= mostSpread, found.toFixed(1));
  });

  test('and typing the right ones leaves none of them in the log, the audit trail, the counts or a table', async () => {
    const person = await newPerson('right');
    const { odsCode, nhsNumber } = person;
    const { accountId, linkageKey } = await gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });
    await typeDetails(person, { odsCode, accountId, linkageKey: `${linkageKey}x` });
    assert.doesNotMatch(person.browser.page.html, new RegExp(linkageKey, 'u'));
    await person.browser.submit();
    assert.match(person.browser.page.html, new RegExp(accountId, 'u'));
    assert.doesNotMatch(person.browser.page.html, new RegExp(linkageKey, 'u'));
    await typeDetails(person, { odsCode, accountId, linkageKey });
    expectPage(person.browser, 'agree');
    const { pool } = app.home.house.database;
    const { rows: tables } = await pool.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename NOT LIKE 'simulated%'",
    );
    const { rows: tokens } = await pool.query<{ secret: string }>(
      'SELECT secret FROM gp_systems.simulated_connection',
    );
    assert.ok(tables.length > 20 && tokens.length > 0);
    const secrets = [accountId, linkageKey, nhsNumber, ...tokens.map(({ secret }) => secret)];
    const places = new Map([
      ['the log', lines.join('')],
      ['the counts', await app.home.house.metrics.registry.metrics()],
    ]);
    for (const { name } of tables) {
      const { rows } = await pool.query<{ text: string }>(
        `SELECT row_to_json(t)::text AS text FROM ${name} t`,
      );
      places.set(name, rows.map(({ text }) => text).join('\n'));
    }
    for (const [place, text] of places)
      for (const secret of secrets)
        for (const spelling of [secret, Buffer.from(secret).toString('hex')])
          assert.ok(!text.includes(spelling), `${secret} stands in ${place}`);
  });
});

/** Takes out of an answer what is different every time: names of visits and tokens. */
function withoutChance(text: string): string {
  return text
    .replaceAll(/\/[\w-]{22}(?=[/"?\s])/gu, '/<ref>')
    .replaceAll(/[\w-]{43}/gu, '<token>')
    .replaceAll(/again=[\w-]+/gu, 'again=<mark>')
    .replaceAll(/nonce-[\w+/=-]+/gu, 'nonce-<nonce>');
}
