import {
  changeTarget,
  longestNotice,
  readBreaches,
  readFairness,
  reviewTarget,
  type KindOutcomes,
} from '#review';
import { readQuery } from '#foundation/http';
import type { FastifyReply } from 'fastify';
import { listActs, writeAct } from '../acts/acts.ts';
import { longMoment } from '../desk/moments.ts';
import { leadTo, noticeOf, show, type FieldErrors } from '../desk/portal.ts';
import { checkerRoles } from '../staff/roles.ts';
import { ageOf, spanOf } from './ages.ts';
import { isNamed } from './case-view.ts';
import { limitsOf } from './dashboard-pages.ts';
import { checkerAt, colleagues, showNotMine, type AtDesk, type Desk, type Portal } from './desk.ts';

const supervisor = ['supervisor'] as const;
const spans = [7, 30, 90, 365] as const;
const usualSpan = 30;
const wholeHours = /^\d{1,4}$/u;

/** Mounts what supervisors see of the desk's work, and what they set. */
export function mountSupervision(portal: Portal, desk: Desk): void {
  desk.get('/figures', ['supervisor', 'assurance'], (at) => showFigures(portal, at));
  desk.get('/settings', supervisor, (at) => showSettings(portal, at));
  desk.post('/settings', supervisor, (at) => set(portal, at));
  desk.get('/acts', ['manager'], (at) => showActs(portal, at));
}

async function showActs(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { deps } = portal.house;
  const before = readQuery(at.request.query, 'before');
  const { acts, next } = await listActs(deps, { place: at.place, before });
  const members = await colleagues(portal);
  const data = {
    acts: acts.map(({ type, staffId, initials, details, at: moment }) => ({
      type,
      staffName: members.get(staffId ?? '')?.name ?? '–',
      initials,
      details,
      at: longMoment(at.language, moment),
    })),
    next,
    coded: checkerRoles,
  };
  return show(portal, at, 'acts', data, { back: at.base });
}

async function showFigures(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { house } = portal;
  const checker = checkerAt(at);
  const asked = readQuery(at.request.query, 'days');
  const days = spans.find((span) => String(span) === asked) ?? usualSpan;
  const fairness = await readFairness(house.deps, { checker, days });
  const breaches = await readBreaches(house.deps, { checker });
  const now = house.clock.now();
  const data = {
    days,
    spans,
    tables: [
      { id: 'documents', rows: (fairness?.byDocument ?? []).map(describeKind) },
      { id: 'challenges', rows: (fairness?.byChallenge ?? []).map(describeKind) },
      { id: 'deciders', rows: (fairness?.byDecider ?? []).map(describeKind) },
    ],
    breaches:
      breaches === undefined
        ? undefined
        : {
            ...breaches,
            open: breaches.open.map((one) => ({
              shortId: one.id.slice(0, 8).toUpperCase(),
              state: one.state,
              list: one.list,
              age: ageOf({ since: one.submittedAt, now, targetHours: breaches.targetHours }),
            })),
          },
  };
  return show(portal, at, 'figures', data, { back: at.base });
}

function describeKind(one: KindOutcomes) {
  const kind = isNamed(one.kind) ? one.kind : 'other';
  if (!one.isTold) return { kind, isTold: false };
  const { decided, approvedPercent, declinedPercent, medianSeconds, p95Seconds } = one;
  return {
    kind,
    isTold: true,
    decided,
    approvedPercent,
    declinedPercent,
    median: spanOf(medianSeconds),
    p95: spanOf(p95Seconds),
  };
}

async function showSettings(portal: Portal, at: AtDesk, errors: FieldErrors = []): Promise<FastifyReply> {
  const { hours, notice } = await reviewTarget(portal.house.deps);
  const values =
    errors.length > 0 ? at.fields : { hours: String(hours), noticeEn: notice?.en, noticeCy: notice?.cy };
  const data = { values, limits: limitsOf(portal), longestNotice };
  return show(portal, at, 'settings', data, {
    errors,
    back: at.base,
    notice: noticeOf(at, ['changed']),
    address: `${at.base}/settings`,
  });
}

async function set(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { hours = '', noticeEn = '', noticeCy = '' } = at.fields;
  const change = {
    checker: checkerAt(at),
    hours: wholeHours.test(hours.trim()) ? Number(hours) : 0,
    notice: { en: noticeEn, cy: noticeCy },
  };
  const { outcome } = await portal.house.transact(async (deps) => {
    const changed = await changeTarget(deps, change);
    const { place, staff } = at;
    const details = [String(change.hours)];
    if (changed.outcome === 'changed')
      await writeAct(deps, { place, staffId: staff.staffId, type: 'target-set', details });
    return changed;
  });
  const sayAt = (field: string) =>
    showSettings(portal, at, [{ field, key: outcome, values: { most: longestNotice } }]);
  switch (outcome) {
    case 'changed':
      return leadTo(at, '/settings', 'changed');
    case 'wrong_hours':
      return sayAt('hours');
    case 'notice_in_one_language':
      return sayAt(noticeEn.trim() === '' ? 'noticeEn' : 'noticeCy');
    case 'notice_too_long':
      return sayAt(noticeEn.trim().length > longestNotice ? 'noticeEn' : 'noticeCy');
    case 'not_allowed':
      return showNotMine(portal, at, { outcome });
  }
}
