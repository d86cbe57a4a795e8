import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { endSignIns, findAccountId, readAccount, readEmailChange, requestEmailChange } from '#accounts';
import { auditOf } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { proveAnew, signedInForSettings, type Settler } from '../support/settings-walks.ts';
import { agree, expectPage, signInWithPassword, signUp } from '../support/walks.ts';

let app: TestApp;
let there: TestApp;
let service: TestService;
before(async () => {
  app = await startTestApp();
  there = await startTestApp({ beside: app, resting: true });
  service = await app.registerTestService({ clientName: 'Riverside' });
});
after(async () => {
  await there.close();
  await app.close();
});
afterEach(() => app.home.clock.reset());

const settings = (path = '') => `${app.origin}/settings${path}`;

async function upToSure(name: string): Promise<Settler> {
  const settler = await signedInForSettings(app, name);
  await settler.browser.open(settings('/close-account'));
  assert.equal(settler.browser.page.heading, 'Close your login');
  await settler.browser.press('Continue');
  assert.equal(settler.browser.page.heading, 'Are you sure that you want to close your login?');
  return settler;
}

const isThere = async ({ accountId }: Settler) =>
  (await readAccount(app.home.house.deps, accountId)) !== undefined;

describe('closing a login', () => {
  test('says what goes and what stays, asks once more, and does it at once, with a last e-mail', async () => {
    const ada = await upToSure('ada');
    const { browser, who } = ada;
    await browser.submit({ sure: 'yes' });
    assert.equal(browser.page.heading, 'Your login is closed');
    assert.equal(await isThere(ada), false);
    const { subject } = await app.messageFor(who.email, 'email');
    assert.equal(subject, 'Your Bevan login is closed');
    assert.deepEqual((await auditOf(app.home, ada.accountId)).slice(-2), [
      'account.closing',
      'account.closed',
    ]);
    await browser.open(settings());
    expectPage(browser, 'email');
    await browser.open(settings('/closed?lang=cy'));
    assert.equal(browser.page.heading, 'Mae eich mewngofnod wedi’i gau');
  });

  test('ends what services hold, and leaves the address free for a login that has nothing of the old one', async () => {
    const ben = await upToSure('ben');
    const elsewhere = new Person(app);
    const traveller = { app, service, who: ben.who, browser: elsewhere };
    await signInWithPassword(traveller);
    const { accessToken, claims } = await service.finish(await agree(traveller));
    await ben.browser.submit({ sure: 'yes' });
    const userinfo = await fetch(`${app.listensAt}/userinfo`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    assert.equal(userinfo.status, 401);
    const anew = await service.finish(await signUp({ ...traveller, browser: new Person(app) }));
    assert.notEqual(anew.claims.sub, claims.sub);
  });

  test('is easily thought better of', async () => {
    const cai = await upToSure('cai');
    await cai.browser.submit({});
    assert.deepEqual(cai.browser.page.errorSummary, ['Select yes if you want to close your login']);
    await cai.browser.submit({ sure: 'no' });
    assert.equal(cai.browser.page.heading, 'Your account');
    assert.equal(await isThere(cai), true);
  });

  test('is only for who has proven within ten minutes who they are, and has half an hour from then', async () => {
    const dee = await signedInForSettings(app, 'dee');
    app.home.clock.advance(601);
    await dee.browser.open(settings('/close-account'));
    expectPage(dee.browser, 'email');
    await proveAnew(dee);
    assert.equal(dee.browser.page.heading, 'Close your login');
    await dee.browser.press('Continue');
    app.home.clock.advance(1801);
    await dee.browser.submit({ sure: 'yes' });
    assert.notEqual(dee.browser.page.heading, 'Your login is closed');
    assert.equal(await isThere(dee), true);
  });

  test('is not done by a form that somebody else made, or by a page left open after everybody was signed out', async () => {
    const eve = await upToSure('eve');
    const { page } = eve.browser;
    await eve.browser.post(page.address.href, { sure: 'yes', _csrf: 'forged' });
    assert.equal(eve.browser.page.status, 403);
    assert.equal(await isThere(eve), true);
    await eve.browser.open(page.address);
    app.home.clock.advance(1);
    await app.home.house.transact((deps) => endSignIns(deps, eve.accountId));
    await eve.browser.submit({ sure: 'yes' });
    expectPage(eve.browser, 'email');
    assert.equal(await isThere(eve), true);
  });

  test('twice at the same moment, in two processes, closes it once and breaks nothing', async () => {
    const fay = await upToSure('fay');
    const other = fay.browser.newTab(there);
    await Promise.all([fay.browser.submit({ sure: 'yes' }), other.submit({ sure: 'yes' })]);
    assert.equal(await findAccountId(app.home.house.deps, fay.who.email), undefined);
    const closed = (await auditOf(app.home, fay.accountId)).filter((type) => type === 'account.closed');
    assert.equal(closed.length, 1);
    for (const { page } of [fay.browser, other]) assert.ok(page.status < 500, String(page.status));
  });
});

test('locking a login stops an address that somebody else has asked for', async () => {
  const gil = await signedInForSettings(app, 'gil');
  const { house } = app.home;
  await house.transact((deps) =>
    requestEmailChange(deps, {
      accountId: gil.accountId,
      email: 'thief@people.example',
      provenAt: deps.clock.now(),
      linkTo: () => `${app.origin}/keep`,
    }),
  );
  assert.notEqual(await readEmailChange(house.deps, gil.accountId), undefined);
  app.home.clock.advance(1);
  await gil.browser.open(settings('/not-me'));
  await gil.browser.press('Lock my login');
  assert.equal(await readEmailChange(house.deps, gil.accountId), undefined);
});
