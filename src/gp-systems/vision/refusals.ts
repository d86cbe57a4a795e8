import { z } from 'zod';
import { parseJson } from '../answers.ts';
import { refuse, type RefusalReason, type Refused } from '../refusal.ts';
import type { NotUnderstood } from '../supplier.ts';

/** What a refusal means when a key is asked for, by HTTP status and code. */
const reasonsOfLinkage: ReadonlyMap<string, RefusalReason> = new Map([
  // No key, or no online user.
  ['404-V2210', 'no_key_yet'],
  // No such record.
  ['404-VY806', 'patient_not_found'],
  ['400-V4205', 'invalid_nhs_number'],
  ['404-V4205', 'invalid_nhs_number'],
  // There is a key.
  ['409-V2214', 'conflict'],
]);

/** And when an account is connected or asked whose it is, by code alone. */
const reasonsOfService: ReadonlyMap<string, RefusalReason> = new Map([
  ['-2', 'conflict'],
  // Disabled, and inactive or archived.
  ['-15', 'account_not_valid'],
  ['-19', 'account_not_valid'],
  ['-34', 'account_not_valid'],
  // Credentials of a connection, and details, that are wrong.
  ['-30', 'invalid_details'],
  ['-31', 'invalid_details'],
  ['-33', 'patient_not_found'],
  // What the system itself asks has failed.
  ['-100', 'upstream_failure'],
  ['V4205', 'invalid_nhs_number'],
]);

const refusal = z.object({ error: z.object({ code: z.string() }) });

export function readLinkageRefusal({
  status,
  text,
}: {
  readonly status: number;
  readonly text: string;
}): Refused | NotUnderstood {
  if (status === 401 || status === 403) return refuse('invalid_provider');
  const said = refusal.safeParse(parseJson(text));
  if (!said.success) return { outcome: 'unreadable' };
  const supplierCode = `${status}-${said.data.error.code}`;
  const reason = reasonsOfLinkage.get(supplierCode);
  return reason === undefined ? { outcome: 'unmapped', supplierCode } : refuse(reason);
}

export function readServiceRefusal(supplierCode: string): Refused | NotUnderstood {
  const reason = reasonsOfService.get(supplierCode);
  return reason === undefined ? { outcome: 'unmapped', supplierCode } : refuse(reason);
}
