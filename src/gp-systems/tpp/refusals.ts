import { ageOn, dayInUk } from '#foundation/identifiers';
import { refuse, type RefusalReason, type Refused } from '../refusal.ts';
import type { NotUnderstood } from '../supplier.ts';

/**
 * What an error's code means. Published lists have the HTTP status before it, which is 200 whatever the error: 2005 is the
 * code 5, 200555 the code 555.
 */
const reasons: ReadonlyMap<string, RefusalReason> = new Map([
  // Not signed in, and a problem with signing in.
  ['3', 'invalid_details'],
  ['9', 'invalid_details'],
  ['5', 'invalid_provider'],
  // A problem with linking the account; of which kind is not said.
  ['6', 'invalid_details'],
  ['8', 'invalid_details'],
  // Not matched to a record of the national register.
  ['19', 'patient_not_found'],
  // The registration for online services is not complete, or has ended.
  ['509', 'account_not_valid'],
  // The last name, and the date of birth, is another.
  ['512', 'patient_not_found'],
  ['513', 'patient_not_found'],
  ['553', 'too_young_or_not_competent'],
  // Nobody has the NHS number; nobody such is registered at the practice.
  ['554', 'patient_not_found'],
  ['555', 'patient_not_found'],
  // The account could not be made.
  ['556', 'upstream_failure'],
]);

/** Who is younger may be refused for that alone, without it being said. */
const youngAge = 16;

export function readError(
  errorCode: string,
  person?: { readonly birthdate: string; readonly now: Date },
): Refused | NotUnderstood {
  const isYoung = person !== undefined && ageOn(person.birthdate, dayInUk(person.now)) < youngAge;
  if (errorCode === '8' && isYoung) return refuse('too_young_or_not_competent');
  const reason = reasons.get(errorCode);
  return reason === undefined ? { outcome: 'unmapped', supplierCode: errorCode } : refuse(reason);
}
