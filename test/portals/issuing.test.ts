import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { listIssuedDetails } from '#proofing';
import { startTestApp, type TestApp } from '../support/app.ts';
import { addPatientTo, openTestPractice, sought, walkToIssue } from '../support/practice.ts';

let app: TestApp;
before(async () => {
  app = await startTestApp({ register: true, gpSystems: true });
});
after(() => app.close());

const issuedAt = (odsCode: Parameters<typeof listIssuedDetails>[1]['odsCode']) =>
  listIssuedDetails(app.home.house.deps, { odsCode });

describe('a practice', () => {
  test('checks a patient’s documents and hands over a letter, which opens once', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier']);
    const patient = await addPatientTo(app, odsCode);
    await walkToIssue(browser, base, patient);
    assert.equal(browser.page.heading, 'Issue registration details');
    assert.ok(!browser.page.html.includes(patient.nhsNumber));
    await browser.submit();
    assert.equal(browser.page.heading, 'The letter is ready to print');
    const ready = browser.page;
    const [form] = ready.forms.filter(({ buttons }) => buttons.includes('Open the letter once'));
    assert.ok(form);
    const opened = await browser.send(form.action, browser.formOf(form.fields));
    assert.equal(opened.headers.get('content-type'), 'application/pdf');
    assert.equal(opened.headers.get('cache-control'), 'no-store');
    assert.ok(
      Buffer.from(await opened.arrayBuffer())
        .subarray(0, 5)
        .equals(Buffer.from('%PDF-')),
    );
    const again = await browser.post(form.action, form.fields);
    assert.equal(again.status, 410);
    assert.equal(again.heading, 'This letter cannot be opened again');
    await browser.open(ready.address);
    assert.equal(browser.page.status, 410);
    const [issued] = await issuedAt(odsCode);
    assert.equal(issued?.state, 'unused');
    assert.deepEqual(issued.check.documents, ['passport', 'bank-statement']);
    await browser.open(`${base}/details`);
    assert.match(browser.page.text, /Robin .*not used yet/u);
  });

  test('finds nobody who is registered elsewhere, dead, or born on another day, and says the same of all', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier']);
    const { odsCode: other } = await openTestPractice(app, ['verifier']);
    const elsewhere = await addPatientTo(app, other);
    const dead = await addPatientTo(app, odsCode, { deceased: true });
    const here = await addPatientTo(app, odsCode);
    const nobody = { nhsNumber: '9990000018', birthdate: '1980-01-01' };
    const texts = new Set<string>();
    for (const one of [elsewhere, dead, { ...here, birthdate: '1979-03-03' }, nobody]) {
      await browser.open(`${base}/find`);
      await browser.submit(sought(one));
      assert.equal(browser.page.heading, 'No patient was found');
      texts.add(`${browser.page.status} ${browser.page.text}`);
    }
    assert.equal(texts.size, 1);
  });
});
