import type { Web } from '#foundation/http';
import { closedAddress } from './close-account/part.ts';
import { lockedAddress } from './not-me/part.ts';

/** Pages that say what was done when nobody is signed in any more; they know nothing of anybody. */
const pages = {
  [closedAddress]: 'journeys/settings/close-account/closed',
  [lockedAddress]: 'journeys/settings/not-me/locked',
};

export function mountLasting(web: Web): void {
  for (const [address, page] of Object.entries(pages)) {
    web.app.get(address, (request, reply) => {
      const frame = { language: web.visitors.language(request), address };
      return reply.type('text/html; charset=utf-8').send(web.pages.render(page, frame));
    });
  }
}
