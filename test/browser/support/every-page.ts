import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { createPages, loadAssets, type Language } from '#foundation/web';
import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { launchBrowser } from '../../support/browser.ts';
import type { TestService } from '../../support/service.ts';
import { openTestSandbox, type TestSandbox } from '../../support/sandbox.ts';
import { despiteOwnMoves, openDevice, type Device, type Tab } from './device.ts';
import { tourRecord } from './record-tour.ts';
import { tourProveIdentity } from './identity-tour.ts';
import { tourInformation, tourLocking } from './information-tour.ts';
import { tourSettings } from './settings-tour.ts';
import { tourLockedPasskey, tourPasskeys } from './passkey-tour.ts';
import { tourLostPhone, tourSecondFactors, tourWaysToSignIn } from './second-factor-tour.ts';
import * as tours from './tour.ts';
import { isOfWays } from './ways-tour.ts';

/** As narrow as a page must do with, without scrolling sideways. See WCAG 2.2, 1.4.10. */
const narrowest = 320;
const axeTags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
/** What looks at a page, sent into each one anew: half as long as what the builder would send. */
const axeSource = readFileSync(
  createRequire(import.meta.resolve('@axe-core/playwright')).resolve('axe-core/axe.min.js'),
  'utf8',
);
/** All of what is looked at, described where it fails: what is well need not be. */
const axeOptions: Parameters<AxeBuilder['options']>[0] = {
  runOnly: { type: 'tag', values: axeTags },
  resultTypes: ['violations'],
};

/** The folder of the pages that `public-pages.test.ts` reads. */
export const publicPages = 'guidance/';
/** Those of staff, which are walked apart from the others as well. */
export const portalPages = 'portals/';

/** Those of photos and videos, which are walked apart too. */
const captured = ['proofing/', 'journeys/on-your-phone/'];

/** Those of somebody's account, and of what they sign in with beside a password and a text message. */
const ofAccounts = [
  'journeys/settings/',
  'journeys/sign-out/',
  'journeys/recover/',
  'journeys/authenticator-app/',
  'journeys/phone/enter-landline',
  'journeys/sign-in/enter-app-code',
  'journeys/sign-in/no-way',
  'journeys/sign-in/use-passkey',
  'journeys/locked-login',
];
const isOfAccounts = (page: string): boolean => ofAccounts.some((apart) => page.startsWith(apart));

type PageTour = (tour: tours.Tour, service: TestService) => Promise<void>;

/** Finds what would keep somebody from using a page. */
async function examine(tab: Tab): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: tab.page, axeSource })
    .options(axeOptions)
    .setLegacyMode()
    .analyze();
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

/** Sees to it that anybody can use the page that is shown. */
export async function look(tab: Tab, state: string, language: Language): Promise<void> {
  const page = (await tab.main.getAttribute('data-page')) ?? tab.page.url();
  assert.deepEqual(await despiteOwnMoves(() => examine(tab)), [], `${page}, ${state}`);
  assert.equal(await tab.page.locator('html').getAttribute('lang'), language);
  assert.equal(await tab.page.locator('h1').count(), 1, `${page}, ${state}`);
  const title = await tab.page.title();
  const prefix = language === 'cy' ? 'Gwall: ' : 'Error: ';
  assert.equal(title.startsWith(prefix), (await tab.errors()).length > 0, title);
}

/** Opens what the tours of a file need, and walks them one by one. @returns what they have visited, by the name of the page */
function walk(language: Language, parts: Readonly<Record<string, PageTour>>) {
  const started: { browser?: Browser; app?: TestApp } = {};
  const visited = new Set<string>();
  before(async () => {
    [started.browser, started.app] = await Promise.all([
      launchBrowser(),
      // Without a way that is offered to anybody, so that somebody can be told that there is none.
      startTestApp({
        register: true,
        environment: { BEVAN_PROOFING_METHODS: 'fast-track,gp-online-details' },
      }),
    ]);
  });
  after(async () => {
    await started.browser?.close();
    await started.app?.close();
  });
  const visit = async (tab: Tab, state: string): Promise<void> => {
    visited.add((await tab.main.getAttribute('data-page')) ?? '');
    await look(tab, state, language);
  };
  const open = (origins: readonly string[]): Promise<Device> => {
    if (started.browser === undefined) throw new Error('there is no browser');
    return openDevice(started.browser, [...origins], { language, width: narrowest });
  };
  for (const [part, tour] of Object.entries(parts)) {
    test(`everybody can use the pages of ${part}`, async () => {
      const { app } = started;
      if (app === undefined) throw new Error('nothing was started');
      const service = await app.registerTestService();
      const device = await open([app.origin, service.origin]);
      await tour({ app, device, look: visit }, service);
      await device.close();
    });
  }
  return { visited, visit, open };
}

/** @returns every page that there is, by its name */
async function allPages(): Promise<readonly string[]> {
  const assets = await loadAssets();
  const { all } = await createPages({ serviceName: 'x', supportContact: 'x', sandbox: true, assets });
  assert.ok(all.length > 20);
  return all;
}

/** Visits every page of signing up and in, of matching and of the sandbox in a language, in every state, and sees to it that anybody can use it. */
export function examineEveryPage(language: Language): void {
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await openTestSandbox();
  });
  after(() => sandbox.close());
  const { visited, visit, open } = walk(language, {
    'signing up': tours.tourSignUp,
    'signing in': tours.tourSignIn,
    'hearing of one’s record': tourRecord,
    'matching one’s details to the register': tourProveIdentity,
    'being stopped': tours.tourStops,
    'choosing a new password': tours.tourForgottenPassword,
    'finding a service': tours.tourDirectory,
    'meeting problems': tours.tourProblems,
  });

  test('everybody can use the pages of the sandbox', async () => {
    const device = await open([sandbox.origin]);
    await tours.tourSandbox({ sandbox, device, look: visit });
    await device.close();
  });

  test('no page was left out', async () => {
    const forgotten = (await allPages()).filter(
      (page) =>
        ![publicPages, portalPages].some((apart) => page.startsWith(apart)) &&
        !isOfWays(page) &&
        !captured.some((apart) => page.startsWith(apart)) &&
        !isOfAccounts(page) &&
        !visited.has(page),
    );
    assert.deepEqual(forgotten, []);
  });
}

/** The same of the pages on which somebody sees and changes their account, and signs in otherwise. */
export function examineAccountPages(language: Language): void {
  const { visited } = walk(language, {
    'seeing one’s account': tours.tourAccount,
    'changing one’s account': tourSettings,
    'having passkeys': tourPasskeys,
    'using a passkey of a locked login': (tour) => tourLockedPasskey(tour),
    'seeing and ending what is known of one': tourInformation,
    'locking one’s login': tourLocking,
    'setting up an app, a landline and recovery codes': tourSecondFactors,
    'choosing how to sign in': tourWaysToSignIn,
    'losing a phone': tourLostPhone,
  });

  test('no page of theirs was left out', async () => {
    const forgotten = (await allPages()).filter((page) => isOfAccounts(page) && !visited.has(page));
    assert.deepEqual(forgotten, []);
  });
}
