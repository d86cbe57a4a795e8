import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Fault } from '#foundation/errors';
import { languages, type Language } from '#foundation/web';
import { readPdf, type ReadPdf } from '../../../../test/support/pdf.ts';
import { makeLetter, type Letter } from './letter.ts';
import { spellOut } from './spelling.ts';
import { loadLetterWords } from './words.ts';

const letter: Letter = {
  practice: {
    name: 'Meadowbank Surgery',
    addressLines: ['12 Orchard Lane', 'Leeds', 'LS1 4AP'],
    phone: '0113 496 0123',
    odsCode: 'A29928',
  },
  patientName: 'Ada Lovelace',
  details: { gpUserId: '0012345678', odsCode: 'A29928', gpLinkageKey: 'Rk7tWqz9MnBx3' },
  issuedAt: new Date('2027-05-26T13:05:00Z'),
  expiresAt: new Date('2027-06-09T13:05:00Z'),
  language: 'en',
  print: 'standard',
  serviceName: 'Bevan login',
  supportContact: 'support@login.example',
};
const prints = ['standard', 'large'] as const;
const kinds = languages.flatMap((language) => prints.map((print) => ({ language, print })));

const write = async (more: Partial<Letter> = {}): Promise<ReadPdf> =>
  readPdf(await makeLetter({ ...letter, ...more }));
const withKey = (gpLinkageKey: string, more: Partial<Letter> = {}) =>
  write({ ...more, details: { ...letter.details, gpLinkageKey } });
const whole = ({ pieces }: ReadPdf) => pieces.map(({ text }) => text.trim()).join('\n');
/** What a screen reader reads as details, and what one can select and copy. */
const values = ({ pieces }: ReadPdf) =>
  pieces.filter(({ tags }) => tags.endsWith('Span')).map(({ instead, text }) => [instead, text.trim()]);

describe('a letter with registration details', () => {
  for (const { language, print } of kinds) {
    test(`is read aloud in order, with headings, lists and its language (${language}, ${print})`, async () => {
      const read = await write({ language, print });
      assert.ok(read.isMarked && read.showsTitle);
      assert.equal(read.language, `${language}-GB`);
      assert.match(read.metadata, /<pdfuaid:part>1</u);
      const order = read.pieces.map(({ tags }) => tags).join(', ');
      const detail = 'L LI Lbl, L LI LBody P Span';
      const steps = Array.from({ length: 4 }, () => 'L LI Lbl, L LI LBody').join(', ');
      assert.equal(
        order,
        `P, P, H1, P, P, H2, ${detail}, ${detail}, ${detail}, L LI LBody P, P, P, H2, ${steps}, H2, P, P, H2, P, H2, P`,
      );
      assert.ok(read.pieces.every(({ text }) => text.trim() !== ''));
      const h1 = read.pieces.find(({ tags }) => tags === 'H1');
      assert.equal(h1?.text.replaceAll(/\s+/gu, ' ').trim(), read.title);
    });

    test(`has one page, or two in large print (${language}, ${print})`, async () => {
      const long: Partial<Letter> = {
        practice: {
          name: 'The Riverside and Abercynon Medical Practice',
          addressLines: ['Unit 4, The Old Mill', '112 Upper Bridgewater Street', 'Hebden Bridge', 'HX7 8AB'],
          phone: '01422 496 0123',
          odsCode: 'B85037',
        },
        patientName: 'Mr Christopher Montgomery-Featherstone',
        names: { linkageKey: 'Passphrase', odsCode: 'Organisation ID', accountId: 'Account ID' },
      };
      for (const more of [{}, long]) {
        const { pages, untagged } = await withKey('kW*7\\pQz0!Rt/8Vy', { ...more, language, print });
        assert.equal(pages, print === 'standard' ? 1 : 2);
        assert.equal(untagged !== '', pages > 1, 'only pages’ numbers stand outside of what is read');
      }
    });

    test(`says of the three details the names, once, until when, and what then (${language}, ${print})`, async () => {
      const said = whole(await write({ language, print })).replaceAll(/\s+/gu, ' ');
      const every: Record<Language, readonly string[]> = {
        en: [
          'Account ID',
          'Linkage key',
          'Passphrase',
          'ODS code',
          'Practice ID',
          'once',
          '2:05pm on 9 June 2027',
        ],
        cy: [
          'Account ID',
          'Linkage key',
          'Passphrase',
          'Cod ODS',
          'Practice ID',
          'unwaith',
          '2:05yh ar 9 Mehefin 2027',
        ],
      };
      const both = [
        'Ada Lovelace',
        'Meadowbank Surgery',
        'Leeds',
        '0113 496 0123',
        'support@login.example',
        'Bevan login',
      ];
      for (const part of [...every[language], ...both]) assert.ok(said.includes(part), part);
      assert.doesNotMatch(said, /[{}]|undefined/u);
    });
  }

  test('warns of people who ask for the details', async () => {
    assert.match(whole(await write()), /Nobody will ever call, text or email you to ask/u);
    assert.match(whole(await write({ language: 'cy' })), /Ni fydd neb byth yn ffonio/u);
  });

  test('gives the names that the practice’s own system has, and none twice', async () => {
    const names = { linkageKey: 'Passphrase', odsCode: 'Organisation ID', accountId: 'Account ID' };
    const labels = (await write({ names })).pieces.filter(({ tags }) => tags === 'L LI Lbl').slice(0, 3);
    assert.deepEqual(
      labels.map(({ text }) => text.trim()),
      [
        'Account ID',
        'ODS code, also called Organisation ID, Organisation code, Practice ID',
        'Linkage key, also called Passphrase',
      ],
    );
  });
});

describe('the details in it', () => {
  test('are exactly those of the system, whichever signs they have', async () => {
    const keys = [
      String.raw`*a\b*&amp;<"'>`,
      '0O1lI|5S2Z8B',
      '1/2 3/4 fi ffl 1/4',
      '000000',
      '--=>!=www::',
      'ÿŵ£é',
      '{name}{time}$&',
      "!#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    ];
    for (const key of keys) {
      for (const print of prints) {
        const read = await withKey(key, { print });
        assert.deepEqual(values(read), [
          ['0012345678', '0012345678'],
          ['A29928', 'A29928'],
          [key, key],
        ]);
      }
    }
  });

  test('of 64 characters go over more lines without anything added', async () => {
    const key = 'aB3*kL9/mN0'.repeat(6).slice(0, 64);
    for (const { language, print } of kinds) {
      const read = await withKey(key, { language, print });
      const [instead, text = ''] = values(read)[2] ?? [];
      const lines = text.split(' ');
      assert.equal(instead, key);
      assert.equal(lines.join(''), key);
      assert.equal(lines.length, print === 'large' ? 2 : 1);
      for (const line of lines) assert.ok(read.lines.includes(line));
      assert.equal(/2 lines|2 llinell/u.test(whole(read)), lines.length === 2, 'it is said that it goes on');
    }
  });

  test('are exact for any key, on one page with their frame', async () => {
    const key = fc
      .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 64 })
      .map((text) => text.trim())
      .filter((text) => text !== '' && !/\s\s/u.test(text));
    await fc.assert(
      fc.asyncProperty(key, fc.constantFrom(...kinds), async (gpLinkageKey, kind) => {
        const read = await withKey(gpLinkageKey, kind);
        const [instead, text = ''] = values(read)[2] ?? [];
        assert.equal(instead, gpLinkageKey);
        assert.equal(text.replaceAll(' ', ''), gpLinkageKey.replaceAll(' ', ''));
      }),
      { numRuns: 40, examples: [['}'.repeat(64), { language: 'en', print: 'large' }]] },
    );
  });

  test('stand with their whole frame on one page', async () => {
    for (const length of [1, 20, 64]) {
      for (const { language, print, sign } of kinds.flatMap((kind) => [
        { ...kind, sign: 'W' },
        { ...kind, sign: '}' },
      ])) {
        const { pieces } = await withKey(sign.repeat(length), {
          language,
          print,
          patientName: 'Wilhelmina '.repeat(length),
        });
        const start = pieces.findLastIndex(({ tags }) => tags === 'H2' || tags === 'L LI LBody P Span');
        const key = pieces.findIndex(({ instead }) => instead?.startsWith(sign));
        const ofKey = pieces.slice(key - 1, key + 2).map(({ page }) => page);
        assert.ok(start > 0 && new Set(ofKey).size === 1);
        const heading = pieces.findIndex(({ tags }) => tags === 'H2');
        assert.equal(pieces[heading]?.page, pieces[heading + 2]?.page, 'no heading is left alone');
      }
    }
  });

  test('are refused rather than printed with a character missing', async () => {
    for (const key of ['abc\u{1F511}', '密鑰'])
      await assert.rejects(
        withKey(key),
        (error) => error instanceof Fault && error.code === 'portals.letter',
      );
  });

  test('are spelled out as one would on the phone', async () => {
    const say = (text: string, language: Language = 'en') =>
      spellOut(loadLetterWords(language).characters, text);
    assert.equal(say('aO0 l1*'), 'small a, capital O, zero, space, small l, one, star');
    assert.equal(say('Ŵ7x', 'cy'), 'Ŵ fawr, saith, x fach');
    assert.equal(say('0012'), undefined, 'nobody confuses digits with each other');
    const said = whole(await withKey('aO0lI1'));
    const { lines } = await withKey('aBcDeFgHiJkLmNoPqRsTuVwXyZ', { print: 'large' });
    assert.ok(
      lines.every((line) => !/(?:small|capital)$/u.test(line)),
      'no line ends within one',
    );
    assert.match(said, /small a, capital O, zero, small l, capital I, one/u);
  });

  test('every sign of a keyboard has a name of its own in both languages', () => {
    const signs = Array.from({ length: 95 }, (_, index) => String.fromCodePoint(32 + index));
    for (const language of languages) {
      const { characters } = loadLetterWords(language);
      const said = signs.map((sign) => spellOut(characters, `${sign}a`)?.replace(/, [^,]+$/u, ''));
      assert.equal(new Set(said).size, signs.length);
      assert.ok(said.every((name) => name !== undefined && name.length > 1));
    }
  });
});

describe('the file', () => {
  test('has nothing about the patient outside its pages', async () => {
    const { metadata, title } = await write({ serviceName: 'Care & <Co>' });
    assert.doesNotMatch(metadata, /Lovelace|Rk7tWqz9MnBx3|0012345678|A29928|Meadowbank/u);
    assert.doesNotMatch(metadata.slice(metadata.indexOf('<?xpacket')), /Care &|<Co>/u, 'it stays XML');
    assert.match(title, /^Your registration details for Care/u);
  });

  test('brings all its fonts', async () => {
    const file = (await makeLetter({ ...letter, patientName: 'Nguyễn Ōta' })).toString('latin1');
    const described = file.split('/Type /FontDescriptor').length - 1;
    assert.ok(described >= 4);
    assert.equal(file.split('/FontFile2').length - 1, described);
    assert.doesNotMatch(file, /\/Subtype \/Type1\b|Helvetica/u);
  });

  test('is the same for the same letter, so that nothing depends on when or where it was made', async () => {
    assert.ok((await makeLetter(letter)).equals(await makeLetter(letter)));
  });
});

test('names of all kinds can be read, and what no font has is seen to be missing', async () => {
  for (const name of ['Siân Ŵyn-Hughes', 'Nguyễn Thị Ơn', 'Zoë O’Brien-Łukasz', 'Ελένη', 'Иван', 'Ōta'])
    assert.ok(whole(await write({ patientName: name })).includes(`For: ${name}`), name);
  assert.ok(whole(await write({ patientName: 'Mei 美' })).includes('For: Mei ?'));
  assert.ok(whole(await write({ patientName: 'Zoe\u0308 {phone}' })).includes('For: Zoë {phone}'));
});

test('a practice without phone or address has a letter too', async () => {
  const said = whole(await write({ practice: { name: 'The Surgery', addressLines: [], odsCode: 'A29928' } }));
  assert.match(said, /With this letter: The Surgery\b/u);
  assert.doesNotMatch(said, /phone *(?:$|\n)|undefined|^, /mu);
});
