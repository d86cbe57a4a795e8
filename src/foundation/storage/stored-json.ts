import { z } from 'zod';

/** Bytes as PostgreSQL spells them in JSON: `\x` and hexadecimal digits. */
export const storedBytes = z
  .string()
  .regex(/^\\x(?:[0-9a-f]{2})*$/u)
  .transform((text) => Buffer.from(text.slice(2), 'hex'));

/** An instant as PostgreSQL spells it in JSON, with its offset. */
export const storedDate = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
