import type { Clock } from '#foundation/clock';
import { Secret, TOTP } from 'otpauth';
import { encode } from 'uqr';

/** Authenticator apps as people have them know these alone. See RFC 6238 and the key URI format that the apps share. */
const form = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** RFC 4226 §4: 160 bits are recommended. */
const secretBytes = 20;
/** A clock may be half a minute off, and so may be the person who types. */
const stepsAside = 1;

/** @returns a new secret of an authenticator app, in base32 */
export function newAuthenticatorSecret(): string {
  return new Secret({ size: secretBytes }).base32;
}

/** @returns the half minute whose code it is, counted from 1970; undefined if it is none of this time */
export function stepOfCode({ clock }: { clock: Clock }, secret: string, code: string): number | undefined {
  const timestamp = clock.now().getTime();
  const totp = new TOTP({ ...form, secret: Secret.fromBase32(secret) });
  const token = code.replaceAll(/\s/gu, '');
  if (!/^\d{6}$/u.test(token)) return undefined;
  const delta = totp.validate({ token, timestamp, window: stepsAside });
  return delta === null ? undefined : totp.counter({ timestamp }) + delta;
}

/** @returns the code that an app shows now; for the sandbox and for tests */
export function codeNow({ clock }: { clock: Clock }, secret: string): string {
  const totp = new TOTP({ ...form, secret: Secret.fromBase32(secret) });
  return totp.generate({ timestamp: clock.now().getTime() });
}

/** What an app needs to be told, as a picture that it can read, and in text that can be typed. */
export interface AuthenticatorSetup {
  /** In groups of four characters. */
  readonly secretInGroups: string;
  readonly uri: string;
  readonly qr: { readonly size: number; readonly path: string };
}

/** @param shown.issuer the name under which the app lists it */
export function describeAuthenticator(shown: {
  readonly secret: string;
  readonly issuer: string;
  readonly label: string;
}): AuthenticatorSetup {
  const secret = Secret.fromBase32(shown.secret);
  const uri = new TOTP({ ...form, secret, issuer: shown.issuer, label: shown.label }).toString();
  const { data, size } = encode(uri, { border: 4, ecc: 'M' });
  const path = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return { secretInGroups: shown.secret.replaceAll(/(.{4})(?=.)/gu, '$1 '), uri, qr: { size, path } };
}
