import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, test } from 'node:test';
import { jwtVerify } from 'jose';
import { acceptPlainJwt, openJwt, type WantedClaims } from './plain-jwt.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const now = new Date('2026-03-01T12:00:00.700Z');
const seconds = Math.floor(now.getTime() / 1000);
const wanted: WantedClaims = {
  issuer: 'service',
  subject: 'service',
  audience: ['https://login.example/token', 'https://login.example'],
  requiredClaims: ['exp', 'jti'],
  toleranceSeconds: 15,
  now,
};
const claims = {
  iss: 'service',
  sub: 'service',
  aud: 'https://login.example',
  jti: 'x',
  exp: seconds + 60,
};
const header = { alg: 'RS512' };

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
function signed(head: string, body: string): string {
  const signature = sign('sha512', Buffer.from(`${head}.${body}`), privateKey);
  return `${head}.${body}.${signature.toString('base64url')}`;
}
const jwt = (changes: object = {}, headerChanges: object = {}) =>
  signed(encode({ ...header, ...headerChanges }), encode({ ...claims, ...changes }));
const plain = jwt();

/** How `jose` judges it. @returns its claims, or undefined if it refuses */
async function judged(token: string): Promise<unknown> {
  return jwtVerify(token, publicKey, {
    algorithms: ['RS512'],
    issuer: wanted.issuer,
    subject: 'service',
    audience: [...(wanted.audience ?? [])],
    requiredClaims: [...wanted.requiredClaims],
    clockTolerance: wanted.toleranceSeconds,
    currentDate: now,
  }).then(
    ({ payload, protectedHeader }) => ({ payload, protectedHeader }),
    () => undefined,
  );
}

const good: [string, string][] = [
  ['a plain one', plain],
  ['one with typ, kid and iat', jwt({ iat: seconds }, { typ: 'JWT', kid: 'mine' })],
  ['one for several', jwt({ aud: ['https://other.example', 'https://login.example/token'] })],
  ['one that expired a moment ago', jwt({ exp: seconds - 14 })],
  ['one from a clock that is fast', jwt({ nbf: seconds + 15 })],
  ['one with words of any kind', jwt({ note: 'Llŷr \u{1F600} \uD800', ['__proto__']: { iss: 'x' } })],
];
const bad: [string, string][] = [
  ['of another', jwt({ iss: 'other' })],
  ['about another', jwt({ sub: 'other' })],
  ['for another', jwt({ aud: 'https://other.example' })],
  ['for nobody', jwt({ aud: [] })],
  ['for a number', jwt({ aud: 1 })],
  ['without jti', jwt({ jti: undefined })],
  ['without exp', jwt({ exp: undefined })],
  ['with an exp that is text', jwt({ exp: String(seconds + 60) })],
  ['with an exp that is null', jwt({ exp: null })],
  ['with an iat that is text', jwt({ iat: 'now' })],
  ['that expired', jwt({ exp: seconds - 15 })],
  ['that is for later', jwt({ nbf: seconds + 16 })],
  ['without a signature', `${encode({ alg: 'none' })}.${encode(claims)}.`],
  ['with another algorithm', jwt({}, { alg: 'RS256' })],
  ['without an algorithm', jwt({}, { alg: undefined })],
  ['with what we would have to understand', jwt({}, { crit: ['exp'], exp: 1 })],
  ['with an empty crit', jwt({}, { crit: [] })],
  ['with an unencoded payload', jwt({}, { crit: ['b64'], b64: false })],
  ['whose claims are a list', signed(encode(header), encode([claims]))],
  ['whose claims are null', signed(encode(header), encode(null))],
  ['whose header is a list', signed(encode([header]), encode(claims))],
  ['that is no JSON', signed(encode(header), Buffer.from('{').toString('base64url'))],
  [
    'that is not UTF-8',
    signed(
      encode(header),
      Buffer.from(`{"iss":"service","sub":"service","x":"\u00FF"}`, 'latin1').toString('base64url'),
    ),
  ],
  ['of two parts', plain.split('.').slice(0, 2).join('.')],
  ['of four parts', `${plain}.x`],
  ['with a signature that is cut', plain.slice(0, -8)],
  ['with a signature that is longer', `${plain}AAAA`],
  ['that was altered', plain.replace('.', '.A')],
];

describe('of JWTs that services sign', () => {
  for (const [what, token] of good) {
    test(`${what} is accepted as jose would`, async () => {
      const accepted = acceptPlainJwt(openJwt(token), publicKey, wanted);
      assert.ok(accepted !== undefined);
      assert.deepEqual({ ...accepted }, await judged(token));
    });
  }

  for (const [what, token] of bad) {
    test(`one ${what} is not accepted, and jose refuses it`, async () => {
      assert.equal(acceptPlainJwt(openJwt(token), publicKey, wanted), undefined);
      assert.equal(await judged(token), undefined);
    });
  }

  test('none is accepted that jose refuses, whichever character is changed', async () => {
    for (let place = 0; place < plain.length; place += 3) {
      for (const character of ['A', 'z', '-', '.', '=', '+', ' ', 'ÿ']) {
        const changed = plain.slice(0, place) + character + plain.slice(place + 1);
        const accepted = acceptPlainJwt(openJwt(changed), publicKey, wanted);
        if (accepted !== undefined) assert.deepEqual({ ...accepted }, await judged(changed));
      }
    }
  });

  test('none is accepted with a key that is too short', () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const [head, body] = [encode(header), encode(claims)];
    const signature = sign('sha512', Buffer.from(`${head}.${body}`), short.privateKey);
    const token = `${head}.${body}.${signature.toString('base64url')}`;
    assert.equal(acceptPlainJwt(openJwt(token), short.publicKey, wanted), undefined);
  });
});
