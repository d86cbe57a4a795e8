import type { Visit } from '#foundation/journey';
import { z } from 'zod';
import type { SettingsContext } from '../part.ts';

export const passkeysAnswers = z.object({
  /** What somebody does. */
  task: z.enum(['add', 'rename', 'remove']).optional(),
  /** To which of their passkeys. */
  chosenId: z.string().optional(),
  /** The one that their device has made. */
  madeId: z.string().optional(),
  /** The name that was typed, or made up for a new one. */
  name: z.string().optional(),
  isNamed: z.boolean().optional(),
  isRemoved: z.boolean().optional(),
  /** It was not, as they have nothing else besides their password. */
  isLast: z.boolean().optional(),
});
export type PasskeysAnswers = z.output<typeof passkeysAnswers>;

export type PasskeysVisit = Visit<PasskeysAnswers, SettingsContext>;
