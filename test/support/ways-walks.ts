import type { Nation, NhsNumber, OdsCode } from '#foundation/identifiers';
import {
  addSimulatedPatient,
  openPractice,
  type RegistrationDetails,
  type SimulatedGpPatient,
} from '#gp-systems';
import type { TestApp } from './app.ts';
import { newOdsCode, type TestGpSystems } from './gp-systems.ts';
import { makeKnown } from './identities.ts';
import type { MadeUp } from './people.ts';
import { registerOf, withLogin } from './proof-walks.ts';
import type { TestPatient } from './register.ts';
import type { RequestChanges, TestService } from './service.ts';
import { signInWithPassword, type Traveller } from './walks.ts';

/** What a service asks for that needs somebody to be proven. */
export const proven: RequestChanges = { scope: 'openid profile profile_extended', vtr: '["P9.Cp"]' };

/** The GP systems of an app that has some. */
export function gpSystemsOf({ gpSystems }: Pick<TestApp, 'gpSystems'>): TestGpSystems {
  if (gpSystems === undefined) throw new Error('the app was started without GP systems');
  return gpSystems;
}

/** Somebody who is known at P5, and registered at a practice. */
export interface Matched extends Traveller {
  readonly accountId: string;
  readonly nhsNumber: NhsNumber;
  readonly odsCode: OdsCode;
  readonly familyName: string;
  readonly birthdate: string;
}

/** How somebody is to be, where a test cares. */
export interface MatchedAs {
  /** Null if they are registered with none. */
  readonly odsCode?: OdsCode | null;
  readonly nation?: Nation;
  readonly givenName?: string;
  readonly birthdate?: string;
  readonly familyName?: string;
  /** At their practice; false if the practice does not know them. */
  readonly atPractice?: Partial<SimulatedGpPatient> | false;
  readonly inRegister?: TestPatient;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Opens a practice of a supplier. @param supplierId the first that gives out details, when left out */
export async function openTestPractice(
  app: TestApp,
  practice: { supplierId?: string; icbCode?: string } = {},
): Promise<OdsCode> {
  const systems = gpSystemsOf(app);
  const { suppliers } = systems.gpSystems;
  const supplierId =
    practice.supplierId ?? suppliers.find(({ differences }) => differences.hasLinkageKey)?.id ?? '';
  if (practice.icbCode === undefined) return systems.practiceOf(supplierId);
  const odsCode = newOdsCode();
  const { icbCode } = practice;
  await app.home.house.transact((deps) =>
    openPractice(deps, { odsCode, icbCode, supplierId, name: 'Example Surgery', addressLines: ['Leeds'] }),
  );
  return odsCode;
}

let families = 0;
/** @returns a family name that nobody else of a test file has */
function newFamilyName(): string {
  families += 1;
  return `Zephyrmoor${Array.from(String(families), (digit) => 'abcdefghij'[Number(digit)]).join('')}`;
}

/** Makes somebody known at P5 who is in the register and at a practice. */
export async function matchedPerson(
  { app, service }: { app: TestApp; service: TestService },
  who: MadeUp,
  as: MatchedAs = {},
): Promise<Matched> {
  const living = as.nation === undefined ? who : { ...who, nation: as.nation };
  const traveller = await withLogin({ app, service }, living, as.headers);
  const { accountId } = traveller;
  const odsCode = as.odsCode === undefined ? await openTestPractice(app) : as.odsCode;
  const { birthdate = '1980-05-17', familyName = newFamilyName(), givenName = 'Ottoline' } = as;
  const patient = { familyName, givenNames: [givenName], birthdate, gpOdsCode: odsCode };
  const nhsNumber = await registerOf(app).addPatient({ ...patient, ...as.inRegister });
  const details = { nhsNumber, familyName, givenName, birthdate, gpOdsCode: odsCode ?? undefined };
  await makeKnown(app.home, { accountId, level: 'P5', details });
  if (odsCode !== null && as.atPractice !== false)
    await addSimulatedPatient(app.home.house, {
      odsCode,
      nhsNumber,
      familyName,
      birthdate,
      ...as.atPractice,
    });
  return { ...traveller, accountId, nhsNumber, odsCode: odsCode ?? newOdsCode(), familyName, birthdate };
}

/** Signs in at a service that needs them proven, up to the page where they choose how. */
export async function comeToWays(person: Traveller, changes: RequestChanges = proven): Promise<void> {
  await signInWithPassword(person, changes);
}

/** Chooses the way whose title says so; if there is only one, that. */
export async function chooseWay({ browser }: Traveller, title: RegExp): Promise<void> {
  const radios = browser.page.html.matchAll(
    /name="way"[^>]*value="([^"]+)"[\s\S]*?<label[^>]*>([\s\S]*?)<\/label>/gu,
  );
  const found = [...radios].find(([, , label = '']) => title.test(label));
  await browser.submit(found?.[1] === undefined ? {} : { way: found[1] });
}

/** Types three details as they stand in a letter. */
export async function typeDetails(
  { browser }: Traveller,
  {
    accountId,
    odsCode,
    linkageKey,
  }: Pick<RegistrationDetails, 'accountId' | 'linkageKey'> & { odsCode: string },
): Promise<void> {
  await browser.submit({ gpUserId: accountId, odsCode, gpLinkageKey: linkageKey });
}
