import type { Db } from '#foundation/storage';
import { sql } from 'kysely';
import type { ChallengeWay } from './answers.ts';

type ChallengeTables = {
  'proofing.video_challenge': {
    attempt_id: string;
    challenge_id: string;
    digits: readonly number[];
    drawn_at: Date;
    expires_at: Date;
    upload_began_at: Date | null;
    upload_id: string | null;
    way: ChallengeWay | null;
    sent_at: Date | null;
  };
};

const tables = (db: Db) => db.withTables<ChallengeTables>();

export interface ChallengeRow {
  readonly attemptId: string;
  readonly challengeId: string;
  readonly digits: readonly number[];
  readonly drawnAt: Date;
  readonly expiresAt: Date;
  /** The video that was sent for them. */
  readonly sent: { readonly uploadId: string; readonly way: ChallengeWay } | undefined;
}

function readRow(row: ChallengeTables['proofing.video_challenge']): ChallengeRow {
  const { upload_id: uploadId, way } = row;
  return {
    attemptId: row.attempt_id,
    challengeId: row.challenge_id,
    digits: row.digits,
    drawnAt: row.drawn_at,
    expiresAt: row.expires_at,
    sent: uploadId === null || way === null ? undefined : { uploadId, way },
  };
}

/** @param of an attempt, which has one at a time, or a challenge itself */
export async function selectChallenge(
  db: Db,
  of: { readonly attemptId: string } | { readonly challengeId: string },
): Promise<ChallengeRow | undefined> {
  const query = tables(db).selectFrom('proofing.video_challenge').selectAll();
  const row = await ('attemptId' in of
    ? query.where('attempt_id', '=', of.attemptId)
    : query.where('challenge_id', '=', of.challengeId)
  ).executeTakeFirst();
  return row === undefined ? undefined : readRow(row);
}

/**
 * Puts new numbers in the place of an attempt's old ones, if those are still the ones that were seen.
 *
 * @param drawn.inPlaceOf the challenge that they replace; undefined when the attempt had none
 */
export async function replaceChallenge(
  db: Db,
  drawn: Pick<ChallengeRow, 'attemptId' | 'challengeId' | 'digits' | 'drawnAt' | 'expiresAt'> & {
    readonly inPlaceOf: string | undefined;
  },
): Promise<void> {
  const { attemptId, inPlaceOf } = drawn;
  const fresh = {
    challenge_id: drawn.challengeId,
    digits: drawn.digits,
    drawn_at: drawn.drawnAt,
    expires_at: drawn.expiresAt,
    upload_began_at: null,
    upload_id: null,
    way: null,
    sent_at: null,
  };
  if (inPlaceOf === undefined) {
    await tables(db)
      .insertInto('proofing.video_challenge')
      .values({ attempt_id: attemptId, ...fresh })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return;
  }
  await tables(db)
    .updateTable('proofing.video_challenge')
    .set(fresh)
    .where('attempt_id', '=', attemptId)
    .where('challenge_id', '=', inPlaceOf)
    .execute();
}

/**
 * Notes that an upload begins; with the first one the numbers count for longer, so that it can end.
 *
 * @returns false if none may: the numbers have expired, or have their video
 */
export async function noteUploadBegins(
  db: Db,
  upload: { readonly challengeId: string; readonly now: Date; readonly countsUntil: Date },
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    UPDATE proofing.video_challenge SET
      upload_began_at = coalesce(upload_began_at, ${upload.now}),
      expires_at = CASE WHEN upload_began_at IS NULL THEN greatest(expires_at, ${upload.countsUntil}) ELSE expires_at END
    WHERE challenge_id = ${upload.challengeId} AND sent_at IS NULL AND expires_at > ${upload.now}`.execute(
    db,
  );
  return numAffectedRows > 0n;
}

/** Takes a video for its numbers. @returns false if another was taken before, or the numbers are gone */
export async function takeSent(
  db: Db,
  sent: {
    readonly challengeId: string;
    readonly uploadId: string;
    readonly way: ChallengeWay;
    readonly now: Date;
  },
): Promise<boolean> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('proofing.video_challenge')
    .set({ upload_id: sent.uploadId, way: sent.way, sent_at: sent.now })
    .where('challenge_id', '=', sent.challengeId)
    .where('sent_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** @returns the bundle into which a video for these numbers goes; undefined when the attempt that they are of has ended */
export async function selectBundleOf(
  db: Db,
  { challengeId, now }: { readonly challengeId: string; readonly now: Date },
): Promise<string | undefined> {
  const { rows } = await sql<{ bundle_id: string }>`
    SELECT bundle_id FROM proofing.video_challenge JOIN proofing.attempt ON attempt.id = attempt_id
    WHERE challenge_id = ${challengeId} AND state = 'open' AND attempt.expires_at > ${now}`.execute(db);
  return rows[0]?.bundle_id;
}
