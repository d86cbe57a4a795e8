import { readQuery, type Web } from '#foundation/http';
import type { FastifyReply } from 'fastify';
import type { PublicPage } from './pages.ts';
import { showPublicPage, type Exchange } from './public-page.ts';
import { readReference, sectionFor } from './references.ts';

/** Shows one of the pages, to somebody whom a page with a reference may have sent here. */
export function showGuidance(
  web: Web,
  exchange: Exchange,
  { address, page, data }: PublicPage,
): FastifyReply {
  const { settings } = web.house;
  const asked = readReference(readQuery(exchange.request.query, 'reference'));
  const section = asked === undefined ? undefined : sectionFor(asked, address);
  // Nothing else of an address comes back in a page.
  const text = address === '/contact' || section !== undefined ? asked : undefined;
  return showPublicPage(web, exchange, {
    page,
    data: {
      ...data?.(settings),
      facts: {
        host: new URL(settings.issuer).host,
        mailAddress: encodeURIComponent(settings.supportContact).replaceAll('%40', '@'),
      },
      reference: { text, section },
    },
    ...(text === undefined ? { back: above(address) } : { query: `reference=${text}` }),
  });
}

/** Whoever comes from a page with a reference goes back there by the browser's own button. */
function above(address: string): string | undefined {
  if (address === '/') return undefined;
  return address.slice(0, address.lastIndexOf('/')) || '/';
}
