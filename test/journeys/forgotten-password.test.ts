import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword, type Traveller } from '../support/walks.ts';

const newPassword = 'seventeen brass otters';
const both = (password: string) => ({ password, passwordAgain: password });

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService();
});
after(() => app.close());

async function known(name: string): Promise<Traveller> {
  const who = somebody(name);
  await makeAccount(app.home, { ...who, phone: '+447700900654' });
  return { app, service, who, browser: new Person(app) };
}

/** Comes from the service and asks for a link. */
async function askForLink({ browser, who }: Traveller): Promise<void> {
  await browser.open(await service.requestAddress());
  if (browser.page.address.pathname.startsWith('/welcome/')) await browser.submit({ choice: 'sign-in' });
  await browser.submit({ email: who.email });
  await browser.press('I have forgotten my password');
  assert.equal(browser.page.forms[0]?.fields['email'], who.email);
  await browser.submit();
  assert.equal(browser.page.heading, 'Check your email');
}

describe('a forgotten password', () => {
  test('that comes to mind after all is given on the page before', async () => {
    const ida = await known('ida');
    await ida.browser.open(await service.requestAddress());
    await ida.browser.submit({ choice: 'sign-in' });
    await ida.browser.submit({ email: ida.who.email });
    await ida.browser.press('I have forgotten my password');
    await ida.browser.follow('Back');
    expectPage(ida.browser, 'password');
    assert.match(ida.browser.page.text, new RegExp(ida.who.email, 'u'));
    await ida.browser.submit({ password: ida.who.password });
    assert.ok(service.isArrival(await agree(ida)));
  });

  test('is replaced by a link from the mail; the person goes on where they were, with the new one', async () => {
    const ada = await known('ada');
    await askForLink(ada);
    assert.match(ada.browser.page.text, /Riverside Surgery Online/u);
    const mailbox = ada.browser.newTab();
    await mailbox.open(await app.linkFor(ada.who.email));
    assert.equal(mailbox.page.heading, 'Choose a new password');
    await mailbox.submit(both(newPassword));
    assert.equal(mailbox.page.heading, 'Your password has been changed');
    assert.match((await app.messageFor(ada.who.email, 'email')).subject ?? '', /password/u);
    await mailbox.follow('Continue to sign in');
    expectPage(mailbox, 'password');
    await mailbox.submit({ password: ada.who.password });
    assert.ok(mailbox.page.errors['password']);
    await mailbox.submit({ password: newPassword });
    assert.ok(service.isArrival(await agree({ ...ada, browser: mailbox })));
  });

  test('can be changed in another browser, which says how to go on; the old password is dead in the first', async () => {
    const bob = await known('bob');
    await askForLink(bob);
    const phone = new Person(app);
    await phone.open(await app.linkFor(bob.who.email));
    await phone.submit(both(newPassword));
    assert.match(phone.page.text, /Go back to the website or app/u);
    await signInWithPassword(bob);
    assert.ok(bob.browser.page.errors['password']);
    await bob.browser.submit({ password: newPassword });
    assert.ok(service.isArrival(await agree(bob)));
  });

  test('ends sessions, remembered devices and half-made sign-ins that began with the old one', async () => {
    const eve = await known('eve');
    await signInWithPassword(eve, { vtr: '["P0.Cp.Cd"]' });
    await eve.browser.submit({ code: await app.codeFor('07700900654', 'sms'), remember: 'yes' });
    await agree(eve);
    const half = { ...eve, browser: new Person(app) };
    await signInWithPassword(half, { vtr: '["P0.Cp.Cd"]' });
    const code = await app.codeFor('07700900654', 'sms');

    const owner = { ...eve, browser: new Person(app) };
    await askForLink(owner);
    app.home.clock.advance(2);
    await owner.browser.open(await app.linkFor(eve.who.email));
    await owner.browser.submit(both(newPassword));

    await half.browser.submit({ code });
    assert.ok(!service.isArrival(half.browser.page.address));
    await eve.browser.open(await service.requestAddress());
    assert.equal(eve.browser.page.heading, 'Enter your email address');
    await eve.browser.submit({ email: eve.who.email });
    await eve.browser.submit({ password: newPassword });
    assert.ok(service.isArrival(eve.browser.page.address));
    app.home.clock.reset();
  });
});

describe('a link to choose a new password', () => {
  test('is not used up by opening it: programs that read mail open links too', async () => {
    const cas = await known('cas');
    await askForLink(cas);
    const link = await app.linkFor(cas.who.email);
    for (let scans = 0; scans < 3; scans += 1) await new Person(app).open(link);
    await new Person(app).send(link, { method: 'HEAD' });
    await cas.browser.open(link);
    await cas.browser.submit(both(newPassword));
    assert.equal(cas.browser.page.heading, 'Your password has been changed');
  });

  test('says what is wrong with it, and what to do: used, replaced, too old, cut short', async () => {
    const dot = await known('dot');
    await askForLink(dot);
    const first = await app.linkFor(dot.who.email);
    await dot.browser.press('Send a new link');
    assert.match(dot.browser.page.text, /We have sent a new link/u);
    const second = await app.linkFor(dot.who.email);
    const open = async (link: string) => {
      const { status, heading, text } = await new Person(app).open(link);
      assert.equal(status, 400);
      return `${heading} ${/CID\d+/u.exec(text)?.[0] ?? ''}`;
    };
    assert.match(await open(first), /^This link has (expired CID2021|been used or replaced CID2022)$/u);
    assert.match(await open(second.slice(0, -1)), /^This link does not work CID2023$/u);
    const waiting = new Person(app);
    await waiting.open(second);
    app.home.clock.advance(3601);
    assert.match(await open(second), /^This link has expired CID2021$/u);
    await waiting.submit(both(newPassword));
    assert.equal(waiting.page.heading, 'Go back to the website or app and start again');
    app.home.clock.reset();

    await dot.browser.open(second);
    const late = dot.browser.newTab();
    await dot.browser.submit(both(newPassword));
    assert.match(await open(second), /^This link has been used or replaced CID2022$/u);
    await late.submit(both('another brass otter 9'));
    const owner = { ...dot, browser: new Person(app), who: { ...dot.who, password: newPassword } };
    await signInWithPassword(owner);
    assert.ok(service.isArrival(await agree(owner)));
  });

  test('is mailed in the language of the page that it was asked for on', async () => {
    const gwen = {
      ...(await known('gwen')),
      browser: new Person(app, { headers: { 'accept-language': 'cy' } }),
    };
    await gwen.browser.open(await service.requestAddress({ login_hint: gwen.who.email }));
    await gwen.browser.submit();
    await gwen.browser.press('Rwyf wedi anghofio fy nghyfrinair');
    await gwen.browser.submit();
    const mail = await app.messageFor(gwen.who.email, 'email');
    assert.match(mail.text, /cyfrinair/u);
    await gwen.browser.open(mail.links[0] ?? '');
    assert.equal(gwen.browser.page.language, 'cy');
  });
});
