import {
  answerSecondCheck,
  claimSecondCheck,
  discardSecondCheck,
  findDisagreementFile,
  findSecondCheckFile,
  giveVerdict,
  listDisagreements,
  longestNote,
  questionIds,
  readDashboard,
  readDisagreement,
  readSecondCheck,
  settleDisagreement,
  type DisagreementView,
  type SecondCheckView,
} from '#review';
import type { FastifyReply } from 'fastify';
import { longMoment } from '../desk/moments.ts';
import { leadTo, notFound, noticeOf, param, show, type FieldErrors } from '../desk/portal.ts';
import {
  askOf,
  describeClaimed,
  describeFiles,
  describeParts,
  describeTrace,
  faceIn,
  kindOf,
  type OutcomeKind,
} from './case-view.ts';
import {
  allowMedia,
  checkerAt,
  colleagues,
  knownCheckerAt,
  showNotMine,
  type AtDesk,
  type Desk,
  type Portal,
} from './desk.ts';
import { showFile } from './files.ts';

const assurance = ['assurance'] as const;
const supervisor = ['supervisor'] as const;
const notices = [
  'nothing',
  'agreed',
  'disagreed',
  'discarded',
  'confirmed',
  'proposed',
  'withdrawn',
  'lapsed',
  'gone',
] as const;

/** Mounts second, blind checks of what was approved, and how supervisors settle it when two people do not agree. */
export function mountSecondChecks(portal: Portal, desk: Desk): void {
  desk.get('/second-checks', ['assurance', 'supervisor'], (at) => showList(portal, at));
  mountBlindChecks(portal, desk);
  mountDisagreements(portal, desk);
}

async function showList(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { house } = portal;
  const checker = await knownCheckerAt(portal, at);
  const members = await colleagues(portal);
  const { secondChecks } = await readDashboard(house.deps, { checker });
  const open = await house.transact((deps) => listDisagreements(deps, { checker }));
  const nameOf = (id: string | undefined) => members.get(id ?? '')?.name ?? '–';
  const disagreements = open.map((one) => ({
    checkId: one.checkId,
    shortId: one.shortId,
    approvedBy: one.isByMachine ? undefined : nameOf(one.approvedBy),
    checkedBy: nameOf(one.checkedBy),
    reason: one.reason,
    proposedBy: one.proposedBy === undefined ? undefined : nameOf(one.proposedBy),
  }));
  const data = {
    waiting: secondChecks,
    disagreements,
    mayCheck: at.roles.includes('assurance'),
    maySettle: at.roles.includes('supervisor'),
  };
  return show(portal, at, 'second-checks', data, { back: at.base, notice: noticeOf(at, notices) });
}

const checkIdOf = ({ request }: AtDesk) => param(request, 'check');
const checkAddress = (at: AtDesk) => `${at.base}/second-checks/${encodeURIComponent(checkIdOf(at))}`;

function mountBlindChecks(portal: Portal, desk: Desk): void {
  const { house } = portal;
  desk.post('/second-checks/next', assurance, async (at) => {
    const checker = await knownCheckerAt(portal, at);
    const claimed = await house.transact((deps) => claimSecondCheck(deps, { checker }));
    switch (claimed.outcome) {
      case 'claimed':
      case 'open_already':
        return leadTo(at, `/second-checks/${claimed.checkId}`);
      case 'nothing':
        return leadTo(at, '/second-checks', 'nothing');
      case 'not_allowed':
        return showNotMine(portal, at, { outcome: 'not_allowed' });
    }
  });
  desk.get('/second-checks/:check', assurance, (at) =>
    withCheck(portal, at, (view) => showCheck(portal, at, view)),
  );
  desk.get('/second-checks/:check/files/:file', assurance, async (at) => {
    const fileId = param(at.request, 'file');
    const act = { checker: checkerAt(at), checkId: checkIdOf(at), fileId };
    const found = await house.transact((deps) => findSecondCheckFile(deps, act));
    if (found.outcome !== 'found') return notFound(portal, at);
    return showFile(portal, at, { bundleId: found.bundleId, fileId, caseId: act.checkId });
  });
  desk.post('/second-checks/:check/answer', assurance, (at) => answer(portal, at));
  desk.post('/second-checks/:check/discard', assurance, async (at) => {
    const act = { checker: checkerAt(at), checkId: checkIdOf(at) };
    const done = await house.transact((deps) => discardSecondCheck(deps, act));
    return done.outcome === 'discarded'
      ? leadTo(at, '/second-checks', 'discarded')
      : showNotMine(portal, at, done);
  });
  desk.post('/second-checks/:check/agree', assurance, (at) => agree(portal, at));
  desk.get('/second-checks/:check/disagree', assurance, (at) => askWhy(portal, at));
  desk.post('/second-checks/:check/disagree', assurance, (at) => disagree(portal, at));
}

async function withCheck(
  portal: Portal,
  at: AtDesk,
  answerWith: (view: SecondCheckView) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const act = { checker: checkerAt(at), checkId: checkIdOf(at) };
  const view = await portal.house.transact((deps) => readSecondCheck(deps, act));
  return view.outcome === 'open' ? answerWith(view) : showNotMine(portal, at, view);
}

function showCheck(portal: Portal, at: AtDesk, view: SecondCheckView): Promise<FastifyReply> {
  const { language } = at;
  const address = checkAddress(at);
  const files = describeFiles(view.evidence, `${address}/files`);
  const { agree: mayAgree, disagree: mayDisagree } = view.may;
  const box: OutcomeKind | undefined = mayAgree ? 'agree' : mayDisagree ? 'disagree' : undefined;
  allowMedia(at);
  return show(portal, at, 'second-check', {
    caseAddress: address,
    shown: { shortId: view.shortId, kind: kindOf(view.evidence) },
    ...files,
    trace: { ...describeTrace(view.trace, language), mayAskAgain: false, maySearch: false },
    claimed: describeClaimed(view.claimed, language),
    parts: describeParts(view.questionnaire, {
      box,
      digits: files.film?.digits,
      face: faceIn(view.evidence),
    }),
  });
}

async function answer(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { fields } = at;
  const question = questionIds.find((id) => id === fields['question']);
  const given = fields['answer'];
  const next = `${checkAddress(at)}#next`;
  if (question === undefined || (given !== 'yes' && given !== 'no')) return at.reply.redirect(next, 303);
  const act = { checker: checkerAt(at), checkId: checkIdOf(at), question, answer: given } as const;
  const answered = await portal.house.transact((deps) => answerSecondCheck(deps, act));
  switch (answered.outcome) {
    case 'answered':
    case 'not_open':
      return at.reply.redirect(next, 303);
    case 'lost':
    case 'not_allowed':
      return showNotMine(portal, at, answered);
  }
}

async function agree(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const act = { checker: checkerAt(at), checkId: checkIdOf(at), verdict: { agrees: true } } as const;
  const given = await portal.house.transact((deps) => giveVerdict(deps, act));
  if (given.outcome === 'agreed') return leadTo(at, '/second-checks', 'agreed');
  if (given.outcome === 'lost' || given.outcome === 'not_allowed')
    return showNotMine(portal, at, { outcome: given.outcome });
  return at.reply.redirect(`${checkAddress(at)}#next`, 303);
}

function askWhy(portal: Portal, at: AtDesk, errors: FieldErrors = []): Promise<FastifyReply> {
  return withCheck(portal, at, async (view) => {
    const address = checkAddress(at);
    if (!view.may.disagree) return at.reply.redirect(`${address}#next`, 303);
    const { fields } = at;
    const data = {
      caseAddress: address,
      shortId: view.shortId,
      reasons: view.reasons.map(({ code, note }) => ({ code, note })),
      chosen: { reason: fields['reason'], note: fields['note'] },
      longestNote,
    };
    return show(portal, at, 'disagree', data, { errors, back: address, address: `${address}/disagree` });
  });
}

async function disagree(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { reason = '', note } = at.fields;
  const verdict = { agrees: false, reason, note } as const;
  const act = { checker: checkerAt(at), checkId: checkIdOf(at), verdict };
  const given = await portal.house.transact((deps) => giveVerdict(deps, act));
  switch (given.outcome) {
    case 'agreed':
    case 'disagreed':
      return leadTo(at, '/second-checks', given.outcome);
    case 'not_answered':
      return at.reply.redirect(`${checkAddress(at)}#next`, 303);
    case 'wrong_reason':
      return askWhy(portal, at, [{ field: 'reason', key: 'missing', values: {} }]);
    case 'note_missing':
    case 'note_too_long':
      return askWhy(portal, at, [{ field: 'note', key: given.outcome, values: { most: longestNote } }]);
    case 'lost':
    case 'not_allowed':
      return showNotMine(portal, at, { outcome: given.outcome });
  }
}

function mountDisagreements(portal: Portal, desk: Desk): void {
  const { house } = portal;
  desk.get('/disagreements/:check', supervisor, async (at) => {
    const act = { checker: await knownCheckerAt(portal, at), checkId: checkIdOf(at) };
    const view = await house.transact((deps) => readDisagreement(deps, act));
    return view.outcome === 'found'
      ? showDisagreement(portal, at, view)
      : leadTo(at, '/second-checks', 'gone');
  });
  desk.get('/disagreements/:check/files/:file', supervisor, async (at) => {
    const fileId = param(at.request, 'file');
    const act = { checker: await knownCheckerAt(portal, at), checkId: checkIdOf(at), fileId };
    const found = await house.transact((deps) => findDisagreementFile(deps, act));
    if (found.outcome !== 'found') return notFound(portal, at);
    return showFile(portal, at, { bundleId: found.bundleId, fileId, caseId: act.checkId });
  });
  for (const to of ['confirm', 'withdraw'] as const)
    desk.post(`/disagreements/:check/${to}`, supervisor, async (at) => {
      const act = { checker: await knownCheckerAt(portal, at), checkId: checkIdOf(at), to };
      const { outcome } = await house.transact((deps) => settleDisagreement(deps, act));
      return outcome === 'not_allowed'
        ? showNotMine(portal, at, { outcome })
        : leadTo(at, '/second-checks', outcome);
    });
}

async function showDisagreement(portal: Portal, at: AtDesk, view: DisagreementView): Promise<FastifyReply> {
  const { language } = at;
  const members = await colleagues(portal);
  const nameOf = (id: string | undefined) => members.get(id ?? '')?.name ?? '–';
  const momentOf = (moment: Date | undefined) => (moment === undefined ? '–' : longMoment(language, moment));
  const address = `${at.base}/disagreements/${view.checkId}`;
  allowMedia(at);
  return show(
    portal,
    at,
    'disagreement',
    {
      address,
      shortId: view.shortId,
      kind: kindOf(view.evidence),
      approved: {
        by: view.isByMachine ? undefined : nameOf(view.approvedBy),
        at: momentOf(view.approvedAt),
      },
      checked: { by: nameOf(view.checkedBy), at: momentOf(view.checkedAt) },
      reason: view.reason,
      note: view.note,
      proposedBy: view.proposedBy === undefined ? undefined : nameOf(view.proposedBy),
      may: view.may,
      ...describeFiles(view.evidence, `${address}/files`),
      trace: describeTrace(view.trace, language),
      answers: bothAnswers(view),
    },
    { back: `${at.base}/second-checks` },
  );
}

function bothAnswers({ firstAnswers, machineAnswers, secondAnswers, evidence }: DisagreementView) {
  const face = faceIn(evidence);
  return questionIds.flatMap((id) => {
    const [first, second] = [firstAnswers[id] ?? machineAnswers[id], secondAnswers[id]];
    if (first === undefined && second === undefined) return [];
    const isOfMachine = machineAnswers[id] !== undefined;
    return [{ id, ask: askOf(id, face), first, isOfMachine, second, differs: first !== second }];
  });
}
