import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { differencesOf, findDriverNumbers } from '../../src/proofing/documents/driver-number.ts';
import { judge } from '../../src/proofing/documents/judge.ts';
import { datesIn, labelledDate } from '../../src/proofing/documents/printed-dates.ts';
import type { DocumentToRead } from '../../src/proofing/documents/types.ts';
import { faceOf } from '../../src/sandbox/documents/face.ts';
import { numberOf } from '../../src/sandbox/documents/numbers.ts';
import { anyBirthdate, anyPerson } from '../support/specimens.ts';

const licence = {
  kind: 'uk-driving-licence',
  side: 'front',
  face: faceOf('ada'),
  expires: '2031-01-01',
} as const;

suite('a driver number', () => {
  test('that is made of somebody’s name and date of birth is theirs, wherever it stands', () => {
    fc.assert(
      fc.property(anyPerson, (person) => {
        const number = numberOf({ ...licence, person });
        assert.equal(number.length, 16);
        for (const line of [number, `5. ${number} 35`, `5 ${number.slice(0, 5)} ${number.slice(5)}`]) {
          const found = findDriverNumbers(['SPECIMEN', line]);
          assert.ok(
            found.some((one) => differencesOf(one, person).length === 0),
            line,
          );
        }
      }),
    );
  });

  test('is read by its places, where a digit was taken for a letter or the other way round', () => {
    const claimed = { givenNames: 'Olive Iris', familyName: 'Bowls', birthdate: '1950-10-01' };
    for (const word of ['BOWLS560010OI9ZZ', '80WL5S6OO1O0I9ZZ', 'B0WLSS6OOIOOI9ZZ']) {
      const [number] = findDriverNumbers([word]);
      assert.ok(number, word);
      assert.deepEqual(differencesOf(number, claimed), [], word);
    }
  });

  test('of somebody with another name, day of birth or initial is not theirs', () => {
    const [number] = findDriverNumbers(['MORGA657054SM9IJ']);
    assert.ok(number);
    const sarah = { givenNames: 'Sarah Meredyth', familyName: 'Morgan', birthdate: '1964-07-05' };
    for (const [changes, differences] of [
      [{}, []],
      [{ givenNames: 'Sarah' }, []],
      [{ familyName: 'Morgane-Jones' }, []],
      [{ familyName: 'Morley' }, ['family']],
      [{ birthdate: '1964-07-06' }, ['birth']],
      [{ birthdate: '1954-07-05' }, ['birth']],
      [{ givenNames: 'Meredyth' }, ['initials']],
    ] as const)
      assert.deepEqual(differencesOf(number, { ...sarah, ...changes }), differences);
  });

  test('of a Mac is also one of a Mc, and short names are filled up', () => {
    const [mac] = findDriverNumbers(['MCDON802286AB9ZZ']);
    assert.ok(mac);
    assert.deepEqual(
      differencesOf(mac, { givenNames: 'Alan', familyName: 'MacDonald', birthdate: '1986-02-28' }),
      [],
    );
    const [lee] = findDriverNumbers(['LI999802286A99ZZ']);
    assert.ok(lee);
    assert.deepEqual(differencesOf(lee, { givenNames: 'Al', familyName: 'Li', birthdate: '1986-02-28' }), []);
  });

  test('is seen in nothing else, and whatever is printed has an answer', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 200 })), (lines) => {
        for (const { birth } of findDriverNumbers(lines)) assert.match(birth, /^\d{6}$/u);
      }),
    );
    assert.deepEqual(
      findDriverNumbers(['1 SPECIMEN STREET, UTOPIA', 'AM/A/B1/B/f/k/l/n/p/q', '31.05.2031']),
      [],
    );
  });
});

suite('a printed date', () => {
  test('is read in the ways in which documents write it', () => {
    fc.assert(
      fc.property(anyBirthdate, (date) => {
        const [year = '', month = '', day = ''] = date.split('-');
        const name = new Date(date).toLocaleString('en-GB', { month: 'long', timeZone: 'UTC' });
        for (const text of [
          `${day}.${month}.${year}`,
          `${Number(day)}/${Number(month)}/${year}`,
          `${day}-${month}-${year} UTOPIA`,
          `${day} ${name.slice(0, 3).toUpperCase()} ${year}`,
          `${day} ${name} ${year}`,
          `${day} ${name.slice(0, 3).toUpperCase()} /MAI ${year}`,
        ])
          assert.deepEqual(datesIn(text), [date], text);
      }),
    );
    assert.deepEqual(datesIn('31.02.2030 00.01.2030 12.13.2030 1.1.20301 31 FOO 2030'), []);
  });

  test('belongs to the label beside or above it, and a date from which something is valid is no expiry', () => {
    assert.equal(labelledDate(['4a. 31.05.2021', '4b. 31.05.2031'], 'expiry'), '2031-05-31');
    assert.equal(labelledDate(['Date of expiry', '31 MAY 2031'], 'expiry'), '2031-05-31');
    assert.equal(labelledDate(['Valid from', '31 MAY 2021'], 'expiry'), undefined);
    assert.equal(labelledDate(['3. 12.04.1990 UTOPIA'], 'birth'), '1990-04-12');
    assert.equal(labelledDate(['12.04.1990'], 'birth'), undefined);
  });
});

const claimed = { givenNames: 'Priya', familyName: 'Fields', birthdate: '1990-04-12' };
function judged(
  lines: readonly (readonly string[])[],
  asked: Partial<Pick<DocumentToRead, 'kind' | 'today' | 'claimed'>> = {},
  confidence = 0.95,
) {
  const looks = lines.map((look) => look.map((text) => ({ text, confidence })));
  return judge(looks, { kind: 'citizencard', claimed, today: '2026-11-26', ...asked });
}

suite('a document with no zone', () => {
  const front = (expiry: string) => ['Surname', 'FIELDS', 'Date of birth', '12.04.1990', 'Expires', expiry];

  test('has expired too long ago from twelve months on, on the same day of the year', () => {
    for (const [expiry, today, isTooLong] of [
      ['26.11.2025', '2026-11-25', false],
      ['26.11.2025', '2026-11-26', true],
      ['27.11.2025', '2026-11-26', false],
      ['26.11.2026', '2026-11-26', false],
      ['29.02.2024', '2025-02-28', false],
      ['29.02.2024', '2025-03-01', true],
      ['28.02.2023', '2024-02-28', true],
      ['01.03.2023', '2024-02-29', false],
      ['31.12.1999', '2026-11-26', true],
    ] as const) {
      const reading = judged([front(expiry), front(expiry)], { today });
      assert.deepEqual(reading.findings, isTooLong ? ['expired_too_long'] : [], `${expiry} on ${today}`);
    }
  });

  test('stays unread where two looks differ, or either saw nothing, or not well', () => {
    const nothing = { outcome: 'unread', reason: 'nothing_found', findings: [] };
    assert.deepEqual(judged([front('31.05.2021'), front('31.05.2027')]), nothing);
    assert.deepEqual(judged([front('31.05.2021'), []]), nothing);
    assert.deepEqual(judged([]), nothing);
    assert.deepEqual(judged([front('31.05.2021'), front('31.05.2021')], {}, 0.4), nothing);
  });

  test('does not expire on a day before another that is printed on it', () => {
    const lines = ['Date of birth', '12.04.1990', 'Expires', '31.05.2021', 'Issued', '31.05.2024'];
    assert.equal(judged([lines, lines]).outcome, 'unread');
  });

  test('of somebody born on another day tells so, and nothing of who it is', () => {
    const lines = front('31.05.2031').map((line) => line.replace('1990', '1991'));
    const reading = judged([lines, lines]);
    assert.deepEqual(reading.findings, ['details_differ']);
    assert.doesNotMatch(JSON.stringify(reading), /1991|FIELDS/u);
  });
});

suite('a British licence', () => {
  const front = (number: string, birth = '12.04.1990') => [
    '1. FIELDS',
    '2. PRIYA',
    `3. ${birth} UTOPIA`,
    '4a. 31.05.2021',
    '4b. 31.05.2031',
    `5. ${number} 35`,
  ];
  const asked = { kind: 'uk-driving-licence' } as const;

  test('with the number that belongs to name and date of birth is theirs', () => {
    const reading = judged([front('FIELD954120P99ZZ'), front('FIELD954120P99ZZ')], asked);
    assert.deepEqual(reading, {
      outcome: 'read',
      source: 'driver_number',
      expires: '2031-05-31',
      findings: [],
      isWhole: true,
      agrees: true,
      confidence: 1,
    });
  });

  test('of twins who share the first of their names, or an initial, is for a person to look at', () => {
    const agrees = (given: string, number: string, givenNames: string) => {
      const look = front(number).map((line) => line.replace('PRIYA', given));
      const reading = judged([look, look], { ...asked, claimed: { ...claimed, givenNames } });
      assert.deepEqual(reading.findings, []);
      return reading.outcome === 'read' && reading.isWhole && reading.agrees;
    };
    for (const [given, number, givenNames] of [
      ['MUHAMMAD HASSAN', 'FIELD954120MH9ZZ', 'Muhammad Hassan'],
      ['MUHAMMAD HASSAN ALI', 'FIELD954120MH9ZZ', 'Muhammad Hassan'],
      ['MUHAMMAD HASSAN', 'FIELD954120MH9ZZ', 'Muhammad'],
      ['MUHAMMAD', 'FIELD954120M99ZZ', 'Muhammad Hassan'],
    ] as const)
      assert.ok(agrees(given, number, givenNames), `${given} is ${givenNames}`);
    for (const [given, number, givenNames] of [
      ['MUHAMMAD HUSSAIN', 'FIELD954120MH9ZZ', 'Muhammad Hassan'],
      ['S ARAVIND', 'FIELD954120SA9ZZ', 'S Arun'],
      ['S ARAVIND', 'FIELD954120SA9ZZ', 'S'],
    ] as const)
      assert.ok(!agrees(given, number, givenNames), `${given} is not ${givenNames}`);
  });

  test('whose number has another day than the one beside it has a wrong number; one of somebody else is somebody else’s', () => {
    const forged = front('FIELD954130P99ZZ');
    assert.deepEqual(judged([forged, forged], asked).findings, ['number_wrong']);
    const others = front('BROWN954130P99ZZ', '13.04.1990');
    assert.deepEqual(judged([others, others], asked).findings, ['details_differ']);
  });

  test('of which two looks read another number says nothing of the number', () => {
    const reading = judged([front('FIELD954130P99ZZ'), front('FIELD954150P99ZZ')], asked);
    assert.deepEqual([reading.outcome === 'read' && reading.source, reading.findings], ['text', []]);
  });
});

suite('a zone that two looks read', () => {
  /** The last digit belongs to the right date of birth. */
  const zone = (birthAndCheck: string, last = 6) => [
    'P<UTOFIELDS<<PRIYA<<<<<<<<<<<<<<<<<<<<<<<<<<',
    `1234567897UTO${birthAndCheck}F3105319<<<<<<<<<<<<<<0${last}`,
  ];
  const asked = { kind: 'passport' } as const;

  test('counts when either look is sure of it, and not when each is sure of another date', () => {
    const misread = zone('9004139');
    for (const looks of [
      [zone('9004126')],
      [zone('9004126'), misread],
      [misread, zone('9004126')],
      [zone('9004126'), []],
    ])
      assert.deepEqual(judged(looks, asked).findings, []);
    assert.equal(judged([zone('9004126'), zone('9104129')], asked).outcome, 'unread');
  });

  test('has a wrong number only where both read it so', () => {
    const forged = zone('9004127');
    assert.deepEqual(judged([forged, forged], asked).findings, ['number_wrong']);
    const wrongInTheEnd = zone('9004126', 3);
    assert.deepEqual(judged([wrongInTheEnd, wrongInTheEnd], asked).findings, ['number_wrong']);
    assert.deepEqual(judged([wrongInTheEnd, zone('9004126')], asked).findings, []);
    assert.equal(judged([forged], asked).outcome, 'unread');
    assert.equal(judged([forged, zone('9004128')], asked).outcome, 'unread');
    assert.equal(judged([forged, zone('9004139')], asked).outcome, 'unread');
  });

  test('says nothing against a document where a letter was read for a digit, and is right where it can be', () => {
    const asLetter = zone('9004126').map((line) => line.replace('UTO9004126', 'UTOQ004126'));
    assert.deepEqual(judged([asLetter, asLetter], asked).findings, []);
    assert.equal(judged([asLetter, asLetter], asked).outcome, 'read');
    const wrong = zone('9O04127');
    assert.equal(judged([wrong, wrong], asked).outcome, 'unread');
  });

  test('agrees with whose names stand in it letter for letter, and leaves twins whose names are nearly theirs to a person', () => {
    const agrees = (names: string, familyName: string, givenNames: string) => {
      const [, second = ''] = zone('9004126');
      const look = [`P<UTO${names.padEnd(39, '<')}`, second];
      const reading = judged([look, look], { ...asked, claimed: { ...claimed, familyName, givenNames } });
      assert.deepEqual(reading.findings, []);
      return reading.outcome === 'read' && reading.isWhole && reading.agrees;
    };
    for (const [names, familyName, givenNames] of [
      ['FIELDS<<LARA', 'Fields', 'Lara'],
      ['FIELDS<<LARA<ANNE', 'Fields', 'Lara'],
      ['FIELDS<<LARA', 'Fields', 'Lara Anne'],
      ['FIELDS<<LARA<ANNE', 'Fields', 'Lara Anne Marie'],
      ['FIELDS<<LARA<ANNE<MARIE', 'Fields', 'Lara Anne'],
      ['FIELDS<<LARA<K<<<<<<L', 'Fields', 'Lara Anne'],
      ['FIELDS<<LARA<JOERG<<<<<<LL', 'Fields', 'Lara Jörg'],
      ['WOLFESCHLEGELSTEINHAUSEN<<LARA<MAXIMILI', 'Wolfeschlegelsteinhausen', 'Lara Maximiliana'],
      ['SMITH<JONES<<ANNE<MARIE', 'Smith-Jones', 'Anne-Marie'],
      ['MUELLER<<JOERG', 'Müller', 'Jörg'],
      ['OFIELDS<<SIAN<<<<<<<<<K<<K<LK', "O'Fields", 'Siân'],
    ] as const)
      assert.ok(agrees(names, familyName, givenNames), names);
    for (const [names, familyName, givenNames] of [
      ['FIELDS<<CLARA', 'Fields', 'Lara'],
      ['FIELDS<<LARA', 'Fields', 'Clara'],
      ['FIELDS<<KEN', 'Fields', 'Len'],
      ['FIELDS<<ANNABEL', 'Fields', 'Ann'],
      ['FIELDS<<JOSEPH', 'Fields', 'Jo'],
      ['FIELDSON<<LEE', 'Fields', 'On'],
      // Brothers and sisters who share the first of their names, or an initial.
      ['KHAN<<MUHAMMAD<HUSSAIN', 'Khan', 'Muhammad Hassan'],
      ['FIELDS<<LARA<ANNE', 'Fields', 'Lara Marie'],
      ['FIELDS<<ANNE<SOPHIE', 'Fields', 'Anne-Marie'],
      ['FIELDS<<LARA<ANNE<SOPHIE', 'Fields', 'Lara Anne Marie'],
      ['KUMAR<<S<ARAVIND', 'Kumar', 'S Arun'],
      ['FIELDS<<K<LARA', 'Fields', 'Lara'],
      ['FIELDS<K<<LARA', 'Fields', 'Lara'],
      ['WOLFESCHLEGELSTEINHAUSEN<<LARA<MAXIMILI', 'Wolfeschlegelsteinhausen', 'Lara Marie'],
      // What comes after it could not be read: it may be a longer name.
      ['FIELDS<<ANN4BEL', 'Fields', 'Ann'],
      ['WOLFESCHLEGELSTEINHAUSENBERGERDORFFWELC', 'Wolfeschlegelsteinhausenbergerdorffwelche', 'Jo'],
    ] as const)
      assert.ok(!agrees(names, familyName, givenNames), `${names} is not ${givenNames}`);
  });

  test('is none where a long number looks like dates that do not fit', () => {
    const number = ['Reference', 'ABCDEFGHIJ1234567M3105311ABCDE'];
    assert.equal(judged([number, number], asked).outcome, 'unread');
  });
});
