import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeAccount } from '../../support/accounts.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { createPeople } from '../../support/people.ts';
import { Person } from '../../support/person.ts';
import type { TestService } from '../../support/service.ts';
import { agree, signInWithPassword } from '../../support/walks.ts';

/** `asserted_login_identity` at the account settings: the same assertion opens them without signing in again. */

let app: TestApp;
let giver: TestService;
let stranger: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  giver = await app.registerTestService({ clientName: 'Giver', ssoWith: ['account-settings'] });
  stranger = await app.registerTestService({ clientName: 'Stranger' });
});
after(() => app.close());

const account = 'Your account';
const signInPage = 'Enter your email address';

/** @returns an assertion of a service about somebody who has signed in to it */
async function assertionOf(from: TestService = giver, vtr: 'P0.Cp' | 'P0.Cp.Cd' = 'P0.Cp.Cd') {
  const who = somebody('ada');
  const phone = `+44${who.phone.slice(1).replaceAll(' ', '')}`;
  await makeAccount(app.home, { ...who, phone });
  const traveller = { app, service: from, who, browser: new Person(app) };
  await signInWithPassword(traveller, { vtr: `["${vtr}"]` });
  if (vtr === 'P0.Cp.Cd') await traveller.browser.submit({ code: await app.codeFor(who.phone, 'sms') });
  const { claims } = await from.finish(await agree(traveller));
  return from.handOver(claims);
}

async function headingWith(assertion: string): Promise<string> {
  const browser = new Person(app);
  const query = new URLSearchParams({ asserted_login_identity: assertion });
  await browser.open(`${app.origin}/settings?${query.toString()}`);
  return browser.page.heading;
}

const rows: readonly (readonly [row: string, assertion: () => Promise<string>, heading: string])[] = [
  ['a good one, of a session with two factors: opens them', () => assertionOf(), account],
  ['of a service that may not: signs in', () => assertionOf(stranger), signInPage],
  ['of a session with a password alone: signs in', () => assertionOf(giver, 'P0.Cp'), signInPage],
  ['no JWT: signs in', () => Promise.resolve('nonsense'), signInPage],
  [
    'used before: signs in',
    async () => {
      const assertion = await assertionOf();
      assert.equal(await headingWith(assertion), account);
      return assertion;
    },
    signInPage,
  ],
  [
    'of a session that is over: signs in',
    async () => {
      const assertion = await assertionOf();
      app.home.clock.advance(3610);
      return assertion;
    },
    signInPage,
  ],
];

describe('the account settings, with an assertion', () => {
  for (const [row, assertion, heading] of rows)
    test(row, async () => assert.equal(await headingWith(await assertion()), heading));
});
