import { randomInt, randomUUID } from 'node:crypto';
import type { FileRefusal } from '#evidence';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import {
  replaceChallenge,
  selectChallenge,
  type ChallengeRow,
} from './challenge-store.ts';

/** The four numbers of a video, in their order. */
export type FourDigits = readonly [number, number, number, number];

/** What a video has to show, so that it can't have been made before. */
export interface Challenge {
  readonly id: string;
  readonly digits: FourDigits;
  /** Until when the upload of the video has to begin. */
  readonly expiresAt: Date;
}

/** The video that was sent for an attempt's numbers. */
export type SentVideo = { readonly challengeId: string; readonly digits: FourDigits } & (
  | { readonly state: 'checking' }
  | { readonly state: 'ready'; readonly fileId: string }
  | { readonly state: 'refused'; readonly reason: FileRefusal }
);

/** So long somebody may take from the first look at the numbers to sending the video. */
export const challengeMinutes = 15;
/** So long an upload that has begun in time may take, with breaks. */
const uploadMinutes = 30;

type ChallengeDeps = Pick<Deps, 'db' | 'clock'>;

/**
 * @returns the numbers that a video of the attempt has to show now: new ones when there are none yet, when the last ones have
 *   expired, or when a video was sent for them. Two who ask at once are given the same.
 */
export async function challengeOf(deps: ChallengeDeps, attemptId: string): Promise<Challenge> {
  for (;;) {
    const row = await selectChallenge(deps.db, attemptId);
    const now = deps.clock.now();
    if (row !== undefined && isOpen(row, now)) return asChallenge(row);
    await replaceChallenge(deps.db, {
      attemptId,
      challengeId: randomUUID(),
      digits: drawDigits(row?.digits),
      drawnAt: now,
      expiresAt: secondsAfter(now, challengeMinutes * 60),
      inPlaceOf: row?.challenge_id,
    });
  }
}

/** @returns the video that was sent for the attempt's numbers; undefined when there is none */
export async function sentVideoOf(
  { db }: Pick<Deps, 'db'>,
  attemptId: string,
): Promise<SentVideo | undefined> {
  const row = await selectChallenge(db, attemptId);
  if (row === undefined || row.sent_at === null) return undefined;
  const { challenge_id: challengeId, file_id: fileId, refusal: reason } = row;
  const of = { challengeId, digits: fourOf(row.digits) };
  if (fileId !== null) return { ...of, state: 'ready', fileId };
  return reason === null ? { ...of, state: 'checking' } : { ...of, state: 'refused', reason };
}

/** Whether a video may still be sent for them: an upload that began in time may end later. */
export function isOpen(row: ChallengeRow, now: Date): boolean {
  if (row.sent_at !== null) return false;
  if (row.expires_at > now) return true;
  return row.upload_began_at !== null && secondsAfter(row.upload_began_at, uploadMinutes * 60) > now;
}

/** @returns four numbers that nobody can foresee, other than the last ones: whoever is asked again is to notice */
export function drawDigits(last: readonly number[] | undefined): FourDigits {
  for (;;) {
    const drawn: FourDigits = [randomInt(10), randomInt(10), randomInt(10), randomInt(10)];
    if (drawn.join('') !== last?.join('')) return drawn;
  }
}

function asChallenge(row: ChallengeRow): Challenge {
  return { id: row.challenge_id, digits: fourOf(row.digits), expiresAt: row.expires_at };
}

function fourOf([first = 0, second = 0, third = 0, fourth = 0]: readonly number[]): FourDigits {
  return [first, second, third, fourth];
}
