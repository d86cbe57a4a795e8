import { readEmail, readPhone } from '#accounts';
import { readNhsNumber } from '#foundation/identifiers';
import { z } from 'zod';
import { isMadeUp } from '../people.ts';

/** A member that a reader makes something of, or finds wanting. */
export function readBy<T>(read: (text: string) => T | undefined, complaint: string) {
  return z.string({ error: complaint }).transform((text, context): T => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: complaint });
    return z.NEVER;
  });
}

export const name = z
  .string({ error: 'must be a name' })
  .trim()
  .regex(/^\P{Cc}+$/u, 'must be a name')
  .max(100, 'is too long');
export const odsCode = z
  .string({ error: 'must be an ODS code' })
  .regex(/^[A-Z\d]{3,10}$/u, 'must be 3 to 10 capital letters and digits');
export const birthdate = z.iso.date({ error: 'must be a date such as 1980-01-31' });
export const nhsNumber = readBy((text) => {
  const number = readNhsNumber(text);
  return number !== undefined && isMadeUp(number) ? number : undefined;
}, 'must be a right NHS number from 999 000 0000 on: these are never issued');
export const email = readBy((text) => {
  const reading = readEmail(text);
  return reading.outcome === 'valid' ? reading.email : undefined;
}, 'must be an e-mail address');
/** In E.164. */
export const mobile = readBy((text) => {
  const international = text.trim().startsWith('+');
  const reading = readPhone(text, { international, refusedCountries: [] });
  return reading.outcome === 'valid' ? reading.phone : undefined;
}, 'must be a mobile number, or null for none');

const printable = z
  .string({ error: 'must be text' })
  .regex(/^[\x21-\x7e]{1,64}$/u, 'must be 1 to 64 printable characters without spaces');
/** The three details of a practice's letter. */
export const writtenDetails = z.strictObject(
  { userId: printable, linkageKey: printable, odsCode },
  { error: 'must have userId, linkageKey and odsCode' },
);
