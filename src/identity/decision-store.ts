import type { Secrets } from '#foundation/security';
import { deleteExpired, type Db } from '#foundation/storage';
import type { Generated } from 'kysely';
import { z } from 'zod';
import { decisionReasons, type DecisionOutcome } from './decision-codes.ts';
import type { Decision, Evidence } from './decisions.ts';
import type { IdentityLevel } from './levels.ts';

type DecisionTables = {
  'identity.decision': {
    id: Generated<string>;
    account_id: string;
    method: string;
    outcome: DecisionOutcome;
    reasons: readonly string[];
    level_before: IdentityLevel;
    level_after: IdentityLevel;
    decided_at: Date;
  };
  'identity.evidence': {
    decision_id: string;
    account_id: string;
    method: string;
    sealed_content: Buffer;
    kept_until: Date;
  };
};

interface SecretDeps {
  readonly db: Db;
  readonly secrets: Secrets;
}

const tables = (db: Db) => db.withTables<DecisionTables>();

/** Evidence is bound to its account and decision: a row can't be put in another's place. */
const evidencePurpose = (accountId: string, decisionId: string): string =>
  `identity evidence of ${accountId} for ${decisionId}`;

const evidenceSchema = z.record(z.string(), z.unknown());
const reasonsSchema = z.array(z.enum(decisionReasons));

/** @returns the decision's id */
export async function insertDecision(
  db: Db,
  decision: Omit<Decision, 'evidence'> & { accountId: string },
): Promise<string> {
  const { id } = await tables(db)
    .insertInto('identity.decision')
    .values({
      account_id: decision.accountId,
      method: decision.method,
      outcome: decision.outcome,
      reasons: decision.reasons,
      level_before: decision.level.before,
      level_after: decision.level.after,
      decided_at: decision.decidedAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export async function insertEvidence(
  { db, secrets }: SecretDeps,
  evidence: { decisionId: string; accountId: string; method: string; content: Evidence; keptUntil: Date },
): Promise<void> {
  const { decisionId, accountId } = evidence;
  const purpose = evidencePurpose(accountId, decisionId);
  await tables(db)
    .insertInto('identity.evidence')
    .values({
      decision_id: decisionId,
      account_id: accountId,
      method: evidence.method,
      sealed_content: secrets.seal(purpose, Buffer.from(JSON.stringify(evidence.content))),
      kept_until: evidence.keptUntil,
    })
    .execute();
}

export async function selectDecisions({ db, secrets }: SecretDeps, accountId: string): Promise<Decision[]> {
  const rows = await tables(db)
    .selectFrom('identity.decision')
    .leftJoin('identity.evidence', 'identity.evidence.decision_id', 'identity.decision.id')
    .selectAll('identity.decision')
    .select('identity.evidence.sealed_content')
    .where('identity.decision.account_id', '=', accountId)
    .orderBy('identity.decision.id', 'desc')
    .execute();
  return rows.map((row) => {
    const sealed = row.sealed_content;
    const unseal = (bytes: Buffer) =>
      evidenceSchema.parse(JSON.parse(secrets.unseal(evidencePurpose(accountId, row.id), bytes).toString()));
    return {
      method: row.method,
      outcome: row.outcome,
      reasons: reasonsSchema.parse(row.reasons),
      level: { before: row.level_before, after: row.level_after },
      decidedAt: row.decided_at,
      ...(sealed === null ? {} : { evidence: unseal(sealed) }),
    };
  });
}

/** @returns the method that has raised somebody to the highest level last */
export async function selectLastRaise(db: Db, accountId: string): Promise<string | undefined> {
  const row = await tables(db)
    .selectFrom('identity.decision')
    .select('method')
    .where('account_id', '=', accountId)
    .where('outcome', '=', 'raised')
    .where('level_after', '=', 'P9')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.method;
}

/** Removes all that was decided about an account's owner, and what that rested on. */
export async function deleteDecisionsOf(db: Db, accountId: string): Promise<void> {
  await tables(db).deleteFrom('identity.decision').where('account_id', '=', accountId).execute();
}

export async function deleteEvidenceKeptUntil(db: Db, now: Date): Promise<void> {
  await deleteExpired(db, { table: 'identity.evidence', column: 'kept_until', before: now });
}

export async function deleteDecidedBefore(db: Db, before: Date): Promise<void> {
  await deleteExpired(db, { table: 'identity.decision', column: 'decided_at', before });
}
