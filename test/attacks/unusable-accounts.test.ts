import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forgetAccount as forgetIdentity, readIdentity } from '#identity';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { makeKnown } from '../support/identities.ts';
import { createPeople, type MadeUp } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { registerOf } from '../support/proof-walks.ts';

let app: TestApp;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true });
});
after(() => app.close());

/** Signs in to the account pages, as far as that goes. */
async function toSettings(who: MadeUp): Promise<Person> {
  const browser = new Person(app);
  await browser.open('/settings');
  await browser.submit({ email: who.email });
  await browser.submit({ password: who.password });
  await browser.submit({ code: await app.codeFor('+447700900321', 'sms') });
  return browser;
}

test('an account that can’t be used opens its pages to nobody either while the register is away', async () => {
  const register = registerOf(app);
  const who = somebody('heir');
  const { id: accountId } = await makeAccount(app.home, { ...who, phone: '+447700900321' });
  const nhsNumber = await makeKnown(app.home, { accountId, level: 'P5' });
  const entry = { familyName: 'Hopper', givenNames: ['Grace'], birthdate: '1986-12-09', nhsNumber };
  await register.addPatient({ ...entry, deceased: true });
  const signIn = async () => {
    const browser = await toSettings(who);
    assert.ok(browser.page.text.includes('CID2012'), browser.page.heading);
    return browser;
  };
  await signIn();

  await register.setFault('token-refused', 1000);
  const browser = await signIn();
  const page = await browser.open('/settings');
  assert.doesNotMatch(page.text, new RegExp(who.email, 'u'));
  assert.notEqual(page.address.pathname, '/settings');
  await register.clearFaults();
});

test('what was read while the clock was ahead keeps nobody from being looked up', async () => {
  const who = somebody('early');
  const { id: accountId } = await makeAccount(app.home, { ...who, phone: '+447700900321' });
  app.home.clock.advance(30 * 24 * 3600);
  const nhsNumber = await makeKnown(app.home, { accountId, level: 'P5' });
  app.home.clock.reset();
  const entry = { familyName: 'Hopper', givenNames: ['Grace'], birthdate: '1986-12-09', nhsNumber };
  await registerOf(app).addPatient(entry);
  assert.equal((await toSettings(who)).page.address.pathname, '/settings');
  const known = await readIdentity(app.home.house.deps, accountId);
  assert.ok(known.level === 'P5' && known.checkedAt <= app.home.clock.now());

  app.home.clock.advance(30 * 24 * 3600);
  await app.home.house.transact((deps) => forgetIdentity(deps, accountId));
  await makeKnown(app.home, { accountId, level: 'P5', nhsNumber });
  app.home.clock.reset();
  await registerOf(app).addPatient({ ...entry, invalidated: true });
  assert.ok((await toSettings(who)).page.text.includes('CID2011'));
});
