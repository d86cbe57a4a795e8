import type { Secrets } from '#foundation/security';
import type { Db } from '#foundation/storage';
import { z } from 'zod';

type AccessTables = {
  'proofing.gp_access': {
    account_id: string;
    ods_code: string;
    next_check_at: Date;
    next_renewal_at: Date;
    renewals: number;
    reason: string | null;
    sealed_pending: Buffer | null;
  };
};

interface StoreDeps {
  readonly db: Db;
  readonly secrets: Secrets;
}

const tables = (db: Db) => db.withTables<AccessTables>();

/** New details, and the connection that they have made. */
const pendingShape = z.object({
  odsCode: z.string(),
  accountId: z.string(),
  linkageKey: z.string(),
  connectionToken: z.string(),
});
export type Pending = z.output<typeof pendingShape>;

/** Bound to its account: a row can't be put in another's place. */
const pendingPurpose = (accountId: string): string => `proofing gp access of ${accountId}`;

/** How it stands with an account's access. */
export interface Access {
  readonly odsCode: string;
  readonly nextRenewalAt: Date;
  readonly renewals: number;
  readonly reason: string | null;
  readonly pending: Pending | undefined;
}

/**
 * Takes the turn to check an account's access, if it is time to; at another practice than the one before it always is, and all
 * begins anew.
 *
 * @param turn.nextCheckAt when it is time again, should nobody say otherwise
 * @returns undefined if it is not time yet
 */
export async function takeCheck(
  { db, secrets }: StoreDeps,
  turn: { accountId: string; odsCode: string; now: Date; nextCheckAt: Date },
): Promise<Access | undefined> {
  const { accountId, odsCode, now, nextCheckAt } = turn;
  const fresh = { next_renewal_at: now, renewals: 0, reason: null, sealed_pending: null };
  await tables(db)
    .insertInto('proofing.gp_access')
    .values({ account_id: accountId, ods_code: odsCode, next_check_at: now, ...fresh })
    .onConflict((conflict) =>
      conflict
        .column('account_id')
        .doUpdateSet({ ods_code: odsCode, next_check_at: now, ...fresh })
        .where('proofing.gp_access.ods_code', '!=', odsCode),
    )
    .execute();
  const row = await tables(db)
    .updateTable('proofing.gp_access')
    .set({ next_check_at: nextCheckAt })
    .where('account_id', '=', accountId)
    // One that is further away was written when the clock was ahead.
    .where((due) => due.or([due('next_check_at', '<=', now), due('next_check_at', '>', nextCheckAt)]))
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    odsCode: row.ods_code,
    nextRenewalAt: row.next_renewal_at,
    renewals: row.renewals,
    reason: row.reason,
    pending:
      row.sealed_pending === null
        ? undefined
        : pendingShape.parse(
            JSON.parse(secrets.unseal(pendingPurpose(accountId), row.sealed_pending).toString()),
          ),
  };
}

/** Writes down how it stands; what is left out stays. */
export async function updateAccess(
  { db, secrets }: StoreDeps,
  accountId: string,
  change: {
    readonly nextCheckAt?: Date;
    readonly nextRenewalAt?: Date;
    readonly renewals?: number;
    readonly reason?: string | null;
    readonly pending?: Pending | null;
  },
): Promise<void> {
  const { nextCheckAt, nextRenewalAt, renewals, reason, pending } = change;
  const sealed =
    pending === undefined || pending === null
      ? pending
      : secrets.seal(pendingPurpose(accountId), Buffer.from(JSON.stringify(pending)));
  await tables(db)
    .updateTable('proofing.gp_access')
    .set({
      ...(nextCheckAt === undefined ? {} : { next_check_at: nextCheckAt }),
      ...(nextRenewalAt === undefined ? {} : { next_renewal_at: nextRenewalAt }),
      ...(renewals === undefined ? {} : { renewals }),
      ...(reason === undefined ? {} : { reason }),
      ...(sealed === undefined ? {} : { sealed_pending: sealed }),
    })
    .where('account_id', '=', accountId)
    .execute();
}

/** @returns why an account has no access; null while it has; undefined if nobody has looked */
export async function selectReason(db: Db, accountId: string): Promise<string | null | undefined> {
  const row = await tables(db)
    .selectFrom('proofing.gp_access')
    .select('reason')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row?.reason;
}

export async function deleteAccess(db: Db, accountId: string): Promise<void> {
  await tables(db).deleteFrom('proofing.gp_access').where('account_id', '=', accountId).execute();
}
