import { makeAccount } from './accounts.ts';
import type { TestApp } from './app.ts';
import { createPeople, type MadeUp } from './people.ts';
import { Person } from './person.ts';

/** Somebody with an account and a phone, and the browser in front of them. */
export interface Settler {
  readonly app: TestApp;
  readonly who: MadeUp;
  /** Their number in E.164. */
  readonly phone: string;
  readonly accountId: string;
  readonly browser: Person;
}

const somebody = createPeople();

/** Makes an account with a phone, for somebody who is not signed in anywhere. */
export async function settler(app: TestApp, name: string): Promise<Settler> {
  const who = somebody(name);
  const phone = `+44${who.phone.slice(1).replaceAll(' ', '')}`;
  const { email, password } = who;
  const { id: accountId } = await makeAccount(app.home, { email, password, phone });
  return { app, who, phone, accountId, browser: new Person(app) };
}

/**
 * Proves who they are on the pages to which settings lead, and comes back from there.
 *
 * @param remember whether to have the device remembered
 */
export async function proveAnew({ app, who, browser }: Settler, remember = false): Promise<void> {
  await browser.submit({ email: who.email });
  await browser.submit({ password: who.password });
  await browser.submit({
    code: await app.codeFor(who.phone, 'sms'),
    ...(remember ? { remember: 'yes' } : {}),
  });
}

/** Makes an account and signs in to its page. */
export async function signedInForSettings(app: TestApp, name: string): Promise<Settler> {
  const made = await settler(app, name);
  await made.browser.open(`${app.origin}/settings`);
  await proveAnew(made);
  return made;
}
