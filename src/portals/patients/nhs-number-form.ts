import { readNhsNumber, type NhsNumber } from '#foundation/identifiers';
import { z } from 'zod';

/** An NHS number as it was kept, sealed. */
export const nhsNumberForm = z.string().transform((text, context): NhsNumber => {
  const nhsNumber = readNhsNumber(text);
  if (nhsNumber !== undefined) return nhsNumber;
  context.addIssue({ code: 'custom', message: 'is no NHS number' });
  return z.NEVER;
});
