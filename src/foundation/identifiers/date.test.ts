import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ageOn, dayInUk, readDate } from '#foundation/identifiers';

const today = '2026-03-01';
const read = (text: string) => {
  const [day = '', month = '', year = ''] = text.split('/');
  return readDate({ day, month, year }, { today });
};

suite('a date of birth', () => {
  test('is read in one or two digits for day and month, and four for the year', () => {
    const readings = {
      '9/12/1986': '1986-12-09',
      '09/1/1906': '1906-01-09',
      ' 29 / 02 / 2024 ': '2024-02-29',
      '１/２/２０００': '2000-02-01',
      '1/3/2026': today,
      '1/1/1900': '1900-01-01',
    };
    for (const [typed, date] of Object.entries(readings))
      assert.deepEqual(read(typed), { outcome: 'valid', date }, typed);
  });

  test('names each part that is missing, before anything else that is wrong', () => {
    assert.deepEqual(read('//'), { outcome: 'missing', parts: ['day', 'month', 'year'] });
    assert.deepEqual(read('/13/'), { outcome: 'missing', parts: ['day', 'year'] });
    assert.deepEqual(read('40/ /86'), { outcome: 'missing', parts: ['month'] });
  });

  test('is refused for what is wrong with it', () => {
    const refusals = {
      '9/12/86': 'year_not_four_digits',
      '9/12/19866': 'year_not_four_digits',
      '9/12/abcd': 'year_not_four_digits',
      '9/12/-986': 'year_not_four_digits',
      '29/2/2023': 'not_real',
      '29/2/1900': 'not_real',
      '31/4/1986': 'not_real',
      '0/4/1986': 'not_real',
      '1/0/1986': 'not_real',
      '1/13/1986': 'not_real',
      '001/1/1986': 'not_real',
      'x/1/1986': 'not_real',
      '-1/1/1986': 'not_real',
      '31/12/1899': 'not_real',
      '2/3/2026': 'future',
      '31/4/2027': 'not_real',
      '1/1/9999': 'future',
    };
    for (const [typed, outcome] of Object.entries(refusals))
      assert.deepEqual(read(typed), { outcome }, typed);
  });
});

suite('somebody’s age', () => {
  test('goes up on the birthday, not before', () => {
    assert.equal(ageOn('2014-03-01', '2026-02-28'), 11);
    assert.equal(ageOn('2014-03-01', '2026-03-01'), 12);
    assert.equal(ageOn('2026-03-01', '2026-03-01'), 0);
    assert.equal(ageOn('2026-03-02', '2026-03-01'), -1);
  });

  test('goes up on 1 March for those born on 29 February, in years without one', () => {
    assert.equal(ageOn('2008-02-29', '2026-02-28'), 17);
    assert.equal(ageOn('2008-02-29', '2026-03-01'), 18);
    assert.equal(ageOn('2008-02-29', '2028-02-28'), 19);
    assert.equal(ageOn('2008-02-29', '2028-02-29'), 20);
  });

  test('is none without two days to reckon from, and the fault names neither', () => {
    for (const [birthdate, day] of [
      ['', '2026-03-01'],
      ['2008-02-30', '2026-03-01'],
      ['2008-02', '2026-03-01'],
      ['2008-02-29', 'today'],
    ] as const)
      assert.throws(() => ageOn(birthdate, day), { name: 'RangeError', message: /^an age needs two days/u });
  });
});

suite('the day that it is in the United Kingdom', () => {
  test('begins at midnight there, an hour before that of UTC in summer', () => {
    assert.equal(dayInUk(new Date('2026-07-01T22:59:59Z')), '2026-07-01');
    assert.equal(dayInUk(new Date('2026-07-01T23:00:00Z')), '2026-07-02');
    assert.equal(dayInUk(new Date('2026-01-01T23:59:59Z')), '2026-01-01');
    assert.equal(dayInUk(new Date('2027-01-01T00:00:00Z')), '2027-01-01');
  });
});
