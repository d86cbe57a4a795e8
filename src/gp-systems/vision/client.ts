import { z } from 'zod';
import { identityCheckMethod, nhsNumber, parseJson } from '../answers.ts';
import type { Ask, Asked } from '../ask.ts';
import { refuse, type Refused } from '../refusal.ts';
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
  type Supplier,
  type SystemUnavailable,
  type Verification,
} from '../supplier.ts';
import { findIn, writeXml, type XmlElement } from '../xml.ts';
import { readLinkageRefusal, readServiceRefusal } from './refusals.ts';
import { envelope, linkagePath, openEnvelope, registrationPath, type VisionAccess } from './wire.ts';

const linkage = z.object({
  accountId: registrationDetail,
  linkageKey: registrationDetail,
  odsCode: z.string(),
});
const onlineServices = z.object({
  enabled: z.boolean(),
  identification: z
    .object({ type: identityCheckMethod, date: z.iso.date() })
    .nullish()
    .transform((check) => (check ? { method: check.type, checkedOn: check.date } : undefined)),
});
/** What a connection is: the system keeps a key for each application. */
const connectionFacts = z.object({ rosuAccountId: z.string().min(1), apiKey: z.string().min(1) });

type Declined = Refused | SystemUnavailable | NotUnderstood;

/** Cegedim Vision: keys are asked for in JSON, and accounts connected in SOAP. */
export function openVision(access: VisionAccess): Omit<Supplier, 'certificate'> {
  return {
    createLinkage: async (ask, patient) => {
      const { odsCode, nhsNumber: number, familyName: surname, birthdate: dateOfBirth } = patient;
      const body = JSON.stringify({ nhsNumber: number, surname, dateOfBirth });
      const url = `${access.linkageUrl}${linkagePath(odsCode)}`;
      return readLinkage(odsCode, await ask({ ...inJson('linkage'), method: 'POST', url, body }));
    },
    fetchLinkage: async (ask, { odsCode, nhsNumber: number }) => {
      const url = `${access.linkageUrl}${linkagePath(odsCode)}?nhsNumber=${number}`;
      const told = await ask({ ...inJson('linkage'), method: 'GET', url, isRepeatable: true });
      return readLinkage(odsCode, told);
    },
    register: (ask, registration) =>
      'idToken' in registration ? Promise.resolve(notOffered) : register(access, ask, registration),
    verifyConnection: async (ask, connection) => {
      if ('idToken' in connection) return notOffered;
      const facts = connectionFacts.safeParse(parseJson(connection.connectionToken));
      return facts.success
        ? configuration(access, ask, { ...facts.data, odsCode: connection.odsCode })
        : refuse('invalid_details');
    },
    onlineServicesOf: async (ask, { odsCode, nhsNumber: number }) => {
      const url = `${access.linkageUrl}${registrationPath(odsCode)}?nhsNumber=${number}`;
      const told = await ask({ ...inJson('registration'), method: 'GET', url, isRepeatable: true });
      return readOnlineServices(told);
    },
  };
}

function inJson(operation: string) {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  return { operation, headers, isRepeatable: false };
}

/** Names come with a small or a capital first letter, as the system’s release has them. */
function parseNamed(text: string): unknown {
  const json = parseJson(text);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]: [string, unknown]) => [
      `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
      value,
    ]),
  );
}

function readLinkage(odsCode: PatientAtPractice['odsCode'], told: Asked): Linkage | NotUnderstood {
  if (told.outcome !== 'answered') return told;
  if (told.status < 200 || told.status > 299) return readLinkageRefusal(told);
  const read = linkage.safeParse(parseNamed(told.text));
  if (!read.success || read.data.odsCode.toUpperCase() !== odsCode) return unreadable;
  const { accountId, linkageKey } = read.data;
  return { outcome: 'linkage', details: { odsCode, accountId, linkageKey } };
}

function readOnlineServices(told: Asked): OnlineServices | NotUnderstood {
  if (told.outcome !== 'answered') return told;
  if (told.status !== 200) return readLinkageRefusal(told);
  const read = onlineServices.safeParse(parseNamed(told.text));
  if (!read.success) return unreadable;
  const { enabled: areOn, identification: identityCheck } = read.data;
  return { outcome: 'registered', areOn, identityCheck };
}

/** @returns what a service of the system gives */
async function callService(
  access: VisionAccess,
  ask: Ask,
  asked: {
    readonly service: 'link' | 'configuration';
    readonly odsCode: string;
    readonly credentials: readonly string[];
    readonly content: readonly string[];
  },
): Promise<{ readonly outcome: 'given'; readonly content: XmlElement | undefined } | Declined> {
  const { service, odsCode, credentials, content } = asked;
  const header = writeXml('vision:serviceHeader', {}, [
    writeXml('vision:target', {}, [writeXml('vision:nationalCode', {}, odsCode)]),
    ...credentials,
    writeXml('vision:opsReference', {}, [writeXml('vision:provider', {}, access.providerId)]),
  ]);
  const answered = await ask({
    operation: service,
    method: 'POST',
    url: access.serviceUrl,
    headers: { accept: 'text/xml', 'content-type': 'text/xml; charset=UTF-8' },
    body: envelope('visionRequest', service, [header, writeXml('vision:serviceContent', {}, content)]),
    isRepeatable: service === 'configuration',
  });
  if (answered.outcome !== 'answered') return answered;
  if (answered.status === 401 || answered.status === 403) return refuse('invalid_provider');
  const response = openEnvelope(answered.text, 'visionResponse');
  const outcome = findIn(response, 'serviceHeader', 'outcome');
  const isSuccessful = findIn(outcome, 'successful')?.text.trim();
  if (isSuccessful === 'true') return { outcome: 'given', content: findIn(response, 'serviceContent') };
  const code = findIn(outcome, 'error', 'code')?.text.trim();
  return isSuccessful === 'false' && code !== undefined ? readServiceRefusal(code) : unreadable;
}

async function register(
  access: VisionAccess,
  ask: Ask,
  registration: Exclude<Registration, { idToken: string }>,
): Promise<Connecting | NotUnderstood> {
  const { odsCode, accountId, linkageKey, familyName, birthdate } = registration;
  const given = await callService(access, ask, {
    service: 'link',
    odsCode,
    credentials: [],
    content: [
      writeXml('vision:register', {}, [
        writeXml('vision:rosuAccountId', {}, accountId),
        writeXml('vision:rosuAccountLinkageKey', {}, linkageKey),
        writeXml('vision:surname', {}, familyName),
        writeXml('vision:dob', {}, birthdate),
      ]),
    ],
  });
  if (given.outcome !== 'given') return given;
  const apiKey = findIn(given.content, 'register', 'authenticationRef', 'apiToken')?.text;
  const facts = connectionFacts.safeParse({ rosuAccountId: accountId, apiKey });
  if (!facts.success) return unreadable;
  const connectionToken = JSON.stringify(facts.data);
  const verified = await configuration(access, ask, { ...facts.data, odsCode });
  return verified.outcome === 'valid'
    ? { outcome: 'connected', connectionToken, nhsNumbers: verified.nhsNumbers }
    : { outcome: 'half_connected', connectionToken };
}

async function configuration(
  access: VisionAccess,
  ask: Ask,
  connection: z.output<typeof connectionFacts> & { readonly odsCode: string },
): Promise<Verification | NotUnderstood> {
  const { odsCode, rosuAccountId, apiKey } = connection;
  const given = await callService(access, ask, {
    service: 'configuration',
    odsCode,
    credentials: [
      writeXml('vision:credentials', {}, [
        writeXml('vision:rosuAccountId', {}, rosuAccountId),
        writeXml('vision:apiKey', {}, apiKey),
      ]),
    ],
    content: [],
  });
  if (given.outcome !== 'given') return given;
  const account = findIn(given.content, 'configuration', 'account');
  const numbers = (account?.children ?? [])
    .filter(({ name }) => name === 'patientNumber')
    .map((one) => findIn(one, 'number')?.text.trim());
  const read = z.array(nhsNumber).min(1).safeParse(numbers);
  return read.success ? { outcome: 'valid', nhsNumbers: read.data } : unreadable;
}
