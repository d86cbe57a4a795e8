import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { codeNow } from '#portals';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bareEnvironment } from '../support/bare-environment.ts';
import { markSandboxs } from '../support/house.ts';
import { addChecker, openChecker, signInChecker } from '../support/checkers.ts';
import { Person } from '../support/person.ts';
import { openTestPractice, signInStaff, staffPassword } from '../support/practice.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const minutes = 60;

let app: TestApp;
before(async () => {
  app = await startTestApp({ register: true, gpSystems: true });
  await markSandboxs(app.home);
});
after(() => app.close());

function checkers(...args: readonly string[]) {
  return spawnSync(process.execPath, ['src/cli/checkers.ts', ...args], {
    cwd: repository,
    encoding: 'utf8',
    env: {
      ...bareEnvironment,
      BEVAN_MODE: 'sandbox',
      BEVAN_ISSUER: app.origin,
      DATABASE_URL: app.home.databaseUrl,
      BEVAN_MASTER_KEY: app.home.masterKey.toString('base64'),
    },
  });
}

async function setUp(browser: Person, link: string): Promise<void> {
  await browser.open(link);
  await browser.submit({ password: staffPassword, passwordAgain: staffPassword });
  const secret = /<code class="bevan-wrap">([^<]+)</u.exec(browser.page.html)?.[1]?.replaceAll(' ', '') ?? '';
  await browser.submit({ code: codeNow(app.home, secret) });
}

test('an operator invites the first manager, who invites a checker, who sees no staff', async () => {
  for (const wrong of [[], ['add-manager'], ['add-manager', 'no address', 'Helen']])
    assert.equal(checkers(...wrong).status, 1);
  const invited = checkers('add-manager', 'first@checks.example', 'Helen', 'Shaw');
  assert.equal(invited.status, 0, invited.stderr);
  const manager = new Person(app);
  await setUp(manager, invited.stdout.trim());
  assert.equal(manager.page.heading, 'ID checks');
  assert.match(manager.page.html, /Signed in as Helen Shaw/u);
  await manager.open('/id-checker/staff/invite');
  await manager.submit({ name: 'Anita Rao', email: 'second@checks.example', 'role-checker': 'yes' });
  assert.match(manager.page.text, /Anita Rao Checker Has not been here yet/u);
  const link = await app.linkFor('second@checks.example');
  assert.match(link, /\/id-checker\/invitation\//u);
  const checker = new Person(app);
  await setUp(checker, link);
  assert.equal(checker.page.heading, 'ID checks');
  assert.equal((await checker.open('/id-checker/staff')).status, 403);
  assert.match(checkers('add-manager', 'first@checks.example', 'Helen', 'Shaw').stdout, /can sign in/u);
});

test('an invitation to the desk leads nowhere in the practice portal', async () => {
  const invited = checkers('add-manager', 'other@checks.example', 'Olga', 'Other').stdout.trim();
  assert.equal((await new Person(app).open(invited.replace('/id-checker/', '/practice/'))).status, 410);
  assert.equal((await new Person(app).open(invited)).status, 200);
});

describe('a session', () => {
  test('of a practice is none of the desk, and the other way round, also for whoever works at both', async () => {
    const { base, staff, browser } = await openTestPractice(app, ['verifier']);
    const atPractice = browser.cookies['practice-session'] ?? '';
    const checker = await addChecker(app, ['checker'], { email: staff.email });
    assert.equal(checker.id, staff.id);
    assert.equal((await browser.open('/id-checker')).heading, 'Sign in to check ID');
    const carried = await new Person(app).send('/id-checker', {
      headers: { cookie: `id-checker-session=${atPractice}` },
    });
    assert.equal(carried.headers.get('location'), '/id-checker/sign-in');
    await signInChecker(app, checker);
    assert.equal(checker.browser.page.heading, 'ID checks');
    const atDesk = checker.browser.cookies['id-checker-session'] ?? '';
    const back = await new Person(app).send(base, { headers: { cookie: `practice-session=${atDesk}` } });
    assert.equal(back.headers.get('location'), '/practice/sign-in');
  });

  test('of somebody who does not work at the desk shows them nothing of it', async () => {
    const { staff } = await openTestPractice(app, ['manager']);
    const browser = new Person(app);
    app.home.clock.advance(30);
    await browser.open('/id-checker/sign-in');
    const code = codeNow(app.home, staff.secret);
    await browser.submit({ email: staff.email, password: staffPassword, code });
    assert.equal(browser.page.heading, 'You do not work at this desk');
    assert.equal((await browser.open('/id-checker/staff')).status, 403);
    await browser.press('Sign out');
    assert.match(browser.page.text, /You are signed out/u);
    await signInStaff(app, staff);
  });

  test('ends after half an hour of nothing, and its cookie is kept from scripts', async () => {
    const { browser } = await openChecker(app, ['checker']);
    const lines = browser.cookieLines.filter((line) => line.startsWith('id-checker-session='));
    for (const line of lines) assert.match(line, /HttpOnly.*SameSite=Lax/u);
    app.home.clock.advance(29 * minutes);
    assert.equal((await browser.open('/id-checker')).heading, 'ID checks');
    app.home.clock.advance(31 * minutes);
    assert.equal((await browser.open('/id-checker')).heading, 'Sign in to check ID');
  });

  test('loses what a manager takes away at once, and all when nothing is left', async () => {
    const manager = await openChecker(app, ['manager']);
    const checker = await openChecker(app, ['checker', 'manager']);
    assert.equal((await checker.browser.open('/id-checker/staff')).status, 200);
    await manager.browser.open(`/id-checker/staff/${checker.id}`);
    await manager.browser.submit({ 'role-manager': undefined });
    assert.equal((await checker.browser.open('/id-checker/staff')).status, 403);
    await manager.browser.open(`/id-checker/staff/${checker.id}`);
    await manager.browser.follow(/^Remove/u);
    await manager.browser.press(/^Remove/u);
    assert.equal((await checker.browser.open('/id-checker')).heading, 'Sign in to check ID');
  });
});
