import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readNhsNumber } from '#foundation/identifiers';
import type { RegisterPatient } from '#pds';
import { judgeClaim, type Claimed } from './match-rules.ts';

const nhsNumber = readNhsNumber('999 000 0018');
assert.ok(nhsNumber);

const entry: RegisterPatient = {
  nhsNumber,
  version: '1',
  familyName: "O'Neill",
  givenNames: ['Samantha', 'Jane'],
  birthdate: '1985-03-12',
  postcode: 'LS1 6AE',
  gpOdsCode: 'A20047',
  contactPoints: [],
  isRestricted: false,
  isDeceased: false,
};
const when = { birthdate: '1985-03-12', postcode: 'LS1 6AE' };
const byNumber: Claimed = { by: 'number', nhsNumber, ...when };
const byName = (givenName: string, more: Partial<Extract<Claimed, { by: 'name' }>> = {}): Claimed => ({
  by: 'name',
  familyName: 'ONEILL',
  givenName,
  ...when,
  ...more,
});

/** @returns `match`, or why not */
function judge(claimed: Claimed, changes: Partial<RegisterPatient> = {}): string {
  const judged = judgeClaim({ ...entry, ...changes }, claimed);
  return judged.outcome === 'match' ? judged.outcome : judged.reason;
}

suite('an entry of the national register, claimed by its number', () => {
  test('is theirs who know birthdate and postcode, whatever name it has', () => {
    assert.equal(judge(byNumber), 'match');
    assert.equal(judge(byNumber, { familyName: 'Another', givenNames: [] }), 'match');
    assert.equal(judge(byNumber, { postcode: 'ls16ae' }), 'match');
  });

  test('is nobody’s when one of them differs', () => {
    assert.equal(judge({ ...byNumber, birthdate: '1985-12-03' }), 'details_differ');
    assert.equal(judge({ ...byNumber, postcode: 'LS1 6AB' }), 'details_differ');
  });

  test('is nobody’s when it says of its owner that they died, or too little', () => {
    assert.equal(judge(byNumber, { isDeceased: true }), 'entry_deceased');
    assert.equal(judge(byNumber, { isRestricted: true, postcode: undefined }), 'entry_restricted');
    assert.equal(judge(byNumber, { postcode: undefined }), 'entry_incomplete');
    assert.equal(judge(byNumber, { postcode: '' }), 'entry_incomplete');
    assert.equal(judge(byNumber, { birthdate: undefined }), 'entry_incomplete');
    assert.equal(judge(byNumber, { birthdate: '1985-03' }), 'entry_incomplete');
    assert.equal(judge(byNumber, { familyName: ' ' }), 'entry_incomplete');
  });

  test('comes with the number that stands now, not with the one that was typed', () => {
    const current = readNhsNumber('999 000 0026');
    assert.ok(current);
    const judged = judgeClaim({ ...entry, nhsNumber: current }, byNumber);
    assert.ok(judged.outcome === 'match');
    assert.equal(judged.details.nhsNumber, current);
  });
});

suite('an entry of the national register, claimed by name', () => {
  test('is theirs who have the names, in any spelling, and as short as the first three letters', () => {
    for (const given of ['Samantha', 'SAMANTHA', 'Sam', 'sám', 'Samanthajane'])
      assert.equal(judge(byName(given)), 'match', given);
    assert.equal(judge(byName('Ann-Marie'), { givenNames: ['Ann Marie'] }), 'match');
    assert.equal(judge(byName('Ann', { middleName: 'Marie' }), { givenNames: ['Annmarie'] }), 'match');
    assert.equal(judge(byName('Jo', { middleName: 'Ann' }), { givenNames: ['Jo-Ann'] }), 'match');
    assert.equal(judge(byName('Li'), { givenNames: ['LI'] }), 'match');
  });

  test('is nobody’s when a name is another one', () => {
    for (const given of ['Samuel', 'Sara', 'Sa', 'Jane']) {
      const expected = 'details_differ';
      assert.equal(judge(byName(given)), expected, given);
    }
    assert.equal(judge(byName('Jo'), { givenNames: ['Joanna'] }), 'details_differ');
    assert.equal(judge(byName('Joanna'), { givenNames: ['Jo'] }), 'details_differ');
    assert.equal(judge(byName('Samantha'), { givenNames: [] }), 'details_differ');
    assert.equal(judge(byName('Samantha', { familyName: 'Neill' })), 'details_differ');
  });

  test('is nobody’s when birthdate or postcode differ, however well the name fits', () => {
    assert.equal(judge(byName('Samantha', { birthdate: '1985-03-13' })), 'details_differ');
    assert.equal(judge(byName('Samantha', { postcode: 'LS1 6AF' })), 'details_differ');
    assert.equal(judge(byName('Samantha'), { isDeceased: true }), 'entry_deceased');
  });
});
