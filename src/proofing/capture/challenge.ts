import { randomInt, randomUUID } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import { countAttempt, type AttemptOutcome, type Limited, type LimitRule } from '#foundation/security';
import type { ChallengeWay, FourDigits } from './answers.ts';
import {
  noteUploadBegins,
  replaceChallenge,
  selectChallenge,
  takeSent,
  type ChallengeRow,
} from './challenge-store.ts';

/** What a video has to show, so that it can't have been made before. */
export interface Challenge {
  readonly id: string;
  readonly digits: FourDigits;
  /** Until when the upload of the video has to begin. */
  readonly expiresAt: Date;
}

/** The video that was sent for an attempt's numbers. */
export interface SentVideo {
  readonly challengeId: string;
  readonly digits: FourDigits;
  readonly uploadId: string;
  readonly way: ChallengeWay;
}

/** So long somebody may take from the first look at the numbers to sending the video. */
export const challengeMinutes = 15;
/** So long an upload that has begun in time may take, with breaks. */
const uploadMinutes = 30;

const day = 24 * 3600;
/**
 * Numbers can be foreseen by whoever may ask for new ones as often as they like: they wait for those that an older video of
 * somebody shows. In ten thousand there are not many in a day's thirty, and nobody who makes a video needs as many.
 */
const drawings: LimitRule = {
  name: 'video-numbers',
  most: 30,
  windowSeconds: day,
  lockSeconds: day,
  nextLockSeconds: day,
  memorySeconds: day,
};

export function drawingsLimit(accountId: string): Limited {
  return { rule: drawings, subject: accountId };
}

type ChallengeDeps = Pick<Deps, 'db' | 'clock'>;
type DrawingDeps = Pick<Deps, 'db' | 'clock' | 'secrets'>;

const minutesAfter = (from: Date, minutes: number): Date => secondsAfter(from, minutes * 60);

interface Whose {
  readonly accountId: string;
  readonly attemptId: string;
}

/**
 * Says where an attempt's video stands: it was sent, or these are the numbers that it has to show. They are new when there were
 * none yet, when the last ones have expired, and when the video for them shows them in another way than was chosen since. Two who
 * ask at once are given the same.
 *
 * @returns `noneUntil` when its owner was given so many in a day that there are none before then
 */
export async function videoOf(
  deps: DrawingDeps,
  { way, ...whose }: Whose & { readonly way: ChallengeWay },
): Promise<{ readonly sent: SentVideo } | { readonly challenge: Challenge } | { readonly noneUntil: Date }> {
  for (;;) {
    const row = await selectChallenge(deps.db, whose);
    const sent = row === undefined ? undefined : sentOf(row);
    if (sent?.way === way) return { sent };
    if (row !== undefined && sent === undefined && row.expiresAt > deps.clock.now())
      return { challenge: { id: row.challengeId, digits: fourOf(row.digits), expiresAt: row.expiresAt } };
    const drawn = await drawAnew(deps, whose, row);
    if (drawn.outcome === 'locked') return { noneUntil: drawn.until };
  }
}

/** @returns the video that was sent for an attempt's numbers, however they are given; undefined when there is none */
export async function sentVideoOf(
  { db }: Pick<Deps, 'db'>,
  attemptId: string,
): Promise<SentVideo | undefined> {
  const row = await selectChallenge(db, { attemptId });
  return row === undefined ? undefined : sentOf(row);
}

/** Draws new numbers in the place of those that somebody has seen; a video for those counts no more. @returns false if there are none today */
export async function renewChallenge(deps: DrawingDeps, whose: Whose): Promise<boolean> {
  const drawn = await drawAnew(deps, whose, await selectChallenge(deps.db, whose));
  return drawn.outcome === 'allowed';
}

/** Ends the numbers that an attempt has, with the video for them: the next ones are drawn when somebody is to see them. */
export async function endChallenge({ db, clock }: ChallengeDeps, attemptId: string): Promise<void> {
  const row = await selectChallenge(db, { attemptId });
  if (row === undefined) return;
  const { challengeId: inPlaceOf, digits } = row;
  const now = clock.now();
  const ended = { attemptId, challengeId: randomUUID(), digits, drawnAt: now, expiresAt: now };
  await replaceChallenge(db, { ...ended, inPlaceOf });
}

async function drawAnew(
  deps: DrawingDeps,
  { accountId, attemptId }: Whose,
  last: ChallengeRow | undefined,
): Promise<AttemptOutcome> {
  const counted = await countAttempt(deps, [drawingsLimit(accountId)]);
  if (counted.outcome === 'locked') return counted;
  const drawnAt = deps.clock.now();
  await replaceChallenge(deps.db, {
    attemptId,
    challengeId: randomUUID(),
    digits: drawDigits(last?.digits),
    drawnAt,
    expiresAt: minutesAfter(drawnAt, challengeMinutes),
    inPlaceOf: last?.challengeId,
  });
  return counted;
}

/** Says that the upload of a video begins. @returns false if it may not: the numbers have expired, or have their video */
export function beginVideo({ db, clock }: ChallengeDeps, challengeId: string): Promise<boolean> {
  const now = clock.now();
  return noteUploadBegins(db, { challengeId, now, countsUntil: minutesAfter(now, uploadMinutes) });
}

/** What became of a video that was sent. */
export type Taken =
  | { readonly outcome: 'taken' }
  /** Another was sent for the same numbers before, from another tab or device. */
  | { readonly outcome: 'other_first'; readonly sent: SentVideo }
  /** Its upload began before these numbers were drawn, or after they had expired, or there are new ones by now. */
  | { readonly outcome: 'too_old' };

/**
 * Takes a video for the numbers that it was made for, in a transaction: one for each, and only one whose upload began while they
 * counted.
 */
export async function takeVideo(
  { db, clock }: ChallengeDeps,
  video: {
    readonly attemptId: string;
    readonly challengeId: string;
    readonly way: ChallengeWay;
    readonly upload: { readonly id: string; readonly beganAt: Date };
  },
): Promise<Taken> {
  const { attemptId, challengeId, way, upload } = video;
  const row = await selectChallenge(db, { attemptId });
  if (row?.challengeId !== challengeId) return { outcome: 'too_old' };
  const now = clock.now();
  const beganInTime = upload.beganAt >= row.drawnAt && upload.beganAt < row.expiresAt;
  const endedInTime = minutesAfter(upload.beganAt, uploadMinutes) >= now;
  const before = sentOf(row);
  if (before === undefined && !(beganInTime && endedInTime)) return { outcome: 'too_old' };
  if (await takeSent(db, { challengeId, uploadId: upload.id, way, now })) return { outcome: 'taken' };
  const first = await sentVideoOf({ db }, attemptId);
  if (first?.challengeId !== challengeId) return { outcome: 'too_old' };
  // The same one again, as by a button pressed twice.
  return first.uploadId === upload.id ? { outcome: 'taken' } : { outcome: 'other_first', sent: first };
}

/** @returns four numbers that nobody can foresee, other than the last ones: whoever is asked again is to notice */
export function drawDigits(last: readonly number[] | undefined): FourDigits {
  for (;;) {
    const drawn: FourDigits = [randomInt(10), randomInt(10), randomInt(10), randomInt(10)];
    if (drawn.join('') !== last?.join('')) return drawn;
  }
}

function sentOf({ challengeId, digits, sent }: ChallengeRow): SentVideo | undefined {
  return sent === undefined ? undefined : { challengeId, digits: fourOf(digits), ...sent };
}

function fourOf([first = 0, second = 0, third = 0, fourth = 0]: readonly number[]): FourDigits {
  return [first, second, third, fourth];
}
