import { longDay } from '../desk/moments.ts';
import { notFound, param, show } from '../desk/portal.ts';
import { countSystems, selectIssuePatient, selectOutdated } from '../patients/issue-store.ts';
import { findAndOpen } from './find-pages.ts';
import { markSeen } from '../staff/store.ts';
import { placeOf } from '../staff/session.ts';
import { supplierAt, type AtDesk, type Desk, type Portal } from './desk.ts';

const everybody = ['verifier', 'voucher', 'manager'] as const;
const mayCheck = ['verifier', 'voucher'] as const;
const mostShown = 100;

/** Mounts the practice's first page, how its GP system is used, and the list of those who need details anew. */
export function mountHome(portal: Portal, desk: Desk): void {
  const { house } = portal;
  desk.get('', everybody, async (at) => {
    const { odsCode, staff } = at;
    if (placeOf(staff, odsCode)?.hasBeenHere === false)
      await markSeen(house.deps.db, { staffId: staff.staffId, place: odsCode, now: house.clock.now() });
    return show(portal, at, 'home', {
      mayCheck: mayCheck.some((role) => at.roles.includes(role)),
      mayManage: at.roles.includes('manager'),
      outdated: (await systemsOf(portal, at)).outdated,
    });
  });
  desk.get('/guidance', everybody, async (at) => {
    const supplier = await supplierAt(portal, at);
    const words = supplier?.words[at.language];
    return show(portal, at, 'guidance', { words, differences: supplier?.differences }, { back: at.base });
  });
  desk.get('/reissue', everybody, async (at) => {
    const { odsCode, practice } = at;
    const { issued, outdated } = await systemsOf(portal, at);
    const asked = { odsCode, supplierId: practice.supplierId, limit: mostShown };
    const waiting = await selectOutdated(house.deps, asked);
    const data = {
      issued,
      outdated,
      all: issued + outdated,
      system: (await supplierAt(portal, at))?.words[at.language].system ?? practice.name,
      since: longDay(at.language, practice.supplierSince),
      mayCheck: mayCheck.some((role) => at.roles.includes(role)),
      people: waiting.map(({ issuedId, patient }) => ({
        id: issuedId,
        name: [patient.givenName, patient.familyName].filter(Boolean).join(' '),
        birthdate: longDay(at.language, patient.birthdate),
      })),
    };
    return show(portal, at, 'reissue', data, { back: at.base });
  });
  desk.post('/reissue/:issued', mayCheck, async (at) => {
    const issuedId = param(at.request, 'issued');
    const patient = await selectIssuePatient(house.deps, { issuedId, odsCode: at.odsCode });
    if (patient === undefined) return notFound(portal, at);
    const { nhsNumber, birthdate } = patient;
    const sought = { by: 'nhs-number', nhsNumber, birthdate } as const;
    return findAndOpen(portal, at, { sought, told: { reason: 'system-changed' } });
  });
}

function systemsOf({ house }: Portal, { odsCode, practice }: AtDesk) {
  return countSystems(house.deps.db, { odsCode, supplierId: practice.supplierId });
}
