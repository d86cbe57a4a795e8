import type { FileRefusal } from '#evidence';
import type { Db } from '#foundation/storage';

type ChallengeTables = {
  'proofing.video_challenge': {
    attempt_id: string;
    challenge_id: string;
    digits: readonly number[];
    drawn_at: Date;
    expires_at: Date;
    upload_began_at: Date | null;
    upload_id: string | null;
    sent_at: Date | null;
    file_id: string | null;
    refusal: FileRefusal | null;
  };
};

const tables = (db: Db) => db.withTables<ChallengeTables>();

export type ChallengeRow = Readonly<ChallengeTables['proofing.video_challenge']>;

export async function selectChallenge(db: Db, attemptId: string): Promise<ChallengeRow | undefined> {
  return tables(db)
    .selectFrom('proofing.video_challenge')
    .selectAll()
    .where('attempt_id', '=', attemptId)
    .executeTakeFirst();
}

export async function selectChallengeById(db: Db, challengeId: string): Promise<ChallengeRow | undefined> {
  return tables(db)
    .selectFrom('proofing.video_challenge')
    .selectAll()
    .where('challenge_id', '=', challengeId)
    .executeTakeFirst();
}

/**
 * Puts new numbers in the place of an attempt's old ones, if those are still the ones that were seen.
 *
 * @param drawn.inPlaceOf the challenge that they replace; undefined when the attempt had none
 */
export async function replaceChallenge(
  db: Db,
  drawn: {
    readonly attemptId: string;
    readonly challengeId: string;
    readonly digits: readonly number[];
    readonly drawnAt: Date;
    readonly expiresAt: Date;
    readonly inPlaceOf: string | undefined;
  },
): Promise<void> {
  const fresh = {
    challenge_id: drawn.challengeId,
    digits: drawn.digits,
    drawn_at: drawn.drawnAt,
    expires_at: drawn.expiresAt,
    upload_began_at: null,
    upload_id: null,
    sent_at: null,
    file_id: null,
    refusal: null,
  };
  if (drawn.inPlaceOf === undefined) {
    await tables(db)
      .insertInto('proofing.video_challenge')
      .values({ attempt_id: drawn.attemptId, ...fresh })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return;
  }
  await tables(db)
    .updateTable('proofing.video_challenge')
    .set(fresh)
    .where('attempt_id', '=', drawn.attemptId)
    .where('challenge_id', '=', drawn.inPlaceOf)
    .execute();
}

/** Notes that an upload begins, the first time. @returns false if none may: the numbers have expired, or have their video */
export async function noteUploadBegins(
  db: Db,
  { challengeId, now }: { readonly challengeId: string; readonly now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('proofing.video_challenge')
    .set(({ fn, val }) => ({ upload_began_at: fn.coalesce('upload_began_at', val(now)) }))
    .where('challenge_id', '=', challengeId)
    .where('sent_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Takes a video for its numbers. @returns false if another was taken before, or the numbers are gone */
export async function takeSentVideo(
  db: Db,
  sent: { readonly challengeId: string; readonly uploadId: string; readonly now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('proofing.video_challenge')
    .set({ upload_id: sent.uploadId, sent_at: sent.now, file_id: null, refusal: null })
    .where('challenge_id', '=', sent.challengeId)
    .where('sent_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Writes down what became of the video that was sent, once. */
export async function writeOutcome(
  db: Db,
  found: { readonly challengeId: string; readonly fileId: string } | { readonly challengeId: string; readonly refusal: FileRefusal },
): Promise<void> {
  await tables(db)
    .updateTable('proofing.video_challenge')
    .set('fileId' in found ? { file_id: found.fileId } : { refusal: found.refusal })
    .where('challenge_id', '=', found.challengeId)
    .where('sent_at', 'is not', null)
    .where('file_id', 'is', null)
    .where('refusal', 'is', null)
    .execute();
}
