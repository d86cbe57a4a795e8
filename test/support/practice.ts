import { randomUUID } from 'node:crypto';
import type { OdsCode } from '#foundation/identifiers';
import { codeNow, seedStaff } from '#portals';
import type { TestApp } from './app.ts';
import type { newPatient } from './gp-systems.ts';
import { Person } from './person.ts';
import { gpSystemsOf } from './ways-walks.ts';
import type { TestPatient } from './register.ts';

export const staffPassword = 'seven damp lanterns';
const halfMinute = 30;

/** Somebody who works at a practice. */
export interface TestStaff {
  readonly id: string;
  readonly email: string;
  readonly secret: string;
  readonly browser: Person;
}

type Role = 'verifier' | 'voucher' | 'manager';
let made = 0;

/** Lets somebody work at a practice, whose access is set up; they are not signed in yet. */
export async function addStaff(
  app: TestApp,
  odsCode: OdsCode,
  roles: readonly Role[],
  known: { readonly email?: string; readonly secret?: string } = {},
): Promise<TestStaff> {
  made += 1;
  const { house } = app.home;
  const email = known.email ?? `staff.${made}.${randomUUID().slice(0, 6)}@practice.example`;
  const secret = known.secret ?? 'JBSWY3DPEHPK3PXPKRSXG5DT';
  const passwordHash = await house.passwords.hash(staffPassword);
  const name = `Sam Staff${String.fromCodePoint(64 + (made % 26) + 1)}`;
  const id = await house.transact((deps) =>
    seedStaff(deps, { place: odsCode, name, email, roles, passwordHash, secret }),
  );
  return { id, email, secret, browser: new Person(app) };
}

/** Signs in, with a code that was not used before. */
export async function signInStaff(app: TestApp, staff: TestStaff, browser = staff.browser): Promise<Person> {
  const { clock } = app.home;
  clock.advance(halfMinute);
  await browser.open('/practice/sign-in');
  await browser.submit({
    email: staff.email,
    password: staffPassword,
    code: codeNow({ clock }, staff.secret),
  });
  return browser;
}

/** A practice with somebody who has these roles there and is signed in. */
export async function openTestPractice(
  app: TestApp,
  roles: readonly Role[],
  supplierId = 'tpp',
): Promise<{
  readonly odsCode: OdsCode;
  readonly base: string;
  readonly staff: TestStaff;
  readonly browser: Person;
}> {
  const odsCode = await gpSystemsOf(app).practiceOf(supplierId);
  const staff = await addStaff(app, odsCode, roles);
  const browser = await signInStaff(app, staff);
  return { odsCode, base: `/practice/${odsCode}`, staff, browser };
}

/** Registers somebody at a practice: in its system and in the national register. */
export async function addPatientTo(
  app: TestApp,
  odsCode: OdsCode,
  more: Partial<Pick<TestPatient, 'email' | 'birthdate' | 'deceased' | 'restricted' | 'familyName'>> = {},
): Promise<ReturnType<typeof newPatient>> {
  const { birthdate, familyName: given } = more;
  const patient = await gpSystemsOf(app).patientAt(odsCode, {
    ...(typeof birthdate === 'string' ? { birthdate } : {}),
    ...(given === undefined ? {} : { familyName: given }),
  });
  const { nhsNumber, familyName } = patient;
  await app.register?.addPatient({
    nhsNumber,
    familyName,
    givenNames: ['Robin'],
    gpOdsCode: odsCode,
    ...more,
    birthdate: patient.birthdate,
  });
  return patient;
}

/** What is typed to find somebody. */
export function sought(patient: { readonly nhsNumber: string; readonly birthdate: string }) {
  const [year = '', month = '', day = ''] = patient.birthdate.split('-');
  return { nhsNumber: patient.nhsNumber, day, month, year };
}

export const seenDocuments = { 'document-passport': 'yes', 'document-bank-statement': 'yes', seen: 'yes' };

/** Finds a patient and answers everything up to the button that issues details. */
export async function walkToIssue(
  browser: Person,
  base: string,
  patient: { readonly nhsNumber: string; readonly birthdate: string },
  wish: Readonly<Record<string, string>> = { language: 'en', print: 'standard' },
): Promise<void> {
  await browser.open(`${base}/find`);
  await browser.submit(sought(patient));
  await browser.follow('Check their identity and issue details');
  await browser.submit({ reason: 'no-photo-id' });
  await browser.submit({ way: 'documents' });
  await browser.submit(seenDocuments);
  await browser.submit(wish);
}
