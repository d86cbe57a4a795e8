import { randomUUID } from 'node:crypto';
import { secondsAfter } from '#foundation/clock';
import type { FormFields } from '#foundation/http';
import {
  dayInUk,
  judgeNhsNumber,
  readDate,
  readName,
  readPostcode,
  type NhsNumber,
} from '#foundation/identifiers';
import { attemptFailed, attemptNotMade, countAttempt } from '#foundation/security';
import type { FastifyReply } from 'fastify';
import { leadTo, show, showTooMany, type FieldErrors } from '../desk/portal.ts';
import { findPatient, type Sought } from '../patients/find.ts';
import { insertVisit } from '../patients/store.ts';
import type { PatientVisit } from '../patients/visit.ts';
import { notFoundLimits } from '../staff/limits.ts';
import { holdSession } from '../staff/store.ts';
import type { AtDesk, Desk, Portal } from './desk.ts';

/** For so long a patient who was found can be dealt with; afterwards they are looked for again. */
const visitSeconds = 60 * 60;
const mayFind = ['verifier', 'voucher'] as const;

type Read = { readonly sought: Sought } | { readonly errors: FieldErrors };

/** Mounts the pages on which staff find somebody who is registered at their practice. */
export function mountFind(portal: Portal, desk: Desk): void {
  const ways = {
    '/find': { page: 'find', read: readByNumber },
    '/find/name': { page: 'find-name', read: readByName },
  };
  for (const [path, { page, read }] of Object.entries(ways)) {
    desk.get(path, mayFind, (at) =>
      show(portal, at, page, {}, { back: path === '/find' ? at.base : `${at.base}/find` }),
    );
    desk.post(path, mayFind, async (at) => {
      const today = dayInUk(portal.house.clock.now());
      const typed = read(at.fields, today);
      const back = path === '/find' ? at.base : `${at.base}/find`;
      if ('errors' in typed)
        return show(portal, at, page, { values: at.fields }, { errors: typed.errors, back });
      return findAndOpen(portal, at, { sought: typed.sought });
    });
  }
}

/** Looks for somebody, and leads to their page if they are registered here. @param asked.told what is known of why they come */
export async function findAndOpen(
  portal: Portal,
  at: AtDesk,
  { sought, told = {} }: { sought: Sought; told?: Pick<PatientVisit, 'reason'> },
): Promise<FastifyReply> {
  const { house } = portal;
  const limits = notFoundLimits(at.staff.staffId);
  const counted = await countAttempt(house.deps, limits);
  if (counted.outcome === 'locked')
    return showTooMany(portal, at, { what: 'patients', until: counted.until });
  const found = await findPatient(portal, at.odsCode, sought);
  if (found.outcome === 'not_found') {
    await attemptFailed(house.deps, limits);
    return show(portal, at, 'not-found', {}, { back: `${at.base}/find`, address: `${at.base}/find` });
  }
  // Finding some doesn’t make up for guessing others.
  await attemptNotMade(house.deps, limits);
  if (found.outcome === 'unavailable')
    return show(
      portal,
      at,
      'unavailable',
      {},
      {
        status: 503,
        back: `${at.base}/find`,
        address: `${at.base}/find`,
      },
    );
  const id = randomUUID();
  const { sessionHash } = at.staff;
  await house.transact(async (deps) => {
    // Whoever has signed out meanwhile is led to signing in.
    if (!(await holdSession(deps.db, sessionHash))) return;
    await insertVisit(deps, {
      id,
      sessionHash,
      odsCode: at.odsCode,
      patient: { ...found.patient, ...told },
      expiresAt: secondsAfter(deps.clock.now(), visitSeconds),
    });
  });
  return leadTo(at, `/patients/${id}`);
}

function readByNumber(fields: FormFields, today: string): Read {
  const judged = judgeNhsNumber(fields['nhsNumber'] ?? '');
  const date = readBirthdate(fields, today);
  const errors = [
    ...(judged.outcome === 'valid' ? [] : [{ field: 'nhsNumber', key: judged.outcome, values: {} }]),
    ...date.errors,
  ];
  if (judged.outcome !== 'valid' || date.date === undefined) return { errors };
  const nhsNumber: NhsNumber = judged.nhsNumber;
  return { sought: { by: 'nhs-number', nhsNumber, birthdate: date.date } };
}

function readByName(fields: FormFields, today: string): Read {
  const [given, family] = [readName(fields['givenName'] ?? ''), readName(fields['familyName'] ?? '')];
  const date = readBirthdate(fields, today);
  const postcode = readPostcode(fields['postcode'] ?? '');
  const errors = [
    ...(given.outcome === 'valid' ? [] : [{ field: 'givenName', key: given.outcome, values: {} }]),
    ...(family.outcome === 'valid' ? [] : [{ field: 'familyName', key: family.outcome, values: {} }]),
    ...date.errors,
    ...(postcode.outcome === 'valid' ? [] : [{ field: 'postcode', key: postcode.outcome, values: {} }]),
  ];
  if (given.outcome !== 'valid' || family.outcome !== 'valid') return { errors };
  if (date.date === undefined || postcode.outcome !== 'valid') return { errors };
  const names = { givenName: given.name, familyName: family.name };
  return { sought: { by: 'name', ...names, birthdate: date.date, postcode: postcode.postcode } };
}

function readBirthdate(
  fields: FormFields,
  today: string,
): { readonly date: string | undefined; readonly errors: FieldErrors } {
  const { day = '', month = '', year = '' } = fields;
  const read = readDate({ day, month, year }, { today });
  if (read.outcome === 'valid') return { date: read.date, errors: [] };
  const field = read.outcome === 'missing' ? (read.parts[0] ?? 'day') : 'day';
  return { date: undefined, errors: [{ field, key: read.outcome, values: {} }] };
}
