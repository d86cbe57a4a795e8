import assert from 'node:assert/strict';
import type { Language } from '#foundation/web';
import type { Browser, BrowserContext, ConsoleMessage, Locator, Page } from 'playwright-core';

/** How somebody reads. */
export interface Habits {
  readonly language?: Language;
  readonly javaScript?: boolean;
  /** In CSS pixels. */
  readonly width?: number;
}

/** Somebody's own browser, with its cookies, on one device. */
export interface Device {
  readonly language: Language;
  readonly context: BrowserContext;
  /** Lets pages talk to this origin, too. */
  allow(origin: string): void;
  /** Opens a tab. */
  openTab(): Promise<Tab>;
  /** Closes it; fails if a page has complained in the console, or asked anybody but the origins given for anything. */
  close(): Promise<void>;
}

/** @param origins whom pages may talk to */
export async function openDevice(
  browser: Browser,
  origins: readonly string[],
  habits: Habits = {},
): Promise<Device> {
  const { language = 'en', javaScript = true, width = 375 } = habits;
  const context = await browser.newContext({
    javaScriptEnabled: javaScript,
    locale: language === 'cy' ? 'cy-GB' : 'en-GB',
    viewport: { width, height: 800 },
  });
  context.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  const allowed = new Set(origins);
  context.on('console', (message) => {
    if (
      !isOfRefusedPage(message) &&
      !isOfMissingIcon(message) &&
      ['error', 'warning'].includes(message.type())
    )
      complaints.push(`${message.location().url}: ${message.text()}`);
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (!ofTheBrowser.includes(protocol) && !allowed.has(origin)) complaints.push(`asked ${request.url()}`);
  });
  return {
    language,
    context,
    allow: (origin) => {
      allowed.add(origin);
    },
    openTab: async () => new Tab(await context.newPage(), language),
    close: async () => {
      await context.close();
      assert.deepEqual(complaints, []);
    },
  };
}

/** Nobody else is asked for these: a viewer for PDF is a part of the browser. */
const ofTheBrowser = ['data:', 'chrome:', 'chrome-extension:'];

/** Browsers note the status of each page that is not a success, such as of one that shows errors, or says to wait. */
function isOfRefusedPage(message: ConsoleMessage): boolean {
  const isOfPage = message.page()?.url().split('#', 1)[0] === message.location().url;
  const refused = /^Failed to load resource: the server responded with a status of (4\d\d|503)/u;
  return isOfPage && refused.test(message.text());
}

/** Our pages name their icon; for a file that a tab shows as it is, such as a letter, a browser looks for one by itself. */
function isOfMissingIcon(message: ConsoleMessage): boolean {
  return /^https?:\/\/[^/]+\/favicon\.ico$/u.test(message.location().url);
}

/** Tries again where the page goes on by itself at that very moment, which ends what was asked for here. */
export async function despiteOwnMoves<T>(act: () => Promise<T>, triesLeft = 2): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (triesLeft === 0 || !ownMoves.test(String(error))) throw error;
    return despiteOwnMoves(act, triesLeft - 1);
  }
}

const ownMoves =
  /ERR_ABORTED|interrupted by another navigation|Execution context was destroyed, most likely because of a navigation/u;

/** One tab, used as a person uses it. */
export class Tab {
  readonly page: Page;
  readonly #language: Language;

  constructor(page: Page, language: Language) {
    this.page = page;
    this.#language = language;
  }

  get main(): Locator {
    return this.page.locator('main');
  }

  async open(address: string): Promise<void> {
    await despiteOwnMoves(() => this.page.goto(address));
  }

  /** Loads the page anew. */
  async reload(): Promise<void> {
    await despiteOwnMoves(() => this.page.reload());
  }

  /** Sees to it that this page is shown, in the language of its reader. @param folder below `src` */
  async isAt(folder: string, language = this.#language): Promise<void> {
    const shown = this.page.locator('main[data-page]');
    assert.equal(await shown.getAttribute('data-page'), folder);
    assert.equal(await this.page.locator('html').getAttribute('lang'), language);
  }

  heading(): Promise<string> {
    return this.page.locator('h1').innerText();
  }

  /** Types into the fields of these names. */
  async type(fields: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(fields)) await this.main.locator(`[name="${name}"]`).fill(text);
  }

  /** Chooses a radio button or ticks a box. */
  async choose(name: string, value: string): Promise<void> {
    await this.main.locator(`[name="${name}"][value="${value}"]`).check();
  }

  /** Types, and goes on with the page's own button. */
  async answer(fields: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.type(fields);
    await this.follow(this.main.locator('form button.nhsuk-button:not([type=button])').first());
  }

  /** Chooses, and goes on. */
  async answerWith(name: string, value: string): Promise<void> {
    await this.choose(name, value);
    await this.answer();
  }

  /** Presses what changes something besides the page's own button. @param action the last part of its address */
  async act(action: string): Promise<void> {
    const details = this.main.locator('details', { has: this.page.locator(`form[action$="/${action}"]`) });
    if ((await details.count()) > 0 && (await details.getAttribute('open')) === null)
      await details.locator('summary').click();
    await this.follow(this.main.locator(`form[action$="/${action}"] button`));
  }

  /** Clicks what leads to another page, and waits for that. */
  async follow(target: Locator): Promise<void> {
    await Promise.all([this.page.waitForEvent('load'), target.click()]);
  }

  /** Clicks a link or button by its words. */
  async press(words: string): Promise<void> {
    const button = this.page.getByRole('button', { name: words, exact: true });
    const link = this.page.getByRole('link', { name: words, exact: true });
    await this.follow(button.or(link));
  }

  switchLanguage(): Promise<void> {
    return this.follow(this.page.locator('header a[hreflang]'));
  }

  /** The error summary's lines; none where there is no summary. */
  errors(): Promise<string[]> {
    return this.page.locator('.nhsuk-error-summary__list li').allInnerTexts();
  }

  /** Sees to it that the page was shown again with errors, said in the title, the summary and at the field. */
  async hasError(field: string): Promise<void> {
    assert.match(await this.page.title(), this.#language === 'cy' ? /^Gwall: /u : /^Error: /u);
    const links = this.page.locator(`.nhsuk-error-summary__list a[href="#${field}"]`);
    assert.equal(await links.count(), 1, `no error leads to ${field}`);
    assert.equal(await this.main.locator(`#${field}-error`).count(), 1, `no error stands at ${field}`);
  }
}
