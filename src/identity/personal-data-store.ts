import type { Deps } from '#foundation/deps';
import type { PersonalData, PersonalRecord } from '#foundation/personal-data';
import { sql, type RawBuilder } from 'kysely';
import { selectDecisions } from './decision-store.ts';
import type { Decision } from './decisions.ts';
import { nhsNumberKeyOf } from './local-policy.ts';
import { selectIdentity } from './store.ts';

/** A number that was found in the register is never shown whole. */
const digitsShown = 4;

/**
 * Tells what this room holds about an account's owner. What is only known by their NHS number (what their practice has said) is told
 * to somebody whose identity is proven, and to nobody who has only claimed that number; and of a decision against somebody only
 * that it was made.
 */
export async function tellPersonalData(
  deps: Pick<Deps, 'db' | 'secrets'>,
  accountId: string,
): Promise<PersonalData> {
  const read = async (query: RawBuilder<PersonalRecord>) => (await query.execute(deps.db)).rows;
  const identity = await selectIdentity(deps, accountId);
  const known = await read(sql`
    SELECT level, phone_matched AS "phoneMatched", established_at AS "establishedAt", checked_at AS "checkedAt"
    FROM identity.record WHERE account_id = ${accountId}`);
  const decisions = (await selectDecisions(deps, accountId)).map(tellDecision);
  if (identity.level === 'P0') return { identityDecisions: decisions };
  const { nhsNumber, familyName, givenName, birthdate, gpOdsCode, homeNations } = identity.details;
  const details = { familyName, givenName, birthdate, gpOdsCode, homeNations };
  const key = nhsNumberKeyOf(deps, nhsNumber);
  return {
    identity: known.map((record) => ({
      ...record,
      nhsNumberEnding: nhsNumber.slice(-digitsShown),
      ...details,
    })),
    gpCredentials: identity.gpCredentials === undefined ? [] : [{ ...identity.gpCredentials }],
    identityDecisions: decisions,
    ...(identity.level === 'P9'
      ? {
          competence: await read(sql`
            SELECT ods_code AS "odsCode", recorded_at AS "recordedAt", kept_until AS "keptUntil"
            FROM identity.competence WHERE nhs_number_key = ${key} ORDER BY recorded_at`),
          fastTrackBlocks: await read(sql`
            SELECT ods_code AS "odsCode", blocked_at AS "blockedAt"
            FROM identity.fast_track_block WHERE nhs_number_key = ${key}`),
        }
      : {}),
  };
}

function tellDecision({ method, outcome, reasons, level, decidedAt }: Decision): PersonalRecord {
  const told = { method, outcome, levelBefore: level.before, levelAfter: level.after, decidedAt };
  return outcome === 'raised' ? { ...told, reasons } : told;
}
