import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readAccount } from '#accounts';
import { z } from 'zod';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { SoftDevice } from '../support/passkeys.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { expectPage, signInWithPassword, type Traveller } from '../support/walks.ts';

const withCode = { vtr: '["P0.Cp.Cd"]' };
const lost = /cannot use my (phone|app)/u;
const stolenWith = 'another 8 Wheelbarrow tide';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService({ vectors: ['P0.Cp', 'P0.Cp.Cd', 'P0.Cm'] });
});
after(() => app.close());

interface Owner extends Traveller {
  readonly accountId: string;
  readonly phone: string;
  readonly device: SoftDevice;
}

const askedOptions = z.looseObject({
  challenge: z.string(),
  rpId: z.string().optional(),
  rp: z.object({ id: z.string() }).optional(),
  user: z.object({ id: z.string() }).optional(),
});

async function askedBy(browser: Person) {
  const response = await browser.send(`${browser.page.address.pathname}/passkey-options`);
  return askedOptions.parse(await response.json());
}

/** Signs in to the settings with password and code, and goes to the passkeys. */
async function openPasskeys({ browser, who }: Owner): Promise<void> {
  await browser.open(`${app.origin}/settings/passkeys`);
  await browser.submit({ email: who.email });
  await browser.submit({ password: who.password });
  await browser.submit({ code: await app.codeFor(who.phone, 'sms') });
  expectPage(browser, 'list');
}

/** Somebody with a phone and a passkey, who is signed in to their settings. */
async function withPasskey(name: string): Promise<Owner> {
  const who = somebody(name);
  const phone = `+44${who.phone.slice(1).replaceAll(' ', '')}`;
  const { id: accountId } = await makeAccount(app.home, { email: who.email, password: who.password, phone });
  const device = new SoftDevice(app.origin);
  const owner = { app, service, who, phone, browser: new Person(app), accountId, device };
  await openPasskeys(owner);
  const { browser } = owner;
  await browser.press(/^Set up/u);
  await browser.submit({ passkey: device.create(await askedBy(browser)), device: 'Android' });
  await browser.submit({ name: 'My phone' });
  assert.equal(browser.page.heading, 'Your account');
  return owner;
}

/** Has a passkey and no number: their landline was removed, as may be who has a passkey. */
async function withPasskeyAlone(name: string): Promise<Owner> {
  const owner = await withPasskey(name);
  await app.home.house.database.pool.query('UPDATE accounts.account SET phone = NULL WHERE id = $1', [
    owner.accountId,
  ]);
  return owner;
}

/** Chooses a new password with nothing but the mailbox. */
async function takePasswordByMail({ who }: Owner): Promise<void> {
  const browser = new Person(app);
  await browser.open(await service.requestAddress(withCode));
  if (browser.page.address.pathname.startsWith('/welcome/')) await browser.submit({ choice: 'sign-in' });
  await browser.submit({ email: who.email });
  await browser.press('I have forgotten my password');
  await browser.submit({ email: who.email });
  await browser.open(await app.linkFor(who.email));
  await browser.submit({ password: stolenWith, passwordAgain: stolenWith });
}

const thiefOf = (owner: Owner): Owner => ({
  ...owner,
  who: { ...owner.who, password: stolenWith },
  browser: new Person(app),
});

/** Locks the login, as somebody does who is still signed in. */
async function lock({ browser }: Owner): Promise<void> {
  await browser.open(`${app.origin}/settings/not-me`);
  await browser.submit({});
  assert.equal(browser.page.address.pathname, '/settings/locked');
}

/** What whoever signs in with the password of the mail is led to. */
async function comesTo(owner: Owner): Promise<string | undefined> {
  const thief = thiefOf(owner);
  await signInWithPassword(thief, withCode);
  return thief.browser.page.address.pathname.split('/')[3];
}

describe('a password that was chosen by mail', () => {
  test('proves no more than before once its owner, who need not know it, has signed in with a passkey', async () => {
    const ada = await withPasskey('ada');
    await takePasswordByMail(ada);
    const owner = new Person(app);
    await owner.open(`${app.origin}/settings`);
    await owner.submit({ passkey: ada.device.use(await askedBy(owner)) });
    assert.equal(owner.page.heading, 'Your account');
    const thief = thiefOf(ada);
    await signInWithPassword(thief, withCode);
    await thief.browser.press(lost);
    assert.match(thief.browser.page.text, /CID3001/u);
  });
});

describe('somebody who has a passkey and no number', () => {
  test('can’t remove it, as the next sign-in with the password would be asked for a first number', async () => {
    const bea = await withPasskeyAlone('bea');
    const { browser } = bea;
    await browser.open(`${app.origin}/settings/passkeys`);
    await browser.press(/^Remove/u);
    await browser.submit({});
    assert.match(browser.page.text, /not removed/u);
    await takePasswordByMail(bea);
    assert.equal(await comesTo(bea), 'no-way');
  });

  test('may lock the login, and who reads the mailbox is still not asked for a first number', async () => {
    const cai = await withPasskeyAlone('cai');
    await lock(cai);
    const link = await app.linkFor(cai.who.email);
    const thief = new Person(app);
    await thief.open(link);
    await thief.submit({ password: stolenWith, passwordAgain: stolenWith });
    assert.equal(await comesTo(cai), 'no-way');
    assert.equal((await readAccount(app.home.house.deps, cai.accountId))?.phone, null);
    const owner = new Person(app);
    await owner.open(`${app.origin}/settings`);
    await owner.submit({ passkey: cai.device.use(await askedBy(owner)) });
    assert.match(owner.page.text, /switched off|copy/u);
  });
});

describe('a code that is on its way to a number', () => {
  test('signs nobody in when its owner has another number by then', async () => {
    const dev = await withPasskey('dev');
    const thief = { ...dev, browser: new Person(app) };
    await signInWithPassword(thief, withCode);
    const code = await app.codeFor(dev.who.phone, 'sms');
    await dev.browser.open(`${app.origin}/settings/phone`);
    await dev.browser.submit({ phone: '07700 900 981' });
    await dev.browser.submit({ code: await app.codeFor('07700 900 981', 'sms') });
    assert.equal(dev.browser.page.heading, 'Your account');
    await thief.browser.submit({ code });
    assert.equal(thief.browser.page.status, 400);
    assert.equal(thief.browser.page.heading, 'Enter the security code');
  });

  test('leads back to signing in where the number was removed meanwhile', async () => {
    const eli = await withPasskey('eli');
    const browser = new Person(app);
    await signInWithPassword({ ...eli, browser }, withCode);
    const code = await app.codeFor(eli.who.phone, 'sms');
    await app.home.house.database.pool.query('UPDATE accounts.account SET phone = NULL WHERE id = $1', [
      eli.accountId,
    ]);
    await browser.submit({ code });
    expectPage(browser, 'email');
  });
});
