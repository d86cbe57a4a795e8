import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readIdentity } from '#identity';
import { startTestApp, type TestApp } from '../support/app.ts';
import { sendCase } from '../support/cases.ts';
import { openChecker } from '../support/checkers.ts';
import type { Person } from '../support/person.ts';

let app: TestApp;
before(async () => {
  app = await startTestApp({ register: true });
});
after(() => app.close());

/** Answers what is asked, as it should be, up to a question. @returns whether it was asked */
export async function answerUpTo(browser: Person, until?: RegExp): Promise<boolean> {
  for (let answers = 0; answers < 14; answers += 1) {
    const asked = /bevan-question--open.*?<h3[^>]*>(?<ask>[^<]*)</su.exec(browser.page.html)?.groups?.['ask'];
    if (asked === undefined) return false;
    if (until?.test(asked) === true) return true;
    await browser.press(/worry/u.test(asked) ? 'No' : 'Yes');
  }
  return false;
}

test('somebody is given the oldest case, answers question after question, approves it, and its owner is proven', async () => {
  const sent = await sendCase(app);
  const { browser } = await openChecker(app, ['checker']);
  await browser.press('Start the next case');
  assert.match(browser.page.heading, /^Case /u);
  assert.doesNotMatch(browser.page.text, /Photo ID against the record/u);
  await answerUpTo(browser);
  assert.match(browser.page.text, /Every answer speaks for this person/u);
  await browser.follow('Approve');
  await browser.submit();
  assert.match(browser.page.errorSummary.join(' '), /Tick the box/u);
  await browser.submit({ sure: 'yes' });
  assert.match(browser.page.text, /The case is approved/u);
  assert.match(browser.page.text, /you can take that back/u);
  app.home.clock.advance(121);
  await browser.open('/id-checker');
  assert.doesNotMatch(browser.page.text, /you can take that back/u);
  const { settleDueCases } = await import('#review');
  await settleDueCases(app.home.house);
  assert.equal((await readIdentity(app.home.house.deps, sent.person.account.id)).level, 'P9');
});
