import { judgeNhsNumber, readDate, readName, readPostcode, dayInUk } from '#foundation/identifiers';
import {
  answerQuestion,
  claimNext,
  discardCase,
  questionIds,
  readCase,
  reviewTarget,
  traceCase,
  type CaseView,
  type TraceBy,
} from '#review';
import type { FastifyReply } from 'fastify';
import { leadTo, minutesUntil, noticeOf, param, show, type FieldErrors } from '../desk/portal.ts';
import {
  boxOf,
  describeClaimed,
  describeFiles,
  describeHead,
  describeParts,
  describeTrace,
  faceIn,
} from './case-view.ts';
import {
  allowMedia,
  checkerAt,
  colleagues,
  deciders,
  knownCheckerAt,
  showNotMine,
  type AtDesk,
  type Desk,
  type Portal,
} from './desk.ts';

const notices = ['traced', 'held'] as const;

/** Mounts a case: what somebody has sent, what the register says of them, and the questions about both. */
export function mountCase(portal: Portal, desk: Desk): void {
  const { house } = portal;
  desk.post('/next', ['checker'], (at) => start(portal, at));
  desk.get('/cases/:case', deciders, (at) => withCase(portal, at, (view) => showCase(portal, at, view)));
  desk.post('/cases/:case/answer', deciders, (at) => answer(portal, at));
  desk.post('/cases/:case/discard', deciders, async (at) => {
    const act = { checker: checkerAt(at), caseId: caseIdOf(at) };
    const done = await house.transact((deps) => discardCase(deps, act));
    return done.outcome === 'discarded' ? leadTo(at, '', 'discarded') : showNotMine(portal, at, done);
  });
  desk.post('/cases/:case/trace', deciders, (at) => trace(portal, at, { by: 'own_number' }));
  desk.get('/cases/:case/search', deciders, (at) => withCase(portal, at, () => showSearch(portal, at)));
  desk.post('/cases/:case/search', deciders, (at) => searchByNumber(portal, at));
  desk.post('/cases/:case/search/details', deciders, (at) => searchByDetails(portal, at));
}

/** @returns the case that an address names */
export function caseIdOf({ request }: AtDesk): string {
  return param(request, 'case');
}

export function caseAddress(at: AtDesk): string {
  return `${at.base}/cases/${encodeURIComponent(caseIdOf(at))}`;
}

/** Reads a case that somebody has open; whoever has it no more, or never had, learns nothing of it. */
export async function withCase(
  portal: Portal,
  at: AtDesk,
  answerWith: (view: CaseView) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const act = { checker: checkerAt(at), caseId: caseIdOf(at) };
  const view = await portal.house.transact((deps) => readCase(deps, act));
  return view.outcome === 'open' ? answerWith(view) : showNotMine(portal, at, view);
}

async function start(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const claimed = await claimNext(portal.house, { checker: await knownCheckerAt(portal, at) });
  switch (claimed.outcome) {
    case 'claimed':
    case 'open_already':
      return leadTo(at, `/cases/${claimed.caseId}`);
    case 'nothing':
      return leadTo(at, '', 'nothing');
    case 'enough': {
      const minutes = minutesUntil(portal, claimed.until);
      return show(portal, at, 'pause', { minutes }, { status: 429, back: at.base, address: at.base });
    }
    case 'not_allowed':
      return showNotMine(portal, at, { outcome: 'not_allowed' });
  }
}

async function showCase(portal: Portal, at: AtDesk, view: CaseView): Promise<FastifyReply> {
  const { house } = portal;
  const { language } = at;
  const members = await colleagues(portal);
  const { hours } = await reviewTarget(house.deps);
  const address = caseAddress(at);
  const files = describeFiles(view.evidence, `${address}/files`);
  allowMedia(at);
  return show(
    portal,
    at,
    'case',
    {
      caseAddress: address,
      shown: describeHead(view, {
        language,
        now: house.clock.now(),
        targetHours: hours,
        nameOf: (id) => members.get(id)?.name ?? '–',
      }),
      ...files,
      trace: describeTrace(view.trace, language),
      claimed: describeClaimed(view.claimed, language),
      parts: describeParts(view.questionnaire, {
        box: boxOf(view),
        digits: files.film?.digits,
        face: faceIn(view.evidence),
        checks: view.checks,
      }),
    },
    { notice: noticeOf(at, notices) },
  );
}

async function answer(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { fields } = at;
  const question = questionIds.find((id) => id === fields['question']);
  const given = fields['answer'];
  if (question === undefined || (given !== 'yes' && given !== 'no')) return toCase(at);
  const act = { checker: checkerAt(at), caseId: caseIdOf(at), question, answer: given } as const;
  const answered = await portal.house.transact((deps) => answerQuestion(deps, act));
  switch (answered.outcome) {
    case 'answered':
    case 'not_open':
      return toCase(at);
    case 'lost':
    case 'not_allowed':
      return showNotMine(portal, at, answered);
  }
}

/** Leads back to the case, at what is to be done next. */
function toCase(at: AtDesk): FastifyReply {
  return at.reply.redirect(`${caseAddress(at)}#next`, 303);
}

async function trace(portal: Portal, at: AtDesk, by: TraceBy): Promise<FastifyReply> {
  const { house, register } = portal;
  const act = { register, checker: checkerAt(at), caseId: caseIdOf(at), trace: by };
  const traced = await traceCase(house, act);
  switch (traced.outcome) {
    case 'traced':
    case 'not_needed':
      return at.reply.redirect(`${caseAddress(at)}#part-register`, 303);
    case 'too_many':
      return show(
        portal,
        at,
        'too-many',
        { what: 'searches', minutes: minutesUntil(portal, traced.until) },
        { status: 429, back: caseAddress(at), address: caseAddress(at) },
      );
    case 'lost':
    case 'not_allowed':
      return showNotMine(portal, at, traced);
  }
}

function showSearch(portal: Portal, at: AtDesk, errors: FieldErrors = []): Promise<FastifyReply> {
  const address = caseAddress(at);
  return show(
    portal,
    at,
    'search',
    { caseAddress: address, values: errors.length > 0 ? at.fields : {} },
    { errors, back: address, address: `${address}/search` },
  );
}

async function searchByNumber(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const judged = judgeNhsNumber(at.fields['nhsNumber'] ?? '');
  if (judged.outcome === 'valid')
    return trace(portal, at, { by: 'typed_number', nhsNumber: judged.nhsNumber });
  const errors = [{ field: 'nhsNumber', key: judged.outcome, values: {} }];
  return withCase(portal, at, () => showSearch(portal, at, errors));
}

async function searchByDetails(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { fields } = at;
  const { day = '', month = '', year = '' } = fields;
  const given = readName(fields['givenName'] ?? '');
  const family = readName(fields['familyName'] ?? '');
  const date = readDate({ day, month, year }, { today: dayInUk(portal.house.clock.now()) });
  const postcode = readPostcode(fields['postcode'] ?? '');
  if (
    given.outcome === 'valid' &&
    family.outcome === 'valid' &&
    date.outcome === 'valid' &&
    postcode.outcome === 'valid'
  ) {
    const names = { givenName: given.name, familyName: family.name };
    const demographics = { ...names, birthdate: date.date, postcode: postcode.postcode };
    return trace(portal, at, { by: 'details', demographics });
  }
  const dateField = date.outcome === 'missing' ? (date.parts[0] ?? 'day') : 'day';
  const errors = [
    { field: 'givenName', key: given.outcome, values: {} },
    { field: 'familyName', key: family.outcome, values: {} },
    { field: dateField, key: date.outcome, values: {} },
    { field: 'postcode', key: postcode.outcome, values: {} },
  ].filter(({ key }) => key !== 'valid');
  return withCase(portal, at, () => showSearch(portal, at, errors));
}
