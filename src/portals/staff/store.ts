import type { Secrets } from '#foundation/security';
import { deleteExpired, type Db } from '#foundation/storage';
import { readRoles, type Place, type PortalName, type Role } from './roles.ts';

type StaffTables = {
  'portals.staff': {
    id: string;
    email_key: string;
    sealed_email: Buffer;
    password_hash: string | null;
    sealed_secret: Buffer | null;
    last_code_step: string | null;
    created_at: Date;
  };
  'portals.member': {
    staff_id: string;
    place: string;
    sealed_name: Buffer;
    roles: string[];
    added_at: Date;
    first_seen_at: Date | null;
  };
  'portals.session': {
    token_hash: string;
    staff_id: string;
    portal: PortalName;
    idle_until: Date;
    expires_at: Date;
  };
};

/** A transaction, and what personal data is sealed with. */
export interface StoreDeps {
  readonly db: Db;
  readonly secrets: Secrets;
}

const tables = (db: Db) => db.withTables<StaffTables>();
const emailPurpose = (id: string) => `portals staff e-mail ${id}`;
const secretPurpose = (id: string) => `portals staff authenticator ${id}`;
const namePurpose = (id: string, place: string) => `portals staff name ${id} ${place}`;

export async function insertStaff(
  { db, secrets }: StoreDeps,
  staff: { id: string; emailKey: string; email: string; now: Date },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await tables(db)
    .insertInto('portals.staff')
    .values({
      id: staff.id,
      email_key: staff.emailKey,
      sealed_email: secrets.seal(emailPurpose(staff.id), Buffer.from(staff.email)),
      password_hash: null,
      sealed_secret: null,
      last_code_step: null,
      created_at: staff.now,
    })
    .onConflict((conflict) => conflict.column('email_key').doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

/** What signing in is checked against. */
export interface StoredStaff {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string | undefined;
  readonly secret: string | undefined;
}

export async function selectStaff(
  deps: StoreDeps,
  by: { readonly emailKey: string } | { readonly id: string },
): Promise<StoredStaff | undefined> {
  const query = tables(deps.db).selectFrom('portals.staff').selectAll();
  const row = await ('id' in by
    ? query.where('id', '=', by.id)
    : query.where('email_key', '=', by.emailKey)
  ).executeTakeFirst();
  if (row === undefined) return undefined;
  const { id, sealed_email: email, sealed_secret: secret } = row;
  const unseal = (purpose: string, sealed: Buffer) => deps.secrets.unseal(purpose, sealed).toString();
  return {
    id,
    email: unseal(emailPurpose(id), email),
    passwordHash: row.password_hash ?? undefined,
    secret: secret === null ? undefined : unseal(secretPurpose(id), secret),
  };
}

/** Uses a code up, with all before it. @returns false if it, or a later one, was used already */
export async function takeCodeStep(db: Db, { id, step }: { id: string; step: number }): Promise<boolean> {
  const { numUpdatedRows } = await tables(db)
    .updateTable('portals.staff')
    .set({ last_code_step: String(step) })
    .where('id', '=', id)
    .where((where) =>
      where.or([where('last_code_step', 'is', null), where('last_code_step', '<', String(step))]),
    )
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function updateCredentials(
  { db, secrets }: StoreDeps,
  staff: { id: string; passwordHash: string; secret: string; step: number },
): Promise<void> {
  await tables(db)
    .updateTable('portals.staff')
    .set({
      password_hash: staff.passwordHash,
      sealed_secret: secrets.seal(secretPurpose(staff.id), Buffer.from(staff.secret)),
      last_code_step: String(staff.step),
    })
    .where('id', '=', staff.id)
    .execute();
}

/** Somebody at one place. */
export interface StoredMember {
  readonly staffId: string;
  readonly place: string;
  readonly name: string;
  /** Empty for who was removed. */
  readonly roles: readonly Role[];
  readonly hasBeenHere: boolean;
}

type MemberRow = StaffTables['portals.member'];

function memberOf(secrets: Secrets, row: MemberRow): StoredMember {
  const { staff_id: staffId, place } = row;
  return {
    staffId,
    place,
    name: secrets.unseal(namePurpose(staffId, place), row.sealed_name).toString(),
    roles: readRoles(place, row.roles),
    hasBeenHere: row.first_seen_at !== null,
  };
}

export async function upsertMember(
  { db, secrets }: StoreDeps,
  member: { staffId: string; place: Place; name: string; roles: readonly Role[]; now: Date },
): Promise<void> {
  const { staffId, place } = member;
  const sealedName = secrets.seal(namePurpose(staffId, place), Buffer.from(member.name));
  await tables(db)
    .insertInto('portals.member')
    .values({
      staff_id: staffId,
      place,
      sealed_name: sealedName,
      roles: [...member.roles],
      added_at: member.now,
      first_seen_at: null,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['staff_id', 'place'])
        .doUpdateSet({ sealed_name: sealedName, roles: [...member.roles], added_at: member.now }),
    )
    .execute();
}

export async function updateRoles(
  db: Db,
  member: { staffId: string; place: Place; roles: readonly Role[] },
): Promise<void> {
  await tables(db)
    .updateTable('portals.member')
    .set({ roles: [...member.roles] })
    .where('staff_id', '=', member.staffId)
    .where('place', '=', member.place)
    .execute();
}

export async function markSeen(db: Db, member: { staffId: string; place: Place; now: Date }): Promise<void> {
  await tables(db)
    .updateTable('portals.member')
    .set({ first_seen_at: member.now })
    .where('staff_id', '=', member.staffId)
    .where('place', '=', member.place)
    .where('first_seen_at', 'is', null)
    .execute();
}

/** @returns everybody who is or was at a place, in the order in which they came */
export async function selectMembers({ db, secrets }: StoreDeps, place: Place): Promise<StoredMember[]> {
  const rows = await tables(db)
    .selectFrom('portals.member')
    .selectAll()
    .where('place', '=', place)
    .orderBy('added_at')
    .orderBy('staff_id')
    .execute();
  return rows.map((row) => memberOf(secrets, row));
}

/** As {@link selectMembers}, held until the transaction ends: of two managers who change roles one waits for the other. */
export async function lockMembers({ db, secrets }: StoreDeps, place: Place): Promise<StoredMember[]> {
  const rows = await tables(db)
    .selectFrom('portals.member')
    .selectAll()
    .where('place', '=', place)
    .orderBy('staff_id')
    .forUpdate()
    .execute();
  return rows.map((row) => memberOf(secrets, row));
}

/** @returns where somebody may do something now */
export async function selectMemberships(
  { db, secrets }: StoreDeps,
  staffId: string,
): Promise<StoredMember[]> {
  const rows = await tables(db)
    .selectFrom('portals.member')
    .selectAll()
    .where('staff_id', '=', staffId)
    .orderBy('place')
    .execute();
  return rows.map((row) => memberOf(secrets, row)).filter((member) => member.roles.length > 0);
}

export async function insertSession(
  db: Db,
  session: { tokenHash: string; staffId: string; portal: PortalName; idleUntil: Date; expiresAt: Date },
): Promise<void> {
  await tables(db)
    .insertInto('portals.session')
    .values({
      token_hash: session.tokenHash,
      staff_id: session.staffId,
      portal: session.portal,
      idle_until: session.idleUntil,
      expires_at: session.expiresAt,
    })
    .execute();
}

/** Keeps a session from falling idle. @returns whose it is; undefined if it is over */
export async function touchSession(
  db: Db,
  session: { tokenHash: string; portal: PortalName; now: Date; idleUntil: Date },
): Promise<string | undefined> {
  const row = await tables(db)
    .updateTable('portals.session')
    .set({ idle_until: session.idleUntil })
    .where('token_hash', '=', session.tokenHash)
    .where('portal', '=', session.portal)
    .where('idle_until', '>', session.now)
    .where('expires_at', '>', session.now)
    .returning('staff_id')
    .executeTakeFirst();
  return row?.staff_id;
}

/** Keeps a session from ending until the transaction does. @returns false if it has ended */
export async function holdSession(db: Db, tokenHash: string): Promise<boolean> {
  const row = await tables(db)
    .selectFrom('portals.session')
    .select('token_hash')
    .where('token_hash', '=', tokenHash)
    .forKeyShare()
    .executeTakeFirst();
  return row !== undefined;
}

export async function deleteSession(db: Db, tokenHash: string): Promise<string | undefined> {
  const row = await tables(db)
    .deleteFrom('portals.session')
    .where('token_hash', '=', tokenHash)
    .returning('staff_id')
    .executeTakeFirst();
  return row?.staff_id;
}

export async function deleteSessionsOf(db: Db, staffId: string): Promise<void> {
  await tables(db).deleteFrom('portals.session').where('staff_id', '=', staffId).execute();
}

export async function deleteSessionsExpiredBefore(db: Db, before: Date): Promise<void> {
  await deleteExpired(db, { table: 'portals.session', column: 'expires_at', before });
}
