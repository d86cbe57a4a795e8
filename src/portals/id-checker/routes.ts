import { mountEntrance } from '../desk/entrance.ts';
import { mountStaff } from '../desk/staff-pages.ts';
import { mountAutomation } from './automation-pages.ts';
import { mountCase } from './case-pages.ts';
import { mountDashboard } from './dashboard-pages.ts';
import { mountDecisions } from './decision-pages.ts';
import { mountDesk, type Portal } from './desk.ts';
import { mountFiles } from './files.ts';
import { mountHolding } from './holding-pages.ts';
import { mountSecondChecks } from './second-check-pages.ts';
import { mountSupervision } from './supervision-pages.ts';

/** Mounts the portal of those who check photos and videos of people, below `/id-checker`. */
export function checkerRoutes(parts: Omit<Portal, 'name'>): void {
  const portal: Portal = { ...parts, name: 'id-checker' };
  const desk = mountDesk(portal);
  mountEntrance(portal, { nameOf: () => Promise.resolve('') });
  mountDashboard(portal, desk);
  mountCase(portal, desk);
  mountFiles(portal, desk);
  mountDecisions(portal, desk);
  mountHolding(portal, desk);
  mountSecondChecks(portal, desk);
  mountSupervision(portal, desk);
  mountAutomation(portal, desk);
  mountStaff(portal, desk);
}
