import { mountEntrance } from '../desk/entrance.ts';
import { mountChoosePractice, practiceAt } from './choose-practice.ts';
import { mountDesk, type Portal } from './desk.ts';
import { mountFind } from './find-pages.ts';
import { mountHome } from './home-pages.ts';
import { mountIssue } from './issue-pages.ts';
import { mountLetters } from './letter-pages.ts';
import { mountManagement } from './management-pages.ts';
import { mountPatient } from './patient-pages.ts';

/** Mounts the portal of GP practices, below `/practice`. */
export function practiceRoutes(parts: Omit<Portal, 'name'>): void {
  const portal: Portal = { ...parts, name: 'practice' };
  const desk = mountDesk(portal);
  mountEntrance(portal, { nameOf: async (place) => (await practiceAt(portal, place))?.name });
  mountChoosePractice(portal);
  mountHome(portal, desk);
  mountFind(portal, desk);
  mountPatient(portal, desk);
  mountIssue(portal, desk);
  mountLetters(portal, desk);
  mountManagement(portal, desk);
}
