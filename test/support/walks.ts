import type { TestApp } from './app.ts';
import type { MadeUp } from './people.ts';
import type { Person } from './person.ts';
import type { RequestChanges, TestService } from './service.ts';

/** Words of the buttons and pages that walks need, in the languages that people read. */
export const words = {
  en: {
    agree: /^(I agree|Agree and continue)$/u,
    decline: 'I do not agree',
    forgotten: 'I have forgotten my password',
  },
  cy: {
    agree: /^(Rwy’n cytuno|Cytuno a pharhau)$/u,
    decline: 'Nid wyf yn cytuno',
    forgotten: 'Rwyf wedi anghofio fy nghyfrinair',
  },
} as const;

/** Somebody on their way: who they are, where they come from, and the browser in front of them. */
export interface Traveller {
  readonly app: TestApp;
  readonly service: TestService;
  readonly browser: Person;
  readonly who: MadeUp;
}

/** The pages of a sign-up that ask something, in their order. */
const signUpPages = [
  'where-you-live',
  'email',
  'create-password',
  'email-code',
  'phone',
  'phone-code',
  'agree',
] as const;
export type SignUpPage = (typeof signUpPages)[number];

/** Comes from the service and begins to make a login, up to the page that asks for something. */
export async function signUpTo(
  traveller: Traveller,
  page: SignUpPage,
  changes: RequestChanges = {},
): Promise<void> {
  const { app, service, browser, who } = traveller;
  await browser.open(await service.requestAddress(changes));
  if (browser.page.address.pathname.startsWith('/welcome/')) await browser.submit({ choice: 'sign-up' });
  const answers: Record<SignUpPage, () => Promise<unknown>> = {
    'where-you-live': () => browser.submit({ nation: 'england' }),
    email: () => browser.submit({ email: who.email }),
    'create-password': () => browser.submit({ password: who.password, passwordAgain: who.password }),
    'email-code': async () => browser.submit({ code: await app.codeFor(who.email, 'email') }),
    phone: () => browser.submit({ phone: who.phone }),
    'phone-code': async () => browser.submit({ code: await app.codeFor(who.phone, 'sms') }),
    agree: () => Promise.resolve(),
  };
  for (const before of signUpPages.slice(0, signUpPages.indexOf(page))) await answers[before]();
  expectPage(browser, page);
}

/** Makes a login and agrees to share. @returns the address at the service */
export async function signUp(traveller: Traveller, changes: RequestChanges = {}): Promise<URL> {
  await signUpTo(traveller, 'agree', changes);
  return agree(traveller);
}

/** Presses “I agree”. @returns the address at the service */
export async function agree({ browser, service }: Traveller): Promise<URL> {
  const { address } = await browser.press(words[browser.page.language === 'cy' ? 'cy' : 'en'].agree);
  if (!service.isArrival(address)) throw new Error(`agreeing led to ${address.href}`);
  return address;
}

/** Comes from the service to sign in, up to the page after the password. */
export async function signInWithPassword(traveller: Traveller, changes: RequestChanges = {}): Promise<void> {
  const { service, browser, who } = traveller;
  await browser.open(await service.requestAddress(changes));
  if (browser.page.address.pathname.startsWith('/welcome/')) await browser.submit({ choice: 'sign-in' });
  await browser.submit({ email: who.email });
  await browser.submit({ password: who.password });
}

/** @throws {Error} unless the browser is at that page of a journey */
export function expectPage(browser: Person, page: string): void {
  const { address, status, heading } = browser.page;
  if (address.pathname.split('/')[3] === page && status < 400) return;
  throw new Error(`not at ${page}, but at ${status} ${address.href} “${heading}”`);
}
