import { secondsAfter } from '#foundation/clock';
import type { Deps, House } from '#foundation/deps';
import type { NhsNumber, OdsCode } from '#foundation/identifiers';
import type { IdentityCheck, RegistrationDetails } from '../supplier.ts';
import { loadSupplierPlugs } from '../suppliers.ts';
import { detailsLastSeconds } from './desk.ts';
import {
  deleteEverywhere,
  deletePatients,
  hasPatient,
  insertAccount,
  insertConnection,
  insertPatient,
  lockAccount,
  restrictConnections,
  selectTerm,
  updateAccount,
} from './store.ts';

type SeedHouse = Pick<House, 'database' | 'clock'>;

/** How somebody stands at a practice, where it matters to online accounts. */
export type PatientStanding = 'registered' | 'archived' | 'too-young-or-not-competent' | 'status-not-valid';

/** Somebody at a simulated practice. */
export interface SimulatedGpPatient {
  readonly odsCode: OdsCode;
  readonly nhsNumber: NhsNumber;
  readonly familyName: string;
  /** YYYY-MM-DD */
  readonly birthdate: string;
  /** `registered` when left out. */
  readonly standing?: PatientStanding;
  readonly areServicesOn?: boolean;
  readonly identityCheck?: IdentityCheck;
}

/** Registers somebody at a simulated practice; a second time under the same NHS number makes a double. */
export async function addSimulatedPatient(
  { database }: { readonly database: Pick<House['database'], 'db'> },
  patient: SimulatedGpPatient,
): Promise<void> {
  await insertPatient(database.db, {
    odsCode: patient.odsCode,
    nhsNumber: patient.nhsNumber,
    familyName: patient.familyName,
    birthdate: patient.birthdate,
    standing: patient.standing ?? 'registered',
    areServicesOn: patient.areServicesOn ?? false,
    checkMethod: patient.identityCheck?.method ?? null,
    checkedOn: patient.identityCheck?.checkedOn ?? null,
  });
}

/** Takes somebody off the list of a simulated practice: they moved away, or to another. */
export async function removeSimulatedPatient(
  { database }: Pick<SeedHouse, 'database'>,
  patient: Pick<SimulatedGpPatient, 'odsCode' | 'nhsNumber'>,
): Promise<void> {
  await deletePatients(database.db, patient);
}

/** How details stand that a simulated practice has issued. */
export type DetailsState = 'unused' | 'used' | 'expired' | 'withdrawn';

/**
 * Issues registration details at a simulated practice, whoever the patient is.
 *
 * @param issue.details as they are to be; of the supplier’s shape when left out
 * @throws {Error} when nobody has told of the practice
 */
export async function issueSimulatedDetails(
  { database, clock }: SeedHouse,
  issue: {
    readonly odsCode: OdsCode;
    readonly nhsNumber: NhsNumber;
    readonly state?: DetailsState;
    readonly details?: Pick<RegistrationDetails, 'accountId' | 'linkageKey'>;
    readonly folder?: string;
  },
): Promise<RegistrationDetails> {
  const { odsCode, nhsNumber, state = 'unused' } = issue;
  const plugs = await loadSupplierPlugs(issue.folder);
  return database.transact(async (db) => {
    const term = await selectTerm(db, odsCode);
    const simulator = plugs.find(({ id }) => id === term?.supplierId)?.simulator;
    if (term === undefined || simulator === undefined) throw new Error('no such practice');
    const details = issue.details ?? simulator.newDetails();
    const accountNumber = await insertAccount(db, term, {
      nhsNumber,
      ...details,
      state: state === 'withdrawn' ? 'withdrawn' : 'live',
      expiresAt: secondsAfter(clock.now(), state === 'expired' ? -1 : detailsLastSeconds),
    });
    if (state === 'used') {
      const secret = `seeded-${accountNumber}`;
      await insertConnection(db, { accountNumber, application: simulator.application, secret });
    }
    return { odsCode, accountId: details.accountId, linkageKey: details.linkageKey };
  });
}

/**
 * Changes details that a simulated practice has issued: `withdrawn` ends them with all that was connected by them, `reissued`
 * gives the account another key.
 *
 * @returns the details as they are now
 */
export async function changeSimulatedDetails(
  { database, clock }: SeedHouse,
  change: {
    readonly details: Pick<RegistrationDetails, 'odsCode' | 'accountId'>;
    readonly to: 'withdrawn' | 'reissued';
    readonly folder?: string;
  },
): Promise<RegistrationDetails> {
  const { odsCode, accountId } = change.details;
  const plugs = await loadSupplierPlugs(change.folder);
  return database.transact(async (db) => {
    const term = await selectTerm(db, odsCode);
    const simulator = plugs.find(({ id }) => id === term?.supplierId)?.simulator;
    const account = term === undefined ? undefined : await lockAccount(db, term, accountId);
    if (simulator === undefined || account === undefined) throw new Error('no such account');
    if (change.to === 'withdrawn') {
      await updateAccount(db, account.number, { state: 'withdrawn' });
      return { odsCode, accountId, linkageKey: account.linkageKey };
    }
    const { linkageKey } = simulator.newDetails();
    await updateAccount(db, account.number, {
      linkage_key: linkageKey,
      expires_at: secondsAfter(clock.now(), detailsLastSeconds),
    });
    await restrictConnections(db, account.number);
    return { odsCode, accountId, linkageKey };
  });
}

/** An online account that a simulated practice has made for somebody, whoever has its details. */
export interface SimulatedGpAccount extends RegistrationDetails {
  /** `ready` details don’t expire. */
  readonly state: 'ready' | 'expired' | 'withdrawn';
}

/** Tells whether somebody is at a simulated practice. */
export function hasSimulatedGpPatient({ db }: Pick<Deps, 'db'>, nhsNumber: NhsNumber): Promise<boolean> {
  return hasPatient(db, nhsNumber);
}

/**
 * Lets simulated practices know somebody just so, in a transaction, whatever they knew of them before.
 *
 * @param person.at the practices where they are; accounts at one that nobody has told of are left out
 */
export async function putSimulatedGpPatient(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  person: {
    readonly nhsNumber: NhsNumber;
    readonly at: readonly Omit<SimulatedGpPatient, 'nhsNumber'>[];
    readonly accounts: readonly SimulatedGpAccount[];
  },
): Promise<void> {
  const { nhsNumber } = person;
  await deleteEverywhere(db, nhsNumber);
  for (const patient of person.at) await addSimulatedPatient({ database: { db } }, { ...patient, nhsNumber });
  for (const { odsCode, accountId, linkageKey, state } of person.accounts) {
    const term = await selectTerm(db, odsCode);
    if (term === undefined) continue;
    await insertAccount(db, term, {
      nhsNumber,
      accountId,
      linkageKey,
      state: state === 'withdrawn' ? 'withdrawn' : 'live',
      expiresAt: state === 'expired' ? secondsAfter(clock.now(), -1) : null,
    });
  }
}

/** Takes everybody off the lists of the simulated practices. */
export function clearSimulatedGpPatients({ db }: Pick<Deps, 'db'>): Promise<void> {
  return deleteEverywhere(db);
}
