import type { NhsNumber } from '#foundation/identifiers';
import type { RegisterReading } from '../register.ts';
import { ask, beginCall, down, mustBeMended, type Asked, type Question } from './ask.ts';
import type { Register } from './open.ts';
import { readPatientResource } from './patient.ts';

/**
 * Reads the entry of an NHS number. When that was superseded, it is the entry that took its place, under its own number.
 *
 * @param options.withinMs all of it takes no longer than this; the settings' limit when left out
 * @returns never throws for what the register answers
 */
export async function readPatient(
  register: Register,
  nhsNumber: NhsNumber,
  options: { readonly withinMs?: number } = {},
): Promise<RegisterReading> {
  const question = readingOf(nhsNumber);
  const asked = await ask(register, beginCall(register, options), question);
  if (asked.outcome === 'login_refused') return down;
  if (asked.outcome !== 'answered') return asked;
  return readingFrom(register, question, asked);
}

export function readingOf(nhsNumber: NhsNumber): Question {
  return { operation: 'read', method: 'GET', path: `/Patient/${nhsNumber}` };
}

/** That there is no entry counts only in the register’s own words: a wrong address is answered with 404, too. */
function readingFrom(
  register: Register,
  question: Question,
  asked: Extract<Asked, { outcome: 'answered' }>,
): RegisterReading {
  const { status, code, json } = asked.answer;
  if (status === 200) {
    const patient = readPatientResource(json, register.house.clock.now());
    if (patient !== undefined) return { outcome: 'found', patient };
  }
  if (status === 404 && code === 'RESOURCE_NOT_FOUND') return { outcome: 'not_found' };
  if (status === 404 && code === 'INVALIDATED_RESOURCE') return { outcome: 'withdrawn' };
  return mustBeMended(register, question, asked);
}
