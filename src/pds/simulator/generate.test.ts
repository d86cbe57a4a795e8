import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readNhsNumber } from '#foundation/identifiers';
import type { SimulatedPatient } from './entry.ts';
import { generatePatients } from './generate.ts';

const people = generatePatients();
const count = (is: (one: SimulatedPatient) => boolean): number => people.filter(is).length;
const familyOf = ({ details }: SimulatedPatient): string => details.names[0]?.family ?? '';
const givenOf = ({ details }: SimulatedPatient): readonly string[] => details.names[0]?.given ?? [];
const homeOf = ({ details }: SimulatedPatient) => details.addresses[0];

suite('the made-up people of the register', () => {
  test('are the same every time, and more than two thousand', () => {
    assert.deepEqual(generatePatients(), people);
    assert.ok(people.length >= 2000);
  });

  test('have right numbers that are never issued, each its own, away from those of people with a story', () => {
    assert.equal(new Set(people.map(({ nhsNumber }) => nhsNumber)).size, people.length);
    for (const { nhsNumber } of people) {
      assert.equal(readNhsNumber(nhsNumber), nhsNumber);
      assert.match(nhsNumber, /^9991/u);
    }
  });

  test('can be reached by nobody: phones are for drama, mail is for examples', () => {
    const points = people.flatMap(({ details }) => details.contactPoints);
    assert.ok(points.length > 1000);
    for (const { system, value } of points)
      assert.match(value, system === 'email' ? /@people\.example$/u : /^(07700900|01632960)\d{3}$/u);
  });

  test('are of every kind that makes an entry hard to match', () => {
    const names = new Map<string, number>();
    for (const one of people) {
      const key = `${familyOf(one)} ${givenOf(one)[0]} ${one.birthdate}`;
      if (one.supersededBy === undefined) names.set(key, (names.get(key) ?? 0) + 1);
    }
    const homes = new Map<string, number>();
    for (const one of people) {
      const key = homeOf(one)?.lines.join() ?? '';
      homes.set(key, (homes.get(key) ?? 0) + 1);
    }
    const kinds: Record<string, number> = {
      namesakes: [...names.values()].filter((many) => many > 1).length,
      families: [...homes.values()].filter((many) => many > 2).length,
      twins: count(({ details }) => details.birthOrder === 2),
      restricted: count(({ details }) => details.isRestricted),
      dead: count(({ details }) => details.death?.status === '2'),
      superseded: count(({ supersededBy }) => supersededBy !== undefined),
      invalidated: count(({ isInvalidated }) => isInvalidated),
      'without a practice': count(({ details }) => details.gp === undefined),
      'without a postcode': count((one) => homeOf(one)?.postcode === undefined),
      'of no fixed abode': count((one) => homeOf(one)?.postcode === 'ZZ99 3VZ'),
      'of an unknown day': count(({ birthdate = '' }) => birthdate.length < 10),
      'with another name before': count(({ details }) => details.formerNames.length > 0),
      'moved here': count(({ details }) => details.formerAddresses.length > 0),
      'with several given names': count((one) => givenOf(one).length > 1),
      'with an initial for a name': count((one) => givenOf(one)[0]?.length === 1),
      'with an accent': count((one) => /[^\u0020-\u007e]/u.test(familyOf(one) + givenOf(one).join(''))),
      'with a hyphen': count((one) => familyOf(one).includes('-')),
      'with an apostrophe': count((one) => familyOf(one).includes("'")),
      'with a space': count((one) => familyOf(one).includes(' ')),
    };
    for (const [kind, many] of Object.entries(kinds)) assert.ok(many >= 8, `${kind}: ${many}`);
  });

  test('live in every part of the kingdom, and on the Isle of Man', () => {
    for (const area of ['LS', 'CF', 'G', 'BT', 'IM'])
      assert.ok(count((one) => new RegExp(`^${area}\\d`, 'u').test(homeOf(one)?.postcode ?? '')) >= 20, area);
  });

  test('whose number was given up have another that stands', () => {
    const byNumber = new Map(people.map((one) => [one.nhsNumber, one]));
    for (const { supersededBy } of people) {
      if (supersededBy === undefined) continue;
      const now = byNumber.get(supersededBy);
      assert.ok(now !== undefined && now.supersededBy === undefined);
    }
  });
});
