import { randomBytes } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { House } from '#foundation/deps';
import { sameName } from '#foundation/identifiers';
import type { Db } from '#foundation/storage';
import { identityCheckMethods, type IdentityCheck } from '../supplier.ts';
import {
  insertAccount,
  insertConnection,
  lockAccount,
  lockPatients,
  selectAccountOf,
  selectConnection,
  selectTerm,
  turnServicesOn,
  updateAccount,
  type StoredAccount,
  type StoredPatient,
  type Term,
} from './store.ts';

/** Why a GP system refuses, before its supplier puts it into its own words. */
export type DeskRefusal =
  | 'practice_unknown'
  | 'practice_not_live'
  | 'not_registered'
  | 'archived'
  | 'too_young_or_not_competent'
  | 'status_not_valid'
  | 'duplicate_nhs_number'
  | 'no_account'
  | 'account_exists'
  | 'account_withdrawn'
  | 'wrong_key'
  | 'key_expired'
  | 'demographics_differ'
  | 'already_linked'
  | 'no_connection';

interface RefusedAtDesk {
  readonly outcome: DeskRefusal;
}

interface PatientAsked {
  readonly odsCode: string;
  readonly nhsNumber: string;
  /** Compared when given. */
  readonly familyName?: string | undefined;
  /** YYYY-MM-DD; compared when given. */
  readonly birthdate?: string | undefined;
}

export interface Issued {
  readonly outcome: 'issued';
  readonly accountId: string;
  readonly linkageKey: string;
  /** Whether they were told before. */
  readonly isKnown: boolean;
  readonly expiresAt: Date | undefined;
}

export interface PersonAtDesk {
  readonly nhsNumber: string;
  readonly familyName: string;
  readonly birthdate: string;
}

/** What the practices that have one supplier’s system know and do about online accounts, whatever the wire format. */
export interface Desk {
  /** @param patient.replaces makes another account where there is one already */
  createAccount(patient: PatientAsked & { readonly replaces: boolean }): Promise<Issued | RefusedAtDesk>;
  tellAccount(patient: PatientAsked): Promise<Issued | RefusedAtDesk>;
  /** Connects an application to an account. */
  link(details: {
    readonly odsCode: string;
    readonly accountId: string;
    readonly linkageKey: string;
    readonly familyName: string;
    readonly birthdate: string;
    readonly application: string;
  }): Promise<{ readonly outcome: 'linked'; readonly secret: string } | RefusedAtDesk>;
  /** Tells whose a connection is. */
  connect(connection: {
    readonly odsCode: string;
    readonly secret: string;
    readonly application: string;
  }): Promise<
    | {
        readonly outcome: 'connected';
        readonly accountId: string;
        readonly isRestricted: boolean;
        readonly person: PersonAtDesk;
      }
    | RefusedAtDesk
  >;
  /** @param patient.turnsOn turns online services on if they are off */
  stateOf(patient: PatientAsked & { readonly turnsOn: boolean }): Promise<
    | {
        readonly outcome: 'registered';
        readonly areOn: boolean;
        readonly identityCheck: IdentityCheck | undefined;
      }
    | RefusedAtDesk
  >;
}

/** Details are good for their first use so long. */
export const detailsLastSeconds = 14 * 24 * 3600;

export interface DeskParts {
  readonly supplierId: string;
  readonly newDetails: () => { readonly accountId: string; readonly linkageKey: string };
}

export function openDesk(house: Pick<House, 'database' | 'clock'>, parts: DeskParts): Desk {
  const within = <T>(odsCode: string, work: (inside: Inside) => Promise<T>): Promise<T | RefusedAtDesk> =>
    house.database.transact(async (db) => {
      const term = await openTerm(db, parts.supplierId, odsCode);
      return 'outcome' in term ? term : work({ db, term, now: house.clock.now(), parts });
    });
  return {
    createAccount: (asked) => within(asked.odsCode, (inside) => createAccount(inside, asked)),
    tellAccount: (asked) => within(asked.odsCode, (inside) => tellAccount(inside, asked)),
    link: (details) => within(details.odsCode, (inside) => link(inside, details)),
    connect: (connection) => within(connection.odsCode, (inside) => connect(inside, connection)),
    stateOf: (asked) => within(asked.odsCode, (inside) => stateOf(inside, asked)),
  };
}

interface Inside {
  readonly db: Db;
  readonly term: Term;
  readonly now: Date;
  readonly parts: DeskParts;
}

async function openTerm(db: Db, supplierId: string, odsCode: string): Promise<Term | RefusedAtDesk> {
  const term = await selectTerm(db, odsCode);
  if (term === undefined) return { outcome: 'practice_unknown' };
  return term.isOpen && term.supplierId === supplierId ? term : { outcome: 'practice_not_live' };
}

async function findPatient(
  { db }: Inside,
  asked: PatientAsked,
): Promise<{ readonly patient: StoredPatient } | RefusedAtDesk> {
  const [patient, second] = await lockPatients(db, asked);
  if (patient === undefined) return { outcome: 'not_registered' };
  if (second !== undefined) return { outcome: 'duplicate_nhs_number' };
  const { familyName, birthdate } = asked;
  const differs =
    (familyName !== undefined && !sameName(familyName, patient.familyName)) ||
    (birthdate !== undefined && birthdate !== patient.birthdate);
  if (differs) return { outcome: 'demographics_differ' };
  switch (patient.standing) {
    case 'archived':
      return { outcome: 'archived' };
    case 'too-young-or-not-competent':
      return { outcome: 'too_young_or_not_competent' };
    case 'status-not-valid':
      return { outcome: 'status_not_valid' };
    default:
      return { patient };
  }
}

/** Expired details that nobody used are as good as none. */
function isUsable(account: StoredAccount | undefined, now: Date): account is StoredAccount {
  return account !== undefined && account.state === 'live' && !isExpired(account, now);
}

function isExpired({ expiresAt, connections }: StoredAccount, now: Date): boolean {
  return connections === 0 && expiresAt !== null && expiresAt <= now;
}

async function createAccount(
  inside: Inside,
  asked: PatientAsked & { readonly replaces: boolean },
): Promise<Issued | RefusedAtDesk> {
  const found = await findPatient(inside, asked);
  if ('outcome' in found) return found;
  const { db, term, now, parts } = inside;
  const before = await selectAccountOf(db, term, asked.nhsNumber);
  if (isUsable(before, now)) {
    if (!asked.replaces) return { outcome: 'account_exists' };
    await updateAccount(db, before.number, { state: 'withdrawn' });
  }
  const details = parts.newDetails();
  const expiresAt = secondsAfter(now, detailsLastSeconds);
  await insertAccount(db, term, { ...details, nhsNumber: asked.nhsNumber, state: 'live', expiresAt });
  await turnServicesOn(db, asked);
  return { outcome: 'issued', ...details, isKnown: false, expiresAt };
}

async function tellAccount(inside: Inside, asked: PatientAsked): Promise<Issued | RefusedAtDesk> {
  const found = await findPatient(inside, asked);
  if ('outcome' in found) return found;
  const { db, term, now } = inside;
  const account = await selectAccountOf(db, term, asked.nhsNumber);
  if (!isUsable(account, now)) return { outcome: 'no_account' };
  if (!account.wasTold) await updateAccount(db, account.number, { was_told: true });
  const { accountId, linkageKey, wasTold } = account;
  return {
    outcome: 'issued',
    accountId,
    linkageKey,
    isKnown: wasTold,
    expiresAt: account.expiresAt ?? undefined,
  };
}

async function link(
  inside: Inside,
  details: Parameters<Desk['link']>[0],
): Promise<{ outcome: 'linked'; secret: string } | RefusedAtDesk> {
  const { db, term, now } = inside;
  const account = await lockAccount(db, term, details.accountId);
  if (account === undefined) return { outcome: 'no_account' };
  if (account.linkageKey !== details.linkageKey) return { outcome: 'wrong_key' };
  if (account.state !== 'live') return { outcome: 'account_withdrawn' };
  if (isExpired(account, now)) return { outcome: 'key_expired' };
  const { odsCode, familyName, birthdate, application } = details;
  const found = await findPatient(inside, { odsCode, nhsNumber: account.nhsNumber, familyName, birthdate });
  if ('outcome' in found) return found;
  const secret = randomBytes(16).toString('hex');
  const isNew = await insertConnection(db, { accountNumber: account.number, application, secret });
  return isNew ? { outcome: 'linked', secret } : { outcome: 'already_linked' };
}

async function connect(
  inside: Inside,
  connection: Parameters<Desk['connect']>[0],
): ReturnType<Desk['connect']> {
  const { db, term } = inside;
  const found = await selectConnection(db, term, connection);
  if (found === undefined) return { outcome: 'no_connection' };
  if (found.state !== 'live') return { outcome: 'account_withdrawn' };
  const person = await findPatient(inside, { odsCode: term.odsCode, nhsNumber: found.nhsNumber });
  if ('outcome' in person) return person;
  const { nhsNumber, familyName, birthdate } = person.patient;
  return {
    outcome: 'connected',
    accountId: found.accountId,
    isRestricted: found.isRestricted,
    person: { nhsNumber, familyName, birthdate },
  };
}

async function stateOf(
  inside: Inside,
  asked: PatientAsked & { readonly turnsOn: boolean },
): ReturnType<Desk['stateOf']> {
  const found = await findPatient(inside, asked);
  if ('outcome' in found) return found;
  const { patient } = found;
  if (asked.turnsOn && !patient.areServicesOn) await turnServicesOn(inside.db, asked);
  const method = identityCheckMethods.find((one) => one === patient.checkMethod);
  return {
    outcome: 'registered',
    areOn: patient.areServicesOn || asked.turnsOn,
    identityCheck:
      method === undefined || patient.checkedOn === null
        ? undefined
        : { method, checkedOn: patient.checkedOn },
  };
}
