import { createHash } from 'node:crypto';
import { pathOf, type Web } from '#foundation/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toBlocks } from './prose.ts';

/** A request and what answers it. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What a public page shows. */
export interface Shown {
  /** The folder below `src`. */
  readonly page: string;
  readonly data?: Readonly<Record<string, unknown>>;
  /** What the language switch must keep of the query; nothing else of it comes back in the page. */
  readonly query?: string;
  /** Where “Back” leads; no link without one. */
  readonly back?: string | undefined;
}

/**
 * Answers with a page that anybody may read. Browsers and proxies may keep it, and ask each time whether it is still the
 * same: which language it is in depends on a cookie, and not all of them tell pages apart by that.
 */
export function showPublicPage(web: Web, { request, reply }: Exchange, shown: Shown): FastifyReply {
  const frame = {
    language: web.visitors.language(request),
    address: pathOf(request),
    ...(shown.query === undefined ? {} : { query: shown.query }),
    ...(shown.back === undefined ? {} : { back: shown.back }),
  };
  const html = web.pages.render(shown.page, frame, { ...shown.data, prose: toBlocks });
  void reply.header('Cache-Control', 'public, no-cache').header('Vary', 'Cookie, Accept-Language');
  return sendTagged({ request, reply }, { type: 'text/html; charset=utf-8', body: html });
}

/** Answers with a body, or that it is the one which the reader knows. */
export function sendTagged(
  { request, reply }: Exchange,
  { type, body }: { readonly type: string; readonly body: string },
): FastifyReply {
  const tag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  void reply.header('ETag', tag);
  if (holdsTag(request.headers['if-none-match'], tag)) return reply.code(304).send();
  return reply.type(type).send(body);
}

/** @see RFC 9110 §13.1.2: compared weakly, as proxies that compress an answer weaken its tag */
function holdsTag(header: string | undefined, tag: string): boolean {
  const known = (header ?? '').split(',').map((text) => text.trim().replace(/^W\//u, ''));
  return known.includes(tag);
}
