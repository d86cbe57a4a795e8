import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { emailForSending, emailKey, readEmail } from './email.ts';

suite('an e-mail address that somebody typed', () => {
  for (const typed of [
    'ada@mail.example',
    'Ada.Lovelace+nhs@Mail.Example',
    "o'neill_1@a.bc",
    'ada@post.caernarfon.cymru',
    'ada@bücher.example',
    'ada@例え.テスト',
    'ada@xn--bcher-kva.example',
  ]) {
    test(`is taken as typed: ${typed}`, () => {
      assert.deepEqual(readEmail(typed), { outcome: 'valid', email: typed });
    });
  }

  test('loses the spaces around it', () => {
    assert.deepEqual(readEmail('  ada@mail.example\t'), { outcome: 'valid', email: 'ada@mail.example' });
  });

  test('is missing when there are only spaces', () => {
    assert.deepEqual(readEmail(''), { outcome: 'missing' });
    assert.deepEqual(readEmail(' \u00a0 '), { outcome: 'missing' });
  });

  for (const typed of [
    'ada',
    'ada@',
    '@mail.example',
    'ada@mail',
    'ada@@mail.example',
    'ada lovelace@mail.example',
    '"ada lovelace"@mail.example',
    'ada..l@mail.example',
    '.ada@mail.example',
    'ada@-mail.example',
    'ada@mail-.example',
    'ada@mail..example',
    'ada@mail.example.',
    'ada@[192.0.2.1]',
    'ada@192.0.2.1',
    'ada@0xc0.0x00.0x02.0x01',
    'ada@mail.ex%61mple',
    'ada@mail.example, eve@mail.example',
    'Ada <ada@mail.example>',
    'ada@mail.example\r\nBcc: eve@mail.example',
    'ada\u0000@mail.example',
    'ada@mail\u200b.example',
    'adá@mail.example',
    `${'a'.repeat(65)}@mail.example`,
    `ada@${'a'.repeat(64)}.example`,
  ]) {
    test(`is refused: ${JSON.stringify(typed)}`, () => {
      assert.deepEqual(readEmail(typed), { outcome: 'malformed' });
    });
  }

  test('has 7 to 254 characters', () => {
    assert.deepEqual(readEmail('a@b.cd'), { outcome: 'too_short' });
    assert.equal(readEmail('aa@b.cd').outcome, 'valid');
    const domain = `${'d'.repeat(60)}.`.repeat(3);
    const atLimit = `${'a'.repeat(64)}@${domain}example`.slice(0, 254);
    assert.equal(atLimit.length, 254);
    assert.equal(readEmail(atLimit).outcome, 'valid');
    assert.deepEqual(readEmail(`${atLimit}e`), { outcome: 'too_long' });
  });

  test('is too long if the spelling in which it is sent is', () => {
    const typed = `${'a'.repeat(64)}@${`${'ü'.repeat(40)}.`.repeat(4)}example`;
    assert.ok(typed.length < 254);
    assert.deepEqual(readEmail(typed), { outcome: 'too_long' });
  });

  test('never ends the program, and what passes can stand in a mail header', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.emailAddress(),
      fc.string({
        unit: fc.constantFrom('a', '.', '@', '-', '\r', '\n', '\0', '\u202e', 'ü', '"', '<', ' '),
        maxLength: 40,
      }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const read = readEmail(text);
        if (read.outcome !== 'valid') return;
        assert.match(emailForSending(read.email), /^[\x21-\x7e]{1,64}@[a-z0-9.-]{3,253}$/u);
        assert.doesNotMatch(read.email, /[\p{C}\p{Z}"<>(),:;[\]\\]/u);
        assert.deepEqual(readEmail(read.email), read);
      }),
      { numRuns: 1000 },
    );
  });

  test('of 10,000 characters is answered like any other', () => {
    for (const unit of ['a', 'a.', 'a@', ' ', 'é', '\u0000', '@', '-.']) {
      const text = unit.repeat(10_000 / unit.length);
      assert.notEqual(readEmail(text).outcome, 'valid');
      assert.ok(emailKey(text).length < 300);
    }
  });
});

suite('comparing e-mail addresses', () => {
  test('takes no notice of case, spaces around, or how the domain is written', () => {
    const key = emailKey('ada.l@bücher.example');
    for (const other of [
      'ADA.L@Bücher.EXAMPLE',
      ' ada.l@bu\u0308cher.example ',
      'ada.l@xn--bcher-kva.example',
    ]) {
      assert.equal(emailKey(other), key);
    }
    assert.notEqual(emailKey('adal@bücher.example'), key);
  });

  test('gives text that is no address a key which is no address', () => {
    assert.equal(readEmail(emailKey('nobody')).outcome, 'malformed');
  });
});
