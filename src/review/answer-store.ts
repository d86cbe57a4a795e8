import type { Db } from '#foundation/storage';
import { z } from 'zod';
import { questionIds, type Answer, type Answers, type QuestionId } from './questions.ts';

type AnswerTables = {
  'review.answer': {
    of_id: string;
    case_id: string;
    question: string;
    answer: Answer;
    answered_by: string;
    answered_at: Date;
  };
};

const tables = (db: Db) => db.withTables<AnswerTables>();
const shape = z.partialRecord(z.enum(questionIds), z.enum(['yes', 'no']));

/** @param ofId a case, or a second check of one */
export async function selectAnswers(db: Db, ofId: string): Promise<Answers> {
  const rows = await tables(db)
    .selectFrom('review.answer')
    .select(['question', 'answer'])
    .where('of_id', '=', ofId)
    .execute();
  return shape.parse(Object.fromEntries(rows.map((row) => [row.question, row.answer])));
}

export async function upsertAnswer(
  db: Db,
  one: { ofId: string; caseId: string; question: QuestionId; answer: Answer; by: string; now: Date },
): Promise<void> {
  const given = { answer: one.answer, answered_by: one.by, answered_at: one.now };
  await tables(db)
    .insertInto('review.answer')
    .values({ of_id: one.ofId, case_id: one.caseId, question: one.question, ...given })
    .onConflict((conflict) => conflict.columns(['of_id', 'question']).doUpdateSet(given))
    .execute();
}

/** Forgets all answers of a case or a second check, or only those to some questions. */
export async function deleteAnswers(
  db: Db,
  ofId: string,
  questions: readonly QuestionId[] = questionIds,
): Promise<void> {
  if (questions.length === 0) return;
  await tables(db)
    .deleteFrom('review.answer')
    .where('of_id', '=', ofId)
    .where('question', 'in', questions)
    .execute();
}
