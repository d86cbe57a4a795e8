import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { nhsNumber, parseJson } from '../../../src/gp-systems/answers.ts';
import type { Ask } from '../../../src/gp-systems/ask.ts';
import { refuse, type Refused, type RefusalReason } from '../../../src/gp-systems/refusal.ts';
import { registrationDetail } from '../../../src/gp-systems/registration-detail.ts';
import type { Desk, DeskRefusal } from '../../../src/gp-systems/simulated/desk.ts';
import type { SimulatedReply } from '../../../src/gp-systems/simulated/simulator.ts';
import { supplierPlug, type SupplierWords } from '../../../src/gp-systems/supplier-plug.ts';
import { addressSetting } from '../../../src/gp-systems/supplier-settings.ts';
import {
  notOffered,
  unreadable,
  type NotUnderstood,
  type SystemUnavailable,
} from '../../../src/gp-systems/supplier.ts';

/** A supplier as somebody would add it, with nothing but a folder of its own: a question is a POST of JSON, an answer says `ok` or why not. */

const words = (language: string): SupplierWords => ({
  system: 'Toy',
  details: { odsCode: 'Code', accountId: 'Number', linkageKey: 'Word' },
  issue: [`Press the button (${language}).`],
  reissue: [`Press it again (${language}).`],
});

const reasons: Readonly<Record<DeskRefusal, RefusalReason>> = {
  practice_unknown: 'practice_not_enabled',
  practice_not_live: 'practice_not_enabled',
  not_registered: 'patient_not_found',
  archived: 'account_not_valid',
  too_young_or_not_competent: 'too_young_or_not_competent',
  status_not_valid: 'account_not_valid',
  duplicate_nhs_number: 'conflict',
  no_account: 'patient_not_found',
  account_exists: 'conflict',
  account_withdrawn: 'account_not_valid',
  wrong_key: 'invalid_details',
  key_expired: 'invalid_details',
  demographics_differ: 'patient_not_found',
  already_linked: 'conflict',
  no_connection: 'patient_not_found',
};

const refusal = z.object({ no: z.string() });
const details = z.object({ accountId: registrationDetail, linkageKey: registrationDetail });
const linked = z.object({ secret: z.string() });
const whose = z.object({ isRestricted: z.boolean(), person: z.object({ nhsNumber }) });
const state = z.object({
  areOn: z.boolean(),
  identityCheck: z
    .object({ method: z.enum(['documents', 'vouching', 'vouching-with-record']), checkedOn: z.iso.date() })
    .optional(),
});

type Told<T> = { outcome: 'told'; data: T } | Refused | NotUnderstood | SystemUnavailable;

async function tell<T>(
  ask: Ask,
  url: string,
  asked: { readonly operation: string; readonly body: object; readonly answer: z.ZodType<T> },
): Promise<Told<T>> {
  const { operation, body, answer } = asked;
  const got = await ask({
    operation,
    method: 'POST',
    url: `${url}/${operation}`,
    body: JSON.stringify(body),
    isRepeatable: operation !== 'create' && operation !== 'link',
  });
  if (got.outcome !== 'answered') return got;
  const json = parseJson(got.text);
  const no = refusal.safeParse(json);
  if (no.success) {
    const reason = Object.entries(reasons).find(([known]) => known === no.data.no)?.[1];
    return reason === undefined ? { outcome: 'unmapped', supplierCode: no.data.no } : refuse(reason);
  }
  const read = answer.safeParse(json);
  return read.success ? { outcome: 'told', data: read.data } : unreadable;
}

const asked = z.looseObject({ odsCode: z.string(), nhsNumber: z.string() });
const asLink = z.object({
  odsCode: z.string(),
  accountId: z.string(),
  linkageKey: z.string(),
  familyName: z.string(),
  birthdate: z.string(),
});
const asConnection = z.object({ odsCode: z.string(), secret: z.string() });

const application = 'bevan';
const answers: Record<string, (desk: Desk, body: unknown) => Promise<{ outcome: string }>> = {
  create: (desk, body) => desk.createAccount({ ...asked.parse(body), replaces: false }),
  fetch: (desk, body) => desk.tellAccount(asked.parse(body)),
  link: (desk, body) => desk.link({ ...asLink.parse(body), application }),
  whose: (desk, body) => desk.connect({ ...asConnection.parse(body), application }),
  state: (desk, body) => desk.stateOf({ ...asked.parse(body), turnsOn: false }),
};

const json = (body: object): SimulatedReply => ({
  status: 200,
  type: 'application/json',
  body: JSON.stringify(body),
});

export default supplierPlug({
  id: 'toy',
  words: { en: words('en'), cy: words('cy') },
  differences: {
    hasLinkageKey: true,
    fetchesLinkage: true,
    keepsKeyOnConflict: false,
    needsEmail: false,
    needsIdentityToken: false,
    mailsPatientOnConnecting: false,
    checksAnewToReissue: false,
    letsPatientsReissue: false,
    tellsOnlineServices: true,
  },
  settings: { url: addressSetting({ variable: 'BEVAN_TOY_URL', sentence: 'Where the toy is.' }) },
  openSupplier: ({ url }) => ({
    createLinkage: async (ask, { odsCode, nhsNumber: number }) => {
      const body = { odsCode, nhsNumber: number };
      const told = await tell(ask, url, { operation: 'create', body, answer: details });
      return told.outcome === 'told' ? { outcome: 'linkage', details: { odsCode, ...told.data } } : told;
    },
    fetchLinkage: async (ask, { odsCode, nhsNumber: number }) => {
      const body = { odsCode, nhsNumber: number };
      const told = await tell(ask, url, { operation: 'fetch', body, answer: details });
      if (told.outcome === 'told') return { outcome: 'linkage', details: { odsCode, ...told.data } };
      const hasNone = told.outcome === 'refused' && told.reason === 'patient_not_found';
      if (!hasNone) return told;
      const known = await tell(ask, url, { operation: 'state', body, answer: state });
      return known.outcome === 'told' ? refuse('no_key_yet') : known;
    },
    register: async (ask, registration) => {
      if ('idToken' in registration) return notOffered;
      const made = await tell(ask, url, { operation: 'link', body: registration, answer: linked });
      if (made.outcome !== 'told') return made;
      const connectionToken = made.data.secret;
      const body = { odsCode: registration.odsCode, secret: connectionToken };
      const told = await tell(ask, url, { operation: 'whose', body, answer: whose });
      return told.outcome === 'told'
        ? { outcome: 'connected', connectionToken, nhsNumbers: [told.data.person.nhsNumber] }
        : { outcome: 'half_connected', connectionToken };
    },
    verifyConnection: async (ask, connection) => {
      if ('idToken' in connection) return notOffered;
      const body = { odsCode: connection.odsCode, secret: connection.connectionToken };
      const told = await tell(ask, url, { operation: 'whose', body, answer: whose });
      if (told.outcome !== 'told') return told;
      return told.data.isRestricted
        ? refuse('account_not_valid')
        : { outcome: 'valid', nhsNumbers: [told.data.person.nhsNumber] };
    },
    onlineServicesOf: async (ask, body) => {
      const told = await tell(ask, url, { operation: 'state', body, answer: state });
      return told.outcome === 'told'
        ? { outcome: 'registered', areOn: told.data.areOn, identityCheck: told.data.identityCheck }
        : told;
    },
  }),
  simulator: {
    application,
    environment: (url) => ({ BEVAN_TOY_URL: url }),
    newDetails: () => ({
      accountId: randomBytes(5).toString('hex'),
      linkageKey: randomBytes(8).toString('base64'),
    }),
    operationOf: ({ path }) => path.slice(1),
    answer: async ({ desk }, { path, body }) => {
      const said = await answers[path.slice(1)]?.(desk, parseJson(body));
      return said === undefined || said.outcome in reasons
        ? json({ no: said?.outcome ?? 'nothing' })
        : json(said);
    },
    refuse: (supplierCode) => json({ no: supplierCode }),
  },
});
