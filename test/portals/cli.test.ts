import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { codeNow } from '#portals';
import { startTestApp, type TestApp } from '../support/app.ts';
import { bareEnvironment } from '../support/bare-environment.ts';
import { markSandboxs } from '../support/house.ts';
import { Person } from '../support/person.ts';
import { staffPassword } from '../support/practice.ts';

const repository = path.resolve(import.meta.dirname, '../..');

let app: TestApp;
before(async () => {
  app = await startTestApp({ register: true, gpSystems: true });
  await markSandboxs(app.home);
});
after(() => app.close());

/** Runs the command as an operator would, beside a process that is running. */
function practice(...args: readonly string[]) {
  return spawnSync(process.execPath, ['src/cli/practice.ts', ...args], {
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

test('an operator puts a practice in, and its first manager, who sets up their access and is let in anew', async () => {
  for (const wrong of [
    [],
    ['add'],
    ['add', 'no code', 'tpp', 'X', 'Y'],
    ['add', 'Y70001', 'nobody', 'X', 'Y'],
  ])
    assert.equal(practice(...wrong).status, 1);
  assert.equal(practice('add-manager', 'Y70001', 'maria@practice.example', 'Maria').status, 1);
  const added = practice('add', 'Y70001', 'tpp', 'Meadowbank Surgery', '1 High Street', 'Leeds');
  assert.equal(added.status, 0, added.stderr);
  assert.match(practice('list').stdout, /Meadowbank Surgery/u);
  const invited = practice('add-manager', 'Y70001', 'maria@practice.example', 'Maria', 'Jones');
  assert.equal(invited.status, 0, invited.stderr);
  const browser = new Person(app);
  await browser.open(invited.stdout.trim());
  await browser.submit({ password: staffPassword, passwordAgain: staffPassword });
  const secret = /<code class="bevan-wrap">([^<]+)</u.exec(browser.page.html)?.[1]?.replaceAll(' ', '') ?? '';
  await browser.submit({ code: codeNow(app.home, secret) });
  assert.equal(browser.page.heading, 'Practice portal');
  assert.match(browser.page.html, /Signed in as Maria Jones/u);
  assert.match(
    practice('add-manager', 'Y70001', 'maria@practice.example', 'Maria', 'Jones').stdout,
    /can sign in/u,
  );
  assert.equal(practice('board-age', 'QWO', '16').status, 0);
  assert.equal(practice('board-age', 'QWO', '44').status, 1);
  assert.equal(practice('change-supplier', 'Y70001', 'vision').status, 0);
  assert.equal(practice('change-supplier', 'Y70001', 'vision').status, 1);
  await browser.open('/practice/Y70001/guidance');
  assert.match(browser.page.text, /Vision/u);
  assert.equal(practice('merge', 'Y70001', 'Y70002').status, 1);
  const again = practice('add-manager', 'Y70001', 'maria@practice.example', 'Maria', 'Jones', '--again');
  assert.equal((await new Person(app).open(again.stdout.trim())).status, 200);
});
