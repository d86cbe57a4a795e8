import type { NhsNumber } from '#foundation/identifiers';
import type { RegisteredPerson } from '#pds';
import { z } from 'zod';
import type { MadeUpIdentity } from '../people.ts';
import { birthdate, email, mobile, name, nhsNumber, odsCode } from './member.ts';

const flag = z.boolean({ error: 'must be true or false' }).default(false);
/** Such as every letter writes it; whether there is such a place is not asked. */
const postcode = z
  .string({ error: 'must be a postcode' })
  .trim()
  .toUpperCase()
  .regex(/^[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}$/u, 'must be a postcode such as LS1 4AP');

/** How somebody stands in the simulated register, where it is not as they are known here. */
export const registerEntry = z
  .strictObject(
    {
      nhsNumber: nhsNumber.optional(),
      familyName: name.optional(),
      givenName: name.optional(),
      birthdate: birthdate.optional(),
      postcode: postcode.nullable().optional().describe('null: the register knows no address'),
      odsCode: odsCode.nullable().optional().describe('null: they are registered with no practice'),
      mobile: mobile.nullable().optional().describe('null: the register knows no mobile number'),
      email: email.optional(),
      restricted: flag.describe('the register keeps back where they live and how to reach them'),
      deceased: flag.describe('a death was notified'),
      withdrawn: flag.describe('the entry was invalidated'),
      superseded: flag.describe('the number was given up for another one, under which the entry is kept now'),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `has members that are not known: ${issue.keys.join(', ').slice(0, 200)}`
          : 'must be a JSON object, or null for no entry',
    },
  )
  .describe('how they stand in the national register; everybody from P5 on does, unless this is null');
type AskedEntry = z.output<typeof registerEntry>;

/** An entry as an answer shows it. */
export const entrySchema = z.object({
  nhsNumber: z.string(),
  supersededBy: z.string().optional(),
  familyName: z.string(),
  givenName: z.string(),
  birthdate: z.string().optional(),
  postcode: z.string().optional(),
  odsCode: z.string().optional(),
  mobile: z.string().optional(),
});

/**
 * @param person.asked what was asked for: null for no entry; nothing for one only if something is known of them
 * @param person.unused makes a number up
 * @returns the entries to put into the register, theirs first
 */
export function entriesOf(person: {
  readonly asked: AskedEntry | null | undefined;
  readonly identity: MadeUpIdentity | undefined;
  readonly phone: string | undefined;
  readonly unused: () => NhsNumber;
}): RegisteredPerson[] {
  const { asked, identity, phone, unused } = person;
  if (asked === null || (asked === undefined && identity === undefined)) return [];
  const details = identity?.details;
  const or = <T>(given: T | null | undefined, otherwise: T | undefined): T | undefined =>
    given === null ? undefined : (given ?? otherwise);
  const entry: RegisteredPerson = {
    nhsNumber: asked?.nhsNumber ?? details?.nhsNumber ?? unused(),
    familyName: asked?.familyName ?? details?.familyName ?? 'Sample',
    givenNames: (asked?.givenName ?? details?.givenName ?? 'Sam').split(/\s+/u),
    birthdate: asked?.birthdate ?? details?.birthdate ?? '1980-01-31',
    postcode: or(asked?.postcode, 'LS1 4AP'),
    gpOdsCode: or(asked?.odsCode, details?.gpOdsCode ?? 'Z99001'),
    mobile: or(asked?.mobile, identity?.phoneMatched === true ? phone : undefined),
    email: asked?.email,
    isRestricted: asked?.restricted,
    isDeceased: asked?.deceased,
    isInvalidated: asked?.withdrawn,
  };
  if (asked?.superseded !== true) return [entry];
  const standing = { ...entry, nhsNumber: unused() };
  return [{ ...entry, supersededBy: standing.nhsNumber }, standing];
}

export function describeEntry(entry: RegisteredPerson | undefined): {
  readonly register?: z.input<typeof entrySchema>;
} {
  if (entry === undefined) return {};
  const { givenNames, gpOdsCode, nhsNumber: number, supersededBy, familyName, mobile: phone } = entry;
  return {
    register: {
      nhsNumber: number,
      supersededBy,
      familyName,
      givenName: givenNames.join(' '),
      birthdate: entry.birthdate,
      postcode: entry.postcode,
      odsCode: gpOdsCode,
      mobile: phone,
    },
  };
}
