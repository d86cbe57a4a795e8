import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { buildApp } from '../../src/app.ts';
import { anyText } from '../support/any-text.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { addChecker, openChecker, type CheckerRole, type TestChecker } from '../support/checkers.ts';
import { Person } from '../support/person.ts';
import { newPersonAtP5, submitFor } from '../support/review.ts';

interface Address {
  readonly method: 'GET' | 'POST';
  /** As it is mounted. */
  readonly path: string;
  readonly roles: readonly CheckerRole[];
}

const everybody = ['checker', 'supervisor', 'assurance', 'manager'] as const;
const deciders = ['checker', 'supervisor'] as const;
const supervisor = ['supervisor'] as const;
const assurance = ['assurance'] as const;
const manager = ['manager'] as const;
const at = (methods: string, path: string, roles: readonly CheckerRole[]): Address[] =>
  methods.split(' ').map((method) => ({ method: method === 'POST' ? 'POST' : 'GET', path, roles }));

/** Every address of the desk, and who may use it. */
const addresses: Address[] = [
  ...at('GET', '', everybody),
  ...at('GET', '/guidance', everybody),
  ...at('POST', '/next', ['checker']),
  ...at('GET', '/cases/:case', deciders),
  ...at('GET', '/cases/:case/files/:file', deciders),
  ...['answer', 'discard', 'trace', 'search/details'].flatMap((act) =>
    at('POST', `/cases/:case/${act}`, deciders),
  ),
  ...['search', 'approve', 'decline', 'hold', 'revise'].flatMap((act) =>
    at('GET POST', `/cases/:case/${act}`, deciders),
  ),
  ...at('GET', '/holding', supervisor),
  ...at('POST', '/holding/send-back', supervisor),
  ...at('POST', '/holding/sent-back', supervisor),
  ...at('POST', '/holding/:case/open', supervisor),
  ...at('GET POST', '/holding/:case/reassign', supervisor),
  ...at('GET', '/second-checks', ['assurance', 'supervisor']),
  ...at('POST', '/second-checks/next', assurance),
  ...at('GET', '/second-checks/:check', assurance),
  ...at('GET', '/second-checks/:check/files/:file', assurance),
  ...['answer', 'discard', 'agree'].flatMap((act) => at('POST', `/second-checks/:check/${act}`, assurance)),
  ...at('GET POST', '/second-checks/:check/disagree', assurance),
  ...at('GET', '/disagreements/:check', supervisor),
  ...at('GET', '/disagreements/:check/files/:file', supervisor),
  ...at('POST', '/disagreements/:check/confirm', supervisor),
  ...at('POST', '/disagreements/:check/withdraw', supervisor),
  ...at('GET', '/figures', ['supervisor', 'assurance']),
  ...at('GET POST', '/settings', supervisor),
  ...at('GET', '/automation', ['manager', 'supervisor']),
  ...at('POST', '/automation/stop', ['manager', 'supervisor']),
  ...at('GET POST', '/automation/start', manager),
  ...at('POST', '/automation/rate', manager),
  ...at('POST', '/automation/rate-set', manager),
  ...at('GET', '/acts', manager),
  ...at('GET', '/staff', manager),
  ...at('GET POST', '/staff/invite', manager),
  ...at('GET POST', '/staff/:member', manager),
  ...at('GET POST', '/staff/:member/remove', manager),
  ...at('POST', '/staff/:member/invite', manager),
];
/** These let in whoever is not signed in. */
const entrance = ['/sign-in', '/sign-out', '/invitation/:token', '/invitation/:token/app'];

let app: TestApp;
let staff: Record<CheckerRole, TestChecker>;
/** With somebody who is not among those who try. */
let caseId: string;

const tokenOf = ({ page }: Person) => /name="_csrf" value="([^"]+)"/u.exec(page.html)?.[1];
const fill = ({ path }: Address, ids: Readonly<Record<string, string>> = {}) =>
  `/id-checker${path.replaceAll(/:(\w+)/gu, (_, name: string) => ids[name] ?? caseId)}`;
function send(browser: Person, address: Address, csrf?: string, ids = {}): Promise<Response> {
  const path = fill(address, ids);
  return address.method === 'GET' ? browser.send(path) : browser.send(path, browser.formOf({ _csrf: csrf }));
}
/** @returns how much staff have done */
async function audited(): Promise<number> {
  const { rows } = await app.home.house.database.pool.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM audit.event WHERE details::text LIKE '%staffId%' AND type NOT LIKE 'staff.signed%'",
  );
  return rows[0]?.count ?? 0;
}

before(async () => {
  app = await startTestApp();
  caseId = await submitFor(app.home, await newPersonAtP5(app.home));
  const holder = await openChecker(app, ['checker']);
  await holder.browser.press('Start the next case');
  staff = {
    checker: await openChecker(app, ['checker']),
    supervisor: await openChecker(app, ['supervisor']),
    assurance: await openChecker(app, ['assurance']),
    manager: await openChecker(app, ['manager']),
  };
});
after(() => app.close());

describe('every address of the desk', () => {
  test('is in the table of who may use it', async () => {
    const web = await buildApp(app.home.house);
    await web.app.ready();
    const shown = web.app.printRoutes({ commonPrefix: false });
    await web.app.close();
    const parts: string[] = [];
    const mounted = new Set<string>();
    for (const line of shown.split('\n')) {
      const {
        indent = '',
        part = '',
        methods,
      } = /^(?<indent>[│├└─\s]*)(?<part>\S*)(?: \((?<methods>[^)]+)\))?/u.exec(line)?.groups ?? {};
      const depth = Math.max(0, Math.floor(indent.length / 4) - 1);
      parts.splice(depth, parts.length, part);
      const path = parts.join('');
      if (methods === undefined || !/^\/id-checker(\/|$)/u.test(path)) continue;
      for (const method of methods.split(', ').filter((one) => one === 'GET' || one === 'POST'))
        mounted.add(`${method} ${path.slice('/id-checker'.length)}`);
    }
    assert.ok(mounted.size > 40, shown);
    const known = addresses.map(({ method, path }) => `${method} ${path}`);
    const open = entrance.flatMap((path) => [`GET ${path}`, `POST ${path}`]);
    assert.deepEqual(
      [...mounted].filter((one) => !known.includes(one) && !open.includes(one)),
      [],
    );
    assert.deepEqual(
      known.filter((one) => !mounted.has(one)),
      [],
    );
  });

  test('leads whoever is not signed in to signing in', async () => {
    for (const address of addresses) {
      const answer = await send(new Person(app), address);
      assert.match(answer.headers.get('location') ?? '', /^\/id-checker\/sign-in/u, address.path);
    }
  });

  test('tells a colleague without the role so, and does nothing', async () => {
    const count = await audited();
    for (const address of addresses) {
      for (const role of everybody.filter((one) => !address.roles.includes(one))) {
        const { browser } = staff[role];
        await browser.open('/id-checker');
        const answer = await send(browser, address, tokenOf(browser));
        assert.equal(answer.status, 403, `${role} ${address.path}`);
        assert.match(await answer.text(), /You do not have the role for this/u);
      }
    }
    assert.equal(await audited(), count);
  });

  test('lets in whoever has the role', async () => {
    for (const address of addresses.filter(({ method }) => method === 'GET')) {
      for (const role of address.roles) {
        const answer = await send(staff[role].browser, address, undefined, { member: staff.checker.id });
        assert.notEqual(answer.status, 403, `${role} ${address.path}`);
      }
    }
  });

  test('does nothing for a form that no page of this session has made', async () => {
    const stranger = new Person(app);
    await stranger.open('/id-checker/sign-in');
    await staff.checker.browser.open('/id-checker');
    const count = await audited();
    for (const address of addresses.filter(({ method }) => method === 'POST')) {
      const [role = 'manager'] = address.roles;
      const other = role === 'checker' ? undefined : tokenOf(staff.checker.browser);
      for (const token of [undefined, 'x', tokenOf(stranger), other]) {
        const answer = await send(staff[role].browser, address, token);
        assert.equal(answer.status, 403, address.path);
        assert.doesNotMatch(await answer.text(), /You do not have the role/u);
      }
    }
    assert.equal(await audited(), count);
  });
});

test('whatever is typed, no page of the desk breaks', { timeout: 300_000 }, async () => {
  await submitFor(app.home, await newPersonAtP5(app.home));
  const { browser } = await openChecker(app, everybody);
  await browser.press('Start the next case');
  const mine = browser.page.address.pathname.split('/')[3] ?? '';
  const csrf = tokenOf(browser) ?? '';
  const names = [
    'question',
    'answer',
    'nhsNumber',
    'givenName',
    'familyName',
    'day',
    'month',
    'year',
    'postcode',
  ];
  names.push(
    'reason',
    'note',
    'tick-blurred',
    'sure',
    'to',
    'all',
    'hours',
    'noticeEn',
    'noticeCy',
    'name',
    'email',
  );
  const posts = addresses.filter(
    ({ method, path }) => method === 'POST' && !/discard|remove|\/next/u.test(path),
  );
  const form = fc.dictionary(fc.constantFrom(...names), anyText, { maxKeys: names.length });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...posts), form, anyText, async (address, typed, odd) => {
      const oddId = encodeURIComponent(odd.toWellFormed());
      const ids = { case: oddId.length % 2 === 0 ? mine : oddId, check: oddId, member: randomUUID() };
      const path = fill(address, ids);
      const answer = await browser.send(
        path,
        browser.formOf({ ...typed, [`case-${odd}`]: 'yes', _csrf: csrf }),
      );
      assert.ok(answer.status < 500 || answer.status === 503, `${answer.status} ${path}`);
    }),
    { numRuns: 200 },
  );
  for (const path of [
    '?done=%00',
    '/acts?before=9e99',
    '/figures?days=-1',
    '/cases/%00',
    '/holding/x/reassign',
  ])
    assert.ok((await browser.send(`/id-checker${path}`)).status < 500, path);
});

test('somebody whose access was never set up can’t be given a case, and a colleague is found by no guess', async () => {
  const { browser } = staff.supervisor;
  const pending = await addChecker(app, ['supervisor']);
  await app.home.house.database.pool.query('UPDATE portals.staff SET password_hash = NULL WHERE id = $1', [
    pending.id,
  ]);
  await browser.open('/id-checker/holding');
  const address = `/id-checker/holding/${caseId}/reassign`;
  assert.equal((await browser.post(address, { _csrf: tokenOf(browser), to: pending.id })).status, 404);
});
