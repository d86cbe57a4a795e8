import { systemClock } from '#foundation/clock';
import { dayInUk } from '#foundation/identifiers';
import { atPracticePersonas } from './personas/at-practices.ts';
import { hardToMatchPersonas } from './personas/hard-to-match.ts';
import { knownPersonas } from './personas/known.ts';
import { lowestLevelPersonas } from './personas/lowest-level.ts';
import type { Persona, PersonaStory } from './personas/persona.ts';
import { photoCheckPersonas } from './personas/photo-checks.ts';
import { withDetailsPersonas } from './personas/with-details.ts';

export type { Persona } from './personas/persona.ts';

/** Everybody's password: it opens nothing but this sandbox. */
export const sandboxPassword = 'otter-kettle-violet-94';

const stories: readonly PersonaStory[] = [
  ...lowestLevelPersonas,
  ...knownPersonas,
  ...hardToMatchPersonas,
  ...withDetailsPersonas,
  ...atPracticePersonas,
  ...photoCheckPersonas,
];

/** The made-up people of a sandbox that is started in that year: whose story needs them to be young is of that age then. */
export function personasIn(year: number): readonly Persona[] {
  return stories.map((story) => (typeof story === 'function' ? story(year) : story));
}

/** The same people for as long as a process runs: what names their days of birth agrees with what was put in place at its start. */
export const personas = personasIn(Number(dayInUk(systemClock().now()).slice(0, 4)));

/** Finds a persona by its id, or its English title in whatever case. */
export function findPersona(name: string): Persona | undefined {
  const id = wordsOf(name);
  return personas.find((persona) => persona.id === id || wordsOf(persona.words.en.title) === id);
}

function wordsOf(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/gu, '-');
}

/** @returns a persona's mobile number in E.164 */
export function phoneOf(persona: Persona): string | undefined {
  return inE164(persona.mobile);
}

/** @returns a persona's landline in E.164 */
export function landlineOf(persona: Persona): string | undefined {
  return inE164(persona.landline);
}

function inE164(number: string | undefined): string | undefined {
  return number?.replaceAll(' ', '').replace(/^0/u, '+44');
}
