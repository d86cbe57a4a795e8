import { show } from '../desk/portal.ts';
import { placeOf } from '../staff/session.ts';
import { markSeen } from '../staff/store.ts';
import { everybody, type Desk, type Portal } from './desk.ts';

/** Mounts the first page of the desk. */
export function mountDashboard(portal: Portal, desk: Desk): void {
  const { house } = portal;
  desk.get('', everybody, async (at) => {
    const { staff, place } = at;
    if (placeOf(staff, place)?.hasBeenHere === false)
      await markSeen(house.deps.db, { staffId: staff.staffId, place, now: house.clock.now() });
    return show(portal, at, 'dashboard', {});
  });
}
