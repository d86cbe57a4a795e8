import { randomBytes } from 'node:crypto';
import type { Deps } from '#foundation/deps';
import type { NhsNumber } from '#foundation/identifiers';
import type { SimulatedContactPoint, SimulatedPatient } from './entry.ts';
import { generatePatients } from './generate.ts';
import {
  deleteUnseeded,
  insertSeededPatients,
  isRegisterEmpty,
  selectSimulatedPatient,
  selectSimulatedPatients,
  upsertSimulatedPatient,
} from './store.ts';

type RegisterDeps = Pick<Deps, 'db'>;

/** Somebody whose entry is to stand in the simulated register. */
export interface RegisteredPerson {
  readonly nhsNumber: NhsNumber;
  readonly familyName: string;
  readonly givenNames: readonly string[];
  /** YYYY-MM-DD, or as much of it as the register is to know. */
  readonly birthdate?: string | undefined;
  readonly gender?: 'male' | 'female' | 'other' | 'unknown' | undefined;
  readonly postcode?: string | undefined;
  readonly addressLines?: readonly string[] | undefined;
  readonly gpOdsCode?: string | undefined;
  /** As people write it, or in E.164. */
  readonly mobile?: string | undefined;
  readonly email?: string | undefined;
  readonly isRestricted?: boolean | undefined;
  readonly isDeceased?: boolean | undefined;
  readonly isInvalidated?: boolean | undefined;
  /** The number under which they are known now. */
  readonly supersededBy?: NhsNumber | undefined;
}

const anyDay = '2020-01-01';
const newId = (): string => randomBytes(4).toString('hex').toUpperCase();

/** Fills the simulated register with its people if nobody is in it; they are the same in every sandbox. */
export async function seedSimulatedRegister({ db }: RegisterDeps): Promise<void> {
  if (await isRegisterEmpty(db)) await insertSeededPatients(db, generatePatients());
}

/** Puts the simulated register back as it was seeded: what was put in goes, what was changed is as before. */
export async function resetSimulatedRegister({ db }: RegisterDeps): Promise<void> {
  if (await deleteUnseeded(db)) await insertSeededPatients(db, generatePatients());
}

/** Puts somebody's entry in, in the place of one with the same number. */
export async function putSimulatedPatient(deps: RegisterDeps, person: RegisteredPerson): Promise<void> {
  const before = await selectSimulatedPatient(deps.db, person.nhsNumber);
  const version = (before?.version ?? 0) + 1;
  await upsertSimulatedPatient(deps.db, entryOf(person, version));
}

/** @returns whether the number has an entry, of whatever kind */
export async function hasSimulatedPatient({ db }: RegisterDeps, nhsNumber: NhsNumber): Promise<boolean> {
  return (await selectSimulatedPatient(db, nhsNumber)) !== undefined;
}

/**
 * Looks entries up as whoever runs the simulated register may, whatever they keep back.
 *
 * @param filter.familyName whole; capital letters make no difference
 * @param filter.birthdate YYYY-MM-DD, or the beginning of it
 */
export async function listSimulatedPatients(
  { db }: RegisterDeps,
  filter: {
    readonly nhsNumber?: NhsNumber | undefined;
    readonly familyName?: string | undefined;
    readonly birthdate?: string | undefined;
    readonly limit: number;
  },
): Promise<(RegisteredPerson & { readonly isDeceased: boolean })[]> {
  return (await selectSimulatedPatients(db, filter)).map(personOf);
}

function personOf({ details, ...entry }: SimulatedPatient) {
  const { names, addresses, contactPoints, gp, death, gender, isRestricted } = details;
  const valueOf = (system: string): string | undefined =>
    contactPoints.find((point) => point.system === system && (system === 'email' || point.use === 'mobile'))
      ?.value;
  return {
    nhsNumber: entry.nhsNumber,
    familyName: names[0]?.family ?? '',
    givenNames: names[0]?.given ?? [],
    birthdate: entry.birthdate,
    gender,
    postcode: addresses.find(({ use }) => use === 'home')?.postcode,
    gpOdsCode: gp?.odsCode,
    mobile: valueOf('phone'),
    email: valueOf('email'),
    isRestricted,
    isDeceased: death !== undefined && death.status !== 'U',
    isInvalidated: entry.isInvalidated,
    supersededBy: entry.supersededBy,
  };
}

function entryOf(person: RegisteredPerson, version: number): SimulatedPatient {
  const start = anyDay;
  const { familyName: family, givenNames: given, postcode, gpOdsCode: odsCode } = person;
  const lines = person.addressLines ?? ['1 Sandbox Street'];
  return {
    nhsNumber: person.nhsNumber,
    version,
    birthdate: person.birthdate,
    supersededBy: person.supersededBy,
    isInvalidated: person.isInvalidated ?? false,
    details: {
      names: [{ id: newId(), use: 'usual', family, given, start }],
      formerNames: [],
      formerAddresses: [],
      gender: person.gender ?? 'unknown',
      death: person.isDeceased === true ? { date: anyDay, status: '2' } : undefined,
      addresses: postcode === undefined ? [] : [{ id: newId(), use: 'home', lines, postcode, start }],
      contactPoints: contactPointsOf(person),
      gp: odsCode === undefined ? undefined : { id: newId(), odsCode, start },
      isRestricted: person.isRestricted ?? false,
    },
  };
}

function contactPointsOf({ mobile, email }: RegisteredPerson): SimulatedContactPoint[] {
  const points: SimulatedContactPoint[] = [];
  const common = { start: anyDay };
  if (mobile !== undefined) {
    const value = mobile.replaceAll(' ', '').replace(/^\+44/u, '0');
    points.push({ id: newId(), system: 'phone', use: 'mobile', value, ...common });
  }
  if (email !== undefined)
    points.push({ id: newId(), system: 'email', use: 'home', value: email, ...common });
  return points;
}
