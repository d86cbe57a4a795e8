import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { OdsCode } from '#foundation/identifiers';
import { createLog } from '#foundation/log';
import { changeSimulatedDetails, changeSupplier } from '#gp-systems';
import { listIssuedDetails } from '#proofing';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { Person } from '../support/person.ts';
import {
  addPatientTo,
  addStaff,
  openTestPractice,
  signInStaff,
  sought,
  walkToIssue,
} from '../support/practice.ts';
import { untilWaiting } from '../support/waiting.ts';
import { gpSystemsOf } from '../support/ways-walks.ts';

const lines: string[] = [];
let app: TestApp;
before(async () => {
  const log = createLog({ level: 'debug', destination: { write: (line: string) => void lines.push(line) } });
  app = await startTestApp({
    register: true,
    gpSystems: true,
    log,
    environment: { BEVAN_LOG_LEVEL: 'debug' },
  });
});
after(() => app.close());

const issuedAt = (odsCode: OdsCode) => listIssuedDetails(app.home.house.deps, { odsCode });
const statesAt = async (odsCode: OdsCode) => (await issuedAt(odsCode)).map(({ state }) => state);
const openLetter = async (browser: Person): Promise<Response> => {
  const form = browser.page.forms.find(({ buttons }) => buttons.includes('Open the letter once'));
  assert.ok(form, browser.page.heading);
  return browser.send(form.action, browser.formOf(form.fields));
};
const find = async (browser: Person, base: string, patient: Parameters<typeof sought>[0]) => {
  await browser.open(`${base}/find`);
  await browser.submit(sought(patient));
};
/** Begins what asks the GP system of a practice, which does not answer before `end`. Comes back when it has been asked. */
async function whileAsked(odsCode: OdsCode, work: () => Promise<unknown>): Promise<{ end(): Promise<void> }> {
  const { pool } = app.home.house.database;
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM gp_systems.simulated_patient WHERE ods_code = $1 FOR UPDATE', [odsCode]);
  const working = work();
  await untilWaiting(pool);
  return {
    end: async () => {
      await client.query('COMMIT');
      client.release();
      await working;
    },
  };
}
const today = (years: number) => {
  const now = app.home.clock.now();
  return `${now.getUTCFullYear() - years}-01-01`;
};

describe('a letter with registration details', () => {
  test('comes of a check of documents, opens once, and is gone for good', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier']);
    const patient = await addPatientTo(app, odsCode);
    await walkToIssue(browser, base, patient);
    assert.equal(browser.page.heading, 'Issue registration details');
    assert.ok(!browser.page.html.includes(patient.nhsNumber));
    await browser.submit();
    assert.equal(browser.page.heading, 'The letter is ready to print');
    const { address } = browser.page;
    const opened = await openLetter(browser);
    assert.equal(opened.headers.get('content-type'), 'application/pdf');
    assert.equal(opened.headers.get('cache-control'), 'no-store');
    assert.ok(
      Buffer.from(await opened.arrayBuffer())
        .toString('latin1')
        .startsWith('%PDF-'),
    );
    const again = await openLetter(browser);
    assert.equal(again.status, 410);
    assert.equal((await browser.open(address)).heading, 'This letter cannot be opened again');
    const [issued] = await issuedAt(odsCode);
    assert.equal(issued?.state, 'unused');
    assert.deepEqual(issued.check.documents, ['passport', 'bank-statement']);
    await browser.open(`${base}/details`);
    assert.match(browser.page.text, /Robin .*not used yet/u);
  });

  test('is made once when the button is pressed in several tabs at the same moment', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier']);
    await walkToIssue(browser, base, await addPatientTo(app, odsCode));
    const tabs = [1, 2, 3, 4].map(() => browser.newTab());
    await Promise.all(tabs.map((tab) => tab.submit()));
    const headings = tabs.map(({ page }) => page.heading).toSorted();
    assert.equal(headings.filter((one) => one === 'The letter is ready to print').length, 1, headings.join());
    assert.equal((await issuedAt(odsCode)).length, 1);
    const ready = tabs.find(({ page }) => page.heading === 'The letter is ready to print');
    assert.ok(ready);
    const opened = await Promise.all([1, 2, 3].map(() => openLetter(ready)));
    assert.deepEqual(opened.map(({ status }) => status).toSorted(), [200, 410, 410]);
  });

  test('waits a quarter of an hour, and not at all once its details are withdrawn', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier']);
    await walkToIssue(browser, base, await addPatientTo(app, odsCode));
    await browser.submit();
    const ready = browser.newTab();
    await browser.open(`${base}/details`);
    await browser.follow(/^Withdraw these details/u);
    assert.match(browser.page.text, /The letter stops working at once/u);
    assert.deepEqual(await statesAt(odsCode), ['unused']);
    await browser.press('Withdraw the details');
    assert.match(browser.page.text, /withdrawn/u);
    assert.equal((await openLetter(ready)).status, 410);
    assert.deepEqual(await statesAt(odsCode), ['withdrawn']);
    await walkToIssue(browser, base, await addPatientTo(app, odsCode));
    await browser.submit();
    app.home.clock.advance(15 * 60 + 1);
    assert.equal((await openLetter(browser)).status, 410);
  });

  test('is not made by somebody whose role ends while the GP system is asked', async () => {
    const { odsCode, base, staff, browser } = await openTestPractice(app, ['verifier']);
    const manager = await addStaff(app, odsCode, ['manager']);
    await signInStaff(app, manager);
    await walkToIssue(browser, base, await addPatientTo(app, odsCode));
    await manager.browser.open(`${base}/staff/${staff.id}`);
    const issuing = await whileAsked(odsCode, () => browser.submit());
    await manager.browser.submit({ 'role-verifier': undefined, 'role-voucher': 'yes' });
    await issuing.end();
    assert.ok(browser.page.address.pathname.endsWith('/check'), browser.page.heading);
    assert.deepEqual(await statesAt(odsCode), []);
  });

  test('is not made, nor anybody found, for who signs out while another system is asked; and nothing breaks', async () => {
    const { odsCode, base, staff, browser } = await openTestPractice(app, ['verifier']);
    const patient = await addPatientTo(app, odsCode);
    const leaveMeanwhile = async (tab: Person, typed?: Readonly<Record<string, string>>) => {
      const { _csrf = '' } = tab.page.forms.at(-1)?.fields ?? {};
      const working = await whileAsked(odsCode, () => tab.submit(typed));
      await browser.post('/practice/sign-out', { _csrf });
      await working.end();
      assert.equal(tab.page.heading, 'Sign in to the practice portal');
    };
    const finding = browser.newTab();
    await finding.open(`${base}/find`);
    await leaveMeanwhile(finding, sought(patient));
    await signInStaff(app, staff);
    const issuing = browser.newTab();
    await walkToIssue(issuing, base, patient);
    await leaveMeanwhile(issuing);
    assert.deepEqual(await statesAt(odsCode), []);
  });

  test('is not printed once a colleague has issued others in the place of its details', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier']);
    const colleague = await addStaff(app, odsCode, ['verifier']);
    await signInStaff(app, colleague);
    const patient = await addPatientTo(app, odsCode);
    for (const person of [browser, colleague.browser]) {
      await walkToIssue(person, base, patient);
      await person.submit();
      assert.equal(person.page.heading, 'The letter is ready to print');
    }
    assert.equal((await openLetter(browser)).status, 410);
    assert.equal((await openLetter(colleague.browser)).status, 200);
  });

  test('can be collected: then an e-mail says that it is there, without the details', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier']);
    const email = 'robin.collects@people.example';
    const patient = await addPatientTo(app, odsCode, { email });
    await walkToIssue(browser, base, patient, { language: 'cy', print: 'large', delivery: 'collect' });
    await browser.submit();
    const { text } = await app.messageFor(email, 'email');
    assert.match(text, /Casglwch ef/u);
  });
});

describe('finding a patient', () => {
  test('fails in the same words for who is registered elsewhere, has died, was born on another day, or never was', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier']);
    const { odsCode: other } = await openTestPractice(app, ['verifier']);
    const here = await addPatientTo(app, odsCode);
    const texts = new Set<string>();
    for (const one of [
      await addPatientTo(app, other),
      await addPatientTo(app, odsCode, { deceased: true }),
      { ...here, birthdate: '1979-03-03' },
      { nhsNumber: '9990000018', birthdate: '1980-01-01' },
    ]) {
      await find(browser, base, one);
      assert.equal(browser.page.heading, 'No patient was found');
      texts.add(`${browser.page.status} ${browser.page.text}`);
    }
    assert.equal(texts.size, 1);
  });

  test('works by name, and says so when the register does not answer', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['voucher']);
    const patient = await addPatientTo(app, odsCode, { familyName: "O'Neill-Jones" });
    await browser.open(`${base}/find/name`);
    const { nhsNumber: _, ...date } = sought(patient);
    await browser.submit({
      givenName: 'Robin',
      familyName: patient.familyName,
      postcode: 'LS1 4AP',
      ...date,
    });
    assert.equal(browser.page.heading, 'Patient');
    await app.register?.setFault('unavailable', 20);
    await find(browser, base, patient);
    assert.equal(browser.page.heading, 'Patients cannot be looked up at the moment');
    await app.register?.clearFaults();
  });

  test('can’t be done by trying numbers: after forty that are wrong it takes a break', async () => {
    const { base, browser } = await openTestPractice(app, ['verifier']);
    await browser.open(`${base}/find`);
    const { action, fields } = browser.page.forms[0] ?? { action: '', fields: {} };
    const nobody = { ...fields, ...sought({ nhsNumber: '9990000018', birthdate: '1980-01-01' }) };
    for (let times = 0; times < 40; times += 1) await browser.post(action, nobody);
    assert.equal((await browser.post(action, nobody)).status, 429);
  });
});

describe('the check of who somebody is', () => {
  test('needs a document with a photo, one with the address, and a comparison', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier']);
    await find(browser, base, await addPatientTo(app, odsCode));
    await browser.follow('Check their identity and issue details');
    await browser.submit();
    assert.ok(browser.page.errors['reason']);
    await browser.submit({ reason: 'prefers' });
    assert.doesNotMatch(browser.page.text, /Vouching/u);
    await browser.submit({ way: 'vouching' });
    assert.ok(browser.page.errors['way']);
    await browser.submit({ way: 'documents' });
    for (const [typed, field] of [
      [{ 'document-bank-statement': 'yes', seen: 'yes' }, 'photo'],
      [{ 'document-passport': 'yes', 'document-driving-licence': 'yes', seen: 'yes' }, 'address'],
      [{ 'document-passport': 'yes', 'document-utility-bill': 'yes' }, 'seen'],
    ] as const) {
      await browser.submit({
        'document-passport': undefined,
        'document-driving-licence': undefined,
        'document-bank-statement': undefined,
        ...typed,
      });
      assert.deepEqual(Object.keys(browser.page.errors), [field]);
    }
  });

  test('is asked for all at once, whatever is missing of a page', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier', 'voucher']);
    await find(browser, base, await addPatientTo(app, odsCode, { email: 'robin@people.example' }));
    await browser.follow('Check their identity and issue details');
    await browser.submit({ reason: 'prefers' });
    await browser.submit({ way: 'vouching' });
    await browser.submit();
    assert.deepEqual(Object.keys(browser.page.errors), ['known', 'where']);
    await browser.submit({ known: 'under-1-year', where: 'remote' });
    assert.deepEqual(Object.keys(browser.page.errors), ['known', 'limited']);
    await browser.follow('Back');
    await browser.submit({ way: 'vouching-with-record' });
    await browser.submit();
    assert.deepEqual(Object.keys(browser.page.errors), ['asked', 'where']);
    await browser.follow('Back');
    await browser.submit({ way: 'documents' });
    await browser.submit();
    assert.deepEqual(Object.keys(browser.page.errors), ['photo', 'address', 'seen']);
    await browser.submit({ 'document-passport': 'yes', 'document-bank-statement': 'yes', seen: 'yes' });
    await browser.submit();
    assert.deepEqual(Object.keys(browser.page.errors), ['language', 'print', 'delivery']);
  });

  test('by vouching needs a voucher who has known them for a year, and a limited record after a call', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['voucher']);
    await find(browser, base, await addPatientTo(app, odsCode));
    await browser.follow('Check their identity and issue details');
    await browser.submit({ reason: 'check-failed' });
    await browser.submit({ way: 'vouching' });
    await browser.submit({ known: 'under-1-year', where: 'in-person' });
    assert.match(browser.page.errors['known'] ?? '', /too short to vouch/u);
    await browser.submit({ known: 'over-2-years', where: 'remote' });
    assert.ok(browser.page.errors['limited']);
    await browser.submit({ known: 'over-2-years', where: 'remote', limited: 'yes' });
    await browser.submit({ language: 'en', print: 'standard' });
    assert.match(browser.page.text, /Vouching, on a call/u);
    await browser.submit();
    const [issued] = await issuedAt(odsCode);
    assert.equal(issued?.check.way, 'vouching');
  });

  test('is worth nothing once the role that it needs was taken away, or the address of a later page is typed', async () => {
    const { odsCode, base, staff, browser } = await openTestPractice(app, ['verifier', 'voucher']);
    const manager = await addStaff(app, odsCode, ['manager']);
    await find(browser, base, await addPatientTo(app, odsCode));
    const patientPage = browser.page.address.pathname;
    await browser.open(`${patientPage}/issue`);
    assert.equal(browser.page.heading, 'Why do they ask for registration details?');
    await walkToIssue(browser, base, await addPatientTo(app, odsCode));
    await signInStaff(app, manager);
    await manager.browser.open(`${base}/staff/${staff.id}`);
    await manager.browser.submit({ 'role-verifier': undefined });
    await browser.submit();
    assert.equal(browser.page.heading, 'How have you checked who they are?');
    assert.deepEqual(await issuedAt(odsCode), []);
  });
});

describe('the GP system', () => {
  test('that keeps old keys has them reset before a patient whose key was used gets another', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier'], 'emis');
    const email = 'old.key@people.example';
    const patient = await addPatientTo(app, odsCode, { email });
    const wish = { language: 'en', print: 'standard', delivery: 'print' };
    await walkToIssue(browser, base, patient, wish);
    await browser.submit();
    assert.equal(browser.page.heading, 'The letter is ready to print');
    // A letter that was lost before it was used: the same details are told again, for as long as they last.
    await walkToIssue(browser, base, patient, wish);
    await browser.submit();
    assert.equal(browser.page.heading, 'The letter is ready to print');
    assert.deepEqual(await statesAt(odsCode), ['unused', 'withdrawn']);
    const { pool } = app.home.house.database;
    await pool.query(
      'UPDATE proofing.issued_details SET used_at = $1 WHERE ods_code = $2 AND withdrawn_at IS NULL',
      [app.home.clock.now(), odsCode],
    );
    await walkToIssue(browser, base, patient, wish);
    await browser.submit();
    assert.equal(browser.page.heading, 'No details were issued');
    assert.match(browser.page.text, /Reset account key/u);
    await browser.press('I have reset them: issue the new details');
    assert.match(browser.page.text, /It is still the old key/u);
    assert.deepEqual(await statesAt(odsCode), ['used', 'withdrawn']);
    const { rows } = await pool.query<{ account_id: string }>(
      'SELECT account_id FROM gp_systems.simulated_account WHERE nhs_number = $1',
      [patient.nhsNumber],
    );
    const details = { odsCode, accountId: rows[0]?.account_id ?? '' };
    await changeSimulatedDetails(app.home.house, { details, to: 'reissued' });
    await browser.press('I have reset them: issue the new details');
    assert.equal(browser.page.heading, 'The letter is ready to print');
    assert.deepEqual(await statesAt(odsCode), ['unused', 'used', 'withdrawn']);
  });

  test('that refuses, or does not answer, has that explained, and nothing is issued', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier']);
    const patient = await addPatientTo(app, odsCode);
    await gpSystemsOf(app).setFault({ supplierId: 'tpp', kind: 'unavailable', times: 20 });
    await walkToIssue(browser, base, patient);
    await browser.submit();
    assert.match(browser.page.text, /does not answer at the moment/u);
    await gpSystemsOf(app).clearFaults();
    assert.deepEqual(await issuedAt(odsCode), []);
  });

  test('that was changed leaves a list of those who need details anew, with how far it is', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier'], 'vision');
    const patients = [await addPatientTo(app, odsCode), await addPatientTo(app, odsCode)];
    for (const patient of patients) {
      await walkToIssue(browser, base, patient);
      await browser.submit();
    }
    await app.home.house.transact((deps) => changeSupplier(deps, { odsCode, supplierId: 'tpp' }));
    await browser.open(`${base}/reissue`);
    assert.match(browser.page.text, /0 of 2 patients have new details/u);
    await browser.press(/^Start with/u);
    assert.equal(browser.page.heading, 'Patient');
    await browser.follow('Check their identity and issue details');
    await browser.submit({ reason: 'system-changed' });
    await browser.submit({ way: 'documents' });
    await browser.submit({ 'document-passport': 'yes', 'document-utility-bill': 'yes', seen: 'yes' });
    await browser.submit({ language: 'en', print: 'standard' });
    await browser.submit();
    await browser.open(`${base}/reissue`);
    assert.match(browser.page.text, /1 of 2 patients have new details/u);
  });
});

describe('the age rule', () => {
  test('of a practice keeps the young from details until a voucher records competence; the national one always', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier', 'voucher', 'manager']);
    const child = await addPatientTo(app, odsCode, { birthdate: today(11) });
    const young = await addPatientTo(app, odsCode, { birthdate: today(14) });
    await find(browser, base, child);
    assert.match(browser.page.text, /Nobody can have them before/u);
    const { pathname } = browser.page.address;
    assert.equal((await browser.open(`${pathname}/reason`)).heading, 'Patient');
    await browser.open(`${base}/age`);
    await browser.submit({ years: '16' });
    await find(browser, base, young);
    assert.match(browser.page.text, /By your practice’s age rule/u);
    await browser.press('Record that they are competent to decide');
    await browser.follow('Check their identity and issue details');
    assert.equal(browser.page.heading, 'Why do they ask for registration details?');
    await find(browser, base, child);
    assert.doesNotMatch(browser.page.text, /competent/u);
    await browser.open(`${base}/audit`);
    assert.match(browser.page.text, /Competence recorded \(R./u);
  });

  test('of the fast track: a block is taken back by the practice that made it, and by no other', async () => {
    const { odsCode, base, browser } = await openTestPractice(app, ['verifier']);
    const patient = await addPatientTo(app, odsCode);
    await find(browser, base, patient);
    await browser.press('Block the fast-track check for this patient');
    assert.match(browser.page.text, /The fast-track check is blocked/u);
    const next = await openTestPractice(app, ['verifier']);
    await gpSystemsOf(app).patientAt(next.odsCode, { ...patient, odsCode: next.odsCode });
    await app.register?.addPatient({
      ...patient,
      givenNames: ['Robin'],
      gpOdsCode: next.odsCode,
    });
    await find(next.browser, next.base, patient);
    const token = /name="_csrf" value="([^"]+)"/u.exec(next.browser.page.html)?.[1];
    await next.browser.post(`${next.browser.page.address.pathname}/unblock-fast-track`, { _csrf: token });
    assert.match(next.browser.page.text, /Another practice has blocked it/u);
    await find(next.browser, next.base, patient);
    assert.match(next.browser.page.text, /Only that practice can allow it again/u);
  });
});

test('neither log nor audit trail nor any table has a name, an NHS number, a key or a secret of what was done', async () => {
  const { odsCode, base, browser, staff } = await openTestPractice(app, ['verifier']);
  const patient = await addPatientTo(app, odsCode);
  await walkToIssue(browser, base, patient);
  await browser.submit();
  const { pool } = app.home.house.database;
  const { rows: accounts } = await pool.query<{ linkage_key: string; account_id: string }>(
    'SELECT linkage_key, account_id FROM gp_systems.simulated_account WHERE nhs_number = $1',
    [patient.nhsNumber],
  );
  const [account] = accounts;
  assert.ok(account);
  const secrets = [patient.nhsNumber, account.linkage_key, 'Sam Staff', staff.email, staff.secret];
  const session = browser.cookies['practice-session'] ?? '';
  assert.ok(session.length > 40);
  const { rows: tables } = await pool.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('portals', 'audit', 'proofing', 'security')",
  );
  assert.ok(tables.length > 10);
  const texts = new Map([['the log', lines.join('')]]);
  for (const { name } of tables) {
    const { rows } = await pool.query<{ text: string }>(`SELECT row_to_json(t)::text AS text FROM ${name} t`);
    texts.set(name, rows.map(({ text }) => text).join('\n'));
  }
  assert.ok((texts.get('the log') ?? '').length > 1000);
  for (const [where, text] of texts)
    for (const secret of [...secrets, session])
      for (const spelling of [secret, Buffer.from(secret).toString('hex')])
        assert.ok(!text.includes(spelling), `${secret} stands in ${where}`);
});
