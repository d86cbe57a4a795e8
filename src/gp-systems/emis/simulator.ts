import { randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../answers.ts';
import type { Desk, DeskRefusal } from '../simulated/desk.ts';
import type { SimulatedReply, SimulatedRequest, SupplierSimulator } from '../simulated/simulator.ts';
import { drawCharacters, lettersAndDigits } from '../simulated/draw.ts';
import { headerNames, instantOf, paths } from './wire.ts';

const applicationId = 'd66ba979-60d2-49aa-be82-aec06356e41f';

const practice = z.object({ NationalPracticeCode: z.string() });
const patient = practice.extend({ NhsNumber: z.string() });
const newUser = patient.extend({ EmailAddress: z.string().min(3) });
const verification = patient.extend({ Token: z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]*$/u) });
const linking = z.object({
  Surname: z.string(),
  DateOfBirth: z.string(),
  LinkageDetails: practice.extend({ AccountId: z.string(), LinkageKey: z.string() }),
});
const opening = practice.extend({ AccessIdentityGuid: z.string() });
/** What a session knows, in its own id: the simulator remembers none. */
const sessionFacts = z.object({ odsCode: z.string(), secret: z.string() });

const codes: Readonly<Record<DeskRefusal, readonly [number, number]>> = {
  practice_unknown: [400, 1001],
  practice_not_live: [400, 1401],
  not_registered: [404, 1551],
  archived: [400, 1552],
  too_young_or_not_competent: [400, 1553],
  status_not_valid: [400, 1554],
  duplicate_nhs_number: [400, 1555],
  no_account: [404, 1104],
  account_exists: [409, 1110],
  account_withdrawn: [400, 1107],
  wrong_key: [400, 1105],
  key_expired: [400, 1105],
  demographics_differ: [400, 1106],
  already_linked: [400, 1108],
  no_connection: [400, 1109],
};

/** Lengths of values that the system takes. */
const longest = { accountId: 64, linkageKey: 64 };

function json(status: number, body: object): SimulatedReply {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}

function refused(refusal: DeskRefusal): SimulatedReply {
  const [status, code] = codes[refusal];
  return json(status, { InternalResponseCode: -code, Message: refusal.replaceAll('_', ' ') });
}

const badRequest = (Message: string): SimulatedReply => json(400, { Message });

type Handler = (asked: {
  readonly desk: Desk;
  readonly request: SimulatedRequest;
  readonly body: unknown;
  readonly application: string;
}) => Promise<SimulatedReply>;

const handlers: Readonly<Record<string, Handler>> = {
  [`POST ${paths.users}`]: async ({ desk, body }) => {
    const read = newUser.safeParse(body);
    if (!read.success) return badRequest('The request is invalid');
    const { NationalPracticeCode: odsCode, NhsNumber: nhsNumber } = read.data;
    const created = await desk.createAccount({ odsCode, nhsNumber, replaces: false });
    return created.outcome === 'issued'
      ? json(201, { AccessIdentityGuid: randomBytes(16).toString('hex') })
      : refused(created.outcome);
  },
  [`POST ${paths.verifications}`]: async ({ desk, body }) => {
    const read = verification.safeParse(body);
    if (!read.success) return badRequest('The request is invalid');
    const { NationalPracticeCode: odsCode, NhsNumber: nhsNumber } = read.data;
    const told = await desk.tellAccount({ odsCode, nhsNumber });
    if (told.outcome !== 'issued') return refused(told.outcome);
    const { accountId, linkageKey, isKnown } = told;
    return json(isKnown ? 409 : 201, { IdentityId: 1, AccountId: accountId, LinkageKey: linkageKey });
  },
  [`POST ${paths.applications}`]: async ({ desk, body, application }) => {
    const read = linking.safeParse(body);
    if (!read.success) return badRequest('The request is invalid');
    const { Surname: familyName, DateOfBirth: bornAt, LinkageDetails: details } = read.data;
    const { AccountId: accountId, LinkageKey: linkageKey, NationalPracticeCode: odsCode } = details;
    if (accountId.length > longest.accountId) return badRequest('AccountId length outside of valid range');
    if (linkageKey.length > longest.linkageKey) return badRequest('LinkageKey length outside of valid range');
    const birthdate = bornAt.slice(0, 10);
    if (instantOf(birthdate) !== bornAt) return badRequest('The request is invalid');
    const linked = await desk.link({ odsCode, accountId, linkageKey, familyName, birthdate, application });
    return linked.outcome === 'linked'
      ? json(201, { AccessIdentityGuid: linked.secret })
      : refused(linked.outcome);
  },
  [`POST ${paths.sessions}`]: async ({ desk, body, application }) => {
    const read = opening.safeParse(body);
    if (!read.success) return badRequest('The request is invalid');
    const { NationalPracticeCode: odsCode, AccessIdentityGuid: secret } = read.data;
    const connected = await desk.connect({ odsCode, secret, application });
    if (connected.outcome !== 'connected') return refused(connected.outcome);
    const token = Buffer.from(JSON.stringify({ odsCode, secret })).toString('base64url');
    return json(200, {
      SessionId: token,
      ApplicationLinkLevel: connected.isRestricted ? 'Restricted' : 'Linked',
      Surname: connected.person.familyName,
      UserPatientLinks: [
        { UserPatientLinkToken: token, NationalPracticeCode: odsCode, AssociationType: 'Self' },
      ],
    });
  },
  [`GET ${paths.demographics}`]: async ({ desk, request, application }) => {
    const token = request.query.get('userPatientLinkToken') ?? '';
    const facts = sessionFacts.safeParse(parseJson(Buffer.from(token, 'base64url').toString()));
    if (!facts.success || request.headers[headerNames.session] !== token)
      return badRequest('The request is invalid');
    const connected = await desk.connect({ ...facts.data, application });
    if (connected.outcome !== 'connected') return refused(connected.outcome);
    const { nhsNumber, familyName, birthdate } = connected.person;
    return json(200, {
      Surname: familyName,
      DateOfBirth: instantOf(birthdate),
      PatientIdentifiers: [{ IdentifierType: 'NhsNumber', IdentifierValue: nhsNumber }],
    });
  },
  [`POST ${paths.onlineServices}`]: async ({ desk, body }) => {
    const read = patient.safeParse(body);
    if (!read.success) return badRequest('The request is invalid');
    const { NationalPracticeCode: odsCode, NhsNumber: nhsNumber } = read.data;
    const state = await desk.stateOf({ odsCode, nhsNumber, turnsOn: false });
    if (state.outcome !== 'registered') return refused(state.outcome);
    const check = state.identityCheck;
    return json(200, {
      OnlineServicesEnabled: state.areOn,
      IdentityVerification: check === undefined ? null : { Method: check.method, Date: check.checkedOn },
    });
  },
};

/** EMIS Web, simulated: end users’ sessions are taken by their shape alone. */
export const emisSimulator: SupplierSimulator = {
  application: applicationId,
  environment: (url) => ({ BEVAN_EMIS_URL: url, BEVAN_EMIS_APPLICATION_ID: applicationId }),
  newDetails: () => ({
    accountId: String(randomInt(1_000_000_000, 10_000_000_000)),
    linkageKey: drawCharacters(lettersAndDigits, 13),
  }),
  operationOf: ({ path }) => path.slice(1),
  answer: async ({ desk }, request) => {
    const { headers } = request;
    const application = headers[headerNames.application];
    if (application === undefined || headers[headerNames.version] === undefined)
      return json(401, { Message: 'Unauthorised request' });
    if (request.method === 'POST' && request.path === paths.endUserSession)
      return json(201, { EndUserSessionId: randomBytes(16).toString('base64url') });
    if (headers[headerNames.endUserSession] === undefined) return badRequest('The request is invalid');
    const handler = handlers[`${request.method} ${request.path}`];
    if (handler === undefined) return json(404, { Message: 'No such resource' });
    return handler({ desk, request, application, body: parseJson(request.body) });
  },
  refuse: (supplierCode) => {
    const [status = '400', code = '0'] = supplierCode.split('-');
    return json(Number(status), { InternalResponseCode: -Number(code), Message: '' });
  },
};
