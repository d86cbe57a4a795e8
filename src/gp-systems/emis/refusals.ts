import { z } from 'zod';
import { parseJson } from '../answers.ts';
import { refuse, type RefusalReason, type Refused } from '../refusal.ts';
import type { NotUnderstood } from '../supplier.ts';

/** What a refusal means, by HTTP status and internal code. */
const reasons: ReadonlyMap<string, RefusalReason> = new Map([
  // The patient-facing interface is not enabled at the practice.
  ['403-1030', 'practice_not_enabled'],
  // No such practice; and one that is not live.
  ['400-1001', 'practice_not_enabled'],
  ['400-1401', 'practice_not_enabled'],
  ['400-1105', 'invalid_details'],
  ['400-1106', 'patient_not_found'],
  // Inactive or archived.
  ['400-1107', 'account_not_valid'],
  ['400-1108', 'conflict'],
  // The account is not linked to its own patient.
  ['400-1109', 'patient_not_found'],
  // Archived, and a state in which there is no access.
  ['400-1552', 'account_not_valid'],
  ['400-1554', 'account_not_valid'],
  ['400-1553', 'too_young_or_not_competent'],
  // Several records have the NHS number.
  ['400-1555', 'conflict'],
  // No online user; and nobody registered at the practice.
  ['404-1104', 'patient_not_found'],
  ['404-1551', 'patient_not_found'],
  // There is an account already.
  ['409-1110', 'conflict'],
]);

const refusal = z.object({
  InternalResponseCode: z.number().int().optional(),
  Message: z.string().optional(),
  Exceptions: z.array(z.object({ Message: z.string().optional() })).optional(),
});

/** Values of a wrong length have no code of their own. */
const lengths: readonly (readonly [RegExp, RefusalReason])[] = [
  [/account\s?id length/iu, 'invalid_account_id'],
  [/linkage\s?key length/iu, 'invalid_linkage_key'],
  [/length outside/iu, 'invalid_details'],
];

/** @param asksForKey an account that isn’t there means that a key can be made */
export function readRefusal(
  { status, text }: { readonly status: number; readonly text: string },
  { asksForKey = false }: { readonly asksForKey?: boolean } = {},
): Refused | NotUnderstood {
  if (status === 401) return refuse('invalid_provider');
  const said = refusal.safeParse(parseJson(text));
  const code = Math.abs(said.data?.InternalResponseCode ?? 0);
  const key = `${status}-${code}`;
  if (asksForKey && key === '404-1104') return refuse('no_key_yet');
  const reason = reasons.get(key);
  if (reason !== undefined) return refuse(reason);
  const messages = [said.data?.Message, ...(said.data?.Exceptions ?? []).map(({ Message }) => Message)];
  const length = lengths.find(([pattern]) => messages.some((message) => pattern.test(message ?? '')));
  if (status === 400 && length !== undefined) return refuse(length[1]);
  return said.success ? { outcome: 'unmapped', supplierCode: key } : { outcome: 'unreadable' };
}
