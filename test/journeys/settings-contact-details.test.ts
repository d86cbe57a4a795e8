import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { NhsNumber } from '#foundation/identifiers';
import { openRegister, readPatient, type Register } from '#pds';
import { auditOf } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { makeKnown } from '../support/identities.ts';
import type { TestPatient, TestRegister } from '../support/register.ts';
import { proveAnew, settler, type Settler } from '../support/settings-walks.ts';

let app: TestApp;
let register: TestRegister;
let way: Register;
before(async () => {
  app = await startTestApp({ register: true });
  register = app.register ?? assert.fail();
  way = openRegister(app.home.house) ?? assert.fail();
});
after(() => app.close());
afterEach(() => register.clearFaults());

type Proven = Settler & { readonly nhsNumber: NhsNumber };

const details = { familyName: 'Hopper', givenNames: ['Grace'], birthdate: '1986-12-09' };

/** Somebody at a level whose record has these contact details, signed in and at the page of their account. */
async function at(level: 'P5' | 'P9', name: string, entry: TestPatient): Promise<Proven> {
  const made = await settler(app, name);
  const nhsNumber = await makeKnown(app.home, { accountId: made.accountId, level });
  await register.addPatient({ ...details, nhsNumber, ...entry });
  await made.browser.open(`${app.origin}/settings`);
  await proveAnew(made);
  return { ...made, nhsNumber };
}

async function pointsOf({ nhsNumber }: Proven): Promise<string[]> {
  const reading = await readPatient(way, nhsNumber);
  assert.ok(reading.outcome === 'found');
  return reading.patient.contactPoints.map(({ system, value }) => `${system} ${value}`).toSorted();
}

const open = ({ browser }: Settler) => browser.open(`${app.origin}/settings/contact-details`);
const old = { email: 'grace@old.example', mobile: '07700900111' };
const asWritten = (phone: string) => phone.replaceAll(' ', '');

describe('contact details on the national record', () => {
  test('become those of the login, once its owner has seen both; they are told', async () => {
    const ada = await at('P9', 'ada', old);
    await open(ada);
    const { page } = ada.browser;
    assert.equal(page.heading, 'Do you want the NHS to reach you here?');
    assert.match(page.text, /g…@old\.example/u);
    assert.match(page.text, /Number ending in 111/u);
    assert.doesNotMatch(page.text, /grace@old|07700900111/u, 'no more of it than its owner needs');
    await ada.browser.submit({ what: 'both' });
    assert.match(ada.browser.page.text, /We have put the contact details on your NHS record/u);
    assert.deepEqual(await pointsOf(ada), [`email ${ada.who.email}`, `phone ${asWritten(ada.who.phone)}`]);
    assert.match((await app.messageFor(ada.who.email, 'email')).text, /contact details on your NHS record/u);
    assert.ok((await auditOf(app.home, ada.accountId)).includes('contact-details.registered'));
    await open(ada);
    assert.match(ada.browser.page.text, /There is nothing to change/u);
  });

  test('can be changed in part, or where one of them is there already', async () => {
    const bea = await at('P9', 'bea', old);
    await open(bea);
    await bea.browser.submit();
    assert.match(bea.browser.page.errors['what'] ?? '', /Choose what/u);
    await bea.browser.submit({ what: 'mobile' });
    assert.deepEqual(await pointsOf(bea), [`email ${old.email}`, `phone ${asWritten(bea.who.phone)}`]);
    await open(bea);
    assert.match(bea.browser.page.text, /We will put your email address on your NHS record/u);
    await bea.browser.submit();
    assert.deepEqual(await pointsOf(bea), [`email ${bea.who.email}`, `phone ${asWritten(bea.who.phone)}`]);
  });

  test('that changed since they were seen are shown again, and nothing is overwritten', async () => {
    const cai = await at('P9', 'cai', old);
    await open(cai);
    const elsewhere = cai.browser.newTab();
    await open({ ...cai, browser: elsewhere });
    await elsewhere.submit({ what: 'email' });
    await cai.browser.submit({ what: 'both' });
    assert.match(cai.browser.page.text, /changed by somebody else in the meantime/u);
    assert.deepEqual(await pointsOf(cai), [`email ${cai.who.email}`, `phone ${old.mobile}`]);
    await cai.browser.submit();
    assert.deepEqual(await pointsOf(cai), [`email ${cai.who.email}`, `phone ${asWritten(cai.who.phone)}`]);
  });

  test('are changed once when the button is pressed twice', async () => {
    const dot = await at('P9', 'dot', old);
    await open(dot);
    const tab = dot.browser.newTab();
    await Promise.all([dot.browser.submit({ what: 'both' }), tab.submit({ what: 'both' })]);
    const types = await auditOf(app.home, dot.accountId);
    assert.equal(types.filter((type) => type === 'contact-details.registered').length, 1);
    assert.doesNotMatch(dot.browser.page.text, /somebody else/u);
  });

  test('that are protected are not shown, nor changed', async () => {
    const fay = await at('P9', 'fay', { ...old, restricted: true });
    await open(fay);
    assert.match(fay.browser.page.text, /are protected/u);
    assert.equal(fay.browser.page.forms.length, 0);
  });

  test('are nobody’s to change below P9, nor after signing out', async () => {
    const gus = await at('P5', 'gus', old);
    assert.doesNotMatch(gus.browser.page.text, /NHS record/u);
    await open(gus);
    assert.equal(gus.browser.page.status, 404);
    const hal = await at('P9', 'hal', old);
    await open(hal);
    const tab = hal.browser.newTab();
    await tab.open(`${app.origin}/session/end`);
    await tab.press(/Sign out/u);
    await hal.browser.submit({ what: 'both' });
    assert.deepEqual(await pointsOf(hal), [`email ${old.email}`, `phone ${old.mobile}`]);
  });

  test('are changed in the version that was seen, whatever a form is made to say', async () => {
    const ivy = await at('P9', 'ivy', old);
    await open(ivy);
    for (const version of ['0', '999', 'x".', '*']) await ivy.browser.submit({ what: 'email', version });
    assert.deepEqual(await pointsOf(ivy), [`email ${old.email}`, `phone ${old.mobile}`]);
  });

  // The last one: afterwards the way to the register stays closed for a while.
  test('stay when the register is away, which is said, before and after the button', async () => {
    const eli = await at('P9', 'eli', old);
    await open(eli);
    await register.setFault('unavailable', 20);
    await eli.browser.submit({ what: 'both' });
    assert.deepEqual(
      [eli.browser.page.status, eli.browser.page.heading],
      [503, 'We cannot change your NHS record now'],
    );
    await eli.browser.follow('Try again');
    assert.match(eli.browser.page.text, /cannot reach the national register/u);
    await register.clearFaults();
    assert.deepEqual(await pointsOf(eli), [`email ${old.email}`, `phone ${old.mobile}`]);
  });
});
