import { z } from 'zod';
import { parseJson } from '../answers.ts';
import type { DeskRefusal } from '../simulated/desk.ts';
import type { SimulatedReply, SupplierSimulator } from '../simulated/simulator.ts';

const apiKey = 'bevan-sandbox';

const refusals: Readonly<Partial<Record<DeskRefusal, readonly [number, string]>>> = {
  practice_unknown: [403, 'ORGANISATION_NOT_ENABLED'],
  practice_not_live: [403, 'ORGANISATION_NOT_ENABLED'],
  archived: [403, 'PATIENT_INACTIVE'],
  status_not_valid: [403, 'PATIENT_INACTIVE'],
  too_young_or_not_competent: [403, 'PATIENT_NOT_ELIGIBLE'],
  duplicate_nhs_number: [409, 'DUPLICATE_PATIENT'],
};

const claims = z.object({ nhs_number: z.string(), identity_proofing_level: z.literal('P9') });

function fhir(status: number, body: object): SimulatedReply {
  return { status, type: 'application/fhir+json', body: JSON.stringify(body) };
}

function refused(status: number, code: string): SimulatedReply {
  const details = { coding: [{ system: 'https://fhir.nhs.uk/CodeSystem/Spine-ErrorOrWarningCode', code }] };
  return fhir(status, {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'value', details }],
  });
}

/** @returns the NHS number in a token of level P9; the signature is not looked at */
function readToken(authorization: string | undefined): string | undefined {
  const [, payload = ''] = /^Bearer [\w-]+\.([\w-]+)\.[\w-]+$/u.exec(authorization ?? '') ?? [];
  const read = claims.safeParse(parseJson(Buffer.from(payload, 'base64url').toString()));
  return read.data?.nhs_number;
}

/** A GP system behind GP Connect, simulated. */
export const gpConnectSimulator: SupplierSimulator = {
  application: apiKey,
  environment: (url) => ({ BEVAN_GP_CONNECT_URL: url, BEVAN_GP_CONNECT_API_KEY: apiKey }),
  // Nobody is given any.
  newDetails: () => ({ accountId: '0', linkageKey: '0' }),
  operationOf: () => 'permissions',
  answer: async ({ desk }, { method, path, headers }) => {
    const nhsNumber = /^\/Patient\/(\d{10})$/u.exec(path)?.[1];
    if (method !== 'GET' || nhsNumber === undefined) return refused(400, 'INVALID_RESOURCE_ID');
    if (headers['apikey'] === undefined) return refused(401, 'UNAUTHORIZED');
    if (readToken(headers['authorization']) !== nhsNumber) return refused(403, 'ACCESS_DENIED');
    const odsCode = headers['nhsd-end-user-organisation-ods'] ?? '';
    const state = await desk.stateOf({ odsCode, nhsNumber, turnsOn: true });
    if (state.outcome === 'registered') return fhir(200, { resourceType: 'Patient', id: nhsNumber });
    return refused(...(refusals[state.outcome] ?? ([404, 'RESOURCE_NOT_FOUND'] as const)));
  },
  refuse: (supplierCode) => {
    const [status = '400', code = ''] = supplierCode.split('-');
    return refused(Number(status), code);
  },
};
