import { randomInt } from 'node:crypto';
import type { Desk, DeskRefusal } from '../simulated/desk.ts';
import { drawCharacters, lettersAndDigits } from '../simulated/draw.ts';
import type { SimulatedReply, SupplierSimulator } from '../simulated/simulator.ts';
import { findIn, readXml, writeXml, xmlDocument, type XmlElement } from '../xml.ts';
import {
  attributeOf,
  instantOf,
  nhsNumberType,
  operationHeader,
  replyTo,
  type TppOperation,
} from './wire.ts';

const providerId = '99b5a2f0c0000000';

const codes: Readonly<Record<DeskRefusal, string>> = {
  practice_unknown: '6',
  practice_not_live: '6',
  not_registered: '555',
  archived: '509',
  too_young_or_not_competent: '8',
  status_not_valid: '509',
  duplicate_nhs_number: '6',
  no_account: '6',
  account_exists: '6',
  account_withdrawn: '509',
  wrong_key: '6',
  key_expired: '6',
  demographics_differ: '512',
  already_linked: '8',
  no_connection: '9',
};

const xml = (root: string): SimulatedReply => ({ status: 200, type: 'text/xml', body: xmlDocument(root) });

function error(errorCode: string, uuid?: string): SimulatedReply {
  return xml(
    writeXml('Error', {
      errorCode,
      userFriendlyMessage: 'There was a problem linking your account.',
      uuid,
    }),
  );
}

/** As the system does: what HTML needs by name, and what is not ASCII by number. */
function encodeHtml(text: string): string {
  const byName: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const isNumbered = (code >= 160 && code <= 255) || code > 0xff_ff;
    return byName[character] ?? (isNumbered ? `&#${code};` : character);
  }).join('');
}

type Handler = (desk: Desk, root: XmlElement) => Promise<SimulatedReply>;

const read = (root: XmlElement, name: string): string => attributeOf(root, name) ?? '';
const birthdateOf = (root: XmlElement): string => {
  const birthdate = read(root, 'dateOfBirth').slice(0, 10);
  return instantOf(birthdate) === read(root, 'dateOfBirth') ? birthdate : '';
};

async function create(desk: Desk, root: XmlElement): Promise<SimulatedReply> {
  const uuid = read(root, 'uuid');
  const made = await desk.createAccount({
    odsCode: read(root, 'organisationCode'),
    nhsNumber: read(root, 'nhsNumber'),
    familyName: read(root, 'lastName'),
    birthdate: birthdateOf(root),
    replaces: true,
  });
  if (made.outcome !== 'issued') return error(codes[made.outcome], uuid);
  const { accountId, linkageKey } = made;
  const passphraseToLink = encodeHtml(linkageKey);
  return xml(
    writeXml(replyTo('LinkAccount'), { uuid, accountId, passphrase: 'none', passphraseToLink, providerId }),
  );
}

async function link(desk: Desk, root: XmlElement): Promise<SimulatedReply> {
  const uuid = read(root, 'uuid');
  const linked = await desk.link({
    odsCode: read(root, 'organisationCode'),
    accountId: read(root, 'accountId'),
    linkageKey: read(root, 'passphrase'),
    familyName: read(root, 'lastName'),
    birthdate: birthdateOf(root),
    application: applicationOf(root),
  });
  return linked.outcome === 'linked'
    ? xml(
        writeXml(replyTo('LinkAccount'), {
          uuid,
          passphrase: linked.secret,
          providerId: applicationOf(root),
        }),
      )
    : error(codes[linked.outcome], uuid);
}

function applicationOf(root: XmlElement): string {
  return attributeOf(findIn(root, 'Application'), 'providerId') ?? '';
}

const handlers: Readonly<Record<TppOperation, Handler>> = {
  LinkAccount: (desk, root) =>
    attributeOf(root, 'accountId') === undefined ? create(desk, root) : link(desk, root),
  Authenticate: async (desk, root) => {
    const uuid = read(root, 'uuid');
    const connected = await desk.connect({
      odsCode: read(root, 'unitId'),
      secret: read(root, 'passphrase'),
      application: applicationOf(root),
    });
    if (connected.outcome !== 'connected') return error(codes[connected.outcome], uuid);
    // Who was given another passphrase signs in with that one.
    if (connected.isRestricted || connected.accountId !== read(root, 'accountId')) return error('9', uuid);
    const { nhsNumber, familyName, birthdate } = connected.person;
    const person = writeXml('Person', { dateOfBirth: instantOf(birthdate) }, [
      writeXml('NationalId', { type: nhsNumberType }, nhsNumber),
      writeXml('PersonName', { name: familyName }),
    ]);
    return xml(writeXml(replyTo('Authenticate'), { uuid }, [writeXml('User', {}, [person])]));
  },
  PatientOnlineStatus: async (desk, root) => {
    const uuid = read(root, 'uuid');
    const odsCode = read(root, 'organisationCode');
    const state = await desk.stateOf({ odsCode, nhsNumber: read(root, 'nhsNumber'), turnsOn: false });
    if (state.outcome !== 'registered') return error(codes[state.outcome], uuid);
    const check = state.identityCheck;
    const verification =
      check === undefined
        ? []
        : [writeXml('IdentityVerification', { method: check.method, date: check.checkedOn })];
    const attributes = { uuid, onlineServices: String(state.areOn) };
    return xml(writeXml(replyTo('PatientOnlineStatus'), attributes, verification));
  },
};

const symbols = '*\\/!&<>"\'';

/** TPP SystmOne, simulated. */
export const tppSimulator: SupplierSimulator = {
  application: providerId,
  environment: (url) => ({ BEVAN_TPP_URL: url, BEVAN_TPP_PROVIDER_ID: providerId }),
  newDetails: () => ({
    accountId: String(randomInt(100_000_000, 1_000_000_000)),
    linkageKey: `${drawCharacters(lettersAndDigits, 12)}${drawCharacters(symbols, 2)}${drawCharacters(lettersAndDigits, 2)}`,
  }),
  operationOf: ({ headers }) => headers[operationHeader] ?? '',
  answer: async ({ desk }, { method, headers, body }) => {
    const root = readXml(body);
    const known = Object.entries(handlers).find(([operation]) => operation === root?.name);
    if (method !== 'POST' || root === undefined || known === undefined) return error('1');
    if (headers[operationHeader] !== root.name) return error('1', read(root, 'uuid'));
    if (applicationOf(root) === '') return error('5', read(root, 'uuid'));
    return known[1](desk, root);
  },
  refuse: (supplierCode) => error(supplierCode),
};
