import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readOdsCode } from '#foundation/identifiers';
import { loadGpSystems } from '#gp-systems';
import { codeNow } from '#portals';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { asApplication } from '../support/gp-systems.ts';
import { readPdf } from '../support/pdf.ts';
import { createPeople } from '../support/people.ts';
import { addStaff, seenDocuments, sought, staffPassword } from '../support/practice.ts';
import { gpSystemsOf, matchedPerson, type Matched } from '../support/ways-walks.ts';
import { openDevice, type Tab } from './support/device.ts';

let browser: Browser;
let app: TestApp;
before(async () => {
  [browser, app] = await Promise.all([
    launchBrowser([], { isWhole: true }),
    startTestApp({ register: true, gpSystems: true }),
  ]);
});
after(async () => {
  await browser.close();
  await app.close();
});

const scope = 'openid profile gp_integration_credentials';
const credentials = z.object({
  gp_user_id: z.string(),
  gp_linkage_key: z.string(),
  gp_ods_code: z.string(),
});

/** Opens the letter in a tab of its own, where the browser shows it. @returns the file */
async function openLetter(tab: Tab): Promise<Buffer> {
  const context = tab.page.context();
  const files: Buffer[] = [];
  await context.route('**/practice/**', async (route) => {
    const response = await route.fetch({ maxRedirects: 0 });
    if (response.headers()['content-type'] === 'application/pdf') files.push(await response.body());
    await route.fulfill({ response });
  });
  const [letter] = await Promise.all([
    context.waitForEvent('page'),
    tab.main.getByRole('button', { name: 'Open the letter once' }).click(),
  ]);
  await letter.waitForLoadState();
  await context.unrouteAll();
  return files[0] ?? assert.fail('no letter came');
}

/** Checks who a patient is, and prints their letter. @returns what stands in it, as they read it */
async function printLetter(tab: Tab, patient: Matched) {
  const staff = await addStaff(app, patient.odsCode, ['verifier']);
  await tab.open(`${app.origin}/practice`);
  app.home.clock.advance(30);
  await tab.answer({ email: staff.email, password: staffPassword, code: codeNow(app.home, staff.secret) });
  await tab.open(`${app.origin}/practice/${patient.odsCode}/find`);
  await tab.answer(sought(patient));
  await tab.follow(tab.main.getByRole('button', { name: 'Check their identity and issue details' }));
  await tab.answerWith('reason', 'no-photo-id');
  await tab.answerWith('way', 'documents');
  for (const name of Object.keys(seenDocuments)) await tab.choose(name, 'yes');
  await tab.answer();
  for (const [name, value] of Object.entries({ language: 'en', print: 'standard', delivery: 'print' }))
    await tab.choose(name, value);
  await tab.answer();
  await tab.answer();
  const { pieces } = await readPdf(new Uint8Array(await openLetter(tab)));
  const [accountId = '', odsCode = '', linkageKey = ''] = pieces
    .filter(({ tags }) => tags.endsWith('Span'))
    .map(({ text }) => text.trim());
  return { accountId, odsCode, linkageKey };
}

test('staff print a letter, the patient types what stands in it, and a service reaches the practice’s system with what it is given', async () => {
  const service = await app.registerTestService({
    scopes: scope.split(' '),
    vectors: ['P9.Cp.Cd'],
    im1Enabled: true,
  });
  const patient = await matchedPerson({ app, service }, createPeople()('desk'), {
    odsCode: await gpSystemsOf(app).practiceOf('emis'),
    inRegister: { email: 'ottoline.desk@people.example' },
  });
  const desk = await openDevice(browser, [app.origin]);
  const letter = await printLetter(await desk.openTab(), patient);
  await desk.close();

  const home = await openDevice(browser, [app.origin, service.origin]);
  const tab = await home.openTab();
  await tab.open(await service.requestAddress({ scope, vtr: '["P9.Cp.Cd"]' }));
  await tab.answerWith('choice', 'sign-in');
  await tab.answer({ email: patient.who.email });
  await tab.answer({ password: patient.who.password });
  await tab.answer({ code: await app.codeFor(patient.who.phone, 'sms') });
  await tab.isAt('journeys/ways-to-prove/choose');
  await tab.answerWith('way', 'gp-online-details');
  const { accountId, odsCode, linkageKey } = letter;
  await tab.answer({ gpUserId: accountId, odsCode, gpLinkageKey: linkageKey });
  await tab.follow(tab.main.getByRole('button', { name: 'I agree', exact: true }));
  const arrived = await service.finish(new URL(tab.page.url()));
  await home.close();

  assert.equal(arrived.claims['vot'], 'P9.Cp.Cd');
  assert.equal(arrived.claims['identity_proofing_level'], 'P9');
  const given = credentials.parse(arrived.userinfo['gp_integration_credentials']);
  const { environment } = gpSystemsOf(app);
  const asService = await loadGpSystems(app.home.house, {
    environment: await asApplication(environment, '00000000-0000-4000-8000-00000000d35c'),
  });
  const connected = await asService.register({
    odsCode: readOdsCode(given.gp_ods_code) ?? assert.fail('not an ODS code'),
    accountId: given.gp_user_id,
    linkageKey: given.gp_linkage_key,
    familyName: patient.familyName,
    birthdate: patient.birthdate,
  });
  assert.ok(connected.outcome === 'connected', JSON.stringify(connected));
  assert.deepEqual(connected.nhsNumbers, [patient.nhsNumber]);
});
