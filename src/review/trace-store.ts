import { readNhsNumber, type NhsNumber } from '#foundation/identifiers';
import type { Secrets } from '#foundation/security';
import type { Db } from '#foundation/storage';
import type { Generated } from 'kysely';
import { z } from 'zod';

/** What the register answered, as staff are told. */
export const traceOutcomes = ['found', 'nothing', 'several', 'deceased', 'restricted', 'error'] as const;
export type TraceOutcome = (typeof traceOutcomes)[number];
export type TraceAsked = 'own_number' | 'typed_number' | 'details';

/** An entry of the register, as far as a document is compared with it. */
export interface TracedEntry {
  readonly nhsNumber: NhsNumber;
  readonly familyName: string;
  readonly givenNames: readonly string[];
  /** YYYY-MM-DD */
  readonly birthdate?: string | undefined;
}

type TraceTables = {
  'review.trace': {
    id: Generated<string>;
    case_id: string;
    asked_for: TraceAsked;
    outcome: string;
    error: string | null;
    sealed_entry: Buffer | null;
    sealed_question: Buffer | null;
    asked_by: string | null;
    asked_at: Date;
  };
};

interface StoreDeps {
  readonly db: Db;
  readonly secrets: Secrets;
}

const tables = (db: Db) => db.withTables<TraceTables>();
const purpose = (caseId: string) => `review trace of ${caseId}`;
const questionPurpose = (caseId: string) => `review trace question of ${caseId}`;

const entryShape = z.object({
  nhsNumber: z.string().transform((text, context) => {
    const number = readNhsNumber(text);
    if (number !== undefined) return number;
    context.addIssue({ code: 'custom', message: 'not an NHS number' });
    return z.NEVER;
  }),
  familyName: z.string(),
  givenNames: z.array(z.string()),
  birthdate: z.string().optional(),
}) satisfies z.ZodType<TracedEntry>;

export interface StoredTrace {
  readonly askedFor: TraceAsked;
  readonly outcome: TraceOutcome;
  /** Of an `error`: as staff tell it to each other. */
  readonly error: string | undefined;
  readonly entry: TracedEntry | undefined;
  readonly askedAt: Date;
}

export async function insertTrace(
  { db, secrets }: StoreDeps,
  trace: Omit<StoredTrace, 'askedAt'> & {
    caseId: string;
    /** With which words it was asked, when somebody has typed them. */
    question: object | undefined;
    by: string | undefined;
    now: Date;
  },
): Promise<void> {
  const { caseId, entry, question } = trace;
  const seal = (of: string, what: object | undefined) =>
    what === undefined ? null : secrets.seal(of, Buffer.from(JSON.stringify(what)));
  await tables(db)
    .insertInto('review.trace')
    .values({
      case_id: caseId,
      asked_for: trace.askedFor,
      outcome: trace.outcome,
      error: trace.error ?? null,
      sealed_entry: seal(purpose(caseId), entry),
      sealed_question: seal(questionPurpose(caseId), question),
      asked_by: trace.by ?? null,
      asked_at: trace.now,
    })
    .execute();
}

/** @returns what the register answered last for a case */
export async function selectTrace(
  { db, secrets }: StoreDeps,
  caseId: string,
): Promise<StoredTrace | undefined> {
  const row = await tables(db)
    .selectFrom('review.trace')
    .selectAll()
    .where('case_id', '=', caseId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const sealed = row.sealed_entry;
  return {
    askedFor: row.asked_for,
    outcome: z.enum(traceOutcomes).parse(row.outcome),
    error: row.error ?? undefined,
    entry:
      sealed === null
        ? undefined
        : entryShape.parse(JSON.parse(secrets.unseal(purpose(caseId), sealed).toString())),
    askedAt: row.asked_at,
  };
}
