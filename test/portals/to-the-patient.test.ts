import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { levelOf, readDecisions } from '#identity';
import { listIssuedDetails } from '#proofing';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createPeople } from '../support/people.ts';
import type { Person } from '../support/person.ts';
import { readPdf } from '../support/pdf.ts';
import { openTestPractice, walkToIssue } from '../support/practice.ts';
import { registerAskingService } from '../support/proof-walks.ts';
import type { TestService } from '../support/service.ts';
import { agree } from '../support/walks.ts';
import { chooseWay, comeToWays, gpSystemsOf, matchedPerson, typeDetails } from '../support/ways-walks.ts';

/** From the desk of a practice to a service that the patient signs in to. */

let app: TestApp;
let service: TestService;
const somebody = createPeople();
before(async () => {
  app = await startTestApp({ register: true, gpSystems: true });
  service = await registerAskingService(app);
});
after(() => app.close());

/** Opens the letter, and reads the details as somebody would who holds it in their hands. */
async function readLetter(browser: Person) {
  const form = browser.page.forms.find(({ buttons }) => buttons.includes('Open the letter once'));
  assert.ok(form, browser.page.text);
  const opened = await browser.send(form.action, browser.formOf(form.fields));
  const { pieces } = await readPdf(new Uint8Array(await opened.arrayBuffer()));
  const values = pieces.filter(({ tags }) => tags.endsWith('Span')).map(({ text }) => text.trim());
  const [accountId = '', odsCode = '', linkageKey = ''] = values;
  return { accountId, odsCode, linkageKey };
}

describe('what staff have issued', () => {
  for (const supplierId of ['emis', 'tpp', 'vision']) {
    test(`proves the patient when they type what stands in the letter (${supplierId})`, async () => {
      const { odsCode, base, browser, staff } = await openTestPractice(app, ['verifier'], supplierId);
      const inRegister = { email: `ottoline.${supplierId}@people.example` };
      const patient = await matchedPerson({ app, service }, somebody(supplierId), { odsCode, inRegister });
      await walkToIssue(browser, base, patient, { language: 'en', print: 'standard', delivery: 'print' });
      await browser.submit();
      const details = await readLetter(browser);
      assert.equal(details.odsCode, odsCode);
      await comeToWays(patient);
      await chooseWay(patient, /registration details/u);
      await typeDetails(patient, details);
      const { claims } = await service.finish(await agree(patient));
      assert.equal(claims['identity_proofing_level'], 'P9');
      assert.equal(await levelOf(app.home.house.deps, patient.accountId), 'P9');
      const [decision] = await readDecisions(app.home.house.deps, patient.accountId);
      assert.ok(JSON.stringify(decision?.evidence).includes(staff.id));
      const [issued] = await listIssuedDetails(app.home.house.deps, { odsCode });
      assert.equal(issued?.state, 'used');
      await browser.open(`${base}/details`);
      assert.match(browser.page.text, /Ottoline .* – used/u);
    });
  }

  test('proves nobody once staff have withdrawn it', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier']);
    const patient = await matchedPerson({ app, service }, somebody('withdrawn'), { odsCode });
    await walkToIssue(browser, base, patient);
    await browser.submit();
    const details = await readLetter(browser);
    await browser.open(`${base}/details`);
    await browser.follow(/^Withdraw these details/u);
    await browser.press('Withdraw the details');
    await comeToWays(patient);
    await chooseWay(patient, /registration details/u);
    await typeDetails(patient, details);
    assert.match(patient.browser.page.text, /CID\d{4}/u);
    assert.equal(await levelOf(app.home.house.deps, patient.accountId), 'P5');
  });

  test('is not handed out again when its key was used, though the practice had issued it in its own system', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier'], 'emis');
    const inRegister = { email: 'ottoline.again@people.example' };
    const patient = await matchedPerson({ app, service }, somebody('again'), { odsCode, inRegister });
    const { nhsNumber } = patient;
    const details = await gpSystemsOf(app).issueDetails({ odsCode, nhsNumber });
    await comeToWays(patient);
    await chooseWay(patient, /registration details/u);
    await typeDetails(patient, details);
    await walkToIssue(browser, base, patient, { language: 'en', print: 'standard', delivery: 'print' });
    await browser.submit();
    assert.equal(browser.page.heading, 'No details were issued');
    await browser.press('I have reset them: issue the new details');
    assert.match(browser.page.text, /It is still the old key/u);
    assert.deepEqual(await listIssuedDetails(app.home.house.deps, { odsCode }), []);
  });
});
