import { randomUUID } from 'node:crypto';
import type { Clock } from '#foundation/clock';
import { readNhsNumber } from '#foundation/identifiers';
import { z } from 'zod';
import { identityCheckMethod, parseJson } from '../answers.ts';
import type { Ask } from '../ask.ts';
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
import { findIn, readXml, type XmlElement } from '../xml.ts';
import { decodeHtml } from './html.ts';
import { readError } from './refusals.ts';
import {
  attributeOf,
  instantOf,
  nhsNumberType,
  operationHeader,
  replyTo,
  requestText,
  type TppAccess,
  type TppOperation,
} from './wire.ts';

const linkage = z.object({ accountId: registrationDetail, passphraseToLink: registrationDetail });
/** What a connection is: the system keeps a passphrase for each application. */
const connectionFacts = z.object({
  accountId: z.string().min(1),
  passphrase: z.string().min(1),
  providerId: z.string().min(1),
});
const identityCheck = z.object({ method: identityCheckMethod, checkedOn: z.iso.date() });

type Replied = { readonly outcome: 'replied'; readonly reply: XmlElement };
type Declined = Refused | SystemUnavailable | NotUnderstood;

interface Question {
  readonly operation: TppOperation;
  readonly attributes: Readonly<Record<string, string | undefined>>;
  readonly isRepeatable: boolean;
  /** Of the person, where it may be what a refusal is about. */
  readonly birthdate?: string;
}

interface Tpp {
  readonly access: TppAccess;
  readonly clock: Clock;
}

/**
 * TPP SystmOne: one address, to which XML is sent; an error is an answer like any other. A key can’t be asked for: whoever needs
 * one gets a new one, and the one before is worth nothing.
 */
export function openTpp(tpp: Tpp): Omit<Supplier, 'certificate'> {
  return {
    createLinkage: (ask, patient) => create(tpp, ask, patient),
    fetchLinkage: () => Promise.resolve(refuse('no_key_yet')),
    register: (ask, registration) =>
      'idToken' in registration ? Promise.resolve(notOffered) : register(tpp, ask, registration),
    verifyConnection: async (ask, connection) => {
      if ('idToken' in connection) return notOffered;
      const facts = connectionFacts.safeParse(parseJson(connection.connectionToken));
      return facts.success
        ? authenticate(tpp, ask, { ...facts.data, odsCode: connection.odsCode })
        : refuse('invalid_details');
    },
    onlineServicesOf: (ask, patient) => readOnlineServices(tpp, ask, patient),
  };
}

async function put({ access, clock }: Tpp, ask: Ask, question: Question): Promise<Replied | Declined> {
  const { operation, attributes, isRepeatable, birthdate } = question;
  const uuid = randomUUID();
  const asked = await ask({
    operation,
    method: 'POST',
    url: access.url,
    headers: { accept: 'text/xml', 'content-type': 'text/xml; charset=UTF-8', [operationHeader]: operation },
    body: requestText(access, operation, { uuid, ...attributes }),
    isRepeatable,
  });
  if (asked.outcome !== 'answered') return asked;
  const reply = readXml(asked.text);
  if (reply?.name === 'Error') {
    const person = birthdate === undefined ? undefined : { birthdate, now: clock.now() };
    return readError(attributeOf(reply, 'errorCode') ?? '', person);
  }
  const isAnswer = asked.status === 200 && reply?.name === replyTo(operation);
  return isAnswer && attributeOf(reply, 'uuid')?.toLowerCase() === uuid
    ? { outcome: 'replied', reply }
    : unreadable;
}

async function create(tpp: Tpp, ask: Ask, patient: PatientAtPractice): Promise<Linkage | NotUnderstood> {
  const { odsCode, birthdate } = patient;
  const made = await put(tpp, ask, {
    operation: 'LinkAccount',
    attributes: {
      organisationCode: odsCode,
      lastName: patient.familyName,
      dateOfBirth: instantOf(birthdate),
      nhsNumber: patient.nhsNumber,
      emailAddress: patient.email,
      mobileNo: patient.phone,
    },
    isRepeatable: false,
    birthdate,
  });
  if (made.outcome !== 'replied') return made;
  const details = linkage.safeParse({
    accountId: attributeOf(made.reply, 'accountId'),
    passphraseToLink: decodeHtml(attributeOf(made.reply, 'passphraseToLink') ?? ''),
  });
  if (!details.success) return unreadable;
  const { accountId, passphraseToLink: linkageKey } = details.data;
  return { outcome: 'linkage', details: { odsCode, accountId, linkageKey } };
}

async function register(
  tpp: Tpp,
  ask: Ask,
  registration: Exclude<Registration, { idToken: string }>,
): Promise<Connecting | NotUnderstood> {
  const { odsCode, accountId, linkageKey, familyName, birthdate } = registration;
  const linked = await put(tpp, ask, {
    operation: 'LinkAccount',
    attributes: {
      organisationCode: odsCode,
      accountId,
      passphrase: linkageKey,
      lastName: familyName,
      dateOfBirth: instantOf(birthdate),
    },
    isRepeatable: false,
    birthdate,
  });
  if (linked.outcome !== 'replied') return linked;
  const facts = connectionFacts.safeParse({
    accountId,
    passphrase: attributeOf(linked.reply, 'passphrase'),
    providerId: attributeOf(linked.reply, 'providerId') ?? tpp.access.providerId,
  });
  if (!facts.success) return unreadable;
  const connectionToken = JSON.stringify(facts.data);
  const verified = await authenticate(tpp, ask, { ...facts.data, odsCode });
  return verified.outcome === 'valid'
    ? { outcome: 'connected', connectionToken, nhsNumbers: verified.nhsNumbers }
    : { outcome: 'half_connected', connectionToken };
}

async function authenticate(
  tpp: Tpp,
  ask: Ask,
  connection: z.output<typeof connectionFacts> & { readonly odsCode: string },
): Promise<Verification | NotUnderstood> {
  const { odsCode: unitId, accountId, passphrase, providerId } = connection;
  const known = { ...tpp, access: { ...tpp.access, providerId } };
  const signedIn = await put(known, ask, {
    operation: 'Authenticate',
    attributes: { unitId, accountId, passphrase },
    isRepeatable: true,
  });
  if (signedIn.outcome !== 'replied') return signedIn;
  const person = findIn(signedIn.reply, 'User', 'Person');
  const numbers = (person?.children ?? [])
    .filter((one) => one.name === 'NationalId' && attributeOf(one, 'type') === nhsNumberType)
    .map((one) => readNhsNumber(one.text));
  const nhsNumbers = numbers.filter((number) => number !== undefined);
  return nhsNumbers.length > 0 && nhsNumbers.length === numbers.length
    ? { outcome: 'valid', nhsNumbers }
    : unreadable;
}

async function readOnlineServices(
  tpp: Tpp,
  ask: Ask,
  patient: Pick<PatientAtPractice, 'odsCode' | 'nhsNumber'>,
): Promise<OnlineServices | NotUnderstood> {
  const told = await put(tpp, ask, {
    operation: 'PatientOnlineStatus',
    attributes: { organisationCode: patient.odsCode, nhsNumber: patient.nhsNumber },
    isRepeatable: true,
  });
  if (told.outcome !== 'replied') return told;
  const areOn = attributeOf(told.reply, 'onlineServices');
  if (areOn !== 'true' && areOn !== 'false') return unreadable;
  const element = findIn(told.reply, 'IdentityVerification');
  if (element === undefined)
    return { outcome: 'registered', areOn: areOn === 'true', identityCheck: undefined };
  const check = identityCheck.safeParse({
    method: attributeOf(element, 'method'),
    checkedOn: attributeOf(element, 'date'),
  });
  return check.success
    ? { outcome: 'registered', areOn: areOn === 'true', identityCheck: check.data }
    : unreadable;
}
