import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  endSignIns,
  makeDueEmailChanges,
  readAccount,
  requestPasswordReset,
  stopEmailChange,
} from '#accounts';
import { readSimulatedInbox } from '#messaging';
import { auditOf, makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { Person } from '../support/person.ts';
import { proveAnew, settler, signedInForSettings, type Settler } from '../support/settings-walks.ts';
import { expectPage } from '../support/walks.ts';

let app: TestApp;
before(async () => {
  app = await startTestApp();
});
after(() => app.close());
beforeEach(() => app.home.clock.reset());

const day = 24 * 3600;
const newAddressOf = ({ who }: Settler) => `new.${who.email}`;
const emailOf = async ({ accountId }: Settler) =>
  (await readAccount(app.home.house.deps, accountId))?.email ?? '';
const makeDue = () => makeDueEmailChanges(app.home.house);

async function enterAddress(who: Settler, email = newAddressOf(who)): Promise<void> {
  await who.browser.open(`${app.origin}/settings/email`);
  await who.browser.submit({ email });
}

/** Asks for another address and proves it. @returns the link that the old one got */
async function askForChange(who: Settler): Promise<string> {
  await enterAddress(who);
  await who.browser.submit({ code: await app.codeFor(newAddressOf(who), 'email') });
  assert.match(who.browser.page.text, /We will change your email address in 24 hours/u);
  return app.linkFor(who.who.email);
}

async function subjectsTo(to: string): Promise<string[]> {
  const messages = await readSimulatedInbox(app.home.house.deps, { to, channel: 'email' });
  return messages.map(({ subject = '' }) => subject);
}

describe('another e-mail address', () => {
  test('is proven, waits a day while the old one works, and then is the only one that signs in', async () => {
    const ada = await signedInForSettings(app, 'ada');
    await askForChange(ada);
    assert.match(
      ada.browser.page.text,
      /Changes on \d+ \w+ \d{4} at (?:\d[\d:]*[ap]m|midday|midnight) to: *new\.ada/u,
    );
    await makeDue();
    assert.equal(await emailOf(ada), ada.who.email);
    app.home.clock.advance(day - 60);
    await makeDue();
    assert.equal(await emailOf(ada), ada.who.email);
    app.home.clock.advance(61);
    await makeDue();
    assert.equal(await emailOf(ada), newAddressOf(ada));
    for (const address of [ada.who.email, newAddressOf(ada)])
      assert.match((await app.messageFor(address, 'email')).text, /email address of your .* was changed/u);
    const old = { ...ada, browser: new Person(app) };
    await old.browser.open(`${app.origin}/settings`);
    await old.browser.submit({ email: ada.who.email });
    await old.browser.submit({ password: ada.who.password });
    assert.ok(old.browser.page.errors['password']);
    const now = { ...ada, who: { ...ada.who, email: newAddressOf(ada) }, browser: new Person(app) };
    await now.browser.open(`${app.origin}/settings`);
    await proveAnew(now);
    assert.equal(now.browser.page.heading, 'Your account');
    assert.ok((await auditOf(app.home, ada.accountId)).includes('email.changed'));
  });

  test('is told to the old one, with a link that asks first, stops it, and puts out who asked', async () => {
    const bea = await signedInForSettings(app, 'bea');
    const link = await askForChange(bea);
    const mailbox = new Person(app);
    await mailbox.open(link);
    await mailbox.open(link);
    assert.equal(mailbox.page.heading, 'Do you want to keep your email address as it is?');
    await bea.browser.open(`${app.origin}/settings`);
    assert.match(bea.browser.page.text, /Changes on/u, 'opening the link stops nothing');
    await mailbox.press('Stop the change');
    assert.equal(mailbox.page.heading, 'Your email address stays as it is');
    assert.match(mailbox.page.text, /sent you an email with a link to choose a new password/u);
    assert.match(await app.linkFor(bea.who.email), /\/reset-password\//u);
    await bea.browser.open(`${app.origin}/settings`);
    expectPage(bea.browser, 'email');
    app.home.clock.advance(day + 1);
    await makeDue();
    assert.equal(await emailOf(bea), bea.who.email);
    await mailbox.open(link);
    assert.equal(mailbox.page.heading, 'The change has been stopped already');
  });

  test('is stopped without signing out by its owner, on the page where it was asked for', async () => {
    const cai = await signedInForSettings(app, 'cai');
    const link = await askForChange(cai);
    await cai.browser.open(`${app.origin}/settings/email`);
    await cai.browser.press('Do not change it');
    assert.match(cai.browser.page.text, /Your email address stays as it is/u);
    app.home.clock.advance(day + 1);
    await makeDue();
    assert.equal(await emailOf(cai), cai.who.email);
    const late = new Person(app);
    await late.open(link);
    assert.equal(late.page.heading, 'The change has been stopped already');
  });

  test('takes the place of one that waits, which is never used', async () => {
    const dot = await signedInForSettings(app, 'dot');
    await askForChange(dot);
    await enterAddress(dot, `second.${dot.who.email}`);
    await dot.browser.submit({ code: await app.codeFor(`second.${dot.who.email}`, 'email') });
    app.home.clock.advance(day + 1);
    await makeDue();
    assert.equal(await emailOf(dot), `second.${dot.who.email}`);
  });

  test('is stopped by the link of the one that waited before it, too: nobody is told that all is well while it waits', async () => {
    const dai = await signedInForSettings(app, 'dai');
    const first = await askForChange(dai);
    await enterAddress(dai, `second.${dai.who.email}`);
    await dai.browser.submit({ code: await app.codeFor(`second.${dai.who.email}`, 'email') });
    const mailbox = new Person(app);
    await mailbox.open(first);
    await mailbox.press('Stop the change');
    assert.equal(mailbox.page.heading, 'Your email address stays as it is');
    await mailbox.open(first);
    assert.equal(mailbox.page.heading, 'The change has been stopped already');
    app.home.clock.advance(day + 1);
    await makeDue();
    assert.equal(await emailOf(dai), dai.who.email);
  });

  test('that was made is told once, however many processes look for what is due', async () => {
    const eli = await signedInForSettings(app, 'eli');
    await askForChange(eli);
    app.home.clock.advance(day + 1);
    await Promise.all([makeDue(), makeDue(), makeDue()]);
    await app.messageFor(eli.who.email, 'email');
    const told = (await subjectsTo(eli.who.email)).filter((subject) => subject.endsWith('was changed'));
    assert.equal(told.length, 1);
    assert.equal(
      (await auditOf(app.home, eli.accountId)).filter((type) => type === 'email.changed').length,
      1,
    );
  });

  test('is not the one that somebody has, and has to be an address', async () => {
    const fay = await signedInForSettings(app, 'fay');
    for (const [typed, error] of [
      [fay.who.email, /Enter another email address/u],
      ['nobody', /in the correct format/u],
      ['', /Enter your new email address/u],
    ] as const) {
      await enterAddress(fay, typed);
      assert.match(fay.browser.page.errors['email'] ?? '', error);
    }
  });
});

describe('an address that has a login', () => {
  test('looks like any other until its mail was read; then its reader is told', async () => {
    const [gus, hal] = [await signedInForSettings(app, 'gus'), await settler(app, 'hal')];
    await enterAddress(gus, hal.who.email.toUpperCase());
    expectPage(gus.browser, 'email-code');
    assert.doesNotMatch(gus.browser.page.text, /already/u);
    await gus.browser.submit({ code: await app.codeFor(hal.who.email.toUpperCase(), 'email') });
    assert.equal(gus.browser.page.heading, 'This email address already has a login');
    await gus.browser.follow('Give another email address');
    assert.equal(gus.browser.page.heading, 'What is your new email address?');
    assert.deepEqual(await subjectsTo(gus.who.email), []);
  });

  test('by the time that the change is due keeps it; nothing changes', async () => {
    const ivy = await signedInForSettings(app, 'ivy');
    await askForChange(ivy);
    await makeAccount(app.home, { email: newAddressOf(ivy) });
    app.home.clock.advance(day + 1);
    await makeDue();
    assert.equal(await emailOf(ivy), ivy.who.email);
    assert.ok((await auditOf(app.home, ivy.accountId)).includes('email.change-dropped'));
  });
});

describe('a change of address by somebody else', () => {
  test('does not outlast the end of the account’s sign-ins, as by a new password', async () => {
    const jan = await signedInForSettings(app, 'jan');
    await askForChange(jan);
    app.home.clock.advance(60);
    await app.home.house.transact((deps) => endSignIns(deps, jan.accountId));
    app.home.clock.advance(day);
    await makeDue();
    assert.equal(await emailOf(jan), jan.who.email);
  });

  test('needs the new mailbox: five wrong codes lock, also whoever begins again', async () => {
    const kit = await signedInForSettings(app, 'kit');
    await enterAddress(kit);
    for (let tries = 0; tries < 5; tries += 1) await kit.browser.submit({ code: '000000' });
    assert.equal(kit.browser.page.status, 429);
    await enterAddress(kit);
    assert.equal(kit.browser.page.status, 429, 'beginning again does not help');
  });

  test('is not made by whoever was put out after the code was sent', async () => {
    const lee = await signedInForSettings(app, 'lee');
    await enterAddress(lee);
    const code = await app.codeFor(newAddressOf(lee), 'email');
    app.home.clock.advance(1);
    await app.home.house.transact((deps) => endSignIns(deps, lee.accountId));
    await lee.browser.submit({ code });
    app.home.clock.advance(day + 1);
    await makeDue();
    assert.equal(await emailOf(lee), lee.who.email);
  });

  test('is either made or stopped when both happen at once', async () => {
    const meg = await signedInForSettings(app, 'meg');
    const token = (await askForChange(meg)).split('/').at(-1) ?? '';
    app.home.clock.advance(day + 1);
    const stop = () => app.home.house.transact((deps) => stopEmailChange(deps, { token }));
    const [, stopped, again] = await Promise.all([makeDue(), stop(), stop()]);
    const times = [stopped, again].filter(({ outcome }) => outcome === 'stopped').length;
    assert.equal(await emailOf(meg), times === 0 ? newAddressOf(meg) : meg.who.email);
    const types = await auditOf(app.home, meg.accountId);
    const ends = types.filter((type) => ['email.changed', 'email.change-stopped'].includes(type));
    assert.equal(ends.length, 1);
  });

  test('leaves no link for a new password good in the mailbox that was', async () => {
    const ned = await signedInForSettings(app, 'ned');
    await askForChange(ned);
    app.home.clock.advance(day - 60);
    await app.home.house.transact((deps) =>
      requestPasswordReset(deps, {
        email: ned.who.email,
        language: 'en',
        remoteAddress: '192.0.2.1',
        linkTo: (token) => `${app.origin}/reset-password/${token}`,
      }),
    );
    const link = await app.linkFor(ned.who.email);
    app.home.clock.advance(61);
    await makeDue();
    const mailbox = new Person(app);
    await mailbox.open(link);
    assert.equal(mailbox.page.heading, 'This link has expired');
  });

  test('is stopped by nobody with a link that was made up', async () => {
    for (const token of ['x', 'A'.repeat(43), '%00', 'a'.repeat(5000)]) {
      const eve = new Person(app);
      await eve.open(`${app.origin}/keep-email-address/${token}`);
      assert.ok(eve.page.status >= 400 && eve.page.status < 500, token.slice(0, 10));
    }
  });
});
