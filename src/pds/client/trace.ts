import type { Demographics, Trace } from '../register.ts';
import { readSearch } from './answers.ts';
import { ask, beginCall, down, mustBeMended, type Question } from './ask.ts';
import type { Register } from './open.ts';
import { readPatientResource } from './patient.ts';
import { searchFor } from './search.ts';

/**
 * Looks for the one entry that fits what a person says about themselves. Who is protected (restricted) is not found this way.
 *
 * @param options.withinMs all of it takes no longer than this; the settings' limit when left out
 * @returns `match` with the entry, which the caller still has to compare; never throws for what the register answers
 */
export async function tracePatient(
  register: Register,
  demographics: Demographics,
  options: { readonly withinMs?: number } = {},
): Promise<Trace> {
  const question: Question = {
    operation: 'trace',
    method: 'GET',
    path: '/Patient',
    query: searchFor(demographics),
  };
  const asked = await ask(register, beginCall(register, options), question);
  if (asked.outcome === 'login_refused') return down;
  if (asked.outcome !== 'answered') return asked;
  if (asked.answer.status !== 200) return mustBeMended(register, question, asked);
  const found = readSearch(asked.answer);
  switch (found.outcome) {
    case 'none':
      return { outcome: 'no_match' };
    case 'many':
      return { outcome: 'ambiguous' };
    case 'one': {
      const patient = readPatientResource(found.resource, register.house.clock.now());
      return patient === undefined ? mustBeMended(register, question, asked) : { outcome: 'match', patient };
    }
    case 'unreadable':
      return mustBeMended(register, question, asked);
  }
}
