import { z } from 'zod';
import type { NhsNumber } from '#foundation/identifiers';
import { parseJson } from '../answers.ts';
import type { Ask } from '../ask.ts';
import { refuse, type RefusalReason, type Refused } from '../refusal.ts';
import {
  notOffered,
  unreadable,
  type NotUnderstood,
  type Supplier,
  type SystemUnavailable,
} from '../supplier.ts';

/** How this platform is known to the API platform in front of the GP systems. */
export interface GpConnectAccess {
  readonly url: string;
  readonly apiKey: string;
}

/** What a refusal means, by HTTP status and code. */
const reasons: ReadonlyMap<string, RefusalReason> = new Map([
  ['401-UNAUTHORIZED', 'invalid_provider'],
  // Of the patient: the token is not theirs, too old, or of too low a level.
  ['401-ACCESS_DENIED', 'invalid_details'],
  ['403-ACCESS_DENIED', 'invalid_details'],
  ['403-ORGANISATION_NOT_ENABLED', 'practice_not_enabled'],
  ['403-PATIENT_INACTIVE', 'account_not_valid'],
  ['403-PATIENT_NOT_ELIGIBLE', 'too_young_or_not_competent'],
  ['404-RESOURCE_NOT_FOUND', 'patient_not_found'],
  ['400-INVALID_RESOURCE_ID', 'invalid_nhs_number'],
  ['409-DUPLICATE_PATIENT', 'conflict'],
]);

const patient = z.object({ resourceType: z.literal('Patient'), id: z.string() });
const outcome = z.object({
  resourceType: z.literal('OperationOutcome'),
  issue: z
    .array(z.object({ details: z.object({ coding: z.array(z.object({ code: z.string() })).min(1) }) }))
    .min(1),
});

interface Shown {
  readonly odsCode: string;
  readonly nhsNumber: NhsNumber;
  readonly idToken: string;
}

/**
 * GP Connect (Patient Facing): there are no details. Whoever shows an ID token at P9 is let in, and online access is turned on for
 * them if it was not.
 *
 * @see GP Connect (Patient Facing) User Permissions, “New online patient access”
 */
export function openGpConnect(access: GpConnectAccess): Supplier {
  const declined = () => Promise.resolve(notOffered);
  return {
    createLinkage: declined,
    fetchLinkage: declined,
    onlineServicesOf: declined,
    register: async (ask, registration) => {
      if (!('idToken' in registration)) return notOffered;
      const read = await readPermissions(access, ask, registration);
      return read.outcome === 'valid'
        ? { outcome: 'connected', connectionToken: undefined, nhsNumbers: read.nhsNumbers }
        : read;
    },
    verifyConnection: async (ask, connection) =>
      'idToken' in connection ? readPermissions(access, ask, connection) : notOffered,
  };
}

type Read =
  | { readonly outcome: 'valid'; readonly nhsNumbers: readonly NhsNumber[] }
  | Refused
  | SystemUnavailable
  | NotUnderstood;

const tokenForm = /^[\w-]+\.[\w-]+\.[\w-]+$/u;

async function readPermissions(access: GpConnectAccess, ask: Ask, shown: Shown): Promise<Read> {
  const { odsCode, nhsNumber, idToken } = shown;
  if (!tokenForm.test(idToken)) return refuse('invalid_details');
  const told = await ask({
    operation: 'permissions',
    method: 'GET',
    url: `${access.url}/Patient/${nhsNumber}`,
    headers: {
      accept: 'application/fhir+json',
      apikey: access.apiKey,
      authorization: `Bearer ${idToken}`,
      'NHSD-End-User-Organisation-ODS': odsCode,
    },
    isRepeatable: true,
  });
  if (told.outcome !== 'answered') return told;
  const json = parseJson(told.text);
  if (told.status === 200) {
    const read = patient.safeParse(json);
    return read.success && read.data.id === nhsNumber
      ? { outcome: 'valid', nhsNumbers: [nhsNumber] }
      : unreadable;
  }
  const said = outcome.safeParse(json);
  const code = said.data?.issue[0]?.details.coding[0]?.code;
  if (code === undefined) return unreadable;
  const supplierCode = `${told.status}-${code}`;
  const reason = reasons.get(supplierCode);
  return reason === undefined ? { outcome: 'unmapped', supplierCode } : refuse(reason);
}
