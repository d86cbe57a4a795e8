import type { Web } from '#foundation/http';
import type { Settings } from '#foundation/settings';
import { z } from 'zod';
import { directoryRoutes } from './directory/routes.ts';
import { pages } from './pages.ts';
import { showGuidance } from './show-guidance.ts';
import { helpAddress, readReference } from './references.ts';

/** Mounts every page that anybody may read without signing in. */
export function guidanceRoutes(web: Web): void {
  const elsewhere = operatorsOwn(web.house.settings);
  for (const page of pages.filter(({ address }) => !elsewhere.has(address))) {
    web.app.get(page.address, (request, reply) => showGuidance(web, { request, reply }, page));
  }
  directoryRoutes(web);
  for (const [address, own] of elsewhere) web.app.get(address, (_request, reply) => reply.redirect(own, 302));
  web.app.get('/help/reference/:reference', (request, reply) => {
    const reference = readReference(referenceParams.parse(request.params).reference);
    return reference === undefined ? reply.callNotFound() : reply.redirect(helpAddress(reference), 303);
  });
}

const referenceParams = z.object({ reference: z.string() });

/** @returns where an address leads that the operator has a page of their own for */
function operatorsOwn({ privacyUrl, accessibilityUrl, termsUrl }: Settings): Map<string, string> {
  const own = { '/privacy': privacyUrl, '/accessibility': accessibilityUrl, '/terms': termsUrl };
  return new Map(Object.entries(own).flatMap(([address, to]) => (to === undefined ? [] : [[address, to]])));
}
