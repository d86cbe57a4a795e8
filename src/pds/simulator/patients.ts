import { readNhsNumber, type NhsNumber } from '#foundation/identifiers';
import type { Db } from '#foundation/storage';
import type { Access } from './access-token.ts';
import type { SimulatedPatient } from './entry.ts';
import { scoreOf } from './matching.ts';
import { outcome, type Reply } from './reply.ts';
import { describePatient } from './resource.ts';
import { readSearch } from './search-query.ts';
import { selectAnother, selectBornBetween, selectSimulatedPatient } from './store.ts';

/** What a search or a reading needs. */
export interface PatientDeps {
  readonly db: Db;
  readonly now: Date;
  /** The address of `Patient`. */
  readonly address: string;
  readonly access: Access;
  /** Answers somebody else, as a register must not. */
  readonly answersWrongly: boolean;
}

const vectorsOfPatients = new Set(['P9.Cp.Cd', 'P9.Cp.Ck', 'P9.Cm']);
/** So many supersede one another at most; more is a circle. */
const mostSuperseded = 5;

/** Somebody who signed in may not do this. */
export function denied(): Reply {
  return outcome('ACCESS_DENIED', {
    status: 403,
    display: 'Patient cannot perform this action',
    diagnostics: 'Your access token has insufficient permissions.',
  });
}

/** Whether the token opens this entry: an application's every one, a patient's their own alone. */
export function mayOpen(access: Access, nhsNumber: string): boolean {
  if (access.mode === 'application') return true;
  return access.nhsNumber === nhsNumber && access.vot !== undefined && vectorsOfPatients.has(access.vot);
}

/** An entry as it stands, with the version in which it was read. */
export function answerPatient(patient: SimulatedPatient): Reply {
  return {
    status: 200,
    body: describePatient(patient, 'read'),
    headers: { ETag: `W/"${patient.version}"` },
  };
}

/** Follows a number to the one that stands now. */
export async function findCurrent(db: Db, nhsNumber: NhsNumber): Promise<SimulatedPatient | undefined> {
  let found = await selectSimulatedPatient(db, nhsNumber);
  for (let steps = 0; found?.supersededBy !== undefined; steps += 1) {
    if (steps === mostSuperseded) return undefined;
    found = await selectSimulatedPatient(db, found.supersededBy);
  }
  return found;
}

/** Answers `GET /Patient/{nhsNumber}`. */
export async function answerRead(deps: PatientDeps, id: string): Promise<Reply> {
  const nhsNumber = readNhsNumber(id);
  if (nhsNumber === undefined || id !== nhsNumber) return outcome('INVALID_RESOURCE_ID');
  if (!mayOpen(deps.access, nhsNumber)) return denied();
  const found = deps.answersWrongly
    ? await selectAnother(deps.db, nhsNumber)
    : await findCurrent(deps.db, nhsNumber);
  if (found === undefined) return outcome('RESOURCE_NOT_FOUND');
  return found.isInvalidated ? outcome('INVALIDATED_RESOURCE') : answerPatient(found);
}

/** Answers `GET /Patient`. */
export async function answerSearch(deps: PatientDeps, query: URLSearchParams): Promise<Reply> {
  const { db, access, address, now } = deps;
  if (access.mode === 'patient') return denied();
  const reading = readSearch(query);
  if (reading.outcome === 'refused') return reading.reply;
  const { criteria } = reading;
  if (criteria.mostResults !== undefined && criteria.mostResults > 1) {
    return outcome('INVALID_VALUE', {
      status: 403,
      display: 'Cannot retrieve more than one result with Application Restricted access token',
      diagnostics: 'Your app has insufficient permissions to perform this search. Please contact support.',
    });
  }
  const matches = new Map<NhsNumber, { patient: SimulatedPatient; score: number }>();
  for (const candidate of await selectBornBetween(db, criteria.born)) {
    const score = scoreOf(candidate, criteria);
    if (score === undefined) continue;
    const patient =
      candidate.supersededBy === undefined ? candidate : await findCurrent(db, candidate.nhsNumber);
    if (patient === undefined || patient.isInvalidated) continue;
    const before = matches.get(patient.nhsNumber);
    if (before === undefined || before.score < score) matches.set(patient.nhsNumber, { patient, score });
  }
  if (matches.size > 1) return outcome('TOO_MANY_MATCHES');
  const entry = [];
  for (const { patient, score } of matches.values()) {
    const shown = deps.answersWrongly ? await selectAnother(db, patient.nhsNumber) : patient;
    if (shown === undefined) continue;
    entry.push({
      fullUrl: `${address}/${shown.nhsNumber}`,
      search: { score },
      resource: describePatient(shown, 'search'),
    });
  }
  return {
    status: 200,
    body: {
      resourceType: 'Bundle',
      type: 'searchset',
      timestamp: now.toISOString().replace(/\.\d+Z$/u, '+00:00'),
      total: entry.length,
      ...(entry.length === 0 ? {} : { entry }),
    },
  };
}
