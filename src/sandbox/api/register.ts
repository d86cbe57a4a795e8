import type { House } from '#foundation/deps';
import { readNhsNumber } from '#foundation/identifiers';
import { listSimulatedPatients } from '#pds';
import { z } from 'zod';
import { operation, type Operation } from './operation.ts';

const mostEntries = 50;

const query = z.object({
  nhsNumber: z
    .string()
    .transform((text, context) => {
      const number = readNhsNumber(text);
      if (number !== undefined) return number;
      context.addIssue({ code: 'custom', message: 'must be an NHS number' });
      return z.NEVER;
    })
    .optional(),
  familyName: z.string().max(100).optional().describe('the whole name, in capital letters or not'),
  birthdate: z
    .string()
    .regex(/^\d{4}(-\d{2}){0,2}$/u, 'must be a date such as 1980-01-31, or the beginning of one')
    .optional(),
  limit: z.coerce.number().int().min(1).max(mostEntries).default(mostEntries),
});

const patientsSchema = z.object({
  patients: z.array(
    z.object({
      nhsNumber: z.string(),
      familyName: z.string(),
      givenNames: z.array(z.string()),
      birthdate: z.string().optional(),
      gender: z.string(),
      postcode: z.string().optional(),
      gpOdsCode: z.string().optional(),
      mobile: z.string().optional(),
      email: z.string().optional(),
      isRestricted: z.boolean(),
      isDeceased: z.boolean(),
      isInvalidated: z.boolean(),
      supersededBy: z.string().optional(),
    }),
  ),
});

/** Lets a tester look into the simulated register as nobody can look into the real one. */
export function registerOperations({ house }: { house: House }): Operation[] {
  return [
    operation({
      method: 'GET',
      path: '/register/patients',
      summary: 'Looks up entries of the simulated national register, also those that it keeps back.',
      input: { query },
      answers: {
        200: { description: `Those that fit, ${mostEntries} at most.`, schema: patientsSchema },
        400: { description: 'The call does not fit.' },
      },
      handle: async ({ query: asked }) => ({
        status: 200,
        body: { patients: await listSimulatedPatients(house.deps, asked) },
      }),
    }),
  ];
}
