import type { IdentityCheckByStaff } from '#proofing';
import type { Role } from '../staff/roles.ts';
import { nhsNumberForm } from './nhs-number-form.ts';
import { z } from 'zod';

/** Why patients ask for registration details. */
export const reasons = [
  'no-photo-id',
  'check-failed',
  'details-expired',
  'prefers',
  'moved-practice',
  'system-changed',
] as const;
export type Reason = (typeof reasons)[number];

/** What shows somebody’s face, and what shows where they live. */
export const photoDocuments = [
  'passport',
  'driving-licence',
  'identity-card',
  'residence-permit',
  'proof-of-age-card',
] as const;
export const addressDocuments = [
  'bank-statement',
  'council-tax-bill',
  'utility-bill',
  'tenancy-agreement',
  'benefits-letter',
] as const;
export const documents = [...photoDocuments, ...addressDocuments] as const;

export const ways = [
  'documents',
  'vouching',
  'vouching-with-record',
] as const satisfies readonly IdentityCheckByStaff['way'][];

/** A check by documents is a verifier’s; to vouch for somebody, with the record’s help or without, is a voucher’s. */
export const roleFor: Readonly<Record<(typeof ways)[number], Role>> = {
  documents: 'verifier',
  vouching: 'voucher',
  'vouching-with-record': 'voucher',
};

/** For how long the voucher has known the patient; less than a year is too short to vouch on it alone. */
export const acquaintances = ['under-1-year', '1-to-2-years', 'over-2-years'] as const;

/** How somebody was checked, as far as it was told. */
export const identityCheck = z.discriminatedUnion('way', [
  z.object({ way: z.literal('documents'), documents: z.array(z.enum(documents)) }),
  z.object({ way: z.literal('vouching'), known: z.enum(acquaintances), isRemote: z.boolean() }),
  z.object({ way: z.literal('vouching-with-record'), isRemote: z.boolean() }),
]);
export type IdentityCheck = z.output<typeof identityCheck>;

const letterWish = z.object({
  language: z.enum(['en', 'cy']),
  print: z.enum(['standard', 'large']),
  delivery: z.enum(['print', 'collect']),
  /** Where the GP system may write to them, if it needs that and the register has nothing. */
  email: z.string().optional(),
});

/** A patient whom a member of staff has found, and what was told of them so far. */
export const patientVisit = z.object({
  nhsNumber: nhsNumberForm,
  givenName: z.string().optional(),
  familyName: z.string(),
  birthdate: z.string(),
  /** As the national register has it. */
  email: z.string().optional(),
  reason: z.enum(reasons).optional(),
  way: z.enum(ways).optional(),
  check: identityCheck.optional(),
  letter: letterWish.optional(),
});
export type PatientVisit = z.output<typeof patientVisit>;
