import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';

let browser: Browser;

before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

test('the browser shows a page, and runs its script only where scripts are on', async () => {
  const html = '<title>off</title><h1>A question</h1><script>document.title = "on"</script>';
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await page.setContent(html);
    assert.equal(await page.getByRole('heading').textContent(), 'A question');
    assert.equal(await page.title(), javaScriptEnabled ? 'on' : 'off');
    await context.close();
  }
});
