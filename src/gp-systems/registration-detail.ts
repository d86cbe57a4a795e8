import { z } from 'zod';

const printable = /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u;

/**
 * Reads an account id or a linkage key as somebody typed it. Nothing about it is changed but space around it: symbols, case
 * and leading zeros all count, and no system says which it uses.
 *
 * @returns undefined unless it is 1 to 64 printable characters
 */
export function readRegistrationDetail(text: string): string | undefined {
  const typed = text.trim();
  return printable.test(typed) ? typed : undefined;
}

/** The same of what a GP system answers: there it has to be so already. */
export const registrationDetail = z.string().refine((text) => readRegistrationDetail(text) === text);
