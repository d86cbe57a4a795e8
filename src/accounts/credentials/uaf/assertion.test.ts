import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readAuthentication, readRegistration } from './assertion.ts';
import { isVerifiedWell } from './criteria.ts';
import { isAttested, isSigned, newKeyOf } from './keys.ts';
import { readElements } from './tlv.ts';

/**
 * Bytes written out by hand after FIDO UAF Authenticator Commands v1.0 §5.2 (which elements, in which order), the Registry of
 * Predefined Values v1.0 §3 (their tags and numbers) and §5.1 (least significant byte first). Keys and signatures were made
 * with OpenSSL, apart from the code that reads them; what was asked is `fcParams`.
 */
const fcParams = [
  'eyJhcHBJRCI6Imh0dHBzOi8vbG9naW4uZXhhbXBsZS9maWRvL2ZhY2V0cyIsImNoYWxsZW5nZSI6Ikg5aVc5eUE5YUFYRl9sZWxR',
  'b2lfRGhVazUxNEFkOFRxdjB6Q25DcUtEcG8iLCJmYWNldElEIjoiaW9zOmJ1bmRsZS1pZDpleGFtcGxlLmFwcCIsImNoYW5uZWxC',
  'aW5kaW5nIjp7fX0',
].join('');
const registration = Buffer.from(
  [
    '013e2401033ed1000b2e09004542413023303030310e2e0700010001020000010a2e20005025178938bc482baeb5f60a2e1d',
    '9c6b276c5a44fdb77be88a6fc138d9728444092e2000000102030405060708090a0b0c0d0e0f101112131415161718191a1b',
    '1c1d1e1f0d2e080001000000010000000c2e4100040e04c0b5d1e8c72280258d4deea8f1169a54286e2431bbce371e925bb7',
    '3da8fa723eaba280e120623fabb8baf0b83c8716e2203091b74f202006667baf60b6ad113e1c00132e0c006669646f2e7561',
    '662e75766d142e08000300000009000400083e4b00062e4700304502204fccf57a3e8263b4a8f292a074959e289180a155e8',
    'f88d907d0cd64e9a66faad022100ea8b2046324d6af9d7f9b383e9604ea952c67ab1971182d58c5903397f075b23',
  ].join(''),
  'hex',
);
const authentication = Buffer.from(
  [
    '023ee400043e96000b2e09004542413023303030310e2e050001000102000f2e080000010203040506070a2e200050251789',
    '38bc482baeb5f60a2e1d9c6b276c5a44fdb77be88a6fc138d9728444102e0000092e2000000102030405060708090a0b0c0d',
    '0e0f101112131415161718191a1b1c1d1e1f0d2e040007000000113e1c00132e0c006669646f2e7561662e75766d142e0800',
    '0300000009000400062e46003044022076e84c142293fff204908434b6ac179a7a6325f79f04bf5c1ac8f3ea2639e9130220',
    '73d4a3c1447eee0fb4b06a7023b3ee2c2dbce2ed2f91640c6f120dea354edddf',
  ].join(''),
  'hex',
);

suite('an assertion of FIDO UAF', () => {
  test('about a new key is read as the specification writes it, and was signed with that key', () => {
    const read = readRegistration(registration);
    assert.ok(read !== undefined);
    assert.equal(read.aaid, 'EBA0#0001');
    assert.deepEqual(
      [...read.keyId],
      Array.from({ length: 32 }, (_, number) => number),
    );
    assert.deepEqual(read.finalChallenge, createHash('sha256').update(fcParams).digest());
    assert.deepEqual([read.algorithm, read.keyFormat, read.signCount], [2, 0x100, 1]);
    const key = newKeyOf(read);
    assert.equal(key?.asymmetricKeyDetails?.namedCurve, 'prime256v1');
    assert.ok(key !== undefined && isAttested(read, key));
  });

  test('for somebody who signs in is read as the specification writes it, and was signed with the same key', () => {
    const registered = readRegistration(registration);
    const key = registered && newKeyOf(registered);
    const read = readAuthentication(authentication);
    assert.ok(read !== undefined && key !== undefined);
    assert.deepEqual([read.aaid, read.algorithm, read.signCount], ['EBA0#0001', 2, 7]);
    assert.deepEqual(read.finalChallenge, createHash('sha256').update(fcParams).digest());
    assert.ok(isSigned(read, key));
  });

  test('of the one kind is none of the other', () => {
    assert.equal(readRegistration(authentication), undefined);
    assert.equal(readAuthentication(registration), undefined);
  });

  test('that has lost or gained anything is none, wherever it was', () => {
    for (const [whole, read] of [
      [registration, readRegistration],
      [authentication, readAuthentication],
    ] as const) {
      for (let length = 0; length < whole.length; length += 1)
        assert.equal(read(whole.subarray(0, length)), undefined, `${length} bytes`);
      assert.equal(read(Buffer.concat([whole, Buffer.alloc(1)])), undefined);
      assert.equal(read(Buffer.concat([whole, whole])), undefined);
    }
  });

  test('in which any bit was changed is refused, or not signed by its key', () => {
    const registered = readRegistration(registration);
    const key = registered && newKeyOf(registered);
    assert.ok(key !== undefined);
    for (let bit = 0; bit < authentication.length * 8; bit += 1) {
      const changed = Buffer.from(authentication);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const read = readAuthentication(changed);
      assert.ok(read === undefined || !isSigned(read, key), `bit ${bit}`);
    }
  });

  test('of any bytes at all makes no fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        readRegistration(buffer);
        readAuthentication(buffer);
        const elements = readElements(buffer);
        const whole = elements === undefined ? buffer : Buffer.concat(elements.map((one) => one.whole));
        return whole.equals(buffer);
      }),
    );
  });

  test('says that somebody was there, and known by finger, face or hand', () => {
    const said = (hex: string) => isVerifiedWell(Buffer.from(hex, 'hex'));
    for (const good of [
      '03040000',
      '11040000',
      '01050000',
      '03000000',
      '1100000001000000',
      '0101000008000400',
    ])
      assert.ok(said(good), good);
    for (const bad of [
      '',
      '03',
      '01000000', // there, and nothing else
      '02040000', // known, but not there
      '05000000', // by a passcode
      '13040000', // by a finger or a face
      '00000403', // the other way around
      '0304000010000000', // with a key that is kept elsewhere
      '030400000000', // half of it
      'ffffffff',
    ])
      assert.ok(!said(bad), bad);
  });
});
