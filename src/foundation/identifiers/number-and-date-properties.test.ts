import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  ageOn,
  formatNhsNumber,
  judgeNhsNumber,
  maskNhsNumber,
  readDate,
  readNhsNumber,
} from '#foundation/identifiers';
import fc from 'fast-check';
import { anyText, between, nearly } from '../../../test/support/any-text.ts';

const digit = fc.integer({ min: 0, max: 9 });
const nine = fc.array(digit, { minLength: 9, maxLength: 9 });
/** Reckoned in another way than by the product: with the check digit weighing 1, the sum is a multiple of 11. */
const isGenuine = (digits: readonly number[]) =>
  digits.reduce((sum, value, index) => sum + value * (10 - index), 0) % 11 === 0;
const genuine = nine
  .map((digits) => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((check) => [...digits, check]).find(isGenuine))
  .filter((digits) => digits !== undefined);

suite('any NHS number', () => {
  test('is read and judged alike, in whatever groups, and is shown as it was read', () => {
    fc.assert(
      fc.property(genuine, fc.array(between, { minLength: 11, maxLength: 11 }), (digits, gaps) => {
        const text = digits.join('');
        const number = readNhsNumber(text);
        assert.equal(number, text);
        const typed = gaps.map((gap, index) => `${gap}${digits[index] ?? ''}`).join('');
        assert.deepEqual(judgeNhsNumber(typed), { outcome: 'valid', nhsNumber: text });
        assert.equal(readNhsNumber(formatNhsNumber(number)), text);
        assert.equal(maskNhsNumber(number), `*** *** ${text.slice(6)}`);
      }),
    );
  });

  test('is the only one of its ten check digits, or there is none', () => {
    fc.assert(
      fc.property(nine, (digits) => {
        const all = Array.from({ length: 10 }, (_, check) => [...digits, check]);
        const read = all.filter((each) => readNhsNumber(each.join('')) !== undefined);
        assert.deepEqual(read, all.filter(isGenuine));
        assert.ok(read.length <= 1);
      }),
    );
  });

  test('is told from one with a digit mistyped, or with two neighbours swapped', () => {
    fc.assert(
      fc.property(genuine, fc.nat({ max: 9 }), fc.integer({ min: 1, max: 9 }), (digits, at, change) => {
        const mistyped = digits.with(at, ((digits[at] ?? 0) + change) % 10).join('');
        assert.equal(judgeNhsNumber(mistyped).outcome, 'not_genuine');
        const [one, other] = [digits[at], digits[at + 1]];
        if (one === undefined || other === undefined || one === other) return;
        const swapped = digits
          .with(at, other)
          .with(at + 1, one)
          .join('');
        assert.equal(readNhsNumber(swapped), undefined);
      }),
    );
  });

  test('is found in no text but one with exactly its digits', () => {
    fc.assert(
      fc.property(nearly('9990000018', '999 000 0018', 'QQ123456C'), (text) => {
        const read = readNhsNumber(text);
        const judged = judgeNhsNumber(text);
        if (read !== undefined) assert.deepEqual(judged, { outcome: 'valid', nhsNumber: read });
        if (judged.outcome !== 'valid') return;
        assert.equal(text.normalize('NFKC').replaceAll(/\D/gu, ''), judged.nhsNumber);
        assert.ok(isGenuine(Array.from(judged.nhsNumber, Number)));
      }),
    );
  });
});

const today = '2026-03-01';
const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const daysIn = (year: number, month: number) =>
  [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
const spelled = (year: number, month: number, day: number) =>
  [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
const calendarDay = fc
  .tuple(fc.integer({ min: 1900, max: 2100 }), fc.integer({ min: 1, max: 12 }), fc.nat())
  .map(([year, month, some]) => ({ year, month, day: (some % daysIn(year, month)) + 1 }));

suite('any date', () => {
  test('from 1900 to today is read, with or without leading zeros; later ones are in the future', () => {
    fc.assert(
      fc.property(calendarDay, fc.boolean(), ({ year, month, day }, padded) => {
        const text = (part: number) => String(part).padStart(padded ? 2 : 1, '0');
        const read = readDate({ day: text(day), month: text(month), year: String(year) }, { today });
        const date = spelled(year, month, day);
        assert.deepEqual(read, date > today ? { outcome: 'future' } : { outcome: 'valid', date });
      }),
    );
  });

  test('is real if the calendar has it, 29 February in leap years alone', () => {
    const part = fc.integer({ min: 0, max: 99 });
    fc.assert(
      fc.property(part, part, fc.integer({ min: 0, max: 9999 }), (day, month, year) => {
        const typed = { day: String(day), month: String(month), year: String(year).padStart(4, '0') };
        const isReal = year >= 1900 && day >= 1 && day <= daysIn(year, month);
        const { outcome } = readDate(typed, { today });
        assert.equal(outcome !== 'not_real', isReal, JSON.stringify(typed));
      }),
    );
    for (let year = 1900; year <= 2026; year += 1)
      assert.equal(
        readDate({ day: '29', month: '2', year: String(year) }, { today }).outcome,
        isLeap(year) ? 'valid' : 'not_real',
      );
  });

  test('whatever is typed has an answer, and what is valid is a day up to today', () => {
    const typed = nearly('1', '29', '02', '1986');
    fc.assert(
      fc.property(typed, typed, typed, (day, month, year) => {
        const read = readDate({ day, month, year }, { today });
        if (read.outcome !== 'valid') return;
        assert.match(read.date, /^(?:19|20)\d\d-\d\d-\d\d$/u);
        assert.ok(read.date <= today);
      }),
    );
  });

  test('age is reckoned in whole years that have passed, and never goes down', () => {
    fc.assert(
      fc.property(calendarDay, calendarDay, calendarDay, (born, one, other) => {
        const text = ({ year, month, day }: typeof born) => spelled(year, month, day);
        const age = ageOn(text(born), text(one));
        const hadBirthday = one.month > born.month || (one.month === born.month && one.day >= born.day);
        assert.equal(age, one.year - born.year - (hadBirthday ? 0 : 1));
        const [earlier = '', later = ''] = [text(one), text(other)].toSorted();
        assert.ok(ageOn(text(born), earlier) <= ageOn(text(born), later));
        assert.equal(ageOn(text(born), text(born)), 0);
      }),
    );
    fc.assert(fc.property(anyText, (text) => assert.throws(() => ageOn(text, today), RangeError)));
  });
});
