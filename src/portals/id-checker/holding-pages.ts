import {
  listHolding,
  openHeld,
  reassignCases,
  returnToMain,
  reviewTarget,
  type Checker,
  type HeldCase,
} from '#review';
import type { FastifyReply } from 'fastify';
import { leadTo, notFound, noticeOf, param, show, type FieldErrors } from '../desk/portal.ts';
import { ageOf } from './ages.ts';
import {
  colleagues,
  findColleague,
  knownCheckerAt,
  showNotMine,
  type AtDesk,
  type Desk,
  type Portal,
} from './desk.ts';

const supervisor = ['supervisor'] as const;
const notices = ['returned', 'returned-some', 'reassigned', 'reassigned-some', 'gone', 'taken'] as const;

/** Mounts the list of cases that supervisors decide. */
export function mountHolding(portal: Portal, desk: Desk): void {
  desk.get('/holding', supervisor, (at) => showHolding(portal, at));
  desk.post('/holding/send-back', supervisor, (at) => askToSendBack(portal, at));
  desk.post('/holding/sent-back', supervisor, (at) => sendBack(portal, at));
  desk.post('/holding/:case/open', supervisor, (at) => open(portal, at));
  desk.get('/holding/:case/reassign', supervisor, (at) => askToWhom(portal, at));
  desk.post('/holding/:case/reassign', supervisor, (at) => reassign(portal, at));
}

async function showHolding(portal: Portal, at: AtDesk, errors: FieldErrors = []): Promise<FastifyReply> {
  const { house } = portal;
  const now = house.clock.now();
  const members = await colleagues(portal);
  const { hours: targetHours } = await reviewTarget(house.deps);
  const nameOf = (id: string | undefined) => members.get(id ?? '')?.name ?? '–';
  const held = await listHolding(house.deps, { checker: await knownCheckerAt(portal, at) });
  const describe = (one: HeldCase) => ({
    id: one.id,
    shortId: one.shortId,
    status: one.heldBy === undefined ? 'unopened' : one.isMine ? 'mine' : 'with',
    name: nameOf(one.heldBy),
    isMine: one.isMine,
    addedBy: nameOf(one.addedBy),
    reason: one.reason ?? 'other',
    note: one.note,
    age: ageOf({ since: one.submittedAt, now, targetHours }),
  });
  return show(
    portal,
    at,
    'holding',
    { cases: held.map(describe) },
    { errors, notice: noticeOf(at, notices), back: at.base, address: `${at.base}/holding` },
  );
}

/** Each box has a name of its own: of a name that is sent twice only the first value is kept. */
function ticked({ fields }: AtDesk): string[] {
  return Object.keys(fields).flatMap((name) =>
    fields[name] === 'yes' && name.startsWith('case-') ? [name.slice('case-'.length)] : [],
  );
}

async function askToSendBack(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { house } = portal;
  const held = await listHolding(house.deps, { checker: await knownCheckerAt(portal, at) });
  const chosen = ticked(at);
  const cases = held.filter(({ id }) => chosen.includes(id));
  if (cases.length === 0) return showHolding(portal, at, [{ field: 'cases', key: 'missing', values: {} }]);
  const data = { cases: cases.map(({ id, shortId }) => ({ id, shortId })) };
  return show(portal, at, 'send-back', data, { back: `${at.base}/holding`, address: `${at.base}/holding` });
}

async function sendBack(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const act = { checker: await knownCheckerAt(portal, at), caseIds: ticked(at) };
  const { failed } = await portal.house.transact((deps) => returnToMain(deps, act));
  return leadTo(at, '/holding', failed.length === 0 ? 'returned' : 'returned-some');
}

async function open(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const act = { checker: await knownCheckerAt(portal, at), caseId: param(at.request, 'case') };
  const opened = await portal.house.transact((deps) => openHeld(deps, act));
  switch (opened.outcome) {
    case 'opened':
      return leadTo(at, `/cases/${act.caseId}`);
    case 'with_another':
      return leadTo(at, '/holding', 'taken');
    case 'gone':
      return leadTo(at, '/holding', 'gone');
    case 'not_allowed':
      return showNotMine(portal, at, { outcome: 'not_allowed' });
  }
}

async function findHeld(portal: Portal, at: AtDesk): Promise<HeldCase | undefined> {
  const { house } = portal;
  const held = await listHolding(house.deps, { checker: await knownCheckerAt(portal, at) });
  const caseId = param(at.request, 'case');
  return held.find(({ id }) => id === caseId);
}

async function askToWhom(portal: Portal, at: AtDesk, errors: FieldErrors = []): Promise<FastifyReply> {
  const one = await findHeld(portal, at);
  if (one === undefined) return notFound(portal, at);
  const members = await colleagues(portal);
  const choices = [...members.values()].filter(({ roles }) => roles.includes('supervisor'));
  const data = {
    shortId: one.shortId,
    holder: one.heldBy === undefined ? undefined : (members.get(one.heldBy)?.name ?? '–'),
    choices: choices
      .filter(({ staffId }) => staffId !== one.heldBy)
      .map(({ staffId, name }) => ({ staffId, name }))
      .toSorted((left, right) => left.name.localeCompare(right.name)),
    address: `${at.base}/holding/${one.id}/reassign`,
  };
  return show(portal, at, 'reassign', data, {
    errors,
    back: `${at.base}/holding`,
    address: data.address,
  });
}

async function reassign(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const one = await findHeld(portal, at);
  if (one === undefined) return notFound(portal, at);
  const to = await supervisorOf(portal, at.fields['to'] ?? '');
  if (to === undefined) return askToWhom(portal, at, [{ field: 'to', key: 'missing', values: {} }]);
  const isAll = at.fields['all'] === 'yes' && one.heldBy !== undefined;
  const cases = isAll ? { allOf: one.heldBy ?? '' } : [one.id];
  const act = { checker: await knownCheckerAt(portal, at), to, cases };
  const done = await portal.house.transact((deps) => reassignCases(deps, act));
  if ('outcome' in done) return showNotMine(portal, at, done);
  return leadTo(at, '/holding', done.failed.length === 0 ? 'reassigned' : 'reassigned-some');
}

async function supervisorOf(portal: Portal, staffId: string): Promise<Checker | undefined> {
  const colleague = await findColleague(portal, staffId);
  return colleague?.roles.includes('supervisor') === true ? colleague : undefined;
}
