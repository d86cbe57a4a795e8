import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addSimulatedPatient } from '#gp-systems';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import { addToRegister, fillIn, registerAskingService, withLogin } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { agree, expectPage, signInWithPassword } from '../support/walks.ts';
import { chooseWay, gpSystemsOf, openTestPractice, typeDetails } from '../support/ways-walks.ts';

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true, gpSystems: true });
  service = await registerAskingService(app);
});
after(() => app.close());

test('somebody of whom nothing is known is matched and then proven in one visit, and shares once', async () => {
  const ada = await withLogin({ app, service }, somebody('ada'));
  const odsCode = await openTestPractice(app);
  const person = await addToRegister(app, {
    familyName: 'Lovelace',
    givenNames: ['Ada'],
    gpOdsCode: odsCode,
  });
  const { nhsNumber, birthdate } = person;
  await addSimulatedPatient(app.home.house, { odsCode, nhsNumber, familyName: 'Lovelace', birthdate });
  const details = await gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });
  await signInWithPassword(ada, { scope: 'openid profile', vtr: '["P9.Cp.Cd"]' });
  await ada.browser.submit({ code: await app.codeFor(ada.who.phone, 'sms') });
  await fillIn(ada.browser, person);
  await ada.browser.submit();
  await ada.browser.submit({ choice: 'yes' });
  expectPage(ada.browser, 'choose');
  await chooseWay(ada, /registration details/u);
  await typeDetails(ada, details);
  const { claims } = await service.finish(await agree(ada));
  assert.equal(claims['vot'], 'P9.Cp.Cd');
  assert.equal(claims['identity_proofing_level'], 'P9');
  assert.equal(claims['nhs_number'], nhsNumber);
});

test('who wants to wait after being matched goes back, and is matched all the same', async () => {
  const ben = await withLogin({ app, service }, somebody('ben'));
  const odsCode = await openTestPractice(app);
  const person = await addToRegister(app, { gpOdsCode: odsCode });
  await signInWithPassword(ben, { scope: 'openid profile', vtr: '["P9.Cp"]' });
  await fillIn(ben.browser, person);
  await ben.browser.submit();
  await ben.browser.submit({ choice: 'yes' });
  await ben.browser.press(/Not now/u);
  assert.equal(ben.browser.page.address.searchParams.get('error_description'), 'IdentityLevelNotReached');
  await ben.browser.open(await service.requestAddress({ scope: 'openid profile', vtr: '["P5.Cp"]' }));
  const { claims } = await service.finish(await agree(ben));
  assert.equal(claims['vot'], 'P5.Cp');
});
