import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { endSignIns, lockLogin } from '#accounts';
import { z } from 'zod';
import { auditOf, makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { makeKnown } from '../support/identities.ts';
import { SoftDevice, type Behaviour } from '../support/passkeys.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { RequestChanges, TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword, type Traveller } from '../support/walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
const levels = ['P0', 'P5', 'P9'] as const;
const ways = ['Cp', 'Cp.Cd', 'Cm'] as const;
const vectors = levels.flatMap((level) => ways.map((way) => `${level}.${way}`));
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService({ vectors });
});
after(() => app.close());

type Owner = Traveller & { readonly accountId: string; readonly device: SoftDevice };

async function known(name: string): Promise<Owner> {
  const who = somebody(name);
  const phone = `+44${who.phone.slice(1).replaceAll(' ', '')}`;
  const account = await makeAccount(app.home, { email: who.email, password: who.password, phone });
  const device = new SoftDevice(app.origin);
  return { app, service, who, browser: new Person(app), accountId: account.id, device };
}

const askedOptions = z.looseObject({
  challenge: z.string(),
  rpId: z.string().optional(),
  rp: z.object({ id: z.string() }).optional(),
  user: z.object({ id: z.string() }).optional(),
});

/** What the script of the page asks for. */
async function optionsOf({ page, send }: { page: Person['page']; send: Person['send'] }) {
  const response = await send(`${page.address.pathname}/passkey-options`);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/u);
  return askedOptions.parse(await response.json());
}

const askedBy = (browser: Person) =>
  optionsOf({ page: browser.page, send: (address, init) => browser.send(address, init) });

/** Does what the script does when somebody uses their passkey. */
async function usePasskey({ browser, device }: Pick<Owner, 'browser' | 'device'>, behaviour?: Behaviour) {
  await browser.submit({ passkey: device.use(await askedBy(browser), behaviour) });
}

/** Signs in to see the account, with password and code, and goes to the passkeys. */
async function openPasskeys({ browser, who }: Owner) {
  await browser.open(`${app.origin}/settings/passkeys`);
  if (browser.page.address.pathname.endsWith('/email')) {
    await browser.submit({ email: who.email });
    await browser.submit({ password: who.password });
    await browser.submit({ code: await app.codeFor(who.phone, 'sms') });
  }
  expectPage(browser, 'list');
}

async function setUp(owner: Owner, name = 'My phone'): Promise<void> {
  const { browser, device } = owner;
  await openPasskeys(owner);
  await browser.press(/^Set up/u);
  await browser.submit({ passkey: device.create(await askedBy(browser)), device: 'Android' });
  expectPage(browser, 'name');
  await browser.submit({ name });
  assert.equal(browser.page.heading, 'Your account');
}

async function withPasskey(name: string): Promise<Owner> {
  const owner = await known(name);
  await setUp(owner);
  return { ...owner, browser: new Person(app) };
}

/** Comes from the service to the page with the e-mail address. */
async function comeToSignIn({ browser }: Owner, changes: RequestChanges): Promise<void> {
  await browser.open(await service.requestAddress(changes));
  if (browser.page.address.pathname.startsWith('/welcome/')) await browser.submit({ choice: 'sign-in' });
}

describe('a passkey', () => {
  for (const level of levels) {
    test(`signs somebody in at ${level} without another question, and the service learns of it`, async () => {
      const ada = await withPasskey(`ada-${level}`);
      if (level !== 'P0') await makeKnown(app.home, { accountId: ada.accountId, level });
      await comeToSignIn(ada, { vtr: JSON.stringify([`${level}.Cp.Cd`, `${level}.Cm`]) });
      await usePasskey(ada);
      const { claims } = await service.finish(await agree(ada));
      assert.deepEqual([claims.sub, claims['vot']], [ada.accountId, `${level}.Cm`]);
      assert.ok((await auditOf(app.home, ada.accountId)).includes('sign-in.succeeded'));
    });
  }

  test('is enough for a second service in the same browser, too', async () => {
    const bea = await withPasskey('bea');
    await comeToSignIn(bea, { vtr: '["P0.Cm"]' });
    await usePasskey(bea);
    await agree(bea);
    const other = await app.registerTestService({ clientName: 'Hilltop', vectors });
    await bea.browser.open(await other.requestAddress({ vtr: '["P0.Cp.Cd","P0.Cm"]' }));
    assert.equal(bea.browser.page.heading, 'Agree to share your information');
    const { claims } = await other.finish(await agree({ ...bea, service: other }));
    assert.equal(claims['vot'], 'P0.Cm');
  });

  test('is not offered where it would not be enough, and not taken there', async () => {
    const cai = await withPasskey('cai');
    await comeToSignIn(cai, { vtr: '["P0.Cp.Cd"]' });
    assert.ok(!cai.browser.page.html.includes('passkey-options'));
    assert.ok(!cai.browser.page.html.includes('webauthn'));
    const passkey = cai.device.use(await askedBy(cai.browser));
    const form = cai.browser.page.forms[0]?.fields ?? {};
    await cai.browser.post(cai.browser.page.address.pathname, { ...form, passkey });
    assert.equal(cai.browser.page.errors['email'] !== undefined, true);
  });

  test('stands for no password: who signed in with it is asked for that where a service wants it', async () => {
    const dev = await withPasskey('dev');
    await comeToSignIn(dev, { vtr: '["P0.Cm"]' });
    await usePasskey(dev);
    await agree(dev);
    await dev.browser.open(await service.requestAddress({ vtr: '["P0.Cp.Cd"]' }));
    expectPage(dev.browser, 'password');
    assert.match(dev.browser.page.text, /Signing in as dev/u);
    assert.doesNotMatch(dev.browser.page.text, /do not have a login/u);
    await dev.browser.submit({ password: 'not this one at all' });
    assert.match(dev.browser.page.errors['password'] ?? '', /not correct/u);
    await dev.browser.submit({ password: dev.who.password });
    await dev.browser.submit({ code: await app.codeFor(dev.who.phone, 'sms') });
    assert.equal((await service.finish(dev.browser.page.address)).claims['vot'], 'P0.Cp.Cd');
  });

  test('is asked for alone where a service takes nothing else, also of whoever is signed in', async () => {
    const eli = await withPasskey('eli');
    await signInWithPassword(eli, { vtr: '["P0.Cp"]' });
    await agree(eli);
    await eli.browser.open(await service.requestAddress({ vtr: '["P0.Cm"]' }));
    expectPage(eli.browser, 'passkey');
    assert.match(eli.browser.page.text, /set up a passkey in your account settings/u);
    await usePasskey(eli);
    assert.equal((await service.finish(eli.browser.page.address)).claims['vot'], 'P0.Cm');
  });

  test('of somebody else signs that person in, with nothing of who was signed in before', async () => {
    const [fay, gil] = [await withPasskey('fay'), await withPasskey('gil')];
    await signInWithPassword(fay, { vtr: '["P0.Cp.Cd"]' });
    await fay.browser.submit({ code: await app.codeFor(fay.who.phone, 'sms') });
    await agree(fay);
    await fay.browser.open(await service.requestAddress({ vtr: '["P0.Cm"]' }));
    await usePasskey({ browser: fay.browser, device: gil.device });
    const { claims } = await service.finish(await agree(fay));
    assert.deepEqual([claims.sub, claims['vot']], [gil.accountId, 'P0.Cm']);
    await fay.browser.open(await service.requestAddress({ vtr: '["P0.Cp"]' }));
    expectPage(fay.browser, 'password');
    assert.match(fay.browser.page.text, /Signing in as gil/u);
  });

  test('that is refused leaves the e-mail address to go on with, in words that say why', async () => {
    const hal = await withPasskey('hal');
    await comeToSignIn(hal, { vtr: '["P0.Cp","P0.Cm"]' });
    await usePasskey(hal, { wrongKey: true });
    assert.match(
      hal.browser.page.errors['passkey'] ?? hal.browser.page.text,
      /cannot be used to sign in here/u,
    );
    assert.equal(hal.browser.page.status, 400);
    await hal.browser.submit({ passkey: 'nonsense' });
    assert.match(hal.browser.page.text, /cannot be used to sign in here/u);
    const old = await askedBy(hal.browser);
    app.home.clock.advance(3601);
    await comeToSignIn(hal, { vtr: '["P0.Cp","P0.Cm"]' });
    await hal.browser.submit({ passkey: hal.device.use(old) });
    assert.match(hal.browser.page.text, /open for too long/u);
    app.home.clock.reset();
    await hal.browser.submit({ email: hal.who.email });
    await hal.browser.submit({ password: hal.who.password });
    assert.equal((await service.finish(await agree(hal))).claims['vot'], 'P0.Cp');
  });

  test('answers for one browser only: what another one was asked is not taken', async () => {
    const ida = await withPasskey('ida');
    const thief = { ...ida, browser: new Person(app) };
    await comeToSignIn(ida, { vtr: '["P0.Cm"]' });
    await comeToSignIn(thief, { vtr: '["P0.Cm"]' });
    const answer = ida.device.use(await askedBy(ida.browser));
    await thief.browser.submit({ passkey: answer });
    assert.match(thief.browser.page.text, /open for too long/u);
    await ida.browser.submit({ passkey: answer });
    assert.ok(service.isArrival(await agree(ida)));
    const replayed = await thief.browser.submit({ passkey: answer });
    assert.equal(replayed.status, 400);
  });

  test('used while the sign-ins of its account are being ended lets nobody in', async () => {
    const jan = await withPasskey('jan');
    await comeToSignIn(jan, { vtr: '["P0.Cm"]' });
    const answer = jan.device.use(await askedBy(jan.browser));
    app.home.clock.advance(60);
    await app.home.house.transact((deps) => endSignIns(deps, jan.accountId));
    app.home.clock.reset();
    await jan.browser.submit({ passkey: answer });
    assert.ok(!service.isArrival(jan.browser.page.address));
    assert.equal(jan.browser.page.address.pathname.split('/')[1], 'sign-in');
  });

  test('of a login that its owner has locked leads to why, until when, and where to go, in both languages', async () => {
    const lou = await withPasskey('lou');
    await app.messageFor(lou.who.email, 'email');
    const linkTo = (token: string) => `${app.origin}/new-password/${token}`;
    const lock = () =>
      app.home.house.transact((deps) => lockLogin(deps, { accountId: lou.accountId, linkTo }));
    await comeToSignIn(lou, { vtr: '["P0.Cm"]' });
    app.home.clock.advance(1);
    await lock();
    const { subject } = await app.messageFor(lou.who.email, 'email');
    assert.equal(subject, 'Your Bevan login is locked');
    await usePasskey(lou);
    const { browser } = lou;
    assert.equal(browser.page.heading, 'Your login is locked');
    assert.match(browser.page.text, /“this was not me”.*until you choose a new password.*recovery code/su);
    assert.match(browser.page.text, /support/u);
    assert.ok(!browser.page.html.includes(lou.who.email));
    await browser.follow('Cymraeg');
    assert.equal(browser.page.heading, 'Mae eich cyfrif wedi’i gloi');
    await browser.follow('English');
    await browser.press('Choose a new password');
    await browser.follow('Back');
    assert.equal(browser.page.heading, 'Your login is locked');
    await browser.press('Choose a new password');
    await browser.submit({ email: lou.who.email });
    await browser.open(await app.linkFor(lou.who.email));
    await browser.submit({ password: 'seventeen brass otters', passwordAgain: 'seventeen brass otters' });
    // It may be somebody else’s who had added it: it is gone by now.
    const again = { ...lou, browser: new Person(app) };
    await comeToSignIn(again, { vtr: '["P0.Cm"]' });
    await usePasskey(again);
    assert.match(again.browser.page.text, /cannot be used to sign in here/u);
    app.home.clock.reset();
  });

  test('that was used just before its owner locked the login leads there, too', async () => {
    const max = await withPasskey('max');
    await comeToSignIn(max, { vtr: '["P0.Cm"]' });
    const { house } = app.home;
    const linkTo = (token: string) => `${app.origin}/new-password/${token}`;
    await house.transact((deps) => lockLogin(deps, { accountId: max.accountId, linkTo }));
    // As it was read before the lock.
    await house.database.pool.query('UPDATE accounts.passkey SET suspended_at = NULL WHERE account_id = $1', [
      max.accountId,
    ]);
    await usePasskey(max);
    assert.equal(max.browser.page.heading, 'Your login is locked');
  });

  test('tells a stranger nothing: the page and what it asks for are the same, whoever has one', async () => {
    await withPasskey('kit');
    const look = async () => {
      const browser = new Person(app);
      await browser.open(await service.requestAddress({ vtr: '["P0.Cp","P0.Cm"]' }));
      await browser.submit({ choice: 'sign-in' });
      const { challenge, ...options } = await askedBy(browser);
      return { options, length: challenge.length, fields: browser.page.forms.map(({ names }) => [...names]) };
    };
    const one = await look();
    assert.deepEqual(await look(), one);
    assert.deepEqual(one.options, {
      rpId: 'localhost',
      timeout: 300_000,
      userVerification: 'required',
    });
  });
});

describe('the passkeys of an account', () => {
  test('are set up, named, listed, renamed and removed, and each change is told by mail', async () => {
    const lia = await known('lia');
    await openPasskeys(lia);
    assert.match(lia.browser.page.text, /You do not have a passkey yet/u);
    await setUp(lia, '  My   work  phone ');
    assert.match(lia.browser.page.text, /Your passkey is ready/u);
    assert.match(lia.browser.page.text, /Passkeys 1 passkey/u);
    assert.match((await app.messageFor(lia.who.email, 'email')).text, /passkey was added/u);
    await openPasskeys(lia);
    assert.match(lia.browser.page.text, /My work phone Set up on .* Not used yet/u);
    await lia.browser.press(/^Rename/u);
    await lia.browser.submit({ name: ' ' });
    assert.match(lia.browser.page.errors['name'] ?? '', /Enter a name/u);
    await lia.browser.submit({ name: 'x'.repeat(51) });
    assert.match(lia.browser.page.errors['name'] ?? '', /50 characters/u);
    await lia.browser.submit({ name: '<b>Tablet</b>' });
    assert.match(lia.browser.page.text, /has its new name/u);
    await openPasskeys(lia);
    assert.match(lia.browser.page.text, /<b>Tablet<\/b> Set up on/u);
    await lia.browser.press(/^Remove/u);
    assert.equal(lia.browser.page.heading, 'Remove the passkey “<b>Tablet</b>”?');
    await lia.browser.press('Remove passkey');
    assert.match(lia.browser.page.text, /It was removed, and signs nobody in any more/u);
    assert.match((await app.messageFor(lia.who.email, 'email')).text, /passkey was removed/u);
    const events = (await auditOf(app.home, lia.accountId)).filter((type) => type.startsWith('passkey.'));
    assert.deepEqual(events, ['passkey.added', 'passkey.removed']);
    const elsewhere = { ...lia, browser: new Person(app) };
    await comeToSignIn(elsewhere, { vtr: '["P0.Cp","P0.Cm"]' });
    await usePasskey(elsewhere);
    assert.equal(elsewhere.browser.page.status, 400);
    await elsewhere.browser.submit({ email: lia.who.email });
    await elsewhere.browser.submit({ password: lia.who.password });
    assert.equal((await service.finish(await agree(elsewhere))).claims['vot'], 'P0.Cp');
  });

  test('open only for somebody who has shown just now who they are, and a passkey shows it', async () => {
    const mia = await withPasskey('mia');
    await mia.browser.open(`${app.origin}/settings`);
    await usePasskey(mia);
    assert.equal(mia.browser.page.heading, 'Your account');
    await mia.browser.open(`${app.origin}/settings/passkeys`);
    expectPage(mia.browser, 'list');
    app.home.clock.advance(11 * 60);
    await mia.browser.open(`${app.origin}/settings/passkeys`);
    expectPage(mia.browser, 'email');
    await usePasskey(mia);
    expectPage(mia.browser, 'list');
    assert.match(mia.browser.page.text, /Last used on/u);
    app.home.clock.reset();
  });

  test('a device that has one already, or answers for another visit, adds none', async () => {
    const ned = await known('ned');
    await setUp(ned);
    await openPasskeys(ned);
    await ned.browser.press(/^Set up/u);
    await ned.browser.submit({ passkey: ned.device.create(await askedBy(ned.browser)), device: '' });
    assert.match(ned.browser.page.text, /has a passkey for your account already/u);
    const second = new SoftDevice(app.origin);
    const options = await askedBy(ned.browser);
    await openPasskeys(ned);
    await ned.browser.press(/^Set up/u);
    await ned.browser.submit({ passkey: second.create(options), device: '' });
    assert.match(ned.browser.page.text, /open for too long/u);
    await ned.browser.submit({ passkey: second.create(await askedBy(ned.browser)), device: 'Toaster' });
    assert.match(ned.browser.page.html, /value="Passkey"/u);
    assert.equal(ned.browser.page.heading, 'What do you want to call this passkey?');
  });

  test('somebody whose sign-ins were ended adds and removes none', async () => {
    const oli = await known('oli');
    await setUp(oli);
    await openPasskeys(oli);
    const tab = oli.browser.newTab();
    await tab.press(/^Remove/u);
    await oli.browser.press(/^Set up/u);
    const made = new SoftDevice(app.origin).create(await askedBy(oli.browser));
    app.home.clock.advance(1);
    await app.home.house.transact((deps) => endSignIns(deps, oli.accountId));
    await oli.browser.submit({ passkey: made, device: '' });
    expectPage(oli.browser, 'email');
    await tab.press('Remove passkey');
    expectPage(tab, 'email');
    const events = (await auditOf(app.home, oli.accountId)).filter((type) => type.startsWith('passkey.'));
    assert.deepEqual(events, ['passkey.added']);
    app.home.clock.reset();
  });

  test('removed in another tab, one can’t be renamed or removed again', async () => {
    const pat = await known('pat');
    await setUp(pat);
    await openPasskeys(pat);
    const tab = pat.browser.newTab();
    await openPasskeys({ ...pat, browser: tab });
    await tab.press(/^Rename/u);
    await pat.browser.press(/^Remove/u);
    await pat.browser.press('Remove passkey');
    await tab.submit({ name: 'Late' });
    expectPage(tab, 'list');
    assert.match(tab.page.text, /do not have a passkey yet/u);
  });
});
