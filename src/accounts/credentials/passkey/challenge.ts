import { createHash, randomBytes } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { secretsEqual } from '#foundation/security';
import { storeAnswer } from './store.ts';

/** What a challenge is for, and what alone may answer it: a visit to a journey, or an account in one. */
export interface ChallengeUse {
  readonly purpose: 'set-up' | 'sign-in';
  readonly boundTo: string;
}

/** A page may wait as long for a passkey as a visit to sign in is kept. */
const lifeSeconds = 3600;
const randomLength = 16;
const timeLength = 6;
const headLength = randomLength + timeLength;

/** @returns bytes for a device to sign: unguessable, and known again without having been stored */
export function newChallenge(
  deps: Pick<Deps, 'clock' | 'secrets'>,
  use: ChallengeUse,
): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(headLength);
  randomBytes(randomLength).copy(head);
  head.writeUIntBE(secondsAfter(deps.clock.now(), lifeSeconds).getTime(), randomLength, timeLength);
  return new Uint8Array(Buffer.concat([head, Buffer.from(macOf(deps, use, head), 'base64url')]));
}

/** @param text base64url, as a browser repeats it @returns whether it was made here for this use, and not too long ago */
export function isOurChallenge(
  deps: Pick<Deps, 'clock' | 'secrets'>,
  use: ChallengeUse,
  text: string,
): boolean {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length <= headLength || bytes.toString('base64url') !== text) return false;
  const head = bytes.subarray(0, headLength);
  if (!secretsEqual(macOf(deps, use, head), bytes.subarray(headLength).toString('base64url'))) return false;
  return expiryOf(bytes) > deps.clock.now();
}

/** Uses a challenge up that {@link isOurChallenge}. @returns false if it was answered before, in whatever process */
export function answerChallenge(deps: Pick<Deps, 'db'>, text: string): Promise<boolean> {
  const id = createHash('sha256').update(text).digest();
  return storeAnswer(deps.db, { id, expiresAt: expiryOf(Buffer.from(text, 'base64url')) });
}

function expiryOf(bytes: Buffer): Date {
  return new Date(bytes.readUIntBE(randomLength, timeLength));
}

function macOf({ secrets }: Pick<Deps, 'secrets'>, { purpose, boundTo }: ChallengeUse, head: Buffer): string {
  return secrets.mac('passkey challenge', JSON.stringify([purpose, boundTo, head.toString('base64url')]));
}
