import { randomUUID } from 'node:crypto';
import { checkerDesk, codeNow, seedStaff } from '#portals';
import type { TestApp } from './app.ts';
import { Person } from './person.ts';
import { staffPassword } from './practice.ts';

const halfMinute = 30;
/** The authenticator of all of them. */
export const checkerSecret = 'JBSWY3DPEHPK3PXPKRSXG5DT';
let made = 0;

export type CheckerRole = 'checker' | 'supervisor' | 'assurance' | 'manager';

/** Somebody who works at the desk where ID is checked. */
export interface TestChecker {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly browser: Person;
}

/** Lets somebody work at the desk, whose access is set up; they are not signed in yet. @param known.email of somebody who works elsewhere already */
export async function addChecker(
  app: TestApp,
  roles: readonly CheckerRole[],
  known: { readonly email?: string; readonly name?: string } = {},
): Promise<TestChecker> {
  made += 1;
  const { house } = app.home;
  const email = known.email ?? `checker.${made}.${randomUUID().slice(0, 6)}@checks.example`;
  const name = known.name ?? `Chris Checker${String.fromCodePoint(64 + (made % 26) + 1)}`;
  const passwordHash = await house.passwords.hash(staffPassword);
  const id = await house.transact((deps) =>
    seedStaff(deps, { place: checkerDesk, name, email, roles, passwordHash, secret: checkerSecret }),
  );
  return { id, name, email, browser: new Person(app) };
}

/** Signs in at the desk, with a code that was not used before. */
export async function signInChecker(app: TestApp, { email, browser }: TestChecker): Promise<Person> {
  const { clock } = app.home;
  clock.advance(halfMinute);
  await browser.open('/id-checker/sign-in');
  await browser.submit({ email, password: staffPassword, code: codeNow({ clock }, checkerSecret) });
  return browser;
}

/** @returns somebody who works at the desk with these roles, and is signed in */
export async function openChecker(app: TestApp, roles: readonly CheckerRole[]): Promise<TestChecker> {
  const checker = await addChecker(app, roles);
  await signInChecker(app, checker);
  return checker;
}
