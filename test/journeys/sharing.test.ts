import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { auditOf, makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword, type Traveller } from '../support/walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService();
});
after(() => app.close());

async function known(
  name: string,
  headers: Record<string, string> = {},
): Promise<Traveller & { accountId: string }> {
  const who = somebody(name);
  const { id } = await makeAccount(app.home, { ...who, phone: '+447700900321' });
  return { app, service, who, browser: new Person(app, { headers }), accountId: id };
}

describe('before anything is shared', () => {
  test('a person sees with whom and what, where its terms are, and what refusing means', async () => {
    const ada = await known('ada');
    await signInWithPassword(ada);
    const { page } = ada.browser;
    assert.equal(page.heading, 'Agree to share your information');
    for (const words of [
      'Riverside Surgery Online',
      'your email address',
      'your mobile phone number',
      'If you do not agree',
    ]) {
      assert.ok(page.text.includes(words), words);
    }
    const targets = page.links.map(({ href }) => href);
    assert.ok(targets.includes(`${service.origin}/terms`) && targets.includes(`${service.origin}/privacy`));
  });

  test('a person can read who runs a listed service and which NHS body answers for it, and comes back', async () => {
    const ivy = await known('ivy');
    const listedService = await app.registerTestService({
      clientName: 'Riverbank',
      assurances: {
        benefit: { en: 'Good.' },
        nhsBody: { name: 'Made-up Vale Integrated Care Board', relation: 'commissioned' },
        freeAtPointOfDelivery: true,
      },
      listing: {
        description: { en: 'Books appointments.' },
        operator: 'Riverbank Digital Ltd',
        languages: ['en'],
        helpUri: 'https://riverbank.example/help',
        accessibilityUri: 'https://riverbank.example/accessibility',
      },
    });
    await signInWithPassword({ ...ivy, service: listedService });
    const asked = ivy.browser.page.address;
    await ivy.browser.follow('Who runs “Riverbank”, and which NHS organisation is behind it');
    assert.equal(ivy.browser.page.heading, 'Riverbank');
    assert.match(ivy.browser.page.text, /Commissioned by Made-up Vale Integrated Care Board/u);
    await ivy.browser.open(asked);
    assert.ok(listedService.isArrival(await agree({ ...ivy, service: listedService })));
    const jan = await known('jan');
    await signInWithPassword(jan);
    assert.doesNotMatch(jan.browser.page.html, /Who runs/u);
  });

  test('only what is asked for is named, and only that arrives', async () => {
    const ben = await known('ben');
    await signInWithPassword(ben, { scope: 'openid phone' });
    assert.doesNotMatch(ben.browser.page.text, /email address/u);
    const { userinfo } = await service.finish(await agree(ben));
    assert.deepEqual(
      Object.keys(userinfo)
        .filter((claim) => /mail|phone/u.test(claim))
        .toSorted(),
      ['phone_number', 'phone_number_pds_matched', 'phone_number_verified'],
    );
  });

  test('who agreed once is not asked again; more than before is asked for beside what is shared already', async () => {
    const cat = await known('cat');
    await signInWithPassword(cat, { scope: 'openid email' });
    await agree(cat);
    await cat.browser.open(await service.requestAddress({ scope: 'openid email' }));
    assert.ok(service.isArrival(cat.browser.page.address));
    await cat.browser.open(await service.requestAddress());
    assert.match(
      cat.browser.page.text,
      /You already share.*your email address.*also like to use.*your mobile phone number/u,
    );
    const { userinfo } = await service.finish(await agree(cat));
    assert.equal(userinfo['phone_number'], '+447700900321');
  });
});

describe('who does not agree', () => {
  test('is asked once more, and goes back to the service with access_denied and ConsentNotGiven', async () => {
    const dan = await known('dan');
    await signInWithPassword(dan);
    await dan.browser.press('I do not agree');
    assert.equal(dan.browser.page.heading, 'You have chosen not to share your information');
    assert.match(dan.browser.page.text, /call 111.*999/u);
    const { address } = await dan.browser.submit({ choice: 'carry-on' });
    assert.ok(service.isArrival(address));
    assert.equal(address.searchParams.get('error'), 'access_denied');
    assert.equal(address.searchParams.get('error_description'), 'ConsentNotGiven');
    assert.equal(address.searchParams.get('code'), null);
    assert.deepEqual((await auditOf(app.home, dan.accountId)).slice(-2), [
      'sign-in.succeeded',
      'consent.refused',
    ]);

    await dan.browser.open(await service.requestAddress());
    assert.equal(dan.browser.page.heading, 'Agree to share your information');
    assert.ok(service.isArrival(await agree(dan)));
  });

  test('can change their mind, and agree after all', async () => {
    const eve = await known('eve');
    await signInWithPassword(eve);
    await eve.browser.press('I do not agree');
    await eve.browser.submit({ choice: 'go-back' });
    expectPage(eve.browser, 'agree');
    assert.ok((await service.finish(await agree(eve))).claims.sub);
  });

  test('can go back by the link as well, in Welsh as in English', async () => {
    const fflur = await known('fflur', { 'accept-language': 'cy' });
    await signInWithPassword(fflur);
    assert.equal(fflur.browser.page.language, 'cy');
    await fflur.browser.press('Nid wyf yn cytuno');
    await fflur.browser.submit({ choice: 'go-back' });
    assert.ok(service.isArrival(await agree(fflur)));
  });
});
