import { randomInt } from 'node:crypto';
import { readNhsNumber } from '#foundation/identifiers';
import { z } from 'zod';
import { parseJson } from '../answers.ts';
import type { Desk, DeskRefusal } from '../simulated/desk.ts';
import { drawCharacters, lettersAndDigits } from '../simulated/draw.ts';
import type { SimulatedReply, SimulatedRequest, SupplierSimulator } from '../simulated/simulator.ts';
import { findIn, writeXml, type XmlElement } from '../xml.ts';
import { envelope, openEnvelope, serviceOf, type VisionService } from './wire.ts';

const providerId = 'bevan001';
const servicePath = '/services';

const linkageCodes: Readonly<Partial<Record<DeskRefusal, readonly [number, string]>>> = {
  no_account: [404, 'V2210'],
  account_exists: [409, 'V2214'],
};
/** Of whom the system says no more than that there is no record. */
const noRecord = [404, 'VY806'] as const;

const serviceCodes: Readonly<Record<DeskRefusal, string>> = {
  practice_unknown: '-33',
  practice_not_live: '-33',
  not_registered: '-33',
  archived: '-34',
  too_young_or_not_competent: '-19',
  status_not_valid: '-15',
  duplicate_nhs_number: '-33',
  no_account: '-33',
  account_exists: '-2',
  account_withdrawn: '-34',
  wrong_key: '-31',
  key_expired: '-31',
  demographics_differ: '-33',
  already_linked: '-2',
  no_connection: '-30',
};

const json = (status: number, body: object): SimulatedReply => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
});
const refusedLinkage = (status: number, code: string): SimulatedReply =>
  json(status, { error: { code, text: 'Refused' } });
const xml = (body: string): SimulatedReply => ({ status: 200, type: 'text/xml', body });

function refusedService(service: VisionService, code: string): SimulatedReply {
  const error = writeXml('vision:error', {}, [
    writeXml('vision:code', {}, code),
    writeXml('vision:description', {}, 'Refused'),
  ]);
  return xml(
    envelope('visionResponse', service, [
      writeXml('vision:serviceHeader', {}, [
        writeXml('vision:outcome', {}, [writeXml('vision:successful', {}, 'false'), error]),
      ]),
    ]),
  );
}

function gave(service: VisionService, content: string): SimulatedReply {
  return xml(
    envelope('visionResponse', service, [
      writeXml('vision:serviceHeader', {}, [
        writeXml('vision:outcome', {}, [writeXml('vision:successful', {}, 'true')]),
      ]),
      writeXml('vision:serviceContent', {}, [content]),
    ]),
  );
}

const newKey = z.object({ nhsNumber: z.string(), surname: z.string(), dateOfBirth: z.string() });

async function answerLinkage(
  desk: Desk,
  odsCode: string,
  { method, query, body }: SimulatedRequest,
): Promise<SimulatedReply> {
  const asked = method === 'POST' ? newKey.safeParse(parseJson(body)) : undefined;
  const nhsNumber = asked === undefined ? query.get('nhsNumber') : asked.data?.nhsNumber;
  if (readNhsNumber(nhsNumber ?? '') !== nhsNumber || nhsNumber === undefined)
    return refusedLinkage(400, 'V4205');
  const person =
    asked?.data === undefined ? {} : { familyName: asked.data.surname, birthdate: asked.data.dateOfBirth };
  const answer =
    asked === undefined
      ? await desk.tellAccount({ odsCode, nhsNumber })
      : await desk.createAccount({ odsCode, nhsNumber, ...person, replaces: false });
  if (answer.outcome !== 'issued') return refusedLinkage(...(linkageCodes[answer.outcome] ?? noRecord));
  const { accountId, linkageKey, expiresAt } = answer;
  // One spelling for each way, as the system has had them.
  return asked === undefined
    ? json(200, { AccountId: accountId, LinkageKey: linkageKey, OdsCode: odsCode, Expires: expiresAt })
    : json(200, { accountId, linkageKey, odsCode, expires: expiresAt });
}

async function answerRegistration(
  desk: Desk,
  odsCode: string,
  { query }: SimulatedRequest,
): Promise<SimulatedReply> {
  const nhsNumber = query.get('nhsNumber') ?? '';
  const state = await desk.stateOf({ odsCode, nhsNumber, turnsOn: false });
  if (state.outcome !== 'registered') return refusedLinkage(...noRecord);
  const check = state.identityCheck;
  return json(200, {
    enabled: state.areOn,
    identification: check === undefined ? null : { type: check.method, date: check.checkedOn },
  });
}

async function answerService(desk: Desk, request: XmlElement | undefined): Promise<SimulatedReply> {
  const service = serviceOf(request);
  if (service === undefined) return { status: 400, type: 'text/plain', body: 'Bad request' };
  const header = findIn(request, 'serviceHeader');
  const text = (from: XmlElement | undefined, ...names: string[]) => findIn(from, ...names)?.text ?? '';
  const odsCode = text(header, 'target', 'nationalCode');
  const application = text(header, 'opsReference', 'provider');
  if (application === '') return { status: 403, type: 'text/plain', body: 'Forbidden' };
  if (service === 'link') {
    const content = findIn(request, 'serviceContent', 'register');
    const linked = await desk.link({
      odsCode,
      application,
      accountId: text(content, 'rosuAccountId'),
      linkageKey: text(content, 'rosuAccountLinkageKey'),
      familyName: text(content, 'surname'),
      birthdate: text(content, 'dob'),
    });
    if (linked.outcome !== 'linked') return refusedService(service, serviceCodes[linked.outcome]);
    const token = writeXml('vision:apiToken', {}, linked.secret);
    return gave(
      service,
      writeXml('vision:register', {}, [writeXml('vision:authenticationRef', {}, [token])]),
    );
  }
  const secret = text(header, 'credentials', 'apiKey');
  const connected = await desk.connect({ odsCode, application, secret });
  if (connected.outcome !== 'connected') return refusedService(service, serviceCodes[connected.outcome]);
  if (connected.isRestricted || connected.accountId !== text(header, 'credentials', 'rosuAccountId'))
    return refusedService(service, '-30');
  const number = writeXml('vision:number', {}, connected.person.nhsNumber);
  const account = writeXml('vision:account', {}, [
    writeXml('vision:name', {}, connected.person.familyName),
    writeXml('vision:patientNumber', {}, [number]),
  ]);
  return gave(service, writeXml('vision:configuration', {}, [account]));
}

/** Cegedim Vision, simulated; signatures of envelopes are not looked for. */
export const visionSimulator: SupplierSimulator = {
  application: providerId,
  environment: (url) => ({
    BEVAN_VISION_LINKAGE_URL: url,
    BEVAN_VISION_SERVICE_URL: `${url}${servicePath}`,
    BEVAN_VISION_PROVIDER_ID: providerId,
  }),
  newDetails: () => ({
    accountId: String(randomInt(100_000, 1_000_000)),
    linkageKey: drawCharacters(lettersAndDigits, 15),
  }),
  operationOf: ({ path, body }) =>
    path === servicePath
      ? (serviceOf(openEnvelope(body, 'visionRequest')) ?? '')
      : path.replace(/^.*\//u, ''),
  answer: async ({ desk }, request) => {
    if (request.path === servicePath && request.method === 'POST')
      return answerService(desk, openEnvelope(request.body, 'visionRequest'));
    const [, odsCode = '', what] =
      /^\/organisations\/([^/]+)\/onlineservices\/(linkage|registration)$/u.exec(request.path) ?? [];
    if (what === 'linkage') return answerLinkage(desk, decodeURIComponent(odsCode), request);
    if (what === 'registration') return answerRegistration(desk, decodeURIComponent(odsCode), request);
    return { status: 404, type: 'text/plain', body: 'Not found' };
  },
  refuse: (supplierCode, { path, body }) => {
    if (path === servicePath)
      return refusedService(serviceOf(openEnvelope(body, 'visionRequest')) ?? 'link', supplierCode);
    const [status = '400', code = ''] = supplierCode.split('-');
    return refusedLinkage(Number(status), code);
  },
};
