import { clockTime } from '#foundation/web';
import { readAutomation, readDashboard } from '#review';
import { noticeOf, show } from '../desk/portal.ts';
import { placeOf } from '../staff/session.ts';
import { markSeen } from '../staff/store.ts';
import { ageOf } from './ages.ts';
import { checkerAt, everybody, type AtDesk, type Desk, type Portal } from './desk.ts';

const notices = ['discarded', 'nothing', 'approved', 'declined', 'held', 'agreed', 'disagreed'] as const;

/** Mounts the first page of the desk, and how it is worked at. */
export function mountDashboard(portal: Portal, desk: Desk): void {
  const { house } = portal;
  desk.get('', everybody, async (at) => {
    const { staff, place } = at;
    if (placeOf(staff, place)?.hasBeenHere === false)
      await markSeen(house.deps.db, { staffId: staff.staffId, place, now: house.clock.now() });
    const data = await describeDashboard(portal, at);
    return show(portal, at, 'dashboard', data, { notice: noticeOf(at, notices) });
  });
  desk.get('/guidance', everybody, (at) =>
    show(portal, at, 'guidance', { settings: limitsOf(portal) }, { back: at.base }),
  );
}

/** @returns what operators have set, in the numbers of the pages */
export function limitsOf({ house }: Portal) {
  const { reviewIdleMinutes, reviewCancelSeconds, reviewCasesPerHour, reviewSecondCheckPercent } =
    house.settings;
  return { reviewIdleMinutes, reviewCancelSeconds, reviewCasesPerHour, reviewSecondCheckPercent };
}

async function describeDashboard({ house }: Portal, at: AtDesk) {
  const { roles, language } = at;
  const now = house.clock.now();
  const figures = await readDashboard(house.deps, { checker: checkerAt(at) });
  const { oldestSeconds, targetHours } = figures;
  const oldest = oldestSeconds === undefined ? undefined : new Date(now.getTime() - oldestSeconds * 1000);
  return {
    figures,
    oldest: oldest === undefined ? undefined : ageOf({ since: oldest, now, targetHours }),
    mayCheck: roles.includes('checker'),
    maySupervise: roles.includes('supervisor'),
    mayAssure: roles.includes('assurance'),
    automation:
      roles.includes('supervisor') || roles.includes('manager')
        ? await readAutomation(house.deps)
        : undefined,
    revisable: figures.revisable.map(({ id, decision, until }) => ({
      id,
      shortId: id.slice(0, 8).toUpperCase(),
      decision,
      until: clockTime(until, language, { seconds: true }),
    })),
  };
}
