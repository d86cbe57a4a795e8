import { z } from 'zod';

/** A line of print, as a machine has read it. */
export interface ReadLine {
  readonly text: string;
  /** 0 to 1 */
  readonly confidence: number;
}

const mostLines = 200;
const mostCharacters = 200;

/**
 * What comes out of the process that reads. It may have been taken over by what it reads: nothing is believed that is
 * longer than a document can say.
 */
export const readPages = z.array(
  z
    .array(z.object({ text: z.string().max(2000), confidence: z.number().min(0).max(1) }))
    .transform((lines) =>
      lines
        .slice(0, mostLines)
        .map(({ text, confidence }) => ({ text: text.slice(0, mostCharacters), confidence })),
    ),
);
