import { mountDesk, type Portal } from './desk.ts';
import { mountEntrance } from './entrance.ts';
import { mountFind } from './find-pages.ts';
import { mountHome } from './home-pages.ts';
import { mountIssue } from './issue-pages.ts';
import { mountLetters } from './letter-pages.ts';
import { mountManagement } from './management-pages.ts';
import { mountPatient } from './patient-pages.ts';

/** Mounts the portal of GP practices, below `/practice`. */
export function practiceRoutes(portal: Portal): void {
  const desk = mountDesk(portal);
  mountEntrance(portal);
  mountHome(portal, desk);
  mountFind(portal, desk);
  mountPatient(portal, desk);
  mountIssue(portal, desk);
  mountLetters(portal, desk);
  mountManagement(portal, desk);
}
