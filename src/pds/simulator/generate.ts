import { readNhsNumber, type NhsNumber } from '#foundation/identifiers';
import { createChance, type Chance } from './chance.ts';
import type { SimulatedContactPoint, SimulatedDetails, SimulatedName, SimulatedPatient } from './entry.ts';
import { namings, type Naming } from './names.ts';
import { noFixedAbode, places, streets, type Place } from './places.ts';

/** A change of it changes everybody. */
const seed = 20_261_126;
const households = 780;
/** The numbers of made-up people with a story lie below. */
const firstNineDigits = 999_100_000;
const inwardLetters = 'ABDEFGHJLNPQRSTUWXYZ';

interface Making {
  readonly chance: Chance;
  readonly nextNumber: () => NhsNumber;
}

interface Home {
  readonly place: Place;
  readonly lines: readonly string[];
  readonly postcode: string | undefined;
}

/**
 * Makes the people of the simulated register, always the same: families at one address, namesakes, twins, names of
 * many kinds, and entries that are restricted, incomplete, superseded, invalidated, or of somebody who died.
 */
export function generatePatients(): SimulatedPatient[] {
  const making = { chance: createChance(seed), nextNumber: countNumbers() };
  const families = Array.from({ length: households }, () => makeHousehold(making)).flat();
  const namesakes = families.filter((_, index) => index % 90 === 7).map((one) => makeNamesake(making, one));
  const people = [...families, ...namesakes].map((one, index) => makePeculiar(making, one, index));
  return [...people, ...makeSuperseded(making, people)];
}

function countNumbers(): () => NhsNumber {
  let nine = firstNineDigits;
  return () => {
    for (;;) {
      nine += 1;
      for (let check = 0; check < 10; check += 1) {
        const number = readNhsNumber(`${nine}${check}`);
        if (number !== undefined) return number;
      }
    }
  };
}

function makeHome({ chance }: Making): Home {
  const place = chance.pick(places);
  const district = chance.pick(place.districts);
  const letter = (): string => inwardLetters.charAt(chance.between(0, inwardLetters.length - 1));
  const inward = `${chance.between(1, 9)}${letter()}${letter()}`;
  const lines = ['', `${chance.between(1, 240)} ${chance.pick(streets)}`, '', place.town, ''];
  return { place, lines: lines.filter((line) => line !== ''), postcode: `${district} ${inward}` };
}

/** One or two grown-ups, their children, and now and then somebody's mother or father. */
function makeHousehold(making: Making): SimulatedPatient[] {
  const { chance } = making;
  const home = makeHome(making);
  const naming: Naming = namings[chance.pick(home.place.namings)];
  const family = chance.pick(naming.family);
  const year = chance.between(1936, 2004);
  const person = (more: Partial<Person>): SimulatedPatient =>
    makePerson(making, { home, naming, family, born: dateIn(chance, year), ...more });
  const first = person({});
  if (chance.oneIn(4)) return [first];
  const other: Naming = chance.oneIn(6) ? namings[chance.pick(home.place.namings)] : naming;
  const keepsName = chance.oneIn(4);
  const partner = person({
    naming: other,
    family: keepsName ? chance.pick(other.family) : family,
    born: dateIn(chance, year + chance.between(-5, 5)),
    formerFamily: !keepsName && chance.oneIn(3) ? chance.pick(other.family) : undefined,
  });
  const members = [first, partner];
  const lastBirthYear = Math.min(year + 42, 2025);
  for (let born = year + chance.between(22, 34); born <= lastBirthYear && members.length < 6; ) {
    const birthday = dateIn(chance, born);
    if (chance.oneIn(40)) {
      members.push(person({ born: birthday, birthOrder: 1 }), person({ born: birthday, birthOrder: 2 }));
    } else {
      members.push(person({ born: birthday }));
    }
    born += chance.between(2, 12);
  }
  if (chance.oneIn(12)) members.push(person({ born: dateIn(chance, Math.max(1928, year - 27)) }));
  return members;
}

interface Person {
  readonly home: Home;
  readonly naming: Naming;
  readonly family: string;
  readonly born: string;
  readonly formerFamily?: string | undefined;
  readonly birthOrder?: number | undefined;
}

function makePerson({ chance, nextNumber }: Making, person: Person): SimulatedPatient {
  const { home, naming, born } = person;
  const gender = chance.oneIn(2) ? 'female' : 'male';
  const given = [chance.pick(naming[gender])];
  if (chance.oneIn(2)) given.push(chance.pick(naming[gender]));
  if (chance.oneIn(12)) given.push(chance.pick(naming[gender]));
  const isGrownUp = born < '2008';
  const name = (family: string): SimulatedName => ({
    id: chance.id(),
    use: 'usual',
    family,
    given: [...new Set(given)],
    prefix: isGrownUp ? (gender === 'male' ? 'Mr' : chance.pick(['Mrs', 'Ms', 'Miss'])) : undefined,
    start: born,
  });
  const moved = chance.oneIn(8) ? makeHome({ chance, nextNumber }) : undefined;
  const start = laterThan(chance, born);
  const address = (of: Home) => ({
    id: chance.id(),
    use: 'home' as const,
    lines: of.lines,
    postcode: of.postcode,
    start,
  });
  return {
    nhsNumber: nextNumber(),
    version: chance.between(1, 9),
    birthdate: born,
    isInvalidated: false,
    details: {
      names: [name(person.family)],
      formerNames: person.formerFamily === undefined ? [] : [name(person.formerFamily)],
      gender,
      addresses: [address(home)],
      formerAddresses: moved === undefined ? [] : [address(moved)],
      contactPoints: isGrownUp ? makeContactPoints(chance, start) : [],
      gp: { id: chance.id(), odsCode: home.place.odsCode, start },
      isRestricted: false,
      ...(person.birthOrder === undefined ? {} : { birthOrder: person.birthOrder }),
    },
  };
}

/** Numbers of the ranges that Ofcom keeps free for drama, and addresses that nobody can have. */
function makeContactPoints(chance: Chance, start: string): SimulatedContactPoint[] {
  const digits = (): string => String(chance.between(100, 999));
  const points: SimulatedContactPoint[] = [];
  if (!chance.oneIn(6)) {
    const value = `07700900${digits()}`;
    points.push({ id: chance.id(), system: 'phone', use: 'mobile', value, start });
  }
  if (chance.oneIn(3)) {
    const value = `01632960${digits()}`;
    points.push({ id: chance.id(), system: 'phone', use: 'home', value, start });
  }
  if (chance.oneIn(2)) {
    const value = `patient.${chance.id().toLowerCase()}@people.example`;
    points.push({ id: chance.id(), system: 'email', use: 'home', value, start });
  }
  return points;
}

/** Somebody else with the same name, born on the same day, and every other time in the same town. */
function makeNamesake(making: Making, one: SimulatedPatient): SimulatedPatient {
  const { chance, nextNumber } = making;
  const elsewhere = makeHome(making);
  const addresses = one.details.addresses.map((address) => ({
    ...address,
    id: chance.id(),
    lines: elsewhere.lines,
    postcode: chance.oneIn(2) ? address.postcode : elsewhere.postcode,
  }));
  const contactPoints = makeContactPoints(chance, laterThan(chance, one.birthdate ?? ''));
  return { ...one, nhsNumber: nextNumber(), details: { ...one.details, addresses, contactPoints } };
}

/** Gives some people what makes an entry hard to handle. */
function makePeculiar({ chance }: Making, one: SimulatedPatient, index: number): SimulatedPatient {
  const { details, birthdate = '' } = one;
  const withDetails = (changes: Partial<SimulatedDetails>): SimulatedPatient => ({
    ...one,
    details: { ...details, ...changes },
  });
  const withPostcode = (postcode: string | undefined, lines?: readonly string[]) =>
    withDetails({
      addresses: details.addresses.map((home) => ({ ...home, postcode, lines: lines ?? home.lines })),
    });
  if (index % 71 === 3) return withDetails({ isRestricted: true });
  if (birthdate < '1950' && chance.oneIn(5)) {
    const status = chance.pick(['1', '2', '2', '2', 'U'] as const);
    return withDetails({ death: { date: dateIn(chance, chance.between(2015, 2025)), status } });
  }
  if (index % 211 === 5) return { ...one, isInvalidated: true };
  if (index % 61 === 9) return withDetails({ gp: undefined });
  if (index % 83 === 11) return withPostcode(undefined);
  if (index % 127 === 13) return withPostcode(noFixedAbode, ['No fixed abode']);
  if (birthdate < '1960' && index % 37 === 1)
    return { ...one, birthdate: birthdate.slice(0, chance.pick([4, 7])) };
  return one;
}

/** Numbers that were given up for another one: twice the same person, an adoption, a new start. */
function makeSuperseded({ nextNumber }: Making, people: readonly SimulatedPatient[]): SimulatedPatient[] {
  return people
    .filter(({ isInvalidated }, index) => !isInvalidated && index % 67 === 21)
    .map((one) => ({ ...one, nhsNumber: nextNumber(), version: 1, supersededBy: one.nhsNumber }));
}

function dateIn(chance: Chance, year: number): string {
  const [month, day] = [chance.between(1, 12), chance.between(1, 28)];
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function laterThan(chance: Chance, born: string): string {
  const year = Number(born.slice(0, 4));
  return year >= 2024 ? born : dateIn(chance, chance.between(year + 1, 2025));
}
