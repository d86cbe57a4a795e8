import { changeAutomation, readAutomation, readAutomationFigures, type AutomationChanged } from '#review';
import type { FastifyReply } from 'fastify';
import { writeAct, type ActType } from '../acts/acts.ts';
import { longMoment } from '../desk/moments.ts';
import { leadTo, noticeOf, show, type FieldErrors } from '../desk/portal.ts';
import { checkerAt, colleagues, showNotMine, type AtDesk, type Desk, type Portal } from './desk.ts';

const manager = ['manager'] as const;
const seen = ['manager', 'supervisor'] as const;
const notices = ['started', 'stopped', 'rate-set', 'changed-meanwhile'] as const;
const wholePercent = /^\d{1,3}$/u;
const figuresOfDays = 30;
/** What stands in a form when nobody has changed anything yet. */
const never = 'never';

/** What somebody is about to change. */
type Change = { readonly to: 'start' } | { readonly to: 'rate'; readonly percent: number };

/** Mounts how much is decided automatically: a manager sets it, and a supervisor can stop it. */
export function mountAutomation(portal: Portal, desk: Desk): void {
  desk.get('/automation', seen, (at) => showAutomation(portal, at));
  desk.post('/automation/stop', seen, (at) => stop(portal, at));
  desk.get('/automation/start', manager, (at) => askWhether(portal, at, { to: 'start' }));
  desk.post('/automation/start', manager, (at) => change(portal, at, { to: 'start' }));
  desk.post('/automation/rate', manager, (at) => askForRate(portal, at));
  desk.post('/automation/rate-set', manager, (at) => setRate(portal, at));
}

async function showAutomation(portal: Portal, at: AtDesk, errors: FieldErrors = []): Promise<FastifyReply> {
  const { house } = portal;
  const automation = await readAutomation(house.deps);
  const { changed, percent } = automation;
  const checker = checkerAt(at);
  const figures = await readAutomationFigures(house.deps, { checker, days: figuresOfDays });
  const members = changed === undefined ? undefined : await colleagues(portal);
  const data = {
    automation,
    changed:
      changed === undefined
        ? undefined
        : { name: members?.get(changed.by)?.name ?? '–', at: longMoment(at.language, changed.at) },
    figures,
    mayChange: at.roles.includes('manager'),
    values: { percent: errors.length > 0 ? at.fields['percent'] : String(percent) },
    share: house.settings.reviewSecondCheckPercent,
  };
  const notice = noticeOf(at, notices);
  return show(portal, at, 'automation', data, {
    errors,
    notice,
    back: at.base,
    address: `${at.base}/automation`,
  });
}

/** Nothing is asked before: whoever stops it may be in a hurry, and it can be started again. */
async function stop(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { outcome } = await portal.house.transact(async (deps) => {
    const changed = await changeAutomation(deps, { checker: checkerAt(at), isOn: false });
    if (changed.outcome === 'changed')
      await writeAct(deps, { place: at.place, staffId: at.staff.staffId, type: 'automation-stopped' });
    return changed;
  });
  return outcome === 'changed'
    ? leadTo(at, '/automation', 'stopped')
    : showNotMine(portal, at, { outcome: 'not_allowed' });
}

function readPercent({ fields }: AtDesk): number | undefined {
  const typed = (fields['percent'] ?? '').trim();
  const percent = wholePercent.test(typed) ? Number(typed) : undefined;
  return percent !== undefined && percent <= 100 ? percent : undefined;
}

const wrongPercent: FieldErrors = [{ field: 'percent', key: 'wrong_percent', values: {} }];

async function askForRate(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const percent = readPercent(at);
  return percent === undefined
    ? showAutomation(portal, at, wrongPercent)
    : askWhether(portal, at, { to: 'rate', percent });
}

async function askWhether(
  portal: Portal,
  at: AtDesk,
  asked: Change & { readonly errors?: FieldErrors },
): Promise<FastifyReply> {
  const { house } = portal;
  const { errors = [], ...wanted } = asked;
  const { isOn, percent, changed } = await readAutomation(house.deps);
  const address = `${at.base}/automation`;
  const data = {
    action: `${address}/${wanted.to === 'start' ? 'start' : 'rate-set'}`,
    wanted,
    now: { isOn, percent },
    // After a mistake it is still the same that was looked at.
    seen: errors.length > 0 ? at.fields['seen'] : (changed?.at.toISOString() ?? never),
  };
  return show(portal, at, 'automation-change', data, { errors, back: address, address });
}

function setRate(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const percent = readPercent(at);
  return percent === undefined
    ? showAutomation(portal, at, wrongPercent)
    : change(portal, at, { to: 'rate', percent });
}

async function change(portal: Portal, at: AtDesk, wanted: Change): Promise<FastifyReply> {
  if (at.fields['sure'] !== 'yes')
    return askWhether(portal, at, { ...wanted, errors: [{ field: 'sure', key: 'missing', values: {} }] });
  const checker = checkerAt(at);
  const to = wanted.to === 'start' ? { isOn: true } : { percent: wanted.percent };
  const seenAt = readSeen(at.fields['seen']);
  if (seenAt === undefined) return leadTo(at, '/automation', 'changed-meanwhile');
  const { outcome } = await portal.house.transact(async (deps) => {
    const done = await changeAutomation(deps, { checker, ...to, seen: seenAt });
    if (done.outcome === 'changed') await writeAct(deps, actOf(at, wanted));
    return done;
  });
  return lead(portal, at, { outcome, wanted });
}

function actOf({ place, staff: { staffId } }: AtDesk, wanted: Change) {
  const type: ActType = wanted.to === 'start' ? 'automation-started' : 'automation-rate-set';
  return { place, staffId, type, details: wanted.to === 'start' ? [] : [String(wanted.percent)] };
}

function lead(
  portal: Portal,
  at: AtDesk,
  { outcome, wanted }: { readonly outcome: AutomationChanged['outcome']; readonly wanted: Change },
): FastifyReply | Promise<FastifyReply> {
  switch (outcome) {
    case 'changed':
      return leadTo(at, '/automation', wanted.to === 'start' ? 'started' : 'rate-set');
    case 'changed_meanwhile':
      return leadTo(at, '/automation', 'changed-meanwhile');
    case 'wrong_percent':
      return showAutomation(portal, at, wrongPercent);
    case 'not_allowed':
      return showNotMine(portal, at, { outcome });
  }
}

/** @returns when it was changed last before somebody looked at it; undefined for what no page of ours says */
function readSeen(text = ''): { readonly at: Date | undefined } | undefined {
  if (text === never) return { at: undefined };
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? undefined : { at: moment };
}
