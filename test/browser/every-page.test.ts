import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { createPages, languages, loadAssets, type Language } from '#foundation/web';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.ts';
import { launchBrowser } from '../support/browser.ts';
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts';
import { openDevice, type Tab } from './support/device.ts';
import { startDemo, type Demo } from './support/demo.ts';
import * as tours from './support/tour.ts';

/** As narrow as a page must do with, without scrolling sideways. See WCAG 2.2, 1.4.10. */
const narrowest = 320;
const axeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

let browser: Browser;
let app: TestApp;
let sandbox: TestSandbox;
let demo: Demo;
const visited = new Set<string>();

before(async () => {
  [browser, app, sandbox] = await Promise.all([launchBrowser(), startTestApp(), openTestSandbox()]);
  demo = await startDemo(sandbox);
});
after(async () => {
  await browser.close();
  await demo.close();
  await Promise.all([app.close(), sandbox.close()]);
});

/** Finds what would keep somebody from using a page. */
async function examine(tab: Tab): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: tab.page }).withTags(axeTags).setLegacyMode().analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  for (const textSize of ['100%', '200%']) {
    const tooWide = await tab.page.evaluate<number>(`(() => {
      const { style } = document.documentElement;
      style.fontSize = '${textSize}';
      const surplus = document.documentElement.scrollWidth - window.innerWidth;
      style.fontSize = '';
      return surplus;
    })()`);
    if (tooWide > 0) found.push(`at text size ${textSize} the page is ${tooWide} pixels too wide`);
  }
  return found;
}

async function look(tab: Tab, state: string, language: Language): Promise<void> {
  const page = (await tab.main.getAttribute('data-page')) ?? tab.page.url();
  visited.add(`${language} ${page}`);
  assert.deepEqual(await examine(tab), [], `${page}, ${state}`);
  assert.equal(await tab.page.locator('html').getAttribute('lang'), language);
  assert.equal(await tab.page.locator('h1').count(), 1, `${page}, ${state}`);
  const title = await tab.page.title();
  const prefix = language === 'cy' ? 'Gwall: ' : 'Error: ';
  assert.equal(title.startsWith(prefix), (await tab.errors()).length > 0, title);
}

for (const language of languages) {
  describe(`in language ${language}, everybody can use`, () => {
    const parts = {
      'the pages of signing up': tours.tourSignUp,
      'the pages of signing in': tours.tourSignIn,
      'the pages that stop somebody': tours.tourStops,
      'the pages of choosing a new password': tours.tourForgottenPassword,
      'the pages about problems': tours.tourProblems,
    };
    for (const [name, tour] of Object.entries(parts)) {
      test(name, async () => {
        const service = await app.registerTestService();
        const device = await openDevice(browser, [app.origin, service.origin], {
          language,
          width: narrowest,
        });
        await tour({ app, device, look: (tab, state) => look(tab, state, language) }, service);
        await device.close();
      });
    }

    test('the pages of the sandbox', async () => {
      const device = await openDevice(browser, [sandbox.origin], { language, width: narrowest });
      await tours.tourSandbox({ sandbox, device, look: (tab, state) => look(tab, state, language) });
      await device.close();
    });
  });
}

test('everybody can use the pages of the demo service', async () => {
  const device = await openDevice(browser, [sandbox.origin, sandbox.demoOrigin], { width: narrowest });
  await demo.tour({ device, look: (tab, state) => look(tab, state, 'en') });
  await device.close();
});

test('no page was left out, in any language', async () => {
  const pages = await createPages({
    serviceName: 'x',
    supportContact: 'x',
    sandbox: true,
    assets: await loadAssets(),
  });
  const expected = languages.flatMap((language) => pages.all.map((page) => `${language} ${page}`));
  assert.ok(expected.length > 40);
  assert.deepEqual(
    expected.filter((page) => !visited.has(page)),
    [],
  );
});
