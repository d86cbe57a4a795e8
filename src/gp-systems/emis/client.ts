import { z } from 'zod';
import { identityCheckMethod, nhsNumber, parseJson } from '../answers.ts';
import type { Ask, SupplierRequest } from '../ask.ts';
import { refuse } from '../refusal.ts';
import { registrationDetail } from '../registration-detail.ts';
import {
  notOffered,
  unreadable,
  type Connecting,
  type Linkage,
  type NotUnderstood,
  type OnlineServices,
  type PatientAtPractice,
  type Registration,
  type RegistrationDetails,
  type Supplier,
  type SystemUnavailable,
  type Verification,
} from '../supplier.ts';
import { readRefusal } from './refusals.ts';
import { headerNames, instantOf, paths } from './wire.ts';

/** How this platform is known to the supplier. */
export interface EmisAccess {
  readonly url: string;
  readonly applicationId: string;
  readonly version: string;
}

const endUserSession = z.object({ EndUserSessionId: z.string().min(1).max(200) });
const verification = z.object({ AccountId: registrationDetail, LinkageKey: registrationDetail });
const application = z.object({ AccessIdentityGuid: z.string().min(1).max(200) });
const session = z.object({
  SessionId: z.string().min(1).max(2000),
  ApplicationLinkLevel: z.string().optional(),
  UserPatientLinks: z.array(
    z.object({ UserPatientLinkToken: z.string().min(1), AssociationType: z.string() }),
  ),
});
const demographics = z.object({
  PatientIdentifiers: z.array(z.object({ IdentifierType: z.string(), IdentifierValue: z.string() })),
});
const onlineServices = z.object({
  OnlineServicesEnabled: z.boolean(),
  IdentityVerification: z
    .object({ Method: identityCheckMethod, Date: z.iso.date() })
    .nullish()
    .transform((check) => (check ? { method: check.Method, checkedOn: check.Date } : undefined)),
});

type Answered = { readonly outcome: 'answered'; readonly status: number; readonly text: string };
type Declined = SystemUnavailable | NotUnderstood | ReturnType<typeof refuse>;

/** Sends a request of one end user’s session. */
type Post = (asked: {
  readonly path: string;
  readonly body?: object;
  readonly query?: Readonly<Record<string, string>>;
  readonly sessionId?: string;
  readonly isRepeatable: boolean;
}) => Promise<Answered | SystemUnavailable>;

/**
 * EMIS Web, as its patient-facing interface is asked. Every call has an end user’s session of its own.
 *
 * A key that was told before is told again with the status of a conflict, which is no refusal; connecting e-mails the patient.
 */
export function openEmis(access: EmisAccess): Pick<Supplier, Exclude<keyof Supplier, 'certificate'>> {
  const start = (ask: Ask): Promise<Post | Declined> => startSession(access, ask);
  return {
    createLinkage: async (ask, patient) => {
      const post = await start(ask);
      return 'outcome' in post ? post : create(post, patient);
    },
    fetchLinkage: async (ask, patient) => {
      const post = await start(ask);
      return 'outcome' in post ? post : fetch(post, patient);
    },
    register: async (ask, registration) => {
      if ('idToken' in registration) return notOffered;
      const post = await start(ask);
      return 'outcome' in post ? post : register(post, registration);
    },
    verifyConnection: async (ask, connection) => {
      if ('idToken' in connection) return notOffered;
      const post = await start(ask);
      return 'outcome' in post ? post : verify(post, connection);
    },
    onlineServicesOf: async (ask, patient) => {
      const post = await start(ask);
      return 'outcome' in post ? post : readOnlineServices(post, patient);
    },
  };
}

async function startSession(access: EmisAccess, ask: Ask): Promise<Post | Declined> {
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    [headerNames.application]: access.applicationId,
    [headerNames.version]: access.version,
  };
  const request: SupplierRequest = {
    operation: operationOf(paths.endUserSession),
    method: 'POST',
    url: `${access.url}${paths.endUserSession}`,
    headers,
    isRepeatable: true,
  };
  const asked = await ask(request);
  if (asked.outcome !== 'answered') return asked;
  if (!isSuccess(asked)) return readRefusal(asked);
  const started = endUserSession.safeParse(parseJson(asked.text));
  if (!started.success) return unreadable;
  return ({ path, body, query, sessionId, isRepeatable }) =>
    ask({
      operation: operationOf(path),
      method: body === undefined ? 'GET' : 'POST',
      url: `${access.url}${path}${query === undefined ? '' : `?${new URLSearchParams(query).toString()}`}`,
      headers: {
        ...headers,
        [headerNames.endUserSession]: started.data.EndUserSessionId,
        ...(sessionId === undefined ? {} : { [headerNames.session]: sessionId }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      isRepeatable,
    });
}

function operationOf(path: string): string {
  return path.slice(1);
}

function isSuccess({ status }: Answered): boolean {
  return status >= 200 && status < 300;
}

async function create(post: Post, patient: PatientAtPractice): Promise<Linkage | NotUnderstood> {
  const { email, identityToken } = patient;
  if (email === undefined || identityToken === undefined) return refuse('invalid_details');
  const created = await post({
    path: paths.users,
    body: { NationalPracticeCode: patient.odsCode, NhsNumber: patient.nhsNumber, EmailAddress: email },
    isRepeatable: false,
  });
  if (created.outcome !== 'answered') return created;
  return isSuccess(created) ? fetch(post, patient) : readRefusal(created);
}

async function fetch(post: Post, patient: PatientAtPractice): Promise<Linkage | NotUnderstood> {
  const { odsCode, identityToken } = patient;
  if (identityToken === undefined) return refuse('invalid_details');
  const told = await post({
    path: paths.verifications,
    body: { NationalPracticeCode: odsCode, NhsNumber: patient.nhsNumber, Token: identityToken },
    isRepeatable: true,
  });
  if (told.outcome !== 'answered') return told;
  const details = verification.safeParse(parseJson(told.text));
  // The key was told before: that is what the conflict is about, and the key is in it.
  if ((isSuccess(told) || told.status === 409) && details.success) {
    const { AccountId: accountId, LinkageKey: linkageKey } = details.data;
    return { outcome: 'linkage', details: { odsCode, accountId, linkageKey } };
  }
  return isSuccess(told) ? unreadable : readRefusal(told, { asksForKey: true });
}

async function register(
  post: Post,
  registration: RegistrationDetails & Exclude<Registration, { idToken: string }>,
): Promise<Connecting | NotUnderstood> {
  const { odsCode, accountId, linkageKey, familyName, birthdate } = registration;
  const linked = await post({
    path: paths.applications,
    body: {
      Surname: familyName,
      DateOfBirth: instantOf(birthdate),
      LinkageDetails: { AccountId: accountId, NationalPracticeCode: odsCode, LinkageKey: linkageKey },
    },
    isRepeatable: false,
  });
  if (linked.outcome !== 'answered') return linked;
  if (!isSuccess(linked)) return readRefusal(linked);
  const given = application.safeParse(parseJson(linked.text));
  if (!given.success) return unreadable;
  const connectionToken = given.data.AccessIdentityGuid;
  const verified = await verify(post, { odsCode, connectionToken });
  return verified.outcome === 'valid'
    ? { outcome: 'connected', connectionToken, nhsNumbers: verified.nhsNumbers }
    : { outcome: 'half_connected', connectionToken };
}

async function verify(
  post: Post,
  { odsCode, connectionToken }: { readonly odsCode: string; readonly connectionToken: string },
): Promise<Verification | NotUnderstood> {
  const opened = await post({
    path: paths.sessions,
    body: { AccessIdentityGuid: connectionToken, NationalPracticeCode: odsCode },
    isRepeatable: true,
  });
  if (opened.outcome !== 'answered') return opened;
  if (!isSuccess(opened)) return readRefusal(opened);
  const read = session.safeParse(parseJson(opened.text));
  if (!read.success) return unreadable;
  const { SessionId: sessionId, ApplicationLinkLevel: level, UserPatientLinks: links } = read.data;
  // The key was made anew since: until it is used, too, there is no access.
  if (level !== undefined && level !== 'Linked') return refuse('account_not_valid');
  const own = links.find(({ AssociationType }) => AssociationType === 'Self');
  if (own === undefined) return refuse('patient_not_found');
  const told = await post({
    path: paths.demographics,
    query: { userPatientLinkToken: own.UserPatientLinkToken },
    sessionId,
    isRepeatable: true,
  });
  if (told.outcome !== 'answered') return told;
  if (!isSuccess(told)) return readRefusal(told);
  return readNhsNumbers(told.text);
}

function readNhsNumbers(text: string): Verification | NotUnderstood {
  const read = demographics.safeParse(parseJson(text));
  if (!read.success) return unreadable;
  const values = read.data.PatientIdentifiers.filter(
    ({ IdentifierType }) => IdentifierType === 'NhsNumber',
  ).map(({ IdentifierValue }) => IdentifierValue);
  const numbers = z.array(nhsNumber).min(1).safeParse(values);
  return numbers.success ? { outcome: 'valid', nhsNumbers: numbers.data } : unreadable;
}

async function readOnlineServices(
  post: Post,
  patient: Pick<PatientAtPractice, 'odsCode' | 'nhsNumber'>,
): Promise<OnlineServices | NotUnderstood> {
  const told = await post({
    path: paths.onlineServices,
    body: { NationalPracticeCode: patient.odsCode, NhsNumber: patient.nhsNumber },
    isRepeatable: true,
  });
  if (told.outcome !== 'answered') return told;
  if (!isSuccess(told)) return readRefusal(told);
  const read = onlineServices.safeParse(parseJson(told.text));
  if (!read.success) return unreadable;
  const { OnlineServicesEnabled: areOn, IdentityVerification: identityCheck } = read.data;
  return { outcome: 'registered', areOn, identityCheck };
}
