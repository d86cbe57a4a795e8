import type { Deps } from '#foundation/deps';
import type { PersonalData, PersonalRecord } from '#foundation/personal-data';
import { sql } from 'kysely';

/** Tells of scans of the account owner's face that are under way, or were just judged. What was measured is told by nobody. */
export async function tellPersonalData({ db }: Pick<Deps, 'db'>, accountId: string): Promise<PersonalData> {
  const { rows } = await sql<PersonalRecord>`
    SELECT acts, taken, repeats, begun_at AS "begunAt", expires_at AS "expiresAt"
    FROM face_checks.scan WHERE account_id = ${accountId} ORDER BY begun_at`.execute(db);
  return { scans: rows };
}
