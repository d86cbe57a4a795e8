import { readOdsCode } from '#foundation/identifiers';
import { readPractice } from '#gp-systems';
import { showTo } from '../desk/entrance.ts';
import { readStaff } from '../desk/portal.ts';
import type { Portal } from './desk.ts';

/** Mounts where somebody is led who has signed in: to their practice, or to a list of theirs. */
export function mountChoosePractice(portal: Portal): void {
  portal.web.app.get('/practice', async (request, reply) => {
    const signedIn = await readStaff(portal, request);
    if (signedIn === undefined) return reply.redirect('/practice/sign-in', 303);
    const { places } = signedIn.staff;
    const [only] = places;
    if (only !== undefined && places.length === 1) return reply.redirect(`/practice/${only.place}`, 303);
    const practices = await Promise.all(
      places.map(async ({ place }) => {
        const practice = await practiceAt(portal, place);
        return { odsCode: place, name: practice?.name ?? place, isOpen: practice?.isOpen === true };
      }),
    );
    const open = practices.filter(({ isOpen }) => isOpen);
    return showTo(portal, request, reply, 'practices', { data: { practices: open }, csrf: signedIn.csrf });
  });
}

/** @param place as it is stored */
export async function practiceAt({ house }: Portal, place: string) {
  const odsCode = readOdsCode(place);
  return odsCode === undefined ? undefined : readPractice(house.deps, odsCode);
}
