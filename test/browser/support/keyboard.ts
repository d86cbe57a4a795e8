import assert from 'node:assert/strict';
import type { Tab } from './device.ts';

const mostTabs = 20;

/** What has the focus: its words, or the name of its field. */
export function focused({ page }: Tab): Promise<string> {
  return page.evaluate<string>(`(() => {
    const { activeElement: at } = document;
    return at.getAttribute('name') ?? at.id ?? '';
  })()`);
}

/** Presses Tab until something has the focus, and sees each time to it that the focus can be seen. */
export async function tabTo(tab: Tab, wanted: string, most = mostTabs): Promise<void> {
  for (let presses = 0; presses < most; presses += 1) {
    await tab.page.keyboard.press('Tab');
    assert.ok(await isFocusVisible(tab), `the focus can't be seen at ${await focused(tab)}`);
    const words = await tab.page.evaluate<string>('document.activeElement.textContent.trim()');
    if ((await focused(tab)) === wanted || words === wanted) return;
  }
  assert.fail(`the Tab key never came to ${wanted}`);
}

/** Whether what has the focus looks different from how it looks without. */
function isFocusVisible({ page }: Tab): Promise<boolean> {
  return page.evaluate<boolean>(`(() => {
    const at = document.activeElement;
    const shownBy = at.matches('[type=radio], [type=checkbox]') ? at.nextElementSibling : at;
    const looks = () => {
      const styles = [getComputedStyle(shownBy), getComputedStyle(shownBy, '::before')];
      return JSON.stringify(styles.map((style) =>
        [style.outline, style.boxShadow, style.backgroundColor, style.borderColor, style.borderWidth]));
    };
    const withFocus = looks();
    at.blur();
    const without = looks();
    at.focus();
    return withFocus !== without;
  })()`);
}

export async function pressEnter(tab: Tab): Promise<void> {
  await Promise.all([tab.page.waitForEvent('load'), tab.page.keyboard.press('Enter')]);
}

export async function pressEnterAt(tab: Tab, words: string): Promise<void> {
  await tabTo(tab, words);
  await pressEnter(tab);
}
