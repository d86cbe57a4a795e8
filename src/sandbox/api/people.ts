import { randomInt, randomUUID } from 'node:crypto';
import { readLandline } from '#accounts';
import type { Deps, House } from '#foundation/deps';
import { type NhsNumber, nations, readNhsNumber } from '#foundation/identifiers';
import { hasSimulatedPatient, listSimulatedPatients, putSimulatedPatient, type RegisteredPerson } from '#pds';
import { languages } from '#foundation/web';
import { z } from 'zod';
import { makePerson, type MadeUpIdentity } from '../people.ts';
import { putPatient } from '../practices.ts';
import { sandboxPassword } from '../personas.ts';
import { birthdate, email, mobile, name, nhsNumber, odsCode, readBy, writtenDetails } from './member.ts';
import { operation, refusal, type Operation, type Reply } from './operation.ts';
import { describeEntry, entriesOf, entrySchema, registerEntry } from './register-entry.ts';

const body = z
  .strictObject(
    {
      level: z.enum(['P0', 'P5', 'P9'], { error: 'must be P0, P5 or P9' }).default('P0'),
      email: email.optional(),
      password: z.string({ error: 'must be text' }).min(8, 'is too short').max(128, 'is too long').optional(),
      mobile: mobile.nullable().optional(),
      landline: readBy(readLandline, 'must be a landline number of the UK').optional(),
      nation: z.enum(nations, { error: `must be one of ${nations.join(', ')}` }).default('england'),
      language: z.enum(languages, { error: `must be one of ${languages.join(', ')}` }).default('en'),
      nhsNumber: nhsNumber.optional(),
      familyName: name.optional(),
      givenName: name.optional(),
      birthdate: birthdate.optional(),
      odsCode: odsCode.optional(),
      phoneMatched: z.boolean({ error: 'must be true or false' }).optional(),
      register: registerEntry.nullable().optional(),
      gp: writtenDetails
        .optional()
        .describe(
          'registration details of a practice: at P5 they are good for proving who the person is, at P9 they have done so',
        ),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `has members that are not known: ${issue.keys.join(', ').slice(0, 200)}`
          : 'must be a JSON object',
    },
  )
  .superRefine((person, context) => {
    const fromP5 = ['nhsNumber', 'familyName', 'givenName', 'birthdate', 'odsCode', 'phoneMatched'] as const;
    for (const member of fromP5) {
      if (person.level === 'P0' && person[member] !== undefined)
        context.addIssue({ code: 'custom', path: [member], message: 'is known of nobody below P5' });
    }
    if (person.level === 'P0' && person.gp !== undefined)
      context.addIssue({ code: 'custom', path: ['gp'], message: 'is issued to nobody below P5' });
  });
type Asked = z.output<typeof body>;

const gpSchema = z.object({ userId: z.string(), linkageKey: z.string(), odsCode: z.string() });

/** What is known of a made-up person above P0. */
export const identitySchema = z.object({
  nhsNumber: z.string().optional(),
  familyName: z.string().optional(),
  givenName: z.string().optional(),
  birthdate: z.string().optional(),
  odsCode: z.string().optional(),
  phoneMatched: z.boolean().optional(),
  gp: gpSchema.optional(),
});

export function describeIdentity(identity: MadeUpIdentity | undefined): z.input<typeof identitySchema> {
  if (identity === undefined) return {};
  const { details, phoneMatched, gpCredentials: gp } = identity;
  const { gpOdsCode: practice, ...rest } = details;
  return {
    ...rest,
    ...(practice === undefined ? {} : { odsCode: practice }),
    phoneMatched,
    ...(gp === undefined
      ? {}
      : { gp: { userId: gp.gpUserId, linkageKey: gp.gpLinkageKey, odsCode: gp.gpOdsCode } }),
  };
}

const personSchema = identitySchema.extend({
  id: z.string().describe('what `persona` is in POST /sign-in: the e-mail address'),
  sub: z.string(),
  level: z.enum(['P0', 'P5', 'P9']),
  email: z.string(),
  password: z.string(),
  mobile: z.string().optional(),
  landline: z.string().optional(),
  nation: z.string(),
  language: z.string(),
  register: entrySchema
    .optional()
    .describe('their entry in the simulated national register, if they have one'),
});

export function peopleOperations({ house }: { house: House }): Operation[] {
  return [
    operation({
      method: 'POST',
      path: '/people',
      summary: 'Makes a person of your own, with a login. What is left out is made up.',
      input: { body },
      answers: {
        201: { description: 'The person, with all that a test needs.', schema: personSchema },
        400: { description: 'The call does not fit.' },
        409: {
          description: 'Somebody has the e-mail address or the NHS number already; the error says which.',
        },
      },
      handle: ({ body: asked }) => make(house, asked),
    }),
  ];
}

const taken = {
  email_taken: 'Somebody has this e-mail address already.',
  nhs_number_taken: 'Somebody has this NHS number already.',
};
/** Numbers that are made up anew when somebody has them already. */
const mostTries = 5;

async function make(house: House, asked: Asked): Promise<Reply> {
  const { password = sandboxPassword, nation, language, level, landline } = asked;
  const passwordHash = await house.passwords.hash(password);
  for (let tries = 1; ; tries += 1) {
    const phone = asked.mobile === undefined ? randomMobile() : (asked.mobile ?? undefined);
    const identity = level === 'P0' ? undefined : identityOf(asked, level);
    const address = asked.email ?? `person-${randomUUID()}@people.example`;
    const login = { sub: randomUUID(), email: address, nation, language, phone, landline };
    const entries = entriesOf({ asked: asked.register, identity, phone, unused: randomNhsNumber });
    const made = await house.transact(async (deps) => {
      if (await isInRegister(deps, asked, entries)) return 'in_register';
      const outcome = await makePerson(deps, { ...login, passwordHash, identity });
      if (outcome !== 'made') return outcome;
      await putEntries(deps, asked, entries);
      await putAtPractice(deps, asked, identity);
      return outcome;
    });
    if (made !== 'made') {
      const isOurs = made === 'in_register' || (made === 'nhs_number_taken' && asked.nhsNumber === undefined);
      if (isOurs && tries < mostTries) continue;
      const why = made === 'in_register' ? 'nhs_number_taken' : made;
      return refusal(409, why, taken[why]);
    }
    const { phone: shownMobile, ...rest } = login;
    const shown = {
      id: address,
      ...rest,
      level,
      password,
      mobile: shownMobile,
      ...describeIdentity(identity),
      ...(asked.gp === undefined ? {} : { gp: asked.gp }),
    };
    return { status: 201, body: { ...shown, ...describeEntry(await readEntry(house, entries[0])) } };
  }
}

/** An entry of which nothing was asked stays as it is if it is there already. */
async function putEntries(deps: Deps, asked: Asked, entries: readonly RegisteredPerson[]): Promise<void> {
  for (const entry of entries) {
    const stays = asked.register === undefined && (await hasSimulatedPatient(deps, entry.nhsNumber));
    if (!stays) await putSimulatedPatient(deps, entry);
  }
}

/** Their practice knows them as the login does; with details, the one that has issued these. */
async function putAtPractice(deps: Deps, { gp }: Asked, identity: MadeUpIdentity | undefined): Promise<void> {
  const { nhsNumber: number, familyName, birthdate: day, gpOdsCode } = identity?.details ?? {};
  const at = gp?.odsCode ?? gpOdsCode;
  if (number === undefined || familyName === undefined || day === undefined || at === undefined) return;
  await putPatient(deps, { nhsNumber: number, familyName, birthdate: day, odsCode: at, details: gp });
}

async function readEntry(
  { deps }: House,
  entry: RegisteredPerson | undefined,
): Promise<RegisteredPerson | undefined> {
  if (entry === undefined) return undefined;
  const [found] = await listSimulatedPatients(deps, { nhsNumber: entry.nhsNumber, limit: 1 });
  return found;
}

/** Whether a number that was made up here is somebody's already. */
async function isInRegister(
  deps: Deps,
  asked: Asked,
  entries: readonly RegisteredPerson[],
): Promise<boolean> {
  const given = [asked.nhsNumber, asked.register?.nhsNumber];
  for (const { nhsNumber: number } of entries)
    if (!given.includes(number) && (await hasSimulatedPatient(deps, number))) return true;
  return false;
}

function identityOf(asked: Asked, level: 'P5' | 'P9'): MadeUpIdentity {
  const { gp } = asked;
  return {
    level,
    details: {
      nhsNumber: asked.nhsNumber ?? randomNhsNumber(),
      familyName: asked.familyName ?? 'Sample',
      givenName: asked.givenName ?? 'Sam',
      birthdate: asked.birthdate ?? '1980-01-31',
      gpOdsCode: asked.odsCode ?? 'Z99001',
    },
    phoneMatched: asked.phoneMatched ?? false,
    gpCredentials:
      gp === undefined || level !== 'P9'
        ? undefined
        : { gpUserId: gp.userId, gpLinkageKey: gp.linkageKey, gpOdsCode: gp.odsCode },
  };
}

/** From the range that is never issued; the first ones are the personas'. */
function randomNhsNumber(): NhsNumber {
  for (;;) {
    const number = readNhsNumber(`999${randomInt(1_000, 10_000_000).toString().padStart(7, '0')}`);
    if (number !== undefined) return number;
  }
}

/** From the range that Ofcom keeps free for drama; the first ones are the personas'. */
function randomMobile(): string {
  return `+447700900${randomInt(100, 1000)}`;
}
