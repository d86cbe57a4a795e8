import { mountEntrance } from '../desk/entrance.ts';
import { mountStaff } from '../desk/staff-pages.ts';
import { mountDashboard } from './dashboard-pages.ts';
import { mountDesk, type Portal } from './desk.ts';

/** Mounts the portal of those who check photos and videos of people, below `/id-checker`. */
export function checkerRoutes(parts: Omit<Portal, 'name'>): void {
  const portal: Portal = { ...parts, name: 'id-checker' };
  const desk = mountDesk(portal);
  mountEntrance(portal, { nameOf: () => Promise.resolve('') });
  mountDashboard(portal, desk);
  mountStaff(portal, desk);
}
