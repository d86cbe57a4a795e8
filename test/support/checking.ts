import type { Person } from './person.ts';

/** @returns what is asked now on the page of a case; undefined when nothing is */
export function askedOn({ page }: Person): string | undefined {
  return /bevan-question--open.*?<h3[^>]*>(?<ask>[^<]*)</su.exec(page.html)?.groups?.['ask'];
}

/** Answers what is asked, as it should be, up to a question. @returns whether it came to it */
export async function answerUpTo(browser: Person, until?: RegExp): Promise<boolean> {
  for (let answers = 0; answers < 14; answers += 1) {
    const asked = askedOn(browser);
    if (asked === undefined) return false;
    if (until?.test(asked) === true) return true;
    await browser.press(/worry/u.test(asked) ? 'No' : 'Yes');
  }
  return false;
}

/** Answers everything as it should be, and approves. */
export async function approveAll(browser: Person): Promise<void> {
  await answerUpTo(browser);
  await browser.follow('Approve');
  await browser.submit({ sure: 'yes' });
}
