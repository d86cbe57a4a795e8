import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findAccountId, signInsStand } from '#accounts';
import { closeAccount } from '#personal-data';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople, type MadeUp } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { signedInForSettings } from '../support/settings-walks.ts';
import { untilWaiting } from '../support/waiting.ts';
import { expectPage, signInWithPassword, signUpTo } from '../support/walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService();
});
after(() => app.close());

interface Asking {
  readonly browser: Person;
  readonly who: MadeUp;
  /** Has a code sent. */
  readonly ask: () => Promise<unknown>;
}

const withCode = { vtr: '["P0.Cp.Cd"]' };
const resend = ({ browser }: { browser: Person }) => browser.press('Send a new code');

async function upToSignInCode(name: string) {
  const who = somebody(name);
  const phone = `+44${who.phone.slice(1).replaceAll(' ', '')}`;
  await makeAccount(app.home, { email: who.email, password: who.password, phone });
  const traveller = { app, service, who, browser: new Person(app) };
  await signInWithPassword(traveller, withCode);
  expectPage(traveller.browser, 'code');
  return traveller;
}

async function inSettings(name: string, part: string) {
  const settler = await signedInForSettings(app, name);
  await settler.browser.open(`${app.origin}/settings/${part}`);
  return settler;
}

/** Where codes are asked for that concern an account, up to that moment. */
const places: Record<string, (name: string) => Promise<Asking>> = {
  'for a new address': async (name) => {
    const { browser, who } = await inSettings(name, 'email');
    return { browser, who, ask: () => browser.submit({ email: `new.${who.email}` }) };
  },
  'for a new address, again': async (name) => {
    const { browser, who } = await inSettings(name, 'email');
    await browser.submit({ email: `new.${who.email}` });
    expectPage(browser, 'email-code');
    return { browser, who, ask: () => resend({ browser }) };
  },
  'for a new phone': async (name) => {
    const { browser, who } = await inSettings(name, 'phone');
    return { browser, who, ask: () => browser.submit({ phone: '07700 900 986' }) };
  },
  'for a new phone, again': async (name) => {
    const { browser, who } = await inSettings(name, 'phone');
    await browser.submit({ phone: '07700 900 985' });
    expectPage(browser, 'phone-code');
    return { browser, who, ask: () => resend({ browser }) };
  },
  'for a first phone': async (name) => {
    const traveller = { app, service, who: somebody(name), browser: new Person(app) };
    await signUpTo(traveller, 'phone');
    const { browser, who } = traveller;
    return { browser, who, ask: () => browser.submit({ phone: who.phone }) };
  },
  'to sign in with, again': async (name) => {
    const { browser, who } = await upToSignInCode(name);
    return { browser, who, ask: () => resend({ browser }) };
  },
  'to get access back with': async (name) => {
    const { browser, who } = await upToSignInCode(name);
    await browser.press(/cannot use my phone/u);
    return { browser, who, ask: () => browser.submit({ proof: 'email-code' }) };
  },
  'to get access back with, again': async (name) => {
    const { browser, who } = await upToSignInCode(name);
    await browser.press(/cannot use my phone/u);
    await browser.submit({ proof: 'email-code' });
    expectPage(browser, 'email-code');
    return { browser, who, ask: () => resend({ browser }) };
  },
};

describe('whoever asks for a code while their login is closed is where they would be a moment later', () => {
  for (const [place, go] of Object.entries(places))
    test(place, async () => {
      const { house } = app.home;
      const early = await go('early');
      await house.transact((deps) => close(deps, early.who));
      await early.ask();

      const late = await go('late');
      const asked = await house.transact(async (deps) => {
        const accountId = (await findAccountId(deps, late.who.email)) ?? '';
        assert.ok(await signInsStand(deps, { accountId, provenAt: deps.clock.now() }));
        const asking = late.ask();
        await untilWaiting(house.database.pool);
        await close(deps, late.who);
        return { asking };
      });
      await asked.asking;
      for (const { browser } of [early, late]) expectPage(browser, 'email');
      assert.equal(late.browser.page.heading, early.browser.page.heading);
      assert.equal(late.browser.page.address.origin, early.browser.page.address.origin);
    });
});

type Closing = Parameters<typeof closeAccount>[0];

async function close(deps: Closing, { email }: MadeUp): Promise<void> {
  const accountId = (await findAccountId(deps, email)) ?? '';
  assert.ok(await closeAccount(deps, { accountId, reason: 'asked' }));
}
