import type { Visit } from '#foundation/journey';
import { ageRules } from '#identity';
import { z } from 'zod';
import { captureAnswers } from '../capture/answers.ts';
import type { CaptureContext } from '../capture/context.ts';
import type { CaptureVisit } from '../capture/here.ts';
import type { ProofContext } from '../method.ts';

/** What the pages of a way by photo ID keep: how far somebody has come, and what they have brought together. */
export const photoIdAnswers = z.object({
  /** They have read what it needs and what becomes of what they send. */
  hasRead: z.literal(true).optional(),
  capture: captureAnswers.default({}),
  /** It was sent, since they came. */
  isSent: z.literal(true).optional(),
  /** Why it could not be sent. */
  notSent: z
    .object({
      reason: z.enum(['over', 'too_many_tries', 'too_young', 'being_checked', 'closed']),
      /** When they can try again. */
      until: z.iso.datetime().optional(),
      /** YYYY-MM-DD, and whose rule that is. */
      from: z.string().optional(),
      rule: z.enum(ageRules).optional(),
    })
    .optional(),
  /** What they had sent before they came was not enough, and they send something else now. */
  sendsAgain: z.literal(true).optional(),
  isProven: z.boolean().optional(),
});
export type PhotoIdAnswers = z.output<typeof photoIdAnswers>;
export type PhotoIdVisit = Visit<PhotoIdAnswers, ProofContext>;

/** @returns whether there is still something to bring together */
export function isUnderWay({ isSent, isProven, notSent }: PhotoIdAnswers): boolean {
  return isSent !== true && isProven !== true && notSent === undefined;
}

/** @returns what the pages that photograph and record know of where they stand */
export function captureContextOf(method: string, context: ProofContext): CaptureContext {
  const { accountId, clientName, hasOtherWays, signedIn } = context;
  return { accountId, method, clientName, hasOtherWays, signedIn, handOver: undefined };
}

/** @returns a visit as the pages that photograph and record see it */
export function captureVisitOf(method: string, { answers, context, ...visit }: PhotoIdVisit): CaptureVisit {
  return { ...visit, answers: answers.capture, context: captureContextOf(method, context) };
}
