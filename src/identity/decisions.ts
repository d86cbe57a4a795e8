import { secondsAfter } from '#foundation/clock';
import type { Deps } from '#foundation/deps';
import {
  deleteDecidedBefore,
  deleteEvidenceKeptUntil,
  insertDecision,
  insertEvidence,
  selectDecisions,
} from './decision-store.ts';
import type { DecisionOutcome, DecisionReason } from './decision-codes.ts';
import type { IdentityLevel } from './levels.ts';
import { deleteCompetenceKeptUntil } from './local-policy-store.ts';

/** What a person says about themselves that is compared with an entry. */
export const comparedDetails = ['nhs_number', 'family_name', 'given_name', 'birthdate', 'postcode'] as const;
export type ComparedDetail = (typeof comparedDetails)[number];

/** What a match with the register rested on: which details, not what they are. */
export type RegisterMatchEvidence = {
  readonly compared: readonly ComparedDetail[];
  readonly matched: readonly ComparedDetail[];
  /** Of the entry, at that moment; absent when there was none. */
  readonly registerVersion?: string;
  /** When the register answered, in ISO 8601. */
  readonly registerReadAt: string;
};

/** What a decision rested on, as the method that led to it describes it: whatever JSON can hold. */
export type Evidence = Readonly<Record<string, unknown>>;

/** A decision about how well it is known who an account's owner is. */
export interface Decision {
  /** By which way of proving it: `register-match`. */
  readonly method: string;
  readonly outcome: DecisionOutcome;
  readonly reasons: readonly DecisionReason[];
  readonly level: { readonly before: IdentityLevel; readonly after: IdentityLevel };
  readonly decidedAt: Date;
  /** Absent when there was none, or it is kept no longer. */
  readonly evidence?: Evidence;
}

/** As long as the audit trail is kept. */
const decisionRetentionSeconds = 8 * 366 * 24 * 3600;
const daySeconds = 24 * 3600;

/**
 * Writes down, in a transaction, a decision about the level of an account's owner, and what it rested on. It changes no level: that is
 * `establishIdentity`'s.
 *
 * @param decision.method a word of small letters, digits and hyphens
 * @param decision.level higher after than before if and only if the outcome is `raised`, lower if and only if it is `lowered`
 * @param decision.evidence no more than the decision rested on; kept as many days as `BEVAN_EVIDENCE_RETENTION_DAYS` says
 */
export async function recordDecision(
  deps: Pick<Deps, 'db' | 'clock' | 'audit' | 'secrets' | 'settings'>,
  decision: Omit<Decision, 'decidedAt' | 'reasons'> & {
    readonly accountId: string;
    readonly reasons: readonly [DecisionReason, ...DecisionReason[]];
  },
): Promise<void> {
  const { evidence, ...decided } = decision;
  const { accountId, method, outcome, reasons, level } = decided;
  const decidedAt = deps.clock.now();
  const decisionId = await insertDecision(deps.db, { ...decided, decidedAt });
  if (evidence !== undefined) {
    const keptUntil = secondsAfter(decidedAt, deps.settings.evidenceRetentionDays * daySeconds);
    await insertEvidence(deps, { decisionId, accountId, method, content: evidence, keptUntil });
  }
  const details = { method, outcome, reasons, levelBefore: level.before, levelAfter: level.after };
  await deps.audit({ type: 'identity.decided', accountId, details });
}

/** Reads what was decided about an account's owner, the newest decision first, with its evidence while that is kept. */
export function readDecisions(
  deps: Pick<Deps, 'db' | 'secrets'>,
  accountId: string,
): Promise<readonly Decision[]> {
  return selectDecisions(deps, accountId);
}

/** Removes evidence that has been kept as long as it may, decisions of more than eight years ago, and what is too old to matter. */
export async function sweepIdentity(deps: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  const now = deps.clock.now();
  await deleteEvidenceKeptUntil(deps.db, now);
  await deleteCompetenceKeptUntil(deps.db, now);
  await deleteDecidedBefore(deps.db, secondsAfter(now, -decisionRetentionSeconds));
}
