import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  nameKey,
  nationsOfPostcode,
  readName,
  readOdsCode,
  readPostcode,
  sameName,
} from '#foundation/identifiers';
import fc from 'fast-check';
import { anyText, between, nearly } from '../../../test/support/any-text.ts';

/** Names as people have them, in pieces between which registers write what they please. */
const piece = fc.string({
  unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzàáâäãåçèéêëìíîïñòóôöõøùúûüýÿßæœłđðþşğıŵŷāčēģīķļņšūž'),
  minLength: 2,
  maxLength: 8,
});
const pieces = fc.array(piece, { minLength: 1, maxLength: 3 });
const joint = fc.constantFrom('', ' ', '-', "'", '’', '  ', ' - ', '\u2010', '. ');
const withoutAccents = (text: string) => text.normalize('NFD').replaceAll(/[\u0300-\u036f]/gu, '');
const spelling = fc.constantFrom<((text: string) => string)[]>(
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.normalize('NFD'),
  withoutAccents,
  (text) => withoutAccents(text).toUpperCase(),
  (text) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`,
  (text) => ` ${text}  `,
);
const similar = fc.constantFrom(
  'Anne',
  'ANNE',
  'anné',
  'An-ne',
  'Anna',
  'ANNÁ',
  'A n n a',
  'Ann',
  '',
  "'",
  'İ',
  'i̇',
);

suite('any name', () => {
  test('is the same in every spelling that a register may give it', () => {
    fc.assert(
      fc.property(pieces, joint, joint, spelling, spelling, (parts, one, other, first, second) => {
        const [a, b] = [first(parts.join(one)), second(parts.join(other))];
        assert.ok(sameName(a, b), `${a} = ${b}`);
      }),
    );
  });

  test('is another one if its letters are others', () => {
    const letters = fc.string({
      unit: fc.constantFrom(...'abcdeghijklmnopqrstuvwxyz'),
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(letters, letters, (one, other) => {
        assert.equal(sameName(one.toUpperCase(), other), one === other);
      }),
    );
  });

  test('is compared fairly: both ways round, along a chain, and with itself', () => {
    const name = fc.oneof(
      anyText,
      similar,
      pieces.map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        assert.equal(sameName(a, b), sameName(b, a));
        if (sameName(a, b) && sameName(b, c)) assert.ok(sameName(a, c));
        assert.equal(sameName(a, a), nameKey(a) !== '');
      }),
    );
  });

  test('has a key that is its own key, with nothing but letters and digits', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, piece), (text) => {
        const key = nameKey(text);
        assert.equal(nameKey(key), key);
        assert.match(key, /^[\p{L}\p{M}\p{N}]*$/u);
      }),
    );
  });

  test('that is valid reads as itself again, is the same name, and fits the register', () => {
    fc.assert(
      fc.property(nearly('Ada', 'O’Neill', 'Anne-Marie', 'José'), (text) => {
        const read = readName(text);
        if (read.outcome !== 'valid') return;
        assert.deepEqual(readName(read.name), read);
        assert.ok(sameName(read.name, text));
        assert.ok(Array.from(read.name).length <= 35);
        assert.doesNotMatch(read.name, /\p{C}|\s\s|^\s|\s$|\d|[<>*]/u);
      }),
    );
  });
});

const areas = {
  england: 'AL B BS CA CW E EC GL L M N NE SE SW W WC YO',
  scotland: 'AB DD EH FK G HS IV KA KW KY ML PA PH ZE',
  wales: 'CF SA',
  'northern-ireland': 'BT',
  'isle-of-man': 'IM',
  '': 'GY JE BF BX',
};
const area = fc.constantFrom(
  ...Object.entries(areas).flatMap(([nation, list]) => list.split(' ').map((name) => ({ name, nation }))),
);
const digit = fc.integer({ min: 0, max: 9 });
const unitLetter = fc.constantFrom(...'ABDEFGHJLNPQRSTUWXYZ');
const unit = fc.tuple(digit, unitLetter, unitLetter).map((parts) => parts.join(''));
const district = fc.oneof(
  fc.integer({ min: 0, max: 99 }).map(String),
  fc.tuple(digit, fc.constantFrom(...'ABCDEFGHJKPSTUW')).map((parts) => parts.join('')),
);
const postcode = fc.oneof(
  fc.record({ area, district, unit }).map(({ area: { name, nation }, ...rest }) => ({
    outward: `${name}${rest.district}`,
    inward: rest.unit,
    nation,
  })),
  fc.constantFrom(
    { outward: 'ZZ99', inward: '3VZ', nation: '' },
    { outward: 'ZZ99', inward: '3CZ', nation: '' },
    { outward: 'GIR', inward: '0AA', nation: '' },
  ),
);

suite('any postcode', () => {
  test('of every nation, Crown dependency, the forces or none is read in whatever case and spacing', () => {
    fc.assert(
      fc.property(
        postcode,
        fc.array(between, { minLength: 9, maxLength: 9 }),
        fc.boolean(),
        ({ outward, inward, nation }, gaps, small) => {
          const compact = `${outward}${inward}`;
          const spaced = gaps.map((gap, index) => `${gap}${compact[index] ?? ''}`).join('');
          const printed = `${outward} ${inward}`;
          const read = readPostcode(small ? spaced.toLowerCase() : spaced);
          assert.deepEqual(read, { outcome: 'valid', postcode: printed });
          assert.deepEqual(readPostcode(printed), read);
          assert.deepEqual(nationsOfPostcode(spaced), nation === '' ? [] : [nation]);
        },
      ),
    );
  });

  test('hints at England or Wales, England or Scotland, or one of them, near the borders', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('CH', 'HR', 'LD', 'LL', 'NP', 'SY', 'DG', 'TD'),
        district,
        unit,
        (name, ...rest) => {
          const hinted = nationsOfPostcode(`${name}${rest.join(' ')}`);
          const possible = name === 'DG' || name === 'TD' ? ['england', 'scotland'] : ['england', 'wales'];
          assert.ok(hinted.length > 0 && hinted.every((nation) => possible.includes(nation)));
        },
      ),
    );
  });

  test('whatever is typed has an answer, and what is valid reads as itself again', () => {
    fc.assert(
      fc.property(nearly('SW1A 1AA', 'm11ae', 'ZZ99 3VZ', 'GIR 0AA'), (text) => {
        const read = readPostcode(text);
        const nations = nationsOfPostcode(text);
        if (read.outcome !== 'valid') return assert.deepEqual(nations, []);
        assert.match(read.postcode, /^[A-Z0-9]{2,4} \d[A-Z]{2}$/u);
        assert.deepEqual(readPostcode(read.postcode), read);
        return assert.deepEqual(nationsOfPostcode(read.postcode), nations);
      }),
    );
  });
});

test('any code of a practice reads as itself again, and whatever else is typed is none', () => {
  fc.assert(
    fc.property(nearly('A81001', 'gue123'), (text) => {
      const code = readOdsCode(text);
      if (code === undefined) return;
      assert.match(code, /^[A-Z0-9]{5,8}$/u);
      assert.equal(readOdsCode(code), code);
      assert.equal(readOdsCode(code.toLowerCase()), code);
    }),
  );
});
