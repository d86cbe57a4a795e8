import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { registrableVectors } from '#partners';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { makeKnown } from '../support/identities.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestPatient, TestRegister } from '../support/register.ts';
import type { TestService } from '../support/service.ts';
import { agree, signInWithPassword, type Traveller } from '../support/walks.ts';

let app: TestApp;
let register: TestRegister;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true });
  assert.ok(app.register !== undefined);
  ({ register } = app);
  service = await app.registerTestService({
    scopes: ['openid', 'profile', 'email'],
    vectors: [...registrableVectors],
  });
});
after(() => app.close());

const asking = { scope: 'openid profile', vtr: '["P5.Cp"]' };

interface Known extends Traveller {
  readonly accountId: string;
  /** Changes what the register says of them. */
  change(entry: TestPatient): Promise<unknown>;
}

async function known(name: string, language = 'en'): Promise<Known> {
  const who = somebody(name);
  const { id: accountId } = await makeAccount(app.home, { ...who, phone: '+447700900321' });
  const nhsNumber = await makeKnown(app.home, { accountId, level: 'P5' });
  const entry = { familyName: 'Hopper', givenNames: ['Grace'], birthdate: '1986-12-09', nhsNumber };
  const change = (changes: TestPatient) => register.addPatient({ ...entry, ...changes });
  await change({});
  const browser = new Person(app, { headers: { 'accept-language': language } });
  return { app, service, who, browser, accountId, change };
}

const refusalIn = ({ searchParams }: URL) =>
  ['error', 'error_description', 'code'].map((name) => searchParams.get(name));

const words = {
  en: {
    title: 'You cannot use your Bevan login at the moment',
    goBack: 'Go back to “Riverside Surgery Online”',
    CID2011: /a problem with the NHS number/u,
    CID2012: /has to be looked at/u,
    CID1101: /do not have the same NHS number.*do not need to create another login, or to go to your GP/u,
  },
  cy: {
    title: 'Ni allwch ddefnyddio eich Bevan login ar hyn o bryd',
    goBack: 'Mynd yn ôl i “Riverside Surgery Online”',
    CID2011: /problem gyda’r rhif GIG/u,
    CID2012: /angen edrych ar/u,
    CID1101: /nid yr un rhif GIG.*Nid oes angen i chi greu cyfrif arall/iu,
  },
} as const;

const death =
  /\b(?:dead|death|died?|deceased|passed away|bereave\w*|marw\w*|bu farw|farwolaeth|ymadawedig)\b/iu;

for (const language of ['en', 'cy'] as const) {
  const said = words[language];
  describe(`somebody whose account can’t be used is told so (${language})`, () => {
    const cases = [
      { because: 'their record was withdrawn', reference: 'CID2011', entry: { invalidated: true } },
      { because: 'their record tells of a death', reference: 'CID2012', entry: { deceased: true } },
      {
        because: 'their record is another’s by now',
        reference: 'CID1101',
        entry: { familyName: 'Lovelace', givenNames: ['Ada'], birthdate: '1985-12-10' },
      },
    ] as const;
    for (const { because, reference, entry } of cases) {
      test(`because ${because}: with ${reference}, and a way back`, async () => {
        const person = await known(`${reference}${language}`, language);
        await person.change(entry);
        await signInWithPassword(person, asking);
        const { page } = person.browser;
        assert.deepEqual([page.status, page.language, page.heading], [200, language, said.title]);
        assert.match(page.text, said[reference]);
        assert.ok(page.text.includes(reference) && page.text.includes('support@login.example'));
        assert.doesNotMatch(page.text, death);
        assert.doesNotMatch(page.text, /999 ?\d{3} ?\d{4}/u);
        const { address } = await person.browser.press(said.goBack);
        assert.ok(service.isArrival(address));
        assert.deepEqual(refusalIn(address), ['access_denied', 'AccountDisabled', null]);
      });
    }
  });
}

test('the account page is closed to somebody whose account can’t be used, with no button that leads nowhere', async () => {
  const person = await known('eve');
  const { browser, who } = person;
  await person.change({ invalidated: true });
  await browser.open('/settings');
  await browser.submit({ email: who.email });
  await browser.submit({ password: who.password });
  await browser.submit({ code: await app.codeFor('+447700900321', 'sms') });
  assert.equal(browser.page.heading, words.en.title);
  assert.ok(browser.page.text.includes('CID2011'));
  assert.deepEqual(browser.page.forms, []);
  assert.match((await browser.open('/settings')).address.pathname, /^\/sign-in\//u);
});

describe('somebody whose details can’t be checked', () => {
  const titles = {
    en: ['We cannot check your details right now', 'Try again', /^Go back to/u],
    cy: ['Ni allwn wirio eich manylion ar hyn o bryd', 'Rhoi cynnig arall arni', /^Mynd yn ôl i/u],
  } as const;
  for (const language of ['en', 'cy'] as const) {
    test(`can try again, or go back to the service (${language})`, async () => {
      const [title, again, back] = titles[language];
      const person = await known(`fay${language}`, language);
      app.home.clock.advance(25 * 3600);
      await register.setFault('token-refused', 1000);
      await signInWithPassword(person, asking);
      const { browser } = person;
      assert.deepEqual([browser.page.status, browser.page.heading], [503, title]);
      await browser.press(again);
      assert.deepEqual([browser.page.status, browser.page.heading], [503, title]);
      await register.clearFaults();
      await browser.press(again);
      assert.ok(service.isArrival(await agree(person)));
      app.home.clock.advance(25 * 3600);
      await register.setFault('token-refused', 1000);
      await signInWithPassword(person, { ...asking, prompt: 'login' });
      const { address } = await browser.press(back);
      assert.ok(service.isArrival(address));
      assert.deepEqual(refusalIn(address), ['temporarily_unavailable', 'DetailsNotChecked', null]);
      await register.clearFaults();
    });
  }
});
