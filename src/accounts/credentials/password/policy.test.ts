import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createPasswordPolicy } from './policy.ts';

const policy = createPasswordPolicy();
const details = { email: 'Ada.Lovelace@mail.example', serviceName: 'Bevan login' };
const judge = async (password: string) => (await policy.checkPasswordStrength(password, details)).outcome;

suite('a new password', () => {
  for (const password of [
    'correct horse battery staple',
    'xK9#mQ2v',
    'mae hen wlad fy nhadau',
    'wrth ddŵr araf y tyf dail',
    '長いパスフレーズを覚えておく',
    'мой дядя самых честных правил',
    'أحب القهوة في الصباح الباكر',
    '🐴🔋📎✅🌧🚲🧀🪁',
    'Canada valleys at sunrise',
    'no capital, no digit, no symbol',
    '        spaces all around        ',
  ]) {
    test(`is accepted: ${password}`, async () => assert.equal(await judge(password), 'acceptable'));
  }

  test('has 8 to 128 characters, counted as people count them', async () => {
    assert.equal(await judge('xK9#mQ2'), 'too_short');
    assert.equal(await judge('🐴🔋📎✅🌧🚲🧀'), 'too_short');
    assert.equal(await judge('e\u0301x9#mQ2'), 'too_short');
    const long = 'Vx7 q'.repeat(26).slice(0, 124);
    assert.equal(await judge(`${long}k#9!`), 'acceptable');
    assert.equal(await judge(`${long}k#9!z`), 'too_long');
    assert.equal(await judge(`${'🐴🔋'.repeat(60)}📎✅🌧🚲🧀🪁⛵🎺`), 'acceptable');
    assert.equal(await judge('xK9#mQ2v'.repeat(1250)), 'too_long');
    assert.equal(await judge('\ufdfa'.repeat(10_000)), 'too_long');
  });

  for (const password of [
    'password',
    'Password1',
    'P@ssw0rd!',
    'ｐａｓｓｗｏｒｄ１',
    'drowssap',
    'qwertyuiop',
    '1q2w3e4r5t6y',
    'abcd1234',
    'iloveyou2',
    'liverpool1',
    'manchesterunited',
    'Aberystwyth',
    'summer2024',
    '19/05/1985',
    'aaaaaaaaaaaaaaaa',
    'a'.repeat(128),
    'password'.repeat(16),
  ]) {
    test(`is refused as common: ${password.slice(0, 20)}`, async () =>
      assert.equal(await judge(password), 'too_common'));
  }

  for (const password of [
    'ada.lovelace',
    'adalovelace1',
    'Ada.Lovelace1815',
    'Lovelace-Ada!',
    'ecalevol.ada',
    '4d4.l0v3l4c3',
    'ada.lovelace@mail.example',
    'mail.example1',
    'Bevan login 2024',
    'BEVANBEVAN99',
  ]) {
    test(`is refused as built from the person's or the service's details: ${password}`, async () => {
      assert.equal(await judge(password), 'personal');
    });
  }

  test('may hold such a detail beside enough that is hard to guess', async () => {
    assert.equal(await judge('adaxK9#mQ2v'), 'acceptable');
    assert.equal(await judge('Lovelace wrote programs for a loom'), 'acceptable');
  });

  test('is not weakened by a weak beginning or end', async () => {
    assert.equal(await judge(`${'a'.repeat(60)}xK9#mQ2v`), 'acceptable');
    assert.equal(await judge(`xK9#mQ2v${'a'.repeat(60)}`), 'acceptable');
  });

  test('is judged also when the details are odd', async () => {
    for (const email of ['', '@', 'a@b', '.*@(+', '\u0000']) {
      const { outcome } = await policy.checkPasswordStrength('xK9#mQ2v', { email, serviceName: '' });
      assert.equal(outcome, 'acceptable');
    }
  });
});
