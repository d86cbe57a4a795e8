import { readQuery, type Web } from '#foundation/http';
import type { FastifyReply } from 'fastify';
import type { PublicPage } from './pages.ts';
import { showPublicPage, type Exchange } from './public-page.ts';
import { isHelpFor, readReference } from './references.ts';

/** Shows one of the pages, to somebody whom a page with a reference may have sent here. */
export function showGuidance(web: Web, exchange: Exchange, page: PublicPage): FastifyReply {
  const { settings } = web.house;
  const reference = referenceFor(page.address, readQuery(exchange.request.query, 'reference'));
  const isContact = page.address === '/contact';
  return showPublicPage(web, exchange, {
    page: page.page,
    data: {
      ...page.data?.(settings),
      facts: {
        host: new URL(settings.issuer).host,
        mailAddress: encodeURIComponent(settings.supportContact).replaceAll('%40', '@'),
      },
      ...(isContact ? { quoted: reference } : { reference }),
    },
    ...(reference === undefined ? { back: above(page.address) } : { query: `reference=${reference}` }),
  });
}

/** Whoever comes from a page with a reference goes back there by the browser's own button. */
function above(address: string): string | undefined {
  if (address === '/') return undefined;
  return address.startsWith('/help/') ? '/help' : '/';
}

/** Nothing else of an address comes back in a page. */
function referenceFor(address: string, text: string | undefined): string | undefined {
  const reference = readReference(text);
  if (reference === undefined) return undefined;
  return address === '/contact' || isHelpFor(reference, address) ? reference : undefined;
}
