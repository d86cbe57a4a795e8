import { secondsAfter } from '#foundation/clock';
import { readQuery } from '#foundation/http';
import { minimumAgeFor, mostMinimumAge, setMinimumAge } from '#identity';
import type { FastifyReply } from 'fastify';
import { leadTo, noticeOf, type FieldErrors, show } from '../desk/portal.ts';
import { listActs, writeAct, type Act } from '../acts/acts.ts';
import { countReasons } from '../patients/issue-store.ts';
import { reasons, ways } from '../patients/visit.ts';
import { longMoment } from '../desk/moments.ts';
import { mountStaff } from '../desk/staff-pages.ts';
import { practiceRoles } from '../staff/roles.ts';
import { selectMembers } from '../staff/store.ts';
import type { AtDesk, Desk, Portal } from './desk.ts';

const manager = ['manager'] as const;
/** The words that an entry’s details may be; anything else in them is a number. */
const coded: readonly string[] = [
  ...ways,
  ...reasons,
  ...practiceRoles,
  'remote',
  'print',
  'collect',
  'none',
];
const yearSeconds = 365 * 24 * 3600;

/** Mounts what managers of a practice do: staff, age, and what was done. */
export function mountManagement(portal: Portal, desk: Desk): void {
  mountStaff(portal, desk);
  mountAge(portal, desk);
  desk.get('/audit', manager, (at) => showActs(portal, at));
}

function mountAge(portal: Portal, desk: Desk): void {
  const { house } = portal;
  const ask = async (at: AtDesk, errors: FieldErrors = []) => {
    const { odsCode, practice } = at;
    const minimum = await minimumAgeFor(house.deps, { odsCode, icbCode: practice.icbCode });
    const ages = agesAbove(minimum.national);
    const chosen = minimum.practice === undefined ? 'none' : String(minimum.practice);
    const notice = noticeOf(at, ['set']);
    return show(portal, at, 'age', { minimum, ages, chosen }, { errors, back: at.base, notice });
  };
  desk.get('/age', manager, (at) => ask(at));
  desk.post('/age', manager, async (at) => {
    const { odsCode } = at;
    const { staffId } = at.staff;
    const chosen = at.fields['years'] ?? '';
    const years = agesAbove(house.settings.minimumAgeForHigh).find((one) => String(one) === chosen);
    if (years === undefined && chosen !== 'none')
      return ask(at, [{ field: 'years', key: 'missing', values: {} }]);
    await house.transact(async (deps) => {
      await setMinimumAge(deps, { odsCode, years, staffId });
      await writeAct(deps, { place: odsCode, staffId, type: 'minimum-age-set', details: [chosen] });
    });
    return leadTo(at, '/age', 'set');
  });
}

/** The ages that a practice can set: later than everywhere’s. */
function agesAbove(national: number): number[] {
  return Array.from({ length: mostMinimumAge - national }, (_, index) => national + 1 + index);
}

async function showActs(portal: Portal, at: AtDesk): Promise<FastifyReply> {
  const { deps, clock } = portal.house;
  const { odsCode, language } = at;
  const { acts, next } = await listActs(deps, {
    place: odsCode,
    before: readQuery(at.request.query, 'before'),
  });
  const members = new Map((await selectMembers(deps, odsCode)).map(({ staffId, name }) => [staffId, name]));
  const since = secondsAfter(clock.now(), -yearSeconds);
  const counts = await countReasons(deps.db, { odsCode, since });
  const describe = ({ type, staffId, initials, details, at: moment }: Act) => ({
    type,
    staffName: members.get(staffId ?? '') ?? '–',
    initials,
    details,
    at: longMoment(language, moment),
  });
  const data = {
    acts: acts.map(describe),
    next,
    coded,
    reasonCounts: reasons.map((reason) => ({ reason, times: counts.get(reason) ?? 0 })),
  };
  return show(portal, at, 'audit', data, { back: at.base });
}
