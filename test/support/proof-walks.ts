import { formatNhsNumber, type NhsNumber } from '#foundation/identifiers';
import { makeAccount } from './accounts.ts';
import type { TestApp } from './app.ts';
import type { MadeUp } from './people.ts';
import { Person } from './person.ts';
import type { TestPatient, TestRegister } from './register.ts';
import type { RequestChanges, TestService } from './service.ts';
import { signInWithPassword, type Traveller } from './walks.ts';

/** What somebody types about themselves. */
export interface Details {
  readonly nhsNumber?: NhsNumber;
  readonly firstName?: string;
  readonly middleName?: string;
  readonly lastName?: string;
  /** YYYY-MM-DD */
  readonly birthdate: string;
  readonly postcode: string;
}

/** What a service asks for that needs somebody's details to match. */
export const matched: RequestChanges = { scope: 'openid profile', vtr: '["P5.Cp"]' };

/** The register of an app that has one. */
export function registerOf({ register }: Pick<TestApp, 'register'>): TestRegister {
  if (register === undefined) throw new Error('the app was started without a register');
  return register;
}

/** Registers a service that may ask for every level. */
export function registerAskingService(app: TestApp): Promise<TestService> {
  return app.registerTestService({
    scopes: ['openid', 'profile', 'profile_extended', 'phone'],
    vectors: ['P0.Cp', 'P0.Cp.Cd', 'P5.Cp', 'P5.Cp.Cd', 'P9.Cp', 'P9.Cp.Cd'],
  });
}

/** Somebody with a login, whom nobody is known to be; in front of a browser. */
export async function withLogin(
  { app, service }: { app: TestApp; service: TestService },
  who: MadeUp,
  headers: Readonly<Record<string, string>> = {},
): Promise<Traveller & { readonly accountId: string }> {
  const phone = `+44${who.phone.slice(1).replaceAll(' ', '')}`;
  const { id: accountId } = await makeAccount(app.home, { ...who, phone });
  return { app, service, who, browser: new Person(app, { headers }), accountId };
}

/** Puts somebody into the register. @returns what they know about themselves */
export async function addToRegister(
  app: TestApp,
  patient: TestPatient = {},
): Promise<Details & { readonly nhsNumber: NhsNumber }> {
  const person = { birthdate: '1980-05-17', postcode: 'LS1 4AP', ...patient };
  const nhsNumber = await registerOf(app).addPatient(person);
  return { nhsNumber, birthdate: person.birthdate ?? '1980-05-17', postcode: person.postcode ?? 'LS1 4AP' };
}

/** Signs in at a service that needs more, up to the first page of matching. */
export async function beginProof(traveller: Traveller, changes: RequestChanges = matched): Promise<void> {
  await signInWithPassword(traveller, changes);
}

/** From the first page, fills in everything, up to the page where it is checked. */
export async function fillIn(browser: Person, details: Details): Promise<void> {
  await browser.submit();
  await answerDetails(browser, details);
}

/** The same from the second page. */
export async function answerDetails(browser: Person, details: Details): Promise<void> {
  const { nhsNumber, firstName, middleName, lastName, birthdate, postcode } = details;
  if (nhsNumber === undefined) {
    await browser.submit({ knows: 'no' });
    await browser.submit({ firstName, middleName, lastName });
  } else {
    await browser.submit({ knows: 'yes', nhsNumber: formatNhsNumber(nhsNumber) });
  }
  const [year, month, day] = birthdate.split('-');
  await browser.submit({ day, month, year });
  await browser.submit({ postcode });
}

/** Signs in, fills in everything and looks for the record. */
export async function lookForRecord(
  traveller: Traveller,
  details: Details,
  changes?: RequestChanges,
): Promise<void> {
  await beginProof(traveller, changes);
  await fillIn(traveller.browser, details);
  await traveller.browser.submit();
}
