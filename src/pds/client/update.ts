import type { NhsNumber } from '#foundation/identifiers';
import { z } from 'zod';
import type { ContactChanges, ContactUpdate } from '../register.ts';
import { ask, beginCall, mustBeMended, type Asked, type Question } from './ask.ts';
import { patchContactPoints } from './contact-patches.ts';
import type { Register } from './open.ts';
import { readPatientResource } from './patient.ts';
import { exchangeIdToken, type ApplicationToken } from './token.ts';

/** The register itself waits for an update for 10 seconds before it says to send it again. */
const leastRequestMs = 15_000;
const leastCallMs = 30_000;

/** The register takes no other lengths. */
const emailCharacters = { least: 7, most: 89 };

/** What the register says when it takes an update itself amiss, not how it was sent. */
const againstRules = new Set([
  'ADDITIONAL_PROPERTIES',
  'FORBIDDEN_UPDATE',
  'INVALID_UPDATE',
  'INVALID_VALUE',
  'TOO_FEW_VALUES_SUBMITTED',
  'TOO_MANY_VALUES_SUBMITTED',
  'UNSUPPORTED_CHARACTERS_IN_FIELD',
  'UNSUPPORTED_VALUE',
  'VALIDATION_ERROR',
]);
const noEntry = new Set(['RESOURCE_NOT_FOUND', 'INVALIDATED_RESOURCE']);

const contactPoints = z.object({ telecom: z.array(z.unknown()).optional() });

/**
 * Changes somebody's mobile number or e-mail address in their own entry, on their behalf: the register checks their login.
 *
 * @param update.version the version of the entry that the person has seen
 * @param update.idToken an ID token of a login at P9, with the person's NHS number
 * @param update.withinMs all of it takes no longer than this; when left out, as long as the register takes for an update
 * @returns `updated` with the entry as it is now, also when there was nothing to change; never throws for what the register
 *   or the platform answers
 */
export async function updateContactDetails(
  register: Register,
  update: {
    readonly nhsNumber: NhsNumber;
    readonly version: string;
    readonly idToken: string;
    readonly changes: ContactChanges;
    readonly withinMs?: number;
  },
): Promise<ContactUpdate> {
  const { nhsNumber, version, changes } = update;
  if (!hasGoodLength(changes.email)) return { outcome: 'refused', reason: 'rules' };
  const call = beginCall(register, {
    withinMs: update.withinMs ?? Math.max(register.callMs, leastCallMs),
    requestMs: Math.max(register.requestMs, leastRequestMs),
    token: tokenOfLogin(register, update.idToken),
  });
  const path = `/Patient/${nhsNumber}`;
  const reading: Question = { operation: 'update', method: 'GET', path };
  const before = await ask(register, call, reading);
  if (!isTaken(before)) return declined(register, reading, before);
  const patient = readPatientResource(before.answer.json, register.house.clock.now());
  const points = contactPoints.safeParse(before.answer.json);
  if (patient === undefined || !points.success) return mustBeMended(register, reading, before);
  if (patient.nhsNumber !== nhsNumber || patient.version !== version) return { outcome: 'version_mismatch' };
  if (patient.isRestricted) return { outcome: 'refused', reason: 'rules' };
  const patches = patchContactPoints(points.data.telecom ?? [], changes);
  if (patches.length === 0) return { outcome: 'updated', patient };
  const changing: Question = {
    operation: 'update',
    method: 'PATCH',
    path,
    headers: { 'content-type': 'application/json-patch+json', 'if-match': `W/"${version}"` },
    body: JSON.stringify({ patches }),
  };
  const after = await ask(register, call, changing);
  if (!isTaken(after)) return declined(register, changing, after);
  const updated = readPatientResource(after.answer.json, register.house.clock.now());
  return updated?.nhsNumber === nhsNumber
    ? { outcome: 'updated', patient: updated }
    : mustBeMended(register, changing, after);
}

function hasGoodLength(email: string | null | undefined): boolean {
  if (email === undefined || email === null) return true;
  return email.length >= emailCharacters.least && email.length <= emailCharacters.most;
}

/** The access token of one person, for one update. */
function tokenOfLogin(register: Register, idToken: string): ApplicationToken {
  const { credentials, postForm } = register;
  const { clock } = register.house;
  let known: string | undefined;
  return {
    get: async (limits) => {
      if (known !== undefined) return { outcome: 'token', token: known };
      const exchanged = await exchangeIdToken({ clock, credentials, postForm }, idToken, limits);
      if (exchanged.outcome === 'token') known = exchanged.token;
      return exchanged;
    },
    drop: () => {
      known = undefined;
    },
  };
}

type Answered = Extract<Asked, { outcome: 'answered' }>;

function isTaken(asked: Asked): asked is Answered {
  return asked.outcome === 'answered' && asked.answer.status === 200;
}

function declined(register: Register, question: Question, asked: Asked): ContactUpdate {
  if (asked.outcome === 'login_refused') return { outcome: 'refused', reason: 'login' };
  if (asked.outcome !== 'answered') return asked;
  const { status, code = '' } = asked.answer;
  if (status === 409 && code === 'RESOURCE_VERSION_MISMATCH') return { outcome: 'version_mismatch' };
  if (status === 403 && code === 'ACCESS_DENIED') return { outcome: 'refused', reason: 'login' };
  if (status === 404 && noEntry.has(code)) return { outcome: 'refused', reason: 'no_entry' };
  if ((status === 400 || status === 403) && question.method === 'PATCH' && againstRules.has(code))
    return { outcome: 'refused', reason: 'rules' };
  return mustBeMended(register, question, asked);
}
