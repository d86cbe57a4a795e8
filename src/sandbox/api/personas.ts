import { z } from 'zod';
import { findPersona, personas, sandboxPassword, type Persona } from '../personas.ts';
import { resetAll, resetPersona, type SeedDeps } from '../seed.ts';
import { describeIdentity, identitySchema } from './people.ts';
import { operation, refusal, type Operation } from './operation.ts';

const personaSchema = identitySchema.extend({
  id: z.string(),
  title: z.string(),
  level: z.enum(['P0', 'P5', 'P9']).nullable().describe('null: has no login yet'),
  sub: z.string().optional(),
  email: z.string(),
  password: z.string(),
  mobile: z.string().optional(),
  landline: z.string().optional(),
  postcode: z.string().optional().describe('what they would type for the national register'),
  nation: z.string(),
  story: z.string(),
});

/** Who they are known to be; of those who are not yet, what they would say of themselves. */
function describeDetails({ account, says, gp }: Persona) {
  const typed = gp?.types === undefined ? {} : { gp: gp.types };
  if (says === undefined) return { ...describeIdentity(account?.identity), ...typed };
  const { postcode, ...details } = says;
  return { ...details, postcode, ...describeIdentity(account?.identity), ...typed };
}

function describePersona(persona: Persona): z.input<typeof personaSchema> {
  return {
    id: persona.id,
    title: persona.words.en.title,
    level: persona.account === undefined ? null : (persona.account.identity?.level ?? 'P0'),
    ...(persona.account === undefined ? {} : { sub: persona.account.sub }),
    email: persona.email,
    password: sandboxPassword,
    ...(persona.mobile === undefined ? {} : { mobile: persona.mobile }),
    ...(persona.landline === undefined ? {} : { landline: persona.landline }),
    ...describeDetails(persona),
    nation: persona.nation,
    story: persona.words.en.story,
  };
}

export function personaOperations(deps: SeedDeps): Operation[] {
  return [
    operation({
      method: 'GET',
      path: '/personas',
      summary: 'Lists the made-up people.',
      input: {},
      answers: { 200: { description: 'All of them.', schema: z.array(personaSchema) } },
      handle: () => Promise.resolve({ status: 200, body: personas.map(describePersona) }),
    }),
    operation({
      method: 'POST',
      path: '/personas/{id}/reset',
      summary:
        'Puts one person back as they were seeded: account, phone, password, limits (those on claiming to be somebody with everybody’s), what they agreed to share, their entry in the register, what their practice knows of them.',
      input: { params: z.object({ id: z.string() }) },
      answers: {
        200: { description: 'The person.', schema: personaSchema },
        404: { description: 'There is no such person.' },
      },
      handle: async ({ params }) => {
        const persona = findPersona(params.id);
        if (persona === undefined)
          return refusal(404, 'unknown_persona', `There is no persona ${params.id.slice(0, 60)}.`);
        await resetPersona(deps, persona);
        return { status: 200, body: describePersona(persona) };
      },
    }),
    operation({
      method: 'POST',
      path: '/reset',
      summary:
        'Puts everything back as seeded: people, the register, the practices, clients, messages and time.',
      input: {},
      answers: { 204: { description: 'Done.' } },
      handle: async () => {
        await resetAll(deps);
        return { status: 204 };
      },
    }),
  ];
}
