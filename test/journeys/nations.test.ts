import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Nation } from '#foundation/identifiers';
import { registrableVectors } from '#partners';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { makeKnown } from '../support/identities.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, signInWithPassword, type Traveller } from '../support/walks.ts';

let app: TestApp;
let english: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  english = await app.registerTestService({
    clientName: 'Fen Pharmacy',
    scopes: ['openid', 'profile'],
    vectors: [...registrableVectors],
    nations: ['england'],
  });
});
after(() => app.close());

/** Somebody matched to their record, who said at sign-up where they live, and whose record has an address. */
async function travel(
  name: string,
  lives: { said: Nation; record?: readonly Nation[]; language?: 'en' | 'cy' },
): Promise<Traveller> {
  const who = somebody(name);
  const { id: accountId } = await makeAccount(app.home, {
    ...who,
    phone: '+447700900321',
    nation: lives.said,
  });
  const details = lives.record === undefined ? {} : { homeNations: lives.record };
  await makeKnown(app.home, { accountId, level: 'P5', details });
  const headers = { 'accept-language': lives.language ?? 'en' };
  return { app, service: english, who, browser: new Person(app, { headers }) };
}

const asked = { scope: 'openid profile', vtr: '["P5.Cp"]' };
const goesBy = /We go by the address on your NHS record\. If it is out of date, ask your GP surgery/u;

suite('a service for people in England', () => {
  test('is not for somebody who said England while their record has an address in Scotland', async () => {
    const ada = await travel('ada', { said: 'england', record: ['scotland'] });
    await signInWithPassword(ada, asked);
    const { page } = ada.browser;
    assert.equal(page.heading, '“Fen Pharmacy” is not available where you live');
    assert.match(page.text, goesBy);
    const { address } = await ada.browser.press('Go back to “Fen Pharmacy”');
    assert.ok(english.isArrival(address));
    assert.deepEqual(
      ['error', 'error_description', 'code'].map((name) => address.searchParams.get(name)),
      ['access_denied', 'NotAvailableInNation', null],
    );
  });

  test('is for somebody who said Scotland while their record has an address in England', async () => {
    const ben = await travel('ben', { said: 'scotland', record: ['england'] });
    await signInWithPassword(ben, asked);
    const { claims } = await english.finish(await agree(ben));
    assert.equal(claims['vot'], 'P5.Cp');
  });

  test('goes by what somebody said, where their address may be on either side of a border, or tells nothing', async () => {
    for (const record of [['england', 'scotland'], undefined] as const) {
      const here = await travel('cai', { said: 'england', ...(record === undefined ? {} : { record }) });
      await signInWithPassword(here, asked);
      assert.ok(english.isArrival(await agree(here)));
      const there = await travel('dot', { said: 'scotland', ...(record === undefined ? {} : { record }) });
      await signInWithPassword(there, asked);
      assert.match(there.browser.page.heading, /is not available where you live/u);
      assert.doesNotMatch(there.browser.page.text, goesBy);
    }
  });

  test('says in Welsh as well by which address it goes', async () => {
    const eve = await travel('eve', { said: 'england', record: ['wales'], language: 'cy' });
    await signInWithPassword(eve, asked);
    assert.equal(eve.browser.page.language, 'cy');
    assert.match(eve.browser.page.text, /y cyfeiriad ar eich cofnod GIG.*gofynnwch i’ch meddygfa/u);
  });
});
