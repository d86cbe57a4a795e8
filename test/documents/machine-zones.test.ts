import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'mrz';
import { findMachineZone } from '../../src/proofing/documents/machine-zone.ts';
import { compareZoneNames } from '../../src/proofing/documents/same-names.ts';
import { writeTd1, writeTd3, writeVisa, type MachineZone } from '../../src/sandbox/documents/machine-zone.ts';
import { anyExpiry, anyPerson } from '../support/specimens.ts';

const anyZone: fc.Arbitrary<MachineZone> = fc
  .tuple(anyPerson, anyExpiry, fc.stringMatching(/^[A-Z0-9]{6,9}$/u))
  .map(([person, expires, number]) => ({
    ...person,
    expires,
    number,
    code: 'P<',
    issuer: 'UTO',
    nationality: 'UTO',
  }));

const written: readonly (readonly [name: string, (zone: MachineZone) => readonly string[]])[] = [
  ['a passport', writeTd3],
  ['a card', (zone) => writeTd1({ ...zone, code: 'ID' })],
  ['a visa', (zone) => writeVisa({ ...zone, code: 'V<' })],
];
const six = (day: string) => day.slice(2).replaceAll('-', '');

suite('the zones that are drawn', () => {
  for (const [name, write] of written.slice(0, 2))
    test(`of ${name} have check digits that fit, as another reader of zones says`, () => {
      fc.assert(
        fc.property(anyZone, (zone) => {
          const { details } = parse([...write(zone)]);
          const checks = details.filter(({ field }) => field?.endsWith('CheckDigit') === true);
          assert.ok(checks.length >= 4);
          for (const check of checks) assert.equal(check.valid, true, `${check.field}: ${check.error}`);
        }),
      );
    });

  test('have letters that zones don’t have in the spelling that the standard recommends', () => {
    const [line] = writeTd3({
      code: 'P<',
      issuer: 'UTO',
      number: '123456789',
      nationality: 'UTO',
      birthdate: '1974-08-12',
      expires: '2032-04-15',
      familyName: "O'Grádaigh-Ærø",
      givenNames: 'Weiß Łukasz Þór',
    });
    assert.equal(line, 'P<UTOOGRADAIGH<AEROE<<WEISS<LUKASZ<THOR<<<<<');
  });
});

suite('a machine-readable zone', () => {
  for (const [name, write] of written)
    test(`of ${name} is read as it was written, among other lines`, () => {
      fc.assert(
        fc.property(anyZone, (zone) => {
          const found = findMachineZone(['SPECIMEN', '12 APR 1990', ...write(zone), '']);
          assert.ok(found);
          assert.deepEqual(
            [found.birth, found.doesBirthFit, found.expires, found.doesExpiryFit, found.doesNumberFit],
            [six(zone.birthdate), true, zone.expires, true, 'yes'],
          );
          assert.notEqual(found.doesWholeFit, 'no');
          assert.equal(compareZoneNames({ ...found, names: found.names ?? '' }, zone) === 'other', false);
        }),
      );
    });

  test('is found also where fillers were taken for letters, once or twice over, and spaces were put in', () => {
    fc.assert(
      fc.property(
        anyZone,
        fc.constantFrom(...written),
        fc.array(fc.constantFrom('<', 'K', 'L', 'C', '<K', '< '), { minLength: 40, maxLength: 40 }),
        (zone, [, write], noise) => {
          // Only from the third filler of a run on: the shorter ones are read well, and where columns count there are no longer ones.
          const noisy = write({ ...zone, sex: 'F', number: '123456789' }).map((line) =>
            line.replaceAll(/(?<=<<)<+/gu, (run) => Array.from(run, (_, at) => noise[at % 40]).join('')),
          );
          const found = findMachineZone(noisy);
          assert.equal(found?.birth, six(zone.birthdate));
          assert.equal(found?.expires, zone.expires);
          assert.ok(found?.doesBirthFit && found.doesExpiryFit);
        },
      ),
    );
  });

  test('has digits in dates that were taken for letters, and is read nevertheless', () => {
    const found = findMachineZone([
      'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<',
      'L898902C36UTO74O8I22F12O4I59ZE184226B<<<<<10',
    ]);
    assert.deepEqual(
      [found?.birth, found?.expires, found?.doesBirthFit, found?.doesExpiryFit, found?.doesNumberFit],
      ['740812', '2012-04-15', true, true, 'yes'],
    );
  });

  test('in which a date was changed does not fit', () => {
    fc.assert(
      fc.property(anyZone, fc.constantFrom(...written), (zone, [, write]) => {
        const found = findMachineZone(write({ ...zone, isForged: true }));
        assert.equal(found?.doesBirthFit, false);
        assert.equal(found?.doesExpiryFit, true);
      }),
    );
  });

  test('is not seen in anything else that is printed, and whatever is printed has an answer in time', () => {
    assert.equal(
      findMachineZone(['SPECIMEN PASSPORT', '12 APR 1990', '0123456789012345678901234567890']),
      undefined,
    );
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 200 }), { maxLength: 20 }), (lines) => {
        const found = findMachineZone(lines);
        assert.ok(found === undefined || /^\d{6}$/u.test(found.birth));
      }),
    );
    const start = performance.now();
    findMachineZone(Array.from({ length: 200 }, () => '0101015'.repeat(28)));
    assert.ok(performance.now() - start < 5000);
  });
});

suite('names in a zone', () => {
  const zone = (names: string, roomForNames = 39) => ({ names, roomForNames });

  test('of whoever says so are the same, in all the spellings of zones', () => {
    for (const [names, familyName, givenNames] of [
      ['OFIELDS<<PRIYA<ANNE<MARIE<<<<<<<<', 'O’Fields', 'Priya'],
      ['MUELLER<<JOERG<<<<<<', 'Müller', 'Jörg'],
      ['MULLER<<JORG<<<<<<', 'Müller', 'Jörg'],
      ['WEISS<<GROSS<<<<<<', 'Weiß', 'Groß'],
      ['OESTERGAARD<<SOEREN<<<', 'Østergård', 'Søren'],
      ['AEBBE<<AETHEL<<<<', 'Æbbe', 'Æthel'],
      ['SMITH<JONES<<ANNE<MARIE<<<<', 'Smith-Jones', 'Anne-Marie'],
      ['SMITH<JONES<<ANNEMARIE<<<<', 'Smith Jones', 'Anne Marie'],
      ['CLARK<<NICK<<<<<<<<', 'Clark', 'Nick'],
      ['OFIELDS<<PRIYAKANNE<KMARIE<<LLLLKKL', "O'Fields", 'Priya Anne-Marie'],
      [
        'WOLFESCHLEGELSTEINHAUSENBERGERDORFFWELC',
        'Wolfeschlegelsteinhausenbergerdorffwelchewarenaltern',
        'Hubert',
      ],
    ] as const)
      assert.equal(
        compareZoneNames(zone(names), { familyName, givenNames }),
        'same',
        `${names} = ${familyName}`,
      );
  });

  test('that a zone had no room for are nobody else’s, also where the letters it ends with could be fillers', () => {
    for (const [names, familyName, givenNames] of [
      ['ALAKACAAEOEAAA<AAAAAAAAAACA<<L', 'Alakacaäøaaa Aaaaaaaaaaça', 'Laaaþaaaaaaaaaaa'],
      ['WOLFESCHLEGELSTEINHAUSENBERG<<', 'Wolfeschlegelsteinhausenberg', 'Maximiliannepomuk'],
    ] as const)
      assert.notEqual(
        compareZoneNames({ names, roomForNames: 30 }, { familyName, givenNames }),
        'other',
        `${names} = ${familyName}`,
      );
    assert.equal(
      compareZoneNames(
        { names: 'WOLFE<<MARGARET<<<<<<<<<<<<<<<', roomForNames: 30 },
        { familyName: 'Wolfeschlegelsteinhausenberg', givenNames: 'Maximiliannepomuk' },
      ),
      'other',
    );
  });

  test('of somebody else are another’s, and a letter that was misread makes nobody another', () => {
    for (const [names, familyName, givenNames, likeness] of [
      ['ROBERTSON<<MARGARET<<<', 'Fields', 'Priya', 'other'],
      ['OFIELDS<<PRIYA<<<', 'Robertson', 'Priya', 'other'],
      ['OFTELDS<<PRIVA<<<<<', "O'Fields", 'Priya', 'unsure'],
      ['LI<<LEE<<<<<', 'Ku', 'Kai', 'unsure'],
      ['', "O'Fields", 'Priya', 'unsure'],
    ] as const)
      assert.equal(
        compareZoneNames(zone(names), { familyName, givenNames }),
        likeness,
        `${names} ≠ ${familyName}`,
      );
  });
});
