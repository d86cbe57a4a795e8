import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { OdsCode } from '#foundation/identifiers';
import { listIssuedDetails } from '#proofing';
import fc from 'fast-check';
import { anyText } from '../support/any-text.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Person } from '../support/person.ts';
import {
  addPatientTo,
  addStaff,
  openTestPractice,
  signInStaff,
  sought,
  walkToIssue,
  type TestStaff,
} from '../support/practice.ts';

type Role = 'verifier' | 'voucher' | 'manager';
interface Address {
  readonly method: 'GET' | 'POST';
  /** Below the practice; with the ids of one practice's own things in their places. */
  readonly path: (ids: Ids) => string;
  readonly roles: readonly Role[];
}
interface Ids {
  readonly visit: string;
  readonly letter: string;
  readonly issued: string;
  readonly member: string;
}

const everybody = ['verifier', 'voucher', 'manager'] as const;
const check = ['verifier', 'voucher'] as const;
const manager = ['manager'] as const;
const at = (methods: string, path: Address['path'], roles: readonly Role[]): Address[] =>
  methods.split(' ').map((method) => ({ method: method === 'POST' ? 'POST' : 'GET', path, roles }));

/** Every address of a practice, and who may use it. */
const addresses: Address[] = [
  ...at('GET', () => '', everybody),
  ...at('GET', () => '/guidance', everybody),
  ...at('GET', () => '/reissue', everybody),
  ...at('POST', ({ issued }) => `/reissue/${issued}`, check),
  ...at('GET POST', () => '/find', check),
  ...at('GET POST', () => '/find/name', check),
  ...at('GET', () => '/details', everybody),
  ...at('GET POST', ({ issued }) => `/details/withdraw/${issued}`, check),
  ...at('GET', ({ visit }) => `/patients/${visit}`, check),
  ...at('GET POST', ({ visit, issued }) => `/patients/${visit}/withdraw/${issued}`, check),
  ...at('POST', ({ visit }) => `/patients/${visit}/record-competence`, ['voucher']),
  ...at('POST', ({ visit }) => `/patients/${visit}/withdraw-competence`, ['voucher']),
  ...at('POST', ({ visit }) => `/patients/${visit}/block-fast-track`, check),
  ...at('POST', ({ visit }) => `/patients/${visit}/unblock-fast-track`, check),
  ...['reason', 'check', 'letter', 'issue'].flatMap((step) =>
    at('GET POST', ({ visit }) => `/patients/${visit}/${step}`, check),
  ),
  ...at('GET POST', ({ visit }) => `/patients/${visit}/documents`, ['verifier']),
  ...at('GET POST', ({ visit }) => `/patients/${visit}/vouching`, ['voucher']),
  ...at('GET POST', ({ visit }) => `/patients/${visit}/vouching-with-record`, ['voucher']),
  ...at('GET POST', ({ letter }) => `/letters/${letter}`, check),
  ...at('GET', () => '/staff', manager),
  ...at('GET POST', () => '/staff/invite', manager),
  ...at('GET POST', ({ member }) => `/staff/${member}`, manager),
  ...at('GET POST', ({ member }) => `/staff/${member}/remove`, manager),
  ...at('POST', ({ member }) => `/staff/${member}/invite`, manager),
  ...at('GET POST', () => '/age', manager),
  ...at('GET', () => '/audit', manager),
];

let app: TestApp;
/** A practice with a patient who was found, a letter that waits, and staff of each role. */
let home: { odsCode: OdsCode; base: string; ids: Ids; staff: Record<Role, TestStaff>; owner: Person };
let stranger: { odsCode: OdsCode; base: string; browser: Person; staff: TestStaff };

const tokenOf = ({ page }: Person) => /name="_csrf" value="([^"]+)"/u.exec(page.html)?.[1];
async function send(browser: Person, address: Address, base: string, csrf?: string): Promise<Response> {
  const path = `${base}${address.path(home.ids)}`;
  return address.method === 'GET' ? browser.send(path) : browser.send(path, browser.formOf({ _csrf: csrf }));
}
const stateOf = async () =>
  (await listIssuedDetails(app.home.house.deps, { odsCode: home.odsCode }))[0]?.state;

before(async () => {
  app = await startTestApp({ register: true, gpSystems: true });
  const { odsCode, base, browser: owner } = await openTestPractice(app, ['verifier', 'voucher']);
  const patient = await addPatientTo(app, odsCode);
  await walkToIssue(owner, base, patient);
  const visit = owner.page.address.pathname.split('/')[4] ?? '';
  await owner.submit();
  const letter = owner.page.address.pathname.split('/')[4] ?? '';
  const [issued] = await listIssuedDetails(app.home.house.deps, { odsCode });
  const staff = {
    verifier: await addStaff(app, odsCode, ['verifier']),
    voucher: await addStaff(app, odsCode, ['voucher']),
    manager: await addStaff(app, odsCode, ['manager']),
  };
  for (const one of Object.values(staff)) await signInStaff(app, one);
  const ids = { visit, letter, issued: issued?.id ?? '', member: staff.verifier.id };
  home = { odsCode, base, ids, staff, owner };
  stranger = await openTestPractice(app, everybody);
});
after(() => app.close());

describe('every address of a practice', () => {
  test('leads whoever is not signed in to signing in', async () => {
    for (const address of addresses) {
      const answer = await send(new Person(app), address, home.base);
      assert.match(answer.headers.get('location') ?? '', /^\/practice\/sign-in/u, address.path(home.ids));
    }
  });

  test('is to staff of another practice as if there were no such practice', async () => {
    const unknown = await stranger.browser.send('/practice/Y98765');
    const words = (await unknown.text()).replaceAll('Y98765', '');
    for (const address of addresses) {
      await stranger.browser.open(stranger.base);
      const answer = await send(stranger.browser, address, home.base, tokenOf(stranger.browser));
      assert.equal(answer.status, 404, address.path(home.ids));
      if (address.path(home.ids) === '')
        assert.equal((await answer.text()).replaceAll(home.odsCode, ''), words);
    }
    assert.equal(await stateOf(), 'unused');
  });

  test('tells a colleague without the role so, and does nothing', async () => {
    for (const address of addresses) {
      for (const role of everybody.filter((one) => !address.roles.includes(one))) {
        const { browser } = home.staff[role];
        await browser.open(home.base);
        const answer = await send(browser, address, home.base, tokenOf(browser));
        assert.equal(answer.status, 403, `${role} ${address.path(home.ids)}`);
        assert.match(await answer.text(), /You do not have the role for this/u);
      }
    }
    assert.equal(await stateOf(), 'unused');
  });

  test('does nothing for a form that no page of this session has made', async () => {
    const others = [undefined, 'x', tokenOf(stranger.browser)];
    for (const address of addresses.filter(({ method }) => method === 'POST')) {
      const [role = 'manager'] = address.roles;
      for (const token of others) {
        const answer = await send(home.staff[role].browser, address, home.base, token);
        assert.equal(answer.status, 403, address.path(home.ids));
        assert.doesNotMatch(await answer.text(), /You do not have the role/u);
      }
    }
    assert.equal(await stateOf(), 'unused');
  });
});

describe('what belongs to one', () => {
  test('can’t be reached by another practice below its own address, whoever guesses the id', async () => {
    const { base, browser, odsCode } = stranger;
    const patient = await addPatientTo(app, odsCode);
    await browser.open(`${base}/find`);
    await browser.submit(sought(patient));
    const visit = browser.page.address.pathname.split('/')[4] ?? '';
    const token = tokenOf(browser);
    const { ids } = home;
    for (const [path, status] of [
      [`/patients/${ids.visit}`, 404],
      [`/patients/${ids.visit}/issue`, 404],
      [`/letters/${ids.letter}`, 410],
      [`/staff/${ids.member}`, 404],
      [`/staff/${ids.member}/remove`, 404],
      [`/details/withdraw/${ids.issued}`, 303],
      [`/patients/${visit}/withdraw/${ids.issued}`, 303],
    ] as const)
      assert.equal((await browser.send(`${base}${path}`)).status, status, path);
    for (const [path, status] of [
      [`/letters/${ids.letter}`, 410],
      [`/patients/${ids.visit}/issue`, 404],
      [`/patients/${ids.visit}/block-fast-track`, 404],
      [`/reissue/${ids.issued}`, 404],
      [`/staff/${ids.member}`, 404],
      [`/staff/${ids.member}/remove`, 404],
      [`/staff/${ids.member}/invite`, 404],
      [`/details/withdraw/${ids.issued}`, 303],
      [`/patients/${visit}/withdraw/${ids.issued}`, 303],
    ] as const) {
      const answer = await browser.send(
        `${base}${path}`,
        browser.formOf({ _csrf: token, 'role-verifier': 'yes' }),
      );
      assert.equal(answer.status, status, path);
    }
    assert.equal(await stateOf(), 'unused');
  });

  test('can’t be reached by a colleague: neither the patient who was found nor the letter', async () => {
    const { browser } = home.staff.verifier;
    const { ids, base } = home;
    assert.equal((await browser.open(`${base}/patients/${ids.visit}`)).status, 404);
    assert.equal((await browser.open(`${base}/letters/${ids.letter}`)).status, 410);
    assert.equal((await home.owner.open(`${base}/letters/${ids.letter}`)).status, 200);
  });
});

describe('whatever is typed', () => {
  test('no page of a practice breaks', { timeout: 300_000 }, async () => {
    const staff = await addStaff(app, home.odsCode, everybody);
    const browser = await signInStaff(app, staff);
    const patient = await addPatientTo(app, home.odsCode);
    await browser.open(`${home.base}/find`);
    await browser.submit(sought(patient));
    const visit = browser.page.address.pathname.split('/')[4] ?? '';
    const csrf = tokenOf(browser) ?? '';
    const names = [
      'nhsNumber',
      'day',
      'month',
      'year',
      'givenName',
      'familyName',
      'postcode',
      'reason',
      'way',
    ]
      .concat(['where', 'known', 'language', 'print', 'delivery', 'email', 'name', 'years', 'role-manager'])
      .concat(['reset', 'seen', 'document-passport', 'limited', 'asked']);
    const posts = addresses.filter(
      ({ method, path }) => method === 'POST' && !/remove|staff/u.test(path(home.ids)),
    );
    const form = fc.dictionary(fc.constantFrom(...names), anyText, { maxKeys: names.length });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...posts), form, anyText, async (address, typed, odd) => {
        const ids = {
          visit,
          letter: encodeURIComponent(odd.toWellFormed()),
          issued: randomUUID(),
          member: 'x',
        };
        const path = `${home.base}${address.path(ids)}`;
        const answer = await browser.send(path, browser.formOf({ ...typed, _csrf: csrf }));
        assert.ok(answer.status < 500 || answer.status === 503, `${answer.status} ${path}`);
      }),
      { numRuns: 250 },
    );
    for (const path of [
      '/details?done=%00',
      '/audit?before=-1',
      '/audit?before=9e99',
      '/patients/%00',
      '/letters/x',
    ])
      assert.ok((await browser.send(`${home.base}${path}`)).status < 500, path);
  });
});
