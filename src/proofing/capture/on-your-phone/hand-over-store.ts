import type { Db } from '#foundation/storage';

type HandOverTables = {
  'proofing.hand_over': {
    id: string;
    attempt_id: string;
    code_key: string | null;
    session_uid: string;
    signed_in_at: Date;
    client_name: string;
    opened_at: Date;
    expires_at: Date;
    joined_at: Date | null;
    finished_at: Date | null;
    ended_at: Date | null;
  };
  'proofing.attempt': {
    id: string;
    account_id: string;
    method: string;
    state: 'open' | 'submitted' | 'abandoned';
    expires_at: Date;
  };
};

export interface HandOverRow {
  readonly id: string;
  readonly attemptId: string;
  readonly accountId: string;
  readonly method: string;
  readonly clientName: string;
  readonly sessionUid: string;
  readonly signedInAt: Date;
  /** Until when its code can be used. */
  readonly expiresAt: Date;
  readonly joinedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
}

const tables = (db: Db) => db.withTables<HandOverTables>();

/** Those of open attempts that have not ended. */
const selectLiving = (db: Db, now: Date) =>
  tables(db)
    .selectFrom('proofing.hand_over as hand')
    .innerJoin('proofing.attempt as attempt', 'attempt.id', 'hand.attempt_id')
    .select([
      'hand.id',
      'hand.attempt_id',
      'attempt.account_id',
      'attempt.method',
      'hand.client_name',
      'hand.session_uid',
      'hand.signed_in_at',
      'hand.expires_at',
      'hand.joined_at',
      'hand.finished_at',
    ])
    .where('hand.ended_at', 'is', null)
    .where('attempt.state', '=', 'open')
    .where('attempt.expires_at', '>', now);

type Selected = Awaited<ReturnType<ReturnType<typeof selectLiving>['executeTakeFirst']>>;

function readRow(row: Selected): HandOverRow | undefined {
  if (row === undefined) return undefined;
  return {
    id: row.id,
    attemptId: row.attempt_id,
    accountId: row.account_id,
    method: row.method,
    clientName: row.client_name,
    sessionUid: row.session_uid,
    signedInAt: row.signed_in_at,
    expiresAt: row.expires_at,
    joinedAt: row.joined_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
  };
}

export async function selectHandOver(
  db: Db,
  { id, now }: { id: string; now: Date },
): Promise<HandOverRow | undefined> {
  return readRow(await selectLiving(db, now).where('hand.id', '=', id).executeTakeFirst());
}

/** @param by.isHeld holds it until the transaction ends, so that of two devices one uses the code */
export async function selectByCode(
  db: Db,
  by: { codeKey: string; now: Date; isHeld: boolean },
): Promise<HandOverRow | undefined> {
  const query = selectLiving(db, by.now)
    .where('hand.code_key', '=', by.codeKey)
    .where('hand.expires_at', '>', by.now)
    .where('hand.joined_at', 'is', null);
  return readRow(await (by.isHeld ? query.forUpdate('hand') : query).executeTakeFirst());
}

export async function insertHandOver(
  db: Db,
  row: Pick<HandOverRow, 'id' | 'attemptId' | 'clientName' | 'sessionUid' | 'signedInAt' | 'expiresAt'> & {
    readonly codeKey: string;
    readonly openedAt: Date;
  },
): Promise<void> {
  await tables(db)
    .insertInto('proofing.hand_over')
    .values({
      id: row.id,
      attempt_id: row.attemptId,
      code_key: row.codeKey,
      session_uid: row.sessionUid,
      signed_in_at: row.signedInAt,
      client_name: row.clientName,
      opened_at: row.openedAt,
      expires_at: row.expiresAt,
      joined_at: null,
      finished_at: null,
      ended_at: null,
    })
    .execute();
}

/** Its code is used up. */
export async function markJoined(db: Db, { id, now }: { id: string; now: Date }): Promise<void> {
  await tables(db)
    .updateTable('proofing.hand_over')
    .set({ code_key: null, joined_at: now })
    .where('id', '=', id)
    .execute();
}

export async function markFinished(db: Db, { id, now }: { id: string; now: Date }): Promise<void> {
  await tables(db).updateTable('proofing.hand_over').set({ finished_at: now }).where('id', '=', id).execute();
}

/** Ends whatever hand-over of an attempt has not ended. @returns whether there was one */
export async function endHandOversOf(
  db: Db,
  { attemptId, now }: { attemptId: string; now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('proofing.hand_over')
    .set({ code_key: null, ended_at: now })
    .where('attempt_id', '=', attemptId)
    .where('ended_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
