import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import type { Person } from '../support/person.ts';
import { beginProof, registerAskingService, withLogin } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { expectPage } from '../support/walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true });
  service = await registerAskingService(app);
});
after(() => app.close());

/** As they stand in a form's body. */
const odd = [
  '%00',
  '%FF%FE',
  '%ED%A0%80',
  'a'.repeat(10_000),
  '%E2%80%AEdrawkcab',
  '*',
  'Sm*',
  'ab%2C%3Aexact%7C%26family%3D*',
  "x'%20OR%201%3D1--",
  '%D0%B0%D0%B1%D0%B2',
  "%27%27%20'-",
  '__proto__',
  '%EF%BC%91%EF%BC%99',
  '-1e3',
];

async function startTyping(name: string): Promise<{ browser: Person; post: Post }> {
  const traveller = await withLogin({ app, service }, somebody(name));
  const { browser } = traveller;
  await beginProof(traveller);
  await browser.submit();
  const base = browser.page.address.href.replace(/nhs-number$/u, '');
  const csrf = encodeURIComponent(browser.page.forms[0]?.fields['_csrf'] ?? '');
  const post: Post = async (page, body) => {
    const { status } = await browser.send(`${base}${page}`, browser.formOf(`_csrf=${csrf}&${body}`));
    return status;
  };
  return { browser, post };
}
type Post = (page: string, body: string) => Promise<number>;

test('no detail, however odd, is more than refused', async () => {
  const { browser, post } = await startTyping('odd');
  const isRead = (status: number) => status === 303 || status === 400;
  for (const text of odd)
    for (const body of [`knows=yes&nhsNumber=${text}`, `knows=${text}`, `knows=yes&knows[]=${text}`])
      assert.ok(isRead(await post('nhs-number', body)), body.slice(0, 40));
  assert.equal(await post('nhs-number', 'knows=no'), 303);
  for (const text of odd)
    assert.ok(isRead(await post('name', `firstName=${text}&middleName=${text}&lastName=${text}`)), text);
  assert.equal(await post('name', 'firstName=Robin&lastName=Meadows'), 303);
  for (const text of odd) {
    assert.ok(isRead(await post('date-of-birth', `day=${text}&month=${text}&year=${text}`)), text);
    assert.ok(isRead(await post('date-of-birth', `day=1&month=1&year=${text}&year=${text}`)), text);
  }
  assert.equal(await post('date-of-birth', 'day=1&month=1&year=1980'), 303);
  for (const text of odd) assert.ok(isRead(await post('postcode', `postcode=${text}`)), text);
  await browser.open(browser.page.address.href.replace(/\/nhs-number$/u, ''));
  expectPage(browser, 'postcode');
});

test('a middle name is no more than its initial, whatever surrounds it that nobody sees', async () => {
  const { browser, post } = await startTyping('middling');
  await post('nhs-number', 'knows=no');
  const middle = encodeURIComponent(`${'\u200B'.repeat(5000)}Q.`);
  await post('name', `firstName=Robin&middleName=${middle}&lastName=Meadows`);
  await post('date-of-birth', 'day=1&month=1&year=1980');
  await post('postcode', 'postcode=LS1+4AP');
  await browser.open(browser.page.address.href.replace(/nhs-number$/u, 'check-details'));
  expectPage(browser, 'check-details');
  assert.match(browser.page.text, /Robin Q\. Meadows/u);
  assert.doesNotMatch(browser.page.html, /\u200B/u);
});
