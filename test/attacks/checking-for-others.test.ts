import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readIdentity } from '#identity';
import { settleDueCases } from '#review';
import { startTestApp, type TestApp } from '../support/app.ts';
import { sendCase, type TestCase } from '../support/cases.ts';
import { addChecker, openChecker, signInChecker, type TestChecker } from '../support/checkers.ts';
import { answerUpTo, approveAll, askedOn } from '../support/checking.ts';
import { Person } from '../support/person.ts';

let app: TestApp;
before(async () => {
  app = await startTestApp({ register: true });
});
after(() => app.close());

const minutes = 60;
const tokenOf = ({ page }: Person) => /name="_csrf" value="([^"]+)"/u.exec(page.html)?.[1];
const fileOf = ({ caseId }: TestCase, fileId: string) => `/id-checker/cases/${caseId}/files/${fileId}`;
const levelOf = async ({ person }: TestCase) =>
  (await readIdentity(app.home.house.deps, person.account.id)).level;
async function looksAt(fileId: string): Promise<readonly { reader: string; caseId: string }[]> {
  const { rows } = await app.home.house.database.pool.query<{ reader: string; caseId: string }>(
    `SELECT details->>'reader' AS reader, details->>'caseId' AS "caseId" FROM audit.event
     WHERE type = 'evidence.read' AND details->>'fileId' = $1 ORDER BY id`,
    [fileId],
  );
  return rows;
}

/** Somebody who has the only case of the queue open. */
async function openCase(): Promise<{ sent: TestCase; checker: TestChecker; browser: Person }> {
  const sent = await sendCase(app);
  const checker = await openChecker(app, ['checker']);
  const { browser } = checker;
  await browser.press('Start the next case');
  assert.match(browser.page.address.pathname, new RegExp(sent.caseId, 'u'));
  return { sent, checker, browser };
}

/** Does what a case can be done with. @returns the status of each answer */
async function tryEverything(browser: Person, { caseId }: TestCase): Promise<number[]> {
  await browser.open('/id-checker');
  const csrf = tokenOf(browser);
  const statuses: number[] = [];
  const acts = {
    answer: { question: 'document-visible', answer: 'yes' },
    approve: { sure: 'yes' },
    decline: { reason: 'unreadable-passport', note: 'x' },
    hold: { reason: 'document-issue' },
    trace: {},
    'search/details': {
      givenName: 'Robin',
      familyName: 'Meadows',
      day: '17',
      month: '5',
      year: '1980',
      postcode: 'LS1 4AP',
    },
    search: { nhsNumber: '9990000018' },
    discard: {},
    revise: {},
  };
  for (const [act, fields] of Object.entries(acts)) {
    const form = browser.formOf({ ...fields, _csrf: csrf });
    statuses.push((await browser.send(`/id-checker/cases/${caseId}/${act}`, form)).status);
  }
  for (const page of ['', '/approve', '/decline', '/hold', '/search', '/revise'])
    statuses.push((await browser.send(`/id-checker/cases/${caseId}${page}`)).status);
  return statuses;
}

describe('the files of a case', () => {
  test('are seen by whoever has it open, are stored nowhere, and each look is written down with the case', async () => {
    const { sent, checker, browser } = await openCase();
    const picture = await browser.send(fileOf(sent, sent.frontId));
    assert.equal(picture.status, 200);
    assert.equal(picture.headers.get('content-type'), 'image/jpeg');
    assert.equal(picture.headers.get('cache-control'), 'no-store');
    assert.equal(picture.headers.get('cross-origin-resource-policy'), 'same-origin');
    assert.equal(picture.headers.get('x-frame-options'), 'DENY');
    assert.match(picture.headers.get('content-security-policy') ?? '', /default-src 'none'/u);
    assert.doesNotMatch(picture.headers.get('content-disposition') ?? '', /filename/u);
    const bytes = Buffer.from(await picture.arrayBuffer());
    assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
    for (let times = 0; times < 3; times += 1) {
      const part = await browser.send(fileOf(sent, sent.videoId), { headers: { range: 'bytes=10-19' } });
      assert.equal(part.status, 206);
      assert.match(part.headers.get('content-range') ?? '', /^bytes 10-19\/\d+$/u);
      assert.equal((await part.arrayBuffer()).byteLength, 10);
    }
    const look = [{ reader: checker.id, caseId: sent.caseId }];
    assert.deepEqual(await looksAt(sent.frontId), look);
    assert.deepEqual(await looksAt(sent.videoId), look);
    await browser.press('Put back undecided');
    assert.equal((await browser.send(fileOf(sent, sent.frontId))).status, 404);
    await browser.press('Start the next case');
    await approveAll(browser);
    for (const file of [sent.frontId, sent.videoId])
      assert.equal((await browser.send(fileOf(sent, file))).status, 404);
    assert.deepEqual(await looksAt(sent.frontId), look);
    app.home.clock.advance(121);
    await settleDueCases(app.home.house);
  });

  test('are nothing to a page of somebody else, to a colleague, to a patient, or below the address of another case', async () => {
    const { sent, browser } = await openCase();
    const other = await openCase();
    for (const site of ['cross-site', 'same-site']) {
      const answer = await browser.send(fileOf(sent, sent.frontId), { headers: { 'sec-fetch-site': site } });
      assert.equal(answer.status, 404, site);
    }
    assert.equal((await other.browser.send(fileOf(sent, sent.frontId))).status, 404);
    assert.equal((await other.browser.send(fileOf(other.sent, sent.frontId))).status, 404);
    for (const roles of [['supervisor'], ['assurance'], ['manager']] as const) {
      const colleague = await openChecker(app, roles);
      assert.notEqual((await colleague.browser.send(fileOf(sent, sent.frontId))).status, 200, roles[0]);
    }
    const nobody = await new Person(app).send(fileOf(sent, sent.frontId));
    assert.equal(nobody.headers.get('location'), '/id-checker/sign-in');
    assert.deepEqual(await looksAt(sent.frontId), []);
    await other.browser.press('Put back undecided');
    await browser.press('Put back undecided');
    await clear();
  });
});

/** Ends what is left in the queue. */
async function clear(): Promise<void> {
  const { browser } = await openChecker(app, ['checker']);
  for (let cases = 0; cases < 20; cases += 1) {
    await browser.open('/id-checker');
    if (/There is nothing to check now/u.test(browser.page.text)) return;
    await browser.press('Start the next case');
    if (!browser.page.heading.startsWith('Case')) return;
    await approveAll(browser);
  }
}

describe('a case', () => {
  test('can’t be touched by whoever doesn’t have it open', async () => {
    const { sent, browser } = await openCase();
    for (const roles of [['checker'], ['supervisor', 'checker']] as const) {
      const other = await openChecker(app, roles);
      for (const status of await tryEverything(other.browser, sent))
        assert.ok([409, 410].includes(status), `${status}`);
    }
    await browser.reload();
    assert.match(askedOn(browser) ?? '', /^1\./u);
    await approveAll(browser);
  });

  test('is lost after 20 minutes of nothing, and what comes too late changes nothing', async () => {
    const { sent, browser } = await openCase();
    await answerUpTo(browser);
    await browser.follow('Approve');
    app.home.clock.advance(21 * minutes);
    await browser.submit({ sure: 'yes' });
    assert.equal(browser.page.status, 410);
    assert.equal(browser.page.heading, 'You do not have this case open');
    assert.equal((await browser.send(fileOf(sent, sent.frontId))).status, 404);
    const other = await openChecker(app, ['checker']);
    await other.browser.press('Start the next case');
    assert.match(other.browser.page.address.pathname, new RegExp(sent.caseId, 'u'));
    assert.match(askedOn(other.browser) ?? '', /^1\./u);
    for (const status of await tryEverything(browser, sent))
      assert.ok([409, 410].includes(status), `${status}`);
    assert.equal(await levelOf(sent), 'P5');
    await approveAll(other.browser);
  });

  test('is closed to whom a manager has taken the role away in the middle of it, at once', async () => {
    const { sent, checker, browser } = await openCase();
    const manager = await openChecker(app, ['manager']);
    await answerUpTo(browser);
    const csrf = tokenOf(browser);
    await manager.browser.open(`/id-checker/staff/${checker.id}`);
    await manager.browser.submit({ 'role-checker': undefined, 'role-manager': 'yes' });
    const approved = await browser.send(
      `/id-checker/cases/${sent.caseId}/approve`,
      browser.formOf({ sure: 'yes', _csrf: csrf }),
    );
    assert.equal(approved.status, 403);
    assert.equal((await browser.send(fileOf(sent, sent.frontId))).status, 403);
    await manager.browser.open(`/id-checker/staff/${checker.id}`);
    await manager.browser.follow(/^Remove/u);
    await manager.browser.press(/^Remove/u);
    const removed = await browser.send(fileOf(sent, sent.frontId));
    assert.equal(removed.headers.get('location'), '/id-checker/sign-in');
    app.home.clock.advance(21 * minutes);
    await clear();
  });

  test('in two tabs is one case: what one tab has done, the other can’t undo', async () => {
    const { sent, browser } = await openCase();
    const tab = browser.newTab();
    await tab.open(`/id-checker/cases/${sent.caseId}`);
    await answerUpTo(browser, /^5\./u);
    await tab.press('No');
    assert.match(tab.page.text, /This answer leads to a decline/u);
    await browser.press('Yes');
    assert.equal(askedOn(browser), undefined);
    await browser.press('Change the answer to yes');
    await answerUpTo(browser);
    await browser.follow('Approve');
    await tab.open(`/id-checker/cases/${sent.caseId}/approve`);
    await browser.submit({ sure: 'yes' });
    await tab.submit({ sure: 'yes' });
    assert.match(tab.page.text, /The case is approved/u);
    const late = await tab.send(
      `/id-checker/cases/${sent.caseId}/decline`,
      tab.formOf({ reason: 'unreadable-passport', note: 'x', _csrf: tokenOf(tab) }),
    );
    assert.equal(late.status, 410);
    app.home.clock.advance(121);
    await settleDueCases(app.home.house);
    assert.equal(await levelOf(sent), 'P9');
  });

  test('that is approved without its questions is not approved, whatever is posted', async () => {
    const { sent, browser } = await openCase();
    const csrf = tokenOf(browser);
    const post = (act: string, fields: Readonly<Record<string, string>>) =>
      browser.send(`/id-checker/cases/${sent.caseId}/${act}`, browser.formOf({ ...fields, _csrf: csrf }));
    await post('approve', { sure: 'yes' });
    for (const question of ['digits', 'face-same', 'one-record', 'constructor', '__proto__'])
      await post('answer', { question, answer: 'yes' });
    await post('answer', { question: 'document-visible', answer: 'maybe' });
    await post('decline', { reason: 'passport-forged', note: 'x' });
    await browser.open(`/id-checker/cases/${sent.caseId}`);
    assert.match(askedOn(browser) ?? '', /^1\./u);
    await approveAll(browser);
  });
});

test('names and notes with mark-up in them are words on every page of the desk', async () => {
  const markup = '"><script>alert(1)</script><img src=x onerror=alert(2)>';
  const evil = await addChecker(app, ['checker', 'supervisor', 'manager'], { name: `Eve ${markup}` });
  await signInChecker(app, evil);
  const sent = await sendCase(app);
  await clear();
  const { browser } = evil;
  await sendCase(app);
  await browser.open('/id-checker');
  await browser.press('Start the next case');
  await browser.follow('Move to the holding list');
  await browser.submit({ reason: 'other', note: markup });
  await browser.open('/id-checker/holding');
  await browser.press(/^Open/u);
  const caseAddress = browser.page.address.pathname;
  await browser.open(`${caseAddress}/search`);
  await browser.post(`${caseAddress}/search/details`, { _csrf: tokenOf(browser), givenName: markup });
  const pages = [browser.page.html];
  for (const path of [
    '',
    '/holding',
    '/staff',
    `/staff/${evil.id}`,
    '/acts',
    '/figures',
    '/settings',
    '/second-checks',
  ])
    pages.push((await browser.open(`/id-checker${path}`)).html);
  pages.push((await browser.open(caseAddress)).html);
  for (const html of pages) assert.doesNotMatch(html, /<script>alert|<img src=x/u);
  assert.ok(pages.some((html) => html.includes('&lt;script&gt;alert(1)')));
  assert.ok(sent.caseId);
});

test('no address of the desk leads to another host', async () => {
  const { browser } = await openChecker(app, ['checker', 'supervisor', 'assurance', 'manager']);
  await browser.open('/id-checker');
  const csrf = tokenOf(browser);
  for (const path of [
    '//evil.example/id-checker',
    '/id-checker//evil.example',
    '/id-checker/cases/%2F%2Fevil.example/answer',
    '/id-checker/cases/https:%2F%2Fevil.example/trace',
    '/id-checker/holding/%5Cevil.example/open',
    '/id-checker/second-checks/%2F%2Fevil.example/discard',
    '/id-checker?lang=cy&next=https://evil.example',
    '/id-checker/sign-in?next=//evil.example&lang=cy',
  ]) {
    for (const init of [{}, browser.formOf({ _csrf: csrf, next: '//evil.example' })]) {
      const answer = await browser.send(path.startsWith('//') ? `${app.origin}${path}` : path, init);
      const to = new URL(answer.headers.get('location') ?? '/', app.origin);
      assert.equal(to.origin, app.origin, path);
    }
  }
});
