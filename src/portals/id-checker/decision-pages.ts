import {
  approveCase,
  declineCase,
  holdCase,
  holdingReasons,
  imageTicks,
  longestNote,
  readDashboard,
  reviseCase,
  type CaseView,
} from '#review';
import type { FastifyReply } from 'fastify';
import { leadTo, show, type FieldErrors } from '../desk/portal.ts';
import { caseAddress, caseIdOf, withCase } from './case-pages.ts';
import { kindOf } from './case-view.ts';
import { checkerAt, deciders, showNotMine, type AtDesk, type Desk, type Portal } from './desk.ts';

/** The group of reasons that is about how a picture of the document came out: what is ticked helps the person to take a better one. */
const aboutPictures = 'A';

/** Mounts how a case is decided, given to supervisors, and taken back. */
export function mountDecisions(portal: Portal, desk: Desk): void {
  const { house } = portal;
  desk.get('/cases/:case/approve', deciders, (at) => askToApprove(portal, at));
  desk.post('/cases/:case/approve', deciders, (at) => approve(portal, at));
  desk.get('/cases/:case/decline', deciders, (at) => askWhyDecline(portal, at));
  desk.post('/cases/:case/decline', deciders, (at) => decline(portal, at));
  desk.get('/cases/:case/hold', deciders, (at) => askWhyHold(portal, at));
  desk.post('/cases/:case/hold', deciders, (at) => hold(portal, at));
  desk.get('/cases/:case/revise', deciders, (at) => askToRevise(portal, at));
  desk.post('/cases/:case/revise', deciders, async (at) => {
    const act = { checker: checkerAt(at), caseId: caseIdOf(at) };
    const done = await house.transact((deps) => reviseCase(deps, act));
    return done.outcome === 'revised' ? leadTo(at, `/cases/${act.caseId}`) : showTooLate(portal, at);
  });
}

/** Only what they can take back still is asked about. */
async function askToRevise(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { revisable } = await readDashboard(portal.house.deps, { checker: checkerAt(at) });
  const one = revisable.find(({ id }) => id === caseIdOf(at));
  if (one === undefined) return showTooLate(portal, at);
  const data = { caseAddress: caseAddress(at), shortId: one.id.slice(0, 8).toUpperCase() };
  return show(portal, at, 'revise', data, { back: at.base });
}

function showTooLate(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  return show(portal, at, 'too-late', {}, { status: 409, back: at.base, address: at.base });
}

function askToApprove(portal: Portal, at: AtDesk, errors: FieldErrors = []): Promise<FastifyReply> {
  return withCase(portal, at, async (view) => {
    const address = caseAddress(at);
    if (!view.may.approve) return at.reply.redirect(`${address}#next`, 303);
    const data = { caseAddress: address, shortId: view.shortId, isFinal: view.isRevised };
    return show(portal, at, 'approve', data, { errors, back: address, address: `${address}/approve` });
  });
}

async function approve(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  if (at.fields['sure'] !== 'yes')
    return askToApprove(portal, at, [{ field: 'sure', key: 'missing', values: {} }]);
  const act = { checker: checkerAt(at), caseId: caseIdOf(at) };
  const done = await portal.house.transact((deps) => approveCase(deps, act));
  switch (done.outcome) {
    case 'approved':
      return leadTo(at, '', 'approved');
    case 'not_passed':
    case 'another_number':
      return at.reply.redirect(`${caseAddress(at)}#next`, 303);
    case 'lost':
    case 'not_allowed':
      return showNotMine(portal, at, done);
  }
}

function askWhyDecline(portal: Portal, at: AtDesk, errors: FieldErrors = []): Promise<FastifyReply> {
  return withCase(portal, at, async (view) => {
    const address = caseAddress(at);
    if (!view.may.decline) return at.reply.redirect(`${address}#next`, 303);
    return show(portal, at, 'decline', describeDecline(view, at), {
      errors,
      back: address,
      address: `${address}/decline`,
    });
  });
}

function describeDecline(view: CaseView, at: AtDesk) {
  const { fields } = at;
  return {
    caseAddress: caseAddress(at),
    shortId: view.shortId,
    kind: kindOf(view.evidence),
    isFinal: view.isRevised,
    reasons: view.reasons.map(({ code, note }) => ({ code, note })),
    ticks: view.questionnaire.failing?.group === aboutPictures ? imageTicks : [],
    chosen: { reason: fields['reason'], note: fields['note'], ticks: ticksIn(at) },
    longestNote,
  };
}

/** Each tick has a name of its own: of a name that is sent twice only the first value is kept. */
function ticksIn({ fields }: AtDesk) {
  return imageTicks.filter((tick) => fields[`tick-${tick}`] === 'yes');
}

async function decline(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { reason = '', note } = at.fields;
  const act = { checker: checkerAt(at), caseId: caseIdOf(at), reason, note, ticks: ticksIn(at) };
  const done = await portal.house.transact((deps) => declineCase(deps, act));
  switch (done.outcome) {
    case 'declined':
      return leadTo(at, '', 'declined');
    case 'wrong_reason':
      return askWhyDecline(portal, at, [{ field: 'reason', key: 'missing', values: {} }]);
    case 'note_missing':
    case 'note_too_long':
      return askWhyDecline(portal, at, [{ field: 'note', key: done.outcome, values: { most: longestNote } }]);
    case 'hold_first':
      return at.reply.redirect(`${caseAddress(at)}/hold`, 303);
    case 'lost':
    case 'not_allowed':
      return showNotMine(portal, at, done);
  }
}

function askWhyHold(portal: Portal, at: AtDesk, errors: FieldErrors = []): Promise<FastifyReply> {
  return withCase(portal, at, async (view) => {
    const address = caseAddress(at);
    const { fields } = at;
    const data = {
      caseAddress: address,
      shortId: view.shortId,
      reasons: holdingReasons,
      chosen: { reason: fields['reason'], note: fields['note'] },
      longestNote,
    };
    return show(portal, at, 'hold', data, { errors, back: address, address: `${address}/hold` });
  });
}

async function hold(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { reason = '', note } = at.fields;
  const act = { checker: checkerAt(at), caseId: caseIdOf(at), reason, note };
  const done = await portal.house.transact((deps) => holdCase(deps, act));
  switch (done.outcome) {
    case 'held':
      return leadTo(at, '', 'held');
    case 'wrong_reason':
      return askWhyHold(portal, at, [{ field: 'reason', key: 'missing', values: {} }]);
    case 'note_missing':
    case 'note_too_long':
      return askWhyHold(portal, at, [{ field: 'note', key: done.outcome, values: { most: longestNote } }]);
    case 'lost':
    case 'not_allowed':
      return showNotMine(portal, at, done);
  }
}
