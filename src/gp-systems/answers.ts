import { readNhsNumber, type NhsNumber } from '#foundation/identifiers';
import { z } from 'zod';
import { identityCheckMethods } from './supplier.ts';

/** An NHS number in one piece, as systems write it. */
export const nhsNumber = z.string().transform((text, context): NhsNumber => {
  const read = readNhsNumber(text);
  if (read !== undefined) return read;
  context.addIssue({ code: 'custom', message: 'is no NHS number' });
  return z.NEVER;
});

export const identityCheckMethod = z.enum(identityCheckMethods);

/** @returns undefined when it is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
