import { randomBytes } from 'node:crypto';
import { dayInUk, readNhsNumber } from '#foundation/identifiers';
import type { Db } from '#foundation/storage';
import type { SimulatedPatient } from './entry.ts';
import { applyPatches, readPatches } from './patch.ts';
import { answerPatient, denied, findCurrent, mayOpen, type PatientDeps } from './patients.ts';
import { outcome, type Reply } from './reply.ts';
import { lockSimulatedPatient, upsertSimulatedPatient } from './store.ts';

/** An update as it came. */
export interface UpdateRequest {
  readonly id: string;
  readonly requestId: string;
  readonly ifMatch: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

export interface UpdateDeps extends PatientDeps {
  readonly transact: <T>(work: (db: Db) => Promise<T>) => Promise<T>;
}

/**
 * Answers `PATCH /Patient/{nhsNumber}`: what patients may change of their own entry. An update that is sent again with
 * the same `X-Request-ID` changes nothing more, and gets the same answer.
 */
export async function answerUpdate(deps: UpdateDeps, request: UpdateRequest): Promise<Reply> {
  const nhsNumber = readNhsNumber(request.id);
  if (nhsNumber === undefined || request.id !== nhsNumber) return outcome('INVALID_RESOURCE_ID');
  if (deps.access.mode === 'application') {
    return outcome('INVALID_METHOD', {
      diagnostics: 'Your app has insufficient permissions to use this method. Please contact support.',
    });
  }
  if (!mayOpen(deps.access, nhsNumber)) return denied();
  if (request.contentType?.split(';', 1)[0]?.trim() !== 'application/json-patch+json')
    return outcome('UNSUPPORTED_SERVICE');
  const version = /^W\/"(\d+)"$/u.exec(request.ifMatch ?? '')?.[1];
  if (version === undefined) {
    const diagnostics =
      request.ifMatch === undefined
        ? 'Invalid update with error - If-Match header must be supplied to update this resource'
        : 'Invalid update with error - This resource has changed since you last read.';
    return outcome('PRECONDITION_FAILED', { diagnostics });
  }
  const patches = readPatches(request.body);
  if (patches.outcome === 'refused') return patches.reply;
  return deps.transact(async (db) => {
    const current = await findCurrent(db, nhsNumber);
    const locked = current === undefined ? undefined : await lockSimulatedPatient(db, current.nhsNumber);
    if (locked === undefined) return outcome('RESOURCE_NOT_FOUND');
    const { patient, updatedByRequest } = locked;
    if (patient.isInvalidated) return outcome('INVALIDATED_RESOURCE');
    if (updatedByRequest === request.requestId) return answerPatient(patient);
    if (patient.details.isRestricted) return outcome('FORBIDDEN_UPDATE');
    if (String(patient.version) !== version) return outcome('RESOURCE_VERSION_MISMATCH');
    const applied = applyPatches(patient.details, patches.patches, {
      today: dayInUk(deps.now),
      newId: () => randomBytes(4).toString('hex').toUpperCase(),
    });
    if (applied.outcome === 'refused') return applied.reply;
    const updated: SimulatedPatient = { ...patient, version: patient.version + 1, details: applied.details };
    await upsertSimulatedPatient(db, updated, request.requestId);
    return answerPatient(updated);
  });
}
