import { readEmail } from '#accounts';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { leadTo, show, type FieldErrors } from '../desk/portal.ts';
import { isReady, issueDetails, type Issued } from '../patients/issue.ts';
import {
  acquaintances,
  addressDocuments,
  documents,
  photoDocuments,
  reasons,
  roleFor,
  ways,
  type PatientVisit,
} from '../patients/visit.ts';
import type { Role } from '../staff/roles.ts';
import { supplierAt, type AtDesk, type Desk, type Portal } from './desk.ts';
import { headOf, isOldEnough, tell, withPatient, type AtPatient } from './patient-pages.ts';

const mayCheck = ['verifier', 'voucher'] as const;

/** Mounts the questions that lead to registration details. */
export function mountIssue(portal: Portal, desk: Desk): void {
  mountReason(portal, desk);
  mountWay(portal, desk);
  mountDocuments(portal, desk);
  mountVouching(portal, desk);
  mountLetterWish(portal, desk);
  desk.get(
    '/patients/:visit/issue',
    mayCheck,
    withPatient(portal, (found) => showIssue(portal, found)),
  );
  desk.post(
    '/patients/:visit/issue',
    mayCheck,
    withPatient(portal, (found) => issue(portal, found)),
  );
}

type Ask = (found: AtPatient, errors?: FieldErrors) => Promise<FastifyReply>;

/** A page with one question: shows it, and takes the answer; whoever is too young gets no further. */
function mountQuestion(
  portal: Portal,
  desk: Desk,
  question: {
    path: string;
    roles: readonly Role[];
    ask: Ask;
    take: (found: AtPatient) => Promise<FastifyReply>;
  },
): void {
  const path = `/patients/:visit/${question.path}`;
  const guarded = (answer: (found: AtPatient) => Promise<FastifyReply>) =>
    withPatient(portal, async (found) =>
      (await isOldEnough(portal, found)).outcome === 'allowed' ? answer(found) : leadTo(found.at, found.path),
    );
  desk.get(
    path,
    question.roles,
    guarded((found) => question.ask(found)),
  );
  desk.post(path, question.roles, guarded(question.take));
}

const missing = (field: string): FieldErrors => [{ field, key: 'missing', values: {} }];

function mountReason(portal: Portal, desk: Desk): void {
  const ask: Ask = (found, errors = []) => {
    const { at, path, patient } = found;
    const data = { ...headOf(found), reasons, chosen: patient.reason };
    return show(portal, at, 'reason', data, { errors, back: `${at.base}${path}` });
  };
  const take = async (found: AtPatient) => {
    const reason = z.enum(reasons).safeParse(found.at.fields['reason']);
    if (!reason.success) return ask(found, missing('reason'));
    await tell(portal, found, { reason: reason.data });
    return leadTo(found.at, `${found.path}/check`);
  };
  mountQuestion(portal, desk, { path: 'reason', roles: mayCheck, ask, take });
}

function mountWay(portal: Portal, desk: Desk): void {
  const waysOf = ({ roles }: AtDesk) => ways.filter((way) => roles.includes(roleFor[way]));
  const ask: Ask = (found, errors = []) => {
    const { at, path, patient } = found;
    const data = { ...headOf(found), ways: waysOf(at), chosen: patient.way };
    return show(portal, at, 'check', data, { errors, back: `${at.base}${path}/reason` });
  };
  const take = async (found: AtPatient) => {
    const way = waysOf(found.at).find((one) => one === found.at.fields['way']);
    if (way === undefined) return ask(found, missing('way'));
    // What was told of another way counts no more.
    await tell(portal, found, { way, check: undefined });
    return leadTo(found.at, `${found.path}/${way}`);
  };
  mountQuestion(portal, desk, { path: 'check', roles: mayCheck, ask, take });
}

function mountDocuments(portal: Portal, desk: Desk): void {
  const ask: Ask = (found, errors = []) => {
    const { at, path, patient } = found;
    const check = patient.check?.way === 'documents' ? patient.check.documents : [];
    const chosen = errors.length > 0 ? chosenDocuments(at) : check;
    const data = { ...headOf(found), photoDocuments, addressDocuments, chosen };
    return show(portal, at, 'documents', data, { errors, back: `${at.base}${path}/check` });
  };
  const take = async (found: AtPatient) => {
    const chosen = chosenDocuments(found.at);
    const has = (list: readonly string[]) => chosen.some((one) => list.includes(one));
    const errors = [
      ...(has(photoDocuments) ? [] : missing('photo')),
      ...(has(addressDocuments) ? [] : missing('address')),
      ...(found.at.fields['seen'] === 'yes' ? [] : missing('seen')),
    ];
    if (errors.length > 0) return ask(found, errors);
    await tell(portal, found, { way: 'documents', check: { way: 'documents', documents: chosen } });
    return leadTo(found.at, `${found.path}/letter`);
  };
  mountQuestion(portal, desk, { path: 'documents', roles: ['verifier'], ask, take });
}

/** A form sends each box under a name of its own: of a name that is sent twice only the first value is kept. */
function chosenDocuments({ fields }: AtDesk) {
  return documents.filter((document) => fields[`document-${document}`] === 'yes');
}

function mountVouching(portal: Portal, desk: Desk): void {
  for (const way of ['vouching', 'vouching-with-record'] as const) {
    const ask: Ask = (found, errors = []) => {
      const { at, path } = found;
      const data = { ...headOf(found), acquaintances, values: errors.length > 0 ? at.fields : {} };
      return show(portal, at, way, data, { errors, back: `${at.base}${path}/check` });
    };
    const take = async (found: AtPatient) => {
      const read = readVouching(found.at, way);
      if ('errors' in read) return ask(found, read.errors);
      await tell(portal, found, { way, check: read.check });
      return leadTo(found.at, `${found.path}/letter`);
    };
    mountQuestion(portal, desk, { path: way, roles: ['voucher'], ask, take });
  }
}

function readVouching(
  { fields }: AtDesk,
  way: 'vouching' | 'vouching-with-record',
): { readonly check: NonNullable<PatientVisit['check']> } | { readonly errors: FieldErrors } {
  const where = z.enum(['in-person', 'remote']).safeParse(fields['where']);
  const known = z.enum(acquaintances).safeParse(fields['known']);
  const isRemote = where.data === 'remote';
  const errors = [
    ...(way === 'vouching' ? errorsOfKnown(known.data) : []),
    ...(way === 'vouching-with-record' && fields['asked'] !== 'yes' ? missing('asked') : []),
    ...(where.success ? [] : missing('where')),
    ...(isRemote && fields['limited'] !== 'yes' ? missing('limited') : []),
  ];
  if (errors.length > 0) return { errors };
  return way === 'vouching' && known.success
    ? { check: { way: 'vouching', known: known.data, isRemote } }
    : { check: { way: 'vouching-with-record', isRemote } };
}

/** Whoever hardly knows somebody asks for documents, or what only they and the record know. */
function errorsOfKnown(known: (typeof acquaintances)[number] | undefined): FieldErrors {
  if (known === undefined) return missing('known');
  return known === 'under-1-year' ? [{ field: 'known', key: 'too_short', values: {} }] : [];
}

function mountLetterWish(portal: Portal, desk: Desk): void {
  const ask: Ask = async (found, errors = []) => {
    const { at, path, patient } = found;
    if (patient.check === undefined) return leadTo(at, `${path}/check`);
    const values = errors.length > 0 ? at.fields : (patient.letter ?? {});
    const data = {
      ...headOf(found),
      values,
      mailTo: patient.email,
      asksEmail: await asksEmail(portal, found),
    };
    return show(portal, at, 'letter', data, { errors, back: `${at.base}${path}/${patient.check.way}` });
  };
  const take = async (found: AtPatient) => {
    const { fields } = found.at;
    const language = z.enum(['en', 'cy']).safeParse(fields['language']);
    const print = z.enum(['standard', 'large']).safeParse(fields['print']);
    const delivery = deliveryIn(found);
    const email = (await asksEmail(portal, found)) ? readEmail(fields['email'] ?? '') : undefined;
    const errors = [
      ...(language.success ? [] : missing('language')),
      ...(print.success ? [] : missing('print')),
      ...(delivery === undefined ? missing('delivery') : []),
      ...(email === undefined || email.outcome === 'valid'
        ? []
        : [{ field: 'email', key: email.outcome, values: {} }]),
    ];
    const isWhole = language.success && print.success && delivery !== undefined;
    if (!isWhole || errors.length > 0) return ask(found, errors);
    const address = email?.outcome === 'valid' ? email.email : undefined;
    const letter = { language: language.data, print: print.data, delivery, email: address };
    await tell(portal, found, { letter });
    return leadTo(found.at, `${found.path}/issue`);
  };
  mountQuestion(portal, desk, { path: 'letter', roles: mayCheck, ask, take });
}

/** Whoever has no address on their record is handed the letter: then nothing is asked. */
function deliveryIn({ at, patient }: AtPatient): 'print' | 'collect' | undefined {
  if (patient.email === undefined) return 'print';
  return z.enum(['print', 'collect']).safeParse(at.fields['delivery']).data;
}

/** Some GP systems make no account without an address; the register’s is taken where it has one. */
async function asksEmail(portal: Portal, { at, patient }: AtPatient): Promise<boolean> {
  const supplier = await supplierAt(portal, at);
  return supplier?.differences.needsEmail === true && patient.email === undefined;
}

/** @returns where to go first, if something is still to be told, or was told by somebody who may not */
async function stillToTell(portal: Portal, found: AtPatient): Promise<string | undefined> {
  const { at, patient, path } = found;
  if ((await isOldEnough(portal, found)).outcome !== 'allowed') return path;
  if (patient.reason === undefined) return `${path}/reason`;
  if (patient.check === undefined || !at.roles.includes(roleFor[patient.check.way])) return `${path}/check`;
  return patient.letter === undefined ? `${path}/letter` : undefined;
}

async function showIssue(portal: Portal, found: AtPatient, more: object = {}): Promise<FastifyReply> {
  const { at, patient, path } = found;
  const first = await stillToTell(portal, found);
  if (first !== undefined || !isReady(patient)) return leadTo(at, first ?? path);
  const { reason, check, letter } = patient;
  const supplier = await supplierAt(portal, at);
  const data = {
    ...headOf(found),
    path: `${at.base}${path}`,
    reason,
    check,
    letter,
    mailTo: patient.email,
    system: supplier?.words[at.language].system,
    ...more,
  };
  return show(portal, at, 'issue', data, { back: `${at.base}${path}/letter` });
}

async function issue(portal: Portal, found: AtPatient): Promise<FastifyReply> {
  const { at, owner, patient, path } = found;
  const first = await stillToTell(portal, found);
  if (first !== undefined || !isReady(patient)) return leadTo(at, first ?? path);
  const { staffId } = at.staff;
  const isReset = at.fields['reset'] === 'yes';
  const issued = await issueDetails(portal.house, portal.gpSystems, {
    ...owner,
    staffId,
    patient,
    isReset,
    practiceName: at.practice.name,
  });
  switch (issued.outcome) {
    case 'to_print':
      return leadTo(at, `/letters/${issued.letterId}`);
    case 'busy':
      return show(portal, at, 'issued-already', {}, { status: 409 });
    case 'not_allowed':
      // That page says what they may still do, or asks them to sign in.
      return leadTo(at, `${path}/issue`);
    case 'reset_first':
    case 'refused':
    case 'unavailable':
    case 'not_offered':
      return showRefusal(portal, found, issued, isReset);
  }
}

const explained = [
  'practice_not_enabled',
  'account_not_valid',
  'patient_not_found',
  'too_young_or_not_competent',
];

async function showRefusal(portal: Portal, found: AtPatient, issued: Issued, isReset: boolean) {
  const { at, path } = found;
  const words = (await supplierAt(portal, at))?.words[at.language];
  const reason = issued.outcome === 'refused' ? issued.reason : issued.outcome;
  const isExplained = issued.outcome !== 'refused' || explained.includes(reason);
  const data = {
    ...headOf(found),
    path: `${at.base}${path}`,
    reason: isExplained ? reason : 'other',
    steps: issued.outcome === 'reset_first' ? words?.reissue : undefined,
    isReset,
    system: words?.system ?? at.practice.name,
  };
  return show(portal, at, 'refused', data, { back: `${at.base}${path}/issue` });
}
