import type { Secrets } from '#foundation/security';
import type { Db } from '#foundation/storage';
import { sql } from 'kysely';
import { z } from 'zod';
import { checksShape, evidenceShape, presetsShape } from './case-shapes.ts';
import { presetsOf, type MachineChecks } from './machine-checks.ts';
import type { Presets } from './questions.ts';
import { reasonCodes, holdingReasons, imageTicks, type HoldingReason, type ImageTick } from './reasons.ts';
import { adviceThemes, type AdviceTheme, type CaseEvidence, type CaseList, type CaseState } from './types.ts';

/** How a case ended. */
export type CaseEnding =
  | 'raised'
  | 'declined'
  | 'too_young'
  /** Their owner was proven in another way meanwhile. */
  | 'known_already'
  /** It is not known any more that the login's owner has that NHS number, or the login can't be used. */
  | 'other_person'
  | 'account_closed';

export type CaseTables = {
  'review.case': {
    id: string;
    account_id: string | null;
    person_key: string | null;
    method: string;
    bundle_id: string | null;
    document_kind: string;
    challenge_way: string | null;
    evidence: unknown;
    presets: unknown;
    machine: unknown;
    is_by_machine: boolean;
    submitted_at: Date;
    state: CaseState;
    list: CaseList;
    claimed_by: string | null;
    claimed_at: Date | null;
    last_active_at: Date | null;
    added_by: string | null;
    held_at: Date | null;
    holding_reason: string | null;
    sealed_holding_note: Buffer | null;
    held_told_at: Date | null;
    decision: 'approved' | 'declined' | null;
    reason: string | null;
    ticks: string[];
    sealed_note: Buffer | null;
    decided_by: string | null;
    decided_at: Date | null;
    processing_until: Date | null;
    is_revised: boolean;
    ending: CaseEnding | null;
    advice: AdviceTheme | null;
    ended_at: Date | null;
    details_kept_until: Date | null;
    kept_until: Date | null;
    version: number;
  };
};

type Row = CaseTables['review.case'];

export interface StoreDeps {
  readonly db: Db;
  readonly secrets: Secrets;
}

const tables = (db: Db) => db.withTables<CaseTables>();
const notePurpose = (id: string, kind: 'holding' | 'decision') => `review ${kind} note of ${id}`;

/** A case as it is kept; notes are read apart. */
export interface StoredCase {
  readonly id: string;
  readonly accountId: string | undefined;
  readonly personKey: string | undefined;
  readonly method: string;
  readonly bundleId: string | undefined;
  readonly documentKind: string;
  readonly evidence: CaseEvidence | undefined;
  readonly presets: Presets;
  /** What machines have found; undefined where none was to look. */
  readonly checks: MachineChecks | undefined;
  /** A machine has approved it, and no person. */
  readonly isByMachine: boolean;
  readonly submittedAt: Date;
  readonly state: CaseState;
  readonly list: CaseList;
  readonly claimedBy: string | undefined;
  readonly claimedAt: Date | undefined;
  readonly lastActiveAt: Date | undefined;
  readonly addedBy: string | undefined;
  readonly heldAt: Date | undefined;
  readonly holdingReason: HoldingReason | undefined;
  readonly holdingNote: string | undefined;
  readonly heldToldAt: Date | undefined;
  readonly decision: 'approved' | 'declined' | undefined;
  readonly reason: (typeof reasonCodes)[number] | undefined;
  readonly ticks: readonly ImageTick[];
  readonly note: string | undefined;
  readonly decidedBy: string | undefined;
  readonly decidedAt: Date | undefined;
  readonly processingUntil: Date | undefined;
  readonly isRevised: boolean;
  readonly ending: CaseEnding | undefined;
  readonly advice: AdviceTheme | undefined;
  readonly endedAt: Date | undefined;
  readonly version: number;
}

export function caseOf(secrets: Secrets, row: Row): StoredCase {
  const unseal = (kind: 'holding' | 'decision', sealed: Buffer | null) =>
    sealed === null ? undefined : secrets.unseal(notePurpose(row.id, kind), sealed).toString();
  return {
    id: row.id,
    accountId: row.account_id ?? undefined,
    personKey: row.person_key ?? undefined,
    method: row.method,
    bundleId: row.bundle_id ?? undefined,
    documentKind: row.document_kind,
    evidence: row.evidence === null ? undefined : evidenceShape.parse(row.evidence),
    presets: presetsShape.parse(row.presets),
    checks: row.machine === null ? undefined : checksShape.parse(row.machine),
    isByMachine: row.is_by_machine,
    submittedAt: row.submitted_at,
    state: row.state,
    list: row.list,
    claimedBy: row.claimed_by ?? undefined,
    claimedAt: row.claimed_at ?? undefined,
    lastActiveAt: row.last_active_at ?? undefined,
    addedBy: row.added_by ?? undefined,
    heldAt: row.held_at ?? undefined,
    holdingReason: z.enum(holdingReasons).nullable().parse(row.holding_reason) ?? undefined,
    holdingNote: unseal('holding', row.sealed_holding_note),
    heldToldAt: row.held_told_at ?? undefined,
    decision: row.decision ?? undefined,
    reason: z.enum(reasonCodes).nullable().parse(row.reason) ?? undefined,
    ticks: z.array(z.enum(imageTicks)).parse(row.ticks),
    note: unseal('decision', row.sealed_note),
    decidedBy: row.decided_by ?? undefined,
    decidedAt: row.decided_at ?? undefined,
    processingUntil: row.processing_until ?? undefined,
    isRevised: row.is_revised,
    ending: row.ending ?? undefined,
    advice: z.enum(adviceThemes).nullable().parse(row.advice) ?? undefined,
    endedAt: row.ended_at ?? undefined,
    version: row.version,
  };
}

export async function insertCase(
  db: Db,
  one: {
    id: string;
    accountId: string;
    personKey: string;
    method: string;
    bundleId: string;
    evidence: CaseEvidence;
    checks: MachineChecks | undefined;
    now: Date;
  },
): Promise<void> {
  const { checks = null } = one;
  const presets = checks === null ? {} : presetsOf(checks);
  await sql`
    INSERT INTO review.case
      (id, account_id, person_key, method, bundle_id, document_kind, challenge_way, evidence, presets, machine, submitted_at, state)
    VALUES (${one.id}, ${one.accountId}, ${one.personKey}, ${one.method}, ${one.bundleId}, ${one.evidence.document.kind},
      ${challengeOf(one.evidence)}, ${JSON.stringify(one.evidence)}, ${JSON.stringify(presets)},
      ${checks === null ? null : JSON.stringify(checks)}, ${one.now}, 'queued')
  `.execute(db);
}

/** How somebody has shown that it is them, for comparing how cases end. */
function challengeOf({ video, scan }: CaseEvidence): string | null {
  return video?.way ?? (scan === undefined ? null : 'scan');
}

/** Holds back, until the transaction ends, whoever else submits a case for the same login. */
export async function takeSubmitTurn(db: Db, accountId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`review case of ${accountId}`}, 0))`.execute(db);
}

export async function selectCase(deps: StoreDeps, id: string): Promise<StoredCase | undefined> {
  const row = await tables(deps.db)
    .selectFrom('review.case')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? undefined : caseOf(deps.secrets, row);
}

/** Reads a case, and holds back whoever else wants to change it until the transaction ends. */
export async function lockCase(deps: StoreDeps, id: string): Promise<StoredCase | undefined> {
  const row = await tables(deps.db)
    .selectFrom('review.case')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : caseOf(deps.secrets, row);
}

/** @param of.method by whichever when left out @returns the newest case of a login */
export async function selectLatestOf(
  deps: StoreDeps,
  of: { accountId: string; method?: string | undefined },
): Promise<StoredCase | undefined> {
  const query = tables(deps.db).selectFrom('review.case').selectAll().where('account_id', '=', of.accountId);
  const row = await (of.method === undefined ? query : query.where('method', '=', of.method))
    .orderBy('submitted_at', 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : caseOf(deps.secrets, row);
}

/** @returns the newest cases of all */
export async function selectNewest(deps: StoreDeps, limit: number): Promise<StoredCase[]> {
  const rows = await tables(deps.db)
    .selectFrom('review.case')
    .selectAll()
    .orderBy('submitted_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => caseOf(deps.secrets, row));
}

/** @returns when a login's cases were submitted, the oldest first */
export async function selectSubmissionsSince(
  db: Db,
  of: { accountId: string; since: Date },
): Promise<Date[]> {
  const rows = await tables(db)
    .selectFrom('review.case')
    .select('submitted_at')
    .where('account_id', '=', of.accountId)
    .where('submitted_at', '>', of.since)
    .orderBy('submitted_at')
    .execute();
  return rows.map((row) => row.submitted_at);
}

/** @returns the cases of a person, or those before one, the newest first */
export async function selectEarlierOf(
  deps: StoreDeps,
  of: { personKey: string; before: Date | undefined; limit: number },
): Promise<StoredCase[]> {
  let query = tables(deps.db).selectFrom('review.case').selectAll().where('person_key', '=', of.personKey);
  if (of.before !== undefined) query = query.where('submitted_at', '<', of.before);
  const rows = await query.orderBy('submitted_at', 'desc').limit(of.limit).execute();
  return rows.map((row) => caseOf(deps.secrets, row));
}

/** What can be changed of a case; what is left out stays. */
type CaseChange = Partial<
  Pick<
    Row,
    | 'state'
    | 'list'
    | 'claimed_by'
    | 'claimed_at'
    | 'last_active_at'
    | 'added_by'
    | 'held_at'
    | 'holding_reason'
    | 'held_told_at'
    | 'decision'
    | 'reason'
    | 'ticks'
    | 'decided_by'
    | 'decided_at'
    | 'processing_until'
    | 'is_revised'
    | 'is_by_machine'
    | 'ending'
    | 'advice'
    | 'ended_at'
    | 'details_kept_until'
    | 'kept_until'
  >
> & { readonly holdingNote?: string | null; readonly note?: string | null };

export async function updateCase(deps: StoreDeps, id: string, change: CaseChange): Promise<void> {
  const { holdingNote, note, ...columns } = change;
  const seal = (kind: 'holding' | 'decision', text: string | null) =>
    text === null ? null : deps.secrets.seal(notePurpose(id, kind), Buffer.from(text));
  await tables(deps.db)
    .updateTable('review.case')
    .set({
      ...columns,
      ...(holdingNote === undefined ? {} : { sealed_holding_note: seal('holding', holdingNote) }),
      ...(note === undefined ? {} : { sealed_note: seal('decision', note) }),
      version: sql`version + 1`,
    })
    .where('id', '=', id)
    .execute();
}
