import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { IdentityLevel } from '#identity';
import { registrableVectors } from '#partners';
import { makeAccount } from '../../support/accounts.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { makeKnown } from '../../support/identities.ts';
import { createPeople } from '../../support/people.ts';
import { Person } from '../../support/person.ts';
import type { TestService } from '../../support/service.ts';
import { agree, expectPage, signInWithPassword, type Traveller } from '../../support/walks.ts';

/** The contract's rules of Vectors of Trust as a person meets them: what they are asked for, and what not. */

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  // Without a way that is offered to anybody, so that somebody at P5 can be told that there is none.
  app = await startTestApp({ environment: { BEVAN_PROOFING_METHODS: 'fast-track,gp-online-details' } });
  service = await app.registerTestService({ scopes: ['openid', 'email'], vectors: [...registrableVectors] });
});
after(() => app.close());

async function at(level: IdentityLevel, options: { withoutPhone?: boolean } = {}): Promise<Traveller> {
  const who = somebody(level.toLowerCase());
  const { email, password } = who;
  const phone =
    options.withoutPhone === true ? {} : { phone: `+44${who.phone.slice(1).replaceAll(' ', '')}` };
  const { id: accountId } = await makeAccount(app.home, { email, password, ...phone });
  if (level !== 'P0') await makeKnown(app.home, { accountId, level });
  return { app, service, who, browser: new Person(app) };
}

const asking = (...vtr: string[]) => ({ scope: 'openid email', vtr: JSON.stringify(vtr) });

async function enterCode({ browser, who }: Traveller): Promise<void> {
  expectPage(browser, 'code');
  await browser.submit({ code: await app.codeFor(who.phone, 'sms') });
}

async function votOf(traveller: Traveller): Promise<unknown> {
  return (await service.finish(await agree(traveller))).claims['vot'];
}

describe('Cp alone never asks for a code', () => {
  for (const level of ['P0', 'P5', 'P9'] as const) {
    test(`${level}.Cp`, async () => {
      const ada = await at(level);
      await signInWithPassword(ada, asking(`${level}.Cp`));
      assert.equal(await votOf(ada), `${level}.Cp`);
    });
  }

  test('nor where Cp.Cd would do as well', async () => {
    const ada = await at('P0');
    await signInWithPassword(ada, asking('P0.Cp.Cd', 'P0.Cp'));
    assert.equal(await votOf(ada), 'P0.Cp');
  });

  test('nor where the level that somebody has needs none, though a lower one would', async () => {
    const vectors = ['P5.Cp.Cd', 'P9.Cp'] as const;
    const proven = await at('P9');
    await signInWithPassword(proven, asking(...vectors));
    assert.equal(await votOf(proven), 'P9.Cp');
    const matched = await at('P5');
    await signInWithPassword(matched, asking(...vectors));
    await enterCode(matched);
    assert.equal(await votOf(matched), 'P5.Cp.Cd');
  });

  test('but a login that was left half made is finished first, by proving a phone, once', async () => {
    const ada = await at('P0', { withoutPhone: true });
    await signInWithPassword(ada, asking('P0.Cp'));
    expectPage(ada.browser, 'phone');
    await ada.browser.submit({ phone: ada.who.phone });
    await ada.browser.submit({ code: await app.codeFor(ada.who.phone, 'sms') });
    assert.equal(await votOf(ada), 'P0.Cp');
    const again = { ...ada, browser: new Person(app) };
    await signInWithPassword(again, asking('P0.Cp'));
    const { claims } = await service.finish(again.browser.page.address);
    assert.equal(claims['vot'], 'P0.Cp');
  });
});

describe('Cp.Cd asks for a code', () => {
  for (const level of ['P0', 'P5', 'P9'] as const) {
    test(`${level}.Cp.Cd`, async () => {
      const ada = await at(level);
      await signInWithPassword(ada, asking(`${level}.Cp.Cd`));
      await enterCode(ada);
      assert.equal(await votOf(ada), `${level}.Cp.Cd`);
    });
  }

  test('and for the code alone, of whoever gave the password before', async () => {
    const ada = await at('P0');
    await signInWithPassword(ada, asking('P0.Cp'));
    await agree(ada);
    await ada.browser.open(await service.requestAddress(asking('P0.Cp.Cd')));
    await enterCode(ada);
    const { claims } = await service.finish(ada.browser.page.address);
    assert.equal(claims['vot'], 'P0.Cp.Cd');
  });
});

describe('somebody below the lowest level that is asked for', () => {
  const rows: readonly (readonly [who: IdentityLevel, vtr: readonly string[], page: RegExp])[] = [
    ['P0', ['P5.Cp'], /match/u],
    ['P0', ['P9.Cp'], /proven/u],
    ['P5', ['P9.Cp'], /proven/u],
    ['P0', ['P9.Cp', 'P5.Cp'], /match/u],
  ];
  for (const [who, vtr, words] of rows) {
    test(`a ${who} person, asked for ${vtr.join(' or ')}: a page that says so, and a way back`, async () => {
      const ada = await at(who);
      await signInWithPassword(ada, asking(...vtr));
      const { page } = ada.browser;
      assert.match(page.heading, /needs to know who you are/u);
      assert.match(page.text, words);
      const { address } = await ada.browser.press(/^Go back to/u);
      assert.ok(service.isArrival(address));
      assert.deepEqual(
        ['error', 'error_description', 'code'].map((name) => address.searchParams.get(name)),
        ['access_denied', 'IdentityLevelNotReached', null],
      );
      assert.notEqual(address.searchParams.get('state'), null);
    });
  }

  test('a P5 person, asked for P9.Cp or P5.Cp, is not asked for more', async () => {
    const ada = await at('P5');
    await signInWithPassword(ada, asking('P9.Cp', 'P5.Cp'));
    assert.equal(await votOf(ada), 'P5.Cp');
  });
});
