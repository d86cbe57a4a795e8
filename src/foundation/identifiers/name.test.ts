import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nameKey, readName, sameName } from '#foundation/identifiers';

suite('a name', () => {
  test('is read as typed, with plain punctuation and single spaces', () => {
    const readings = {
      Ada: 'Ada',
      '  Grace   Brewster ': 'Grace Brewster',
      'O’Neill': "O'Neill",
      'O`Neill': "O'Neill",
      'Anne–Marie': 'Anne-Marie',
      'Anne\u2011Marie': 'Anne-Marie',
      'Jose\u0301': 'José',
      'St. John-Smith': 'St. John-Smith',
      '\u202AAda\u202C': 'Ada',
      'Nguyễn\u00A0Thị': 'Nguyễn Thị',
      محمد: 'محمد',
      [`${'Ab'.repeat(17)}x`]: `${'Ab'.repeat(17)}x`,
    };
    for (const [typed, name] of Object.entries(readings))
      assert.deepEqual(readName(typed), { outcome: 'valid', name }, typed);
  });

  test('is refused for what is wrong with it', () => {
    const refusals = {
      '': 'missing',
      ' \t\u200B': 'missing',
      O: 'too_short',
      ' é ': 'too_short',
      'J.': 'too_short',
      李: 'too_short',
      "'-": 'malformed',
      Ada1: 'malformed',
      'Ada <b>': 'malformed',
      'Ada\u0000Byron': 'malformed',
      'Ad*': 'malformed',
      'Ada\uD800': 'malformed',
      ['Ab'.repeat(18)]: 'too_long',
    };
    for (const [typed, outcome] of Object.entries(refusals))
      assert.deepEqual(readName(typed), { outcome }, typed);
  });

  test('is the same in all the spellings that registers and people give it', () => {
    for (const spellings of [
      ["O'Neill", 'O\u02BCNeill', 'O\u2032Neill', 'O’NEILL', 'ONEILL', "o'neill", 'O Neill'],
      ['Anne-Marie', 'ANNE MARIE', 'AnneMarie', 'anne‐marie', ' Anne  Marie '],
      ['José', 'JOSE', 'Jose\u0301', 'José'],
      ['Mc Donald', 'McDonald', 'MCDONALD'],
      ['Weiß', 'WEISS', 'WEIẞ', 'weiss'],
      ['Bjørn', 'BJORN'],
      ['Æthel', 'AETHEL', 'æthel'],
      ['Łukasz', 'LUKASZ', 'łukasz'],
      ['Đorđe', 'Dorde'],
      ['Siân', 'SIAN'],
      ['Nguyễn', 'NGUYEN'],
      ['Şahin', 'SAHIN'],
      ['Işık', 'ISIK'],
      ['St. John', 'St John', 'STJOHN'],
      ['Þór', 'THOR'],
      ['Œuvre', 'OEUVRE'],
    ])
      for (const one of spellings)
        for (const other of spellings) assert.ok(sameName(one, other), `${one} = ${other}`);
  });

  test('that is another one stays another one', () => {
    for (const [one, other] of [
      ['Anne', 'Anna'],
      ['Ann', 'Anne'],
      ['Smith', 'Smyth'],
      ['McDonald', 'MacDonald'],
      ['José', 'Josef'],
      ['Mary Ann', 'Mary'],
      ['', ''],
      ['-', "'"],
      ['राम', 'रीम'],
    ] as const)
      assert.ok(!sameName(one, other), `${one} ≠ ${other}`);
  });
});

suite('the spelling by which names are compared', () => {
  test('is capitals without anything between them', () => {
    assert.equal(nameKey(' Anne-Marie O’Brien '), 'ANNEMARIEOBRIEN');
    assert.equal(nameKey('Þór Ægisson'), 'THORAEGISSON');
    assert.equal(nameKey(' - '), '');
  });
});
