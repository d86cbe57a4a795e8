import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { registrableVectors } from '#partners';
import { makeAccount } from '../support/accounts.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { makeKnown } from '../support/identities.ts';
import { createPeople } from '../support/people.ts';
import { Person } from '../support/person.ts';
import type { TestService } from '../support/service.ts';
import { agree, signInWithPassword, signUpTo, type Traveller } from '../support/walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp();
  service = await app.registerTestService({
    scopes: ['openid', 'profile', 'profile_extended', 'email', 'gp_integration_credentials'],
    vectors: [...registrableVectors],
    im1Enabled: true,
  });
});
after(() => app.close());

async function withLogin(
  name: string,
  given: { level?: 'P5' | 'P9'; language?: string } = {},
): Promise<Traveller & { accountId: string }> {
  const who = somebody(name);
  const { id: accountId } = await makeAccount(app.home, { ...who, phone: '+447700900321' });
  if (given.level !== undefined) await makeKnown(app.home, { accountId, level: given.level });
  const headers = { 'accept-language': given.language ?? 'en' };
  return { app, service, who, browser: new Person(app, { headers }), accountId };
}

const asking = (level: string, scope = 'openid profile') => ({ scope, vtr: `["${level}.Cp"]` });

describe('a service that needs to know who somebody is', () => {
  test('lets in whoever is known well enough', async () => {
    const ada = await withLogin('ada', { level: 'P9' });
    await signInWithPassword(ada, asking('P9'));
    const { claims } = await service.finish(await agree(ada));
    assert.deepEqual([claims['vot'], claims['family_name']], ['P9.Cp', 'Hopper']);
  });

  test('is named to everybody else, with what they can do, and a way back to it', async () => {
    const ben = await withLogin('ben');
    await signInWithPassword(ben, asking('P9'));
    const { page } = ben.browser;
    assert.equal(page.heading, '“Riverside Surgery Online” needs to know who you are');
    assert.equal(page.status, 200);
    assert.match(page.text, /proven who you are.*What you can do now.*GP surgery.*call 111.*999/u);
    const { address } = await ben.browser.press('Go back to “Riverside Surgery Online”');
    assert.ok(service.isArrival(address));
    assert.deepEqual(
      ['error', 'error_description', 'code'].map((name) => address.searchParams.get(name)),
      ['access_denied', 'IdentityLevelNotReached', null],
    );
    await ben.browser.open(await service.requestAddress(asking('P0')));
    assert.equal(ben.browser.page.heading, 'Agree to share your information');
  });

  test('is asked only for the nearest level, and says so in Welsh as in English', async () => {
    const cai = await withLogin('cai', { language: 'cy' });
    await signInWithPassword(cai, { scope: 'openid', vtr: '["P9.Cp","P5.Cp"]' });
    const { page } = cai.browser;
    assert.equal(page.language, 'cy');
    assert.match(page.text, /paru â’ch cofnod GIG/u);
    assert.ok(service.isArrival((await cai.browser.press(/^Mynd yn ôl i/u)).address));
  });

  test('tells somebody who has just signed up the same, and their login stays', async () => {
    const traveller = { app, service, who: somebody('dot'), browser: new Person(app) };
    await signUpTo(traveller, 'phone-code', { scope: 'openid', vtr: '["P9.Cp.Cd"]' });
    await traveller.browser.submit({ code: await app.codeFor(traveller.who.phone, 'sms') });
    assert.match(traveller.browser.page.heading, /needs to know who you are/u);
    await traveller.browser.open(await service.requestAddress({ scope: 'openid', vtr: '["P0.Cp.Cd"]' }));
    assert.ok(service.isArrival(await agree(traveller)));
  });
});

describe('what is asked to be shared', () => {
  test('is each detail by its name, at the level at which somebody is known, and never a word of the protocol', async () => {
    const scope = 'openid profile profile_extended email gp_integration_credentials';
    const eve = await withLogin('eve', { level: 'P9' });
    await signInWithPassword(eve, asking('P9', scope));
    const { text } = eve.browser.page;
    for (const words of [
      'your NHS number',
      'your last name',
      'your first names',
      'your date of birth',
      'how far your identity has been proven',
      'your email address',
      'your GP surgery’s online services',
    ])
      assert.ok(text.includes(words), words);
    assert.doesNotMatch(text, /profile|openid|gp_|nhs_number|P9/u);

    const fay = await withLogin('fay');
    await signInWithPassword(fay, asking('P0', scope));
    assert.match(fay.browser.page.text, /how far your identity has been proven.*your email address/u);
    assert.doesNotMatch(fay.browser.page.text, /NHS number|date of birth|first names|online services/u);
  });

  test('is asked anew when somebody is known better, beside what they share already', async () => {
    const gus = await withLogin('gus');
    await signInWithPassword(gus, asking('P0', 'openid profile email'));
    await agree(gus);
    await makeKnown(app.home, { accountId: gus.accountId, level: 'P5' });
    await gus.browser.open(await service.requestAddress(asking('P5', 'openid profile email')));
    assert.match(
      gus.browser.page.text,
      /You already share.*how far your identity.*your email address.*also like to use.*your NHS number.*your last name.*your date of birth/u,
    );
    const { claims } = await service.finish(await agree(gus));
    assert.equal(claims['family_name'], 'Hopper');
    await gus.browser.open(await service.requestAddress(asking('P5', 'openid profile email')));
    assert.ok(service.isArrival(gus.browser.page.address));
  });

  test('of details that would be new, who refuses keeps sharing what they shared', async () => {
    const hal = await withLogin('hal');
    await signInWithPassword(hal, asking('P0', 'openid profile'));
    await agree(hal);
    await makeKnown(app.home, { accountId: hal.accountId, level: 'P9' });
    await hal.browser.open(await service.requestAddress(asking('P0', 'openid profile')));
    await hal.browser.press('I do not agree');
    const { address } = await hal.browser.submit({ choice: 'carry-on' });
    assert.equal(address.searchParams.get('error_description'), 'ConsentNotGiven');
    await hal.browser.open(await service.requestAddress(asking('P0', 'openid')));
    const { userinfo } = await service.finish(hal.browser.page.address);
    assert.equal(userinfo['nhs_number'], undefined);
  });
});
