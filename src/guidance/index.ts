import type { Web } from '#foundation/http';
import { directoryRoutes } from './directory/routes.ts';
import { pages } from './pages.ts';
import { showPublicPage } from './public-page.ts';

/** Mounts every page that anybody may read without signing in. */
export function guidanceRoutes(web: Web): void {
  for (const { address, page } of pages) {
    web.app.get(address, (request, reply) => showPublicPage(web, { request, reply }, { page }));
  }
  directoryRoutes(web);
}
