import type { Person } from './person.ts';
import type { Page } from './page.ts';

/** A page that anybody may read, and the page in front of whom it was found. */
export interface FoundPage {
  readonly path: string;
  readonly page: Page;
}

/** Addresses of the product that are for somebody who signs in, and of the sandbox. */
const notPublic = /^\/(?:settings|sandbox|session)(?:\/|$)/u;

/** @returns the links of a page that lead to pages of the product */
export function ownLinks({ links, address }: Page): URL[] {
  return links
    .map(({ href }) => new URL(href, address))
    .filter(({ origin, searchParams }) => origin === address.origin && !searchParams.has('lang'));
}

/** Follows every link from the front page on. @returns each page that anybody may read, once */
export async function crawlPublicPages(reader: Person): Promise<FoundPage[]> {
  const found: FoundPage[] = [];
  const waiting = ['/'];
  const met = new Set(waiting);
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const page = await reader.open(path);
    found.push({ path, page });
    for (const { pathname, search } of ownLinks(page)) {
      const next = `${pathname}${search}`;
      if (met.has(next) || notPublic.test(pathname)) continue;
      met.add(next);
      waiting.push(next);
    }
  }
  return found;
}
