import type { Deps } from '#foundation/deps';
import type { PersonalData, PersonalRecord } from '#foundation/personal-data';
import { sql, type RawBuilder } from 'kysely';
import { readDestination } from './credentials/one-time-code/code.ts';
import { changeOf } from './recovery/replacement.ts';

/** Tells all that this room holds about an account's owner; of secrets only that there are some. */
export async function tellPersonalData(
  deps: Pick<Deps, 'db' | 'secrets'>,
  accountId: string,
): Promise<PersonalData> {
  const read = async <R = PersonalRecord>(query: RawBuilder<R>) => (await query.execute(deps.db)).rows;
  const codes = await read(sql<{ purpose: string; sealedDestination: Buffer; expiresAt: Date }>`
    SELECT purpose, sealed_destination AS "sealedDestination", expires_at AS "expiresAt"
    FROM accounts.security_code WHERE account_id = ${accountId} ORDER BY expires_at`);
  const replacements = await read(sql<PersonalRecord & { sealedChange: Buffer }>`
    SELECT sealed_change AS "sealedChange", requested_at AS "requestedAt", due_at AS "dueAt", ended_at AS "endedAt",
      ending
    FROM accounts.replacement WHERE account_id = ${accountId} ORDER BY requested_at`);
  return {
    login: await read(sql`
      SELECT id AS "accountId", email, phone, landline, nation, language, created_at AS "madeAt",
        last_signed_in_at AS "lastSignedInAt", last_used_at AS "lastUsedAt", sign_ins_valid_from AS "signInsValidFrom",
        unused_written_at AS "unusedWrittenAt", unused_told_at AS "unusedToldAt",
        unreached_since AS "unreachedSince", unreached_at AS "unreachedAt", unreached_tries AS "unreachedTries", locked_at AS "lockedAt"
      FROM accounts.account WHERE id = ${accountId}`),
    password: await read(sql`
      SELECT changed_at AS "changedAt", chosen_by_mail AS "chosenByMail" FROM accounts.password WHERE account_id = ${accountId}`),
    securityCodes: codes.map(({ sealedDestination, ...code }) => ({
      ...code,
      sentTo: readDestination(deps, { sealedDestination }).destination,
    })),
    rememberedDevices: await read(sql`
      SELECT system, browser, remembered_at AS "rememberedAt", expires_at AS "expiresAt"
      FROM accounts.remembered_device
      WHERE account_id = ${accountId} ORDER BY expires_at`),
    passkeys: await read(sql`
      SELECT name, is_synced AS "isSynced", transports, sign_count::integer AS "signCount", created_at AS "madeAt",
        last_used_at AS "lastUsedAt", suspended_at AS "suspendedAt"
      FROM accounts.passkey WHERE account_id = ${accountId} ORDER BY created_at`),
    appKeys: await read(sql`
      SELECT client_id AS service, aaid AS "deviceKind", sign_count::integer AS "signCount", created_at AS "madeAt",
        last_used_at AS "lastUsedAt", suspended_at AS "suspendedAt"
      FROM accounts.uaf_key WHERE account_id = ${accountId} ORDER BY created_at`),
    authenticatorApp: await read(sql`
      SELECT added_at AS "addedAt", last_used_at AS "lastUsedAt"
      FROM accounts.authenticator_app WHERE account_id = ${accountId}`),
    recoveryCodes: await read(sql`
      SELECT made_at AS "madeAt" FROM accounts.recovery_code WHERE account_id = ${accountId} ORDER BY made_at`),
    replacements: replacements.map(({ sealedChange, ...replacement }) => ({
      ...replacement,
      ...changeOf(deps, { accountId, sealedChange }),
    })),
    emailChanges: await read(sql`
      SELECT email, requested_at AS "requestedAt", due_at AS "dueAt", ended_at AS "endedAt", ending
      FROM accounts.email_change WHERE account_id = ${accountId} ORDER BY requested_at`),
    passwordLinks: await read(sql`
      SELECT requested_at AS "requestedAt", expires_at AS "expiresAt", used_at AS "usedAt",
        superseded_at AS "supersededAt"
      FROM accounts.password_reset WHERE account_id = ${accountId} ORDER BY requested_at`),
  };
}
