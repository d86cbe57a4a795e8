import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person } from '../support/person.ts';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';

let sandbox: TestSandbox;
before(async () => {
  sandbox = await openTestSandbox();
});
after(() => sandbox.close());

test('anybody can work at the practices of a sandbox, with what its first page says', async () => {
  const browser = new Person({ origin: sandbox.origin, listensAt: sandbox.origin });
  await browser.open('/sandbox');
  const said =
    /Staff of GP practices Maria Jones.*?E-mail address (\S+) Password (.+?) Code now (\d{6})/u.exec(
      browser.page.text,
    );
  assert.ok(said, browser.page.text);
  const [, email = '', password = '', code = ''] = said;
  await browser.open('/practice/sign-in');
  await browser.submit({ email, password, code });
  assert.equal(browser.page.heading, 'Your practices');
  await browser.follow(/^Beech Lane Surgery/u);
  assert.equal(browser.page.heading, 'Practice portal');
});
