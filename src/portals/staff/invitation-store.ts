import { deleteExpired, type Db } from '#foundation/storage';
import type { Place } from './roles.ts';
import type { StoreDeps } from './store.ts';

type InvitationTables = {
  'portals.invitation': {
    token_hash: string;
    staff_id: string;
    place: string;
    expires_at: Date;
    is_over: boolean;
    browser_key: string | null;
    password_hash: string | null;
    sealed_secret: Buffer | null;
  };
};

const tables = (db: Db) => db.withTables<InvitationTables>();
const secretPurpose = (tokenHash: string) => `portals invitation ${tokenHash}`;

/** Puts an invitation in; those that the same person had before lead nowhere any more. */
export async function insertInvitation(
  db: Db,
  invitation: { tokenHash: string; staffId: string; place: Place; expiresAt: Date },
): Promise<void> {
  await tables(db)
    .updateTable('portals.invitation')
    .set({ is_over: true, password_hash: null, sealed_secret: null })
    .where('staff_id', '=', invitation.staffId)
    .execute();
  await tables(db)
    .insertInto('portals.invitation')
    .values({
      token_hash: invitation.tokenHash,
      staff_id: invitation.staffId,
      place: invitation.place,
      expires_at: invitation.expiresAt,
      is_over: false,
      browser_key: null,
      password_hash: null,
      sealed_secret: null,
    })
    .execute();
}

export interface StoredInvitation {
  readonly staffId: string;
  readonly place: string;
  readonly browserKey: string | undefined;
  /** What was chosen on its first page. */
  readonly begun: { readonly passwordHash: string; readonly secret: string } | undefined;
}

/** @returns undefined unless it can still be used */
export async function selectInvitation(
  { db, secrets }: StoreDeps,
  asked: { tokenHash: string; now: Date; locks?: boolean },
): Promise<StoredInvitation | undefined> {
  const query = tables(db)
    .selectFrom('portals.invitation')
    .selectAll()
    .where('token_hash', '=', asked.tokenHash)
    .where('is_over', '=', false)
    .where('expires_at', '>', asked.now);
  const row = await (asked.locks === true ? query.forUpdate() : query).executeTakeFirst();
  if (row === undefined) return undefined;
  const { password_hash: passwordHash, sealed_secret: sealed } = row;
  return {
    staffId: row.staff_id,
    place: row.place,
    browserKey: row.browser_key ?? undefined,
    begun:
      passwordHash === null || sealed === null
        ? undefined
        : { passwordHash, secret: secrets.unseal(secretPurpose(asked.tokenHash), sealed).toString() },
  };
}

/** Keeps what was chosen on the first page, in the place of what was chosen before. */
export async function updateInvitation(
  { db, secrets }: StoreDeps,
  begun: { tokenHash: string; browserKey: string; passwordHash: string; secret: string },
): Promise<void> {
  await tables(db)
    .updateTable('portals.invitation')
    .set({
      browser_key: begun.browserKey,
      password_hash: begun.passwordHash,
      sealed_secret: secrets.seal(secretPurpose(begun.tokenHash), Buffer.from(begun.secret)),
    })
    .where('token_hash', '=', begun.tokenHash)
    .where('is_over', '=', false)
    .execute();
}

export async function endInvitationsOf(db: Db, staffId: string): Promise<void> {
  await tables(db)
    .updateTable('portals.invitation')
    .set({ is_over: true, password_hash: null, sealed_secret: null })
    .where('staff_id', '=', staffId)
    .execute();
}

export async function deleteInvitationsExpiredBefore(db: Db, before: Date): Promise<void> {
  await deleteExpired(db, { table: 'portals.invitation', column: 'expires_at', before });
}
