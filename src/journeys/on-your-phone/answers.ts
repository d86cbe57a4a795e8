import type { Deps } from '#foundation/deps';
import type { Stop } from '#foundation/journey';
import { z } from 'zod';

export const codeContext = z.object({
  /** As the link had it that their phone read. */
  code: z.string().optional(),
});
export type CodeContext = z.output<typeof codeContext>;

export const codeAnswers = z.object({
  /** That was good when it was looked at. */
  code: z.string().optional(),
  clientName: z.string().default(''),
  maskedEmail: z.string().default(''),
});
export type CodeAnswers = z.output<typeof codeAnswers>;

/** The page that says how long nobody in this network can try another code. */
export function lockedStop(deps: Pick<Deps, 'clock'>, until: Date): Stop {
  const seconds = Math.max(1, Math.ceil((until.getTime() - deps.clock.now().getTime()) / 1000));
  return { page: 'journeys/on-your-phone/locked', status: 429, retryAfterSeconds: seconds };
}
