import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { searchFor } from './search.ts';

const person = { familyName: 'Example', givenName: 'Annabel', birthdate: '1985-03-12', postcode: 'LS11 6AD' };
const asked = (more: Partial<typeof person>) => Object.fromEntries(searchFor({ ...person, ...more }));

suite('a search in the register', () => {
  test('begins the given name with three letters, a shorter one is whole', () => {
    const names = {
      Annabel: 'Ann*',
      Ann: 'Ann*',
      Jo: 'Jo',
      J: 'J',
      'Jo Ann': 'Jo*',
      'J Ann': 'J A*',
      Élodie: 'Élo*',
      'E\u0301lodie': 'Élo*',
      'D’Arcy': "D'A*",
    };
    for (const [givenName, given] of Object.entries(names))
      assert.equal(asked({ givenName })['given'], given);
  });

  test('has the family name whole, as long as one can be', () => {
    assert.equal(asked({ familyName: 'O’Neill-Ŵyn' })['family'], "O'Neill-Ŵyn");
    assert.equal(asked({ familyName: 'x'.repeat(35) })['family'], 'x'.repeat(35));
    assert.equal(asked({ familyName: 'x'.repeat(36) })['family'], `${'x'.repeat(34)}*`);
    // Letters that count as two for some.
    assert.equal(asked({ familyName: '𒀀'.repeat(17) })['family'], '𒀀'.repeat(17));
    assert.equal(asked({ familyName: '𒀀'.repeat(18) })['family'], `${'𒀀'.repeat(17)}*`);
  });

  test('has of the postcode where its district begins', () => {
    const postcodes = { 'LS11 6AD': 'LS*', 'M1 1AE': 'M1*', 'W1A 0AX': 'W1*', 'ZZ99 3VZ': 'ZZ*' };
    for (const [postcode, begins] of Object.entries(postcodes))
      assert.equal(asked({ postcode })['address-postalcode'], begins);
  });

  test('never has a pattern that somebody typed, a wildcard in the first two characters, or a name too long', () => {
    const name = fc.string({ unit: fc.constantFrom(..."aB*é '-🙂"), minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(name, name, (familyName, givenName) => {
        const { family = '', given = '' } = asked({ familyName, givenName });
        for (const one of [family, given]) {
          assert.ok(one.length <= 35);
          assert.ok(!/\*(?!$)/u.test(one), one);
          assert.ok(!/^.{0,1}\*/u.test(one), one);
        }
      }),
    );
  });
});
