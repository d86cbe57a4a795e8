import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import { agree, expectPage, signInWithPassword } from '../support/walks.ts';

let app: TestApp;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
});
after(() => app.close());

test('pages that somebody who was handed over has left open are nobody’s once they have signed out', async () => {
  const giver = await app.registerTestService({
    vectors: ['P0.Cp', 'P0.Cp.Cd'],
    ssoWith: ['account-settings'],
  });
  const who = somebody('ada');
  const phone = `+44${who.phone.slice(1).replaceAll(' ', '')}`;
  await makeAccount(app.home, { email: who.email, password: who.password, phone });
  const ada = { app, service: giver, who, browser: new Person(app) };
  await signInWithPassword(ada, { vtr: '["P0.Cp.Cd"]' });
  await ada.browser.submit({ code: await app.codeFor(who.phone, 'sms') });
  const { claims } = await giver.finish(await agree(ada));
  const shared = new Person(app);
  const query = new URLSearchParams({ asserted_login_identity: await giver.handOver(claims) });
  await shared.open(`${app.origin}/settings?${query.toString()}`);
  await shared.open(`${app.origin}/settings/not-me`);
  expectPage(shared, 'lock');
  const { href } = shared.page.address;
  await shared.open(`${app.origin}/session/end`);
  await shared.open(href);
  assert.ok(!shared.page.text.includes(who.email));
});
