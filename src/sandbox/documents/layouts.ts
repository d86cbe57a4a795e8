import type { DocumentKind } from '#proofing';
import type { DocumentOrder } from './document.ts';
import { drawFace } from './face.ts';
import type { Letter } from './lettering.ts';
import { writeTd1, writeTd3, writeVisa, type MachineZone } from './machine-zone.ts';
import { numberOf } from './numbers.ts';

/** A document as it would leave the printer. */
export interface Sheet {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

interface Look {
  readonly title: string;
  readonly paper: string;
  readonly ink: string;
  readonly accent: string;
}

/** Nobody issues these: neither the colours nor the lines are those of a real document. */
const looks: Readonly<Record<DocumentKind, Look>> = {
  passport: { title: 'PASSPORT', paper: '#f1ecf4', ink: '#3c2350', accent: '#c9b7d8' },
  'uk-driving-licence': { title: 'DRIVING LICENCE', paper: '#f6e9f0', ink: '#5a2346', accent: '#e2bfd2' },
  'biometric-residence-permit': {
    title: 'RESIDENCE PERMIT',
    paper: '#e9f1f4',
    ink: '#1d4456',
    accent: '#b5d0da',
  },
  'uk-residence-card': { title: 'RESIDENCE CARD', paper: '#eaf3ee', ink: '#1f4a38', accent: '#b7d8c6' },
  'application-registration-card': {
    title: 'APPLICATION REGISTRATION CARD',
    paper: '#f4f0e6',
    ink: '#4f4020',
    accent: '#dccfae',
  },
  citizencard: { title: 'PROOF OF AGE CARD', paper: '#e8eefb', ink: '#20376b', accent: '#b9c8ec' },
  'european-driving-licence': {
    title: 'DRIVING LICENCE',
    paper: '#fbeeea',
    ink: '#6b2a20',
    accent: '#ecc5bb',
  },
  'european-identity-card': { title: 'IDENTITY CARD', paper: '#eaf4f6', ink: '#14494f', accent: '#b4dade' },
  'uk-entry-visa': { title: 'ENTRY VISA', paper: '#f0f5e6', ink: '#3d4f18', accent: '#cfdfae' },
};

const card = { width: 1284, height: 810 };
const page = { width: 1250, height: 880 };
const sticker = { width: 1250, height: 860 };

/** @returns one side of a document */
export function layOut(letter: Letter, order: DocumentOrder): Sheet {
  const { kind, side } = order;
  if (kind === 'passport') return passport(letter, order);
  if (kind === 'uk-entry-visa') return visa(letter, order);
  return side === 'front' ? cardFront(letter, order) : cardBack(letter, order);
}

type Field = readonly [label: string, value: string];

function passport(letter: Letter, order: DocumentOrder): Sheet {
  const { person, expires } = order;
  const fields: readonly Field[] = [
    ['Surname', upper(person.familyName)],
    ['Given names', upper(person.givenNames)],
    ['Nationality', 'UTOPIAN'],
    ['Date of birth', spoken(person.birthdate)],
    ['Sex', person.sex ?? 'X'],
    ['Date of expiry', spoken(expires)],
  ];
  const zone = writeTd3({ ...zoneOf(order), code: 'P<' });
  return sheet(letter, order, page, [
    head(letter, order, page, 'Code UTO'),
    portrait(order, { x: 60, y: 190, width: 330 }),
    columns(letter, fields, { x: 440, y: 210, step: 78 }),
    letter('Passport No.', { x: 850, y: 210, size: 22, fill: looks.passport.ink }),
    letter(numberOf(order), { x: 850, y: 246, size: 34, font: 'bold' }),
    band(page, 700),
    machine(letter, zone, { x: 46, y: 772, step: 66, width: page.width - 92 }),
  ]);
}

function visa(letter: Letter, order: DocumentOrder): Sheet {
  const { person, expires } = order;
  const fields: readonly Field[] = [
    ['Surname', upper(person.familyName)],
    ['Given names', upper(person.givenNames)],
    ['Date of birth', spoken(person.birthdate)],
    ['Valid until', spoken(expires)],
    ['Type of visa', 'ENTRY CLEARANCE'],
  ];
  const zone = writeVisa({ ...zoneOf(order), code: 'V<' });
  return sheet(letter, order, sticker, [
    head(letter, order, sticker, numberOf(order)),
    portrait(order, { x: 60, y: 180, width: 320 }),
    columns(letter, fields, { x: 440, y: 210, step: 88 }),
    band(sticker, 680),
    machine(letter, zone, { x: 46, y: 750, step: 66, width: sticker.width - 92 }),
  ]);
}

function cardFront(letter: Letter, order: DocumentOrder): Sheet {
  const { kind, person, expires } = order;
  const number = numberOf(order);
  const isLicence = kind === 'uk-driving-licence' || kind === 'european-driving-licence';
  const fields: readonly Field[] = isLicence
    ? [
        ['1.', upper(person.familyName)],
        ['2.', upper(person.givenNames)],
        ['3.', `${dotted(person.birthdate)} UTOPIA`],
        ['4a.', dotted(yearsBefore(expires, 10))],
        ['4b.', dotted(expires)],
        ['5.', kind === 'uk-driving-licence' ? `${number} 35` : number],
        ['8.', '1 SPECIMEN STREET, UTOPIA'],
        ['9.', 'AM/A/B1/B/f/k/l/n/p/q'],
      ]
    : [
        ['Surname', upper(person.familyName)],
        ['Given names', upper(person.givenNames)],
        ['Date of birth', dotted(person.birthdate)],
        [kind === 'citizencard' ? 'Expires' : 'Valid until', dotted(expires)],
        ['Number', number],
      ];
  return sheet(letter, order, card, [
    head(letter, order, card, 'UTO'),
    portrait(order, { x: 60, y: 190, width: 360 }),
    isLicence
      ? rows(letter, fields, { x: 470, y: 222, step: 66 })
      : columns(letter, fields, { x: 470, y: 220, step: 104 }),
  ]);
}

const withMachineZone: readonly DocumentKind[] = [
  'biometric-residence-permit',
  'uk-residence-card',
  'application-registration-card',
  'european-identity-card',
];

function cardBack(letter: Letter, order: DocumentOrder): Sheet {
  const { kind } = order;
  const number = letter(numberOf(order), {
    x: card.width - 60,
    y: 90,
    size: 34,
    font: 'bold',
    anchor: 'end',
  });
  if (!withMachineZone.includes(kind))
    return sheet(letter, order, card, [
      number,
      rows(
        letter,
        [
          ['AM', dotted(yearsBefore(order.expires, 10))],
          ['B1', dotted(yearsBefore(order.expires, 10))],
          ['B', dotted(yearsBefore(order.expires, 10))],
          ['12.', '01'],
        ],
        { x: 120, y: 260, step: 90 },
      ),
    ]);
  const zone = writeTd1({ ...zoneOf(order), code: kind === 'european-identity-card' ? 'ID' : 'IR' });
  return sheet(letter, order, card, [
    number,
    columns(
      letter,
      [
        ['Date of issue', dotted(yearsBefore(order.expires, 10))],
        ['Place of birth', 'UTOPIA'],
        ['Authority', 'NOBODY'],
      ],
      { x: 120, y: 190, step: 100 },
    ),
    band(card, 500),
    machine(letter, zone, { x: 52, y: 590, step: 82, width: card.width - 104 }),
  ]);
}

function zoneOf(order: DocumentOrder): Omit<MachineZone, 'code'> {
  const { person, expires, flaws = [] } = order;
  return {
    issuer: 'UTO',
    nationality: 'UTO',
    number: numberOf(order),
    birthdate: person.birthdate,
    sex: person.sex,
    expires,
    familyName: person.familyName,
    givenNames: person.givenNames,
    isForged: flaws.includes('forged'),
  };
}

function sheet(
  letter: Letter,
  { kind }: DocumentOrder,
  { width, height }: { readonly width: number; readonly height: number },
  parts: readonly string[],
): Sheet {
  const { paper, accent } = looks[kind];
  const waves = Array.from({ length: 22 }, (_, index) => {
    const y = 20 + index * 42;
    return `<path d="M0 ${y}Q${width / 4} ${y - 46} ${width / 2} ${y}T${width} ${y}" fill="none" stroke="${accent}" stroke-width="2" stroke-opacity="0.55"/>`;
  });
  const mark = `<g transform="rotate(-24 ${width / 2} ${height / 2})">${letter('SPECIMEN', { x: width / 2, y: height / 2 + 60, size: 190, font: 'bold', fill: accent, anchor: 'middle', opacity: 0.5 })}</g>`;
  const svg = `<clipPath id="paper"><rect width="${width}" height="${height}" rx="42"/></clipPath><g clip-path="url(#paper)"><rect width="${width}" height="${height}" fill="${paper}"/>${waves.join('')}${mark}${parts.join('')}</g>`;
  return { svg, width, height };
}

function head(
  letter: Letter,
  { kind }: DocumentOrder,
  { width }: { readonly width: number },
  right: string,
): string {
  const { title, ink } = looks[kind];
  return [
    `<rect width="${width}" height="126" fill="${ink}"/>`,
    letter(`SPECIMEN ${title}`, { x: 60, y: 64, size: 42, font: 'bold', fill: '#ffffff' }),
    letter('Not a real document. Issued by nobody, for tests only.', {
      x: 60,
      y: 104,
      size: 24,
      fill: '#ffffff',
    }),
    letter(right, { x: width - 60, y: 64, size: 32, font: 'bold', fill: '#ffffff', anchor: 'end' }),
  ].join('');
}

function portrait(
  { face }: DocumentOrder,
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): string {
  const scale = width / 300;
  return `<g transform="translate(${x} ${y}) scale(${scale})"><rect width="300" height="390" fill="#e3e7e9"/>${drawFace(face)}</g>`;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly step: number;
}

/** Labels above what they are of. */
function columns(letter: Letter, fields: readonly Field[], { x, y, step }: Place): string {
  return fields
    .map(([label, value], index) =>
      [
        letter(label, { x, y: y + index * step, size: 22, fill: '#56606b' }),
        letter(value, { x, y: y + index * step + 36, size: fitting(value, 34), font: 'bold' }),
      ].join(''),
    )
    .join('');
}

/** Numbers before what they are of. */
function rows(letter: Letter, fields: readonly Field[], { x, y, step }: Place): string {
  return fields
    .map(([label, value], index) =>
      [
        letter(label, { x, y: y + index * step, size: 28, fill: '#56606b' }),
        letter(value, { x: x + 80, y: y + index * step, size: fitting(value, 36), font: 'bold' }),
      ].join(''),
    )
    .join('');
}

/** Long names are printed smaller, rather than over the edge. */
function fitting(value: string, size: number): number {
  return value.length <= 30 ? size : (size * 30) / value.length;
}

function band({ width, height }: { readonly width: number; readonly height: number }, y: number): string {
  return `<rect y="${y}" width="${width}" height="${height - y}" fill="#fdfdfc"/>`;
}

function machine(
  letter: Letter,
  lines: readonly string[],
  place: Place & { readonly width: number },
): string {
  const { x, y, step, width } = place;
  return lines
    .map((line, index) =>
      letter(line, {
        x,
        y: y + index * step,
        size: (width / line.length) * 1.5,
        font: 'machine',
        pitch: width / line.length,
        fill: '#15171a',
      }),
    )
    .join('');
}

function upper(name: string): string {
  return name.toUpperCase();
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

function spoken(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return `${date} ${months[Number(month) - 1] ?? ''} ${year}`;
}

function dotted(day: string): string {
  return day.split('-').toReversed().join('.');
}

function yearsBefore(day: string, years: number): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return `${Number(year) - years}-${month}-${month === '02' && date === '29' ? '28' : date}`;
}
