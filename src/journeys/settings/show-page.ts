import type { Web } from '#foundation/http';
import type { Exchange } from '#openid';
import { ownPages } from '#openid';
import type { FastifyReply } from 'fastify';

/** Shows a page of the settings that is no step of a journey; “Back” leads to the account page. */
export function showPage(
  web: Web,
  { request, reply }: Exchange,
  shown: {
    readonly page: string;
    readonly address: string;
    readonly query?: string | undefined;
    readonly data: Readonly<Record<string, unknown>>;
  },
): FastifyReply {
  const { page, address, query, data } = shown;
  const frame = {
    language: web.visitors.language(request),
    address,
    back: ownPages.settings,
    ...(query === undefined ? {} : { query }),
  };
  return reply.type('text/html; charset=utf-8').send(web.pages.render(page, frame, data));
}
