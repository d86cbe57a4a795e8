import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Nation, nations } from '#foundation/identifiers';
import { nationsOf, type Identity } from '#identity';
import fc from 'fast-check';
import { madeUpNhsNumber } from '../../test/support/identities.ts';

const nhsNumber = madeUpNhsNumber();
const known = (homeNations?: readonly Nation[], level: 'P5' | 'P9' = 'P5'): Identity => ({
  level,
  details: {
    nhsNumber,
    familyName: 'Hopper',
    birthdate: '1986-12-09',
    ...(homeNations === undefined ? {} : { homeNations }),
  },
  phoneMatched: false,
  checkedAt: new Date(0),
});

suite('where somebody counts as living', () => {
  test('is what they said, while nothing is known of their address', () => {
    for (const said of nations) {
      assert.deepEqual(nationsOf(said, { level: 'P0' }), [said]);
      assert.deepEqual(nationsOf(said, known()), [said]);
      assert.deepEqual(nationsOf(said, known([])), [said]);
    }
  });

  test('is where the register has their address, whatever they said', () => {
    assert.deepEqual(nationsOf('england', known(['scotland'])), ['scotland']);
    assert.deepEqual(nationsOf('england', known(['england'])), ['england']);
    assert.deepEqual(nationsOf('scotland', known(['england', 'wales'], 'P9')), ['england', 'wales']);
  });

  test('is what they said where the address may be on either side of a border', () => {
    assert.deepEqual(nationsOf('wales', known(['england', 'wales'])), ['wales']);
    assert.deepEqual(nationsOf('england', known(['england', 'wales'])), ['england']);
  });

  test('is always somewhere, and never where neither they nor the register say', () => {
    fc.assert(
      fc.property(fc.constantFrom(...nations), fc.subarray([...nations]), (said, home) => {
        const living = nationsOf(said, known(home));
        assert.ok(living.length > 0);
        assert.ok(living.every((nation) => (home.length === 0 ? nation === said : home.includes(nation))));
      }),
    );
  });
});
