import { readPasswordReset } from '#accounts';
import { pathOf, readQuery, type Web } from '#foundation/http';
import { browserOf, findOpenVisit, type Journeys } from '#foundation/journey';
import { ownPages } from '#openid';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { linkProblems, resetAddress } from './reset-password.ts';

/** Mounts the link in the mail with which a forgotten password is chosen anew, and the page at the end. */
export function mountPasswordReset(web: Web, journeys: Journeys): void {
  web.app.get(`${resetAddress}/:token`, (request, reply) => startReset(web, journeys, request, reply));
  web.app.get('/password-changed', (request, reply) => showPasswordChanged(web, request, reply));
}

const tokenParams = z.object({ token: z.string() });

/** Opening the link changes nothing yet: mail scanners open links too. */
async function startReset(web: Web, journeys: Journeys, request: FastifyRequest, reply: FastifyReply) {
  const { token } = tokenParams.parse(request.params);
  const visitor = web.visitors.ensure(request, reply);
  const found = await web.house.transact(async (deps) => {
    const reset = await readPasswordReset(deps, { token });
    if (reset.outcome !== 'usable') return reset;
    const address = await journeys.start(deps, { journey: 'new-password', visitor, context: { token } });
    return { outcome: 'started' as const, address };
  });
  if (found.outcome === 'started') return reply.redirect(found.address, 303);
  const frame = { language: web.visitors.language(request), address: pathOf(request) };
  const data = { problem: found.outcome, reference: linkProblems[found.outcome] };
  return reply
    .code(400)
    .type('text/html; charset=utf-8')
    .send(web.pages.render('journeys/recover-account/link-problem', frame, data));
}

async function showPasswordChanged(web: Web, request: FastifyRequest, reply: FastifyReply) {
  const visitor = web.visitors.read(request);
  const open =
    visitor === undefined ? undefined : await findOpenVisit(web.house.deps, { journey: 'sign-in', visitor });
  const isFromSettings = readQuery(request.query, 'from') === 'settings';
  const query = isFromSettings ? { query: 'from=settings' } : {};
  const frame = { language: browserOf(web, request).language, address: '/password-changed', ...query };
  const goOn = isFromSettings ? ownPages.settings : open?.address;
  const html = web.pages.render('journeys/recover-account/password-changed', frame, { goOn });
  return reply.type('text/html; charset=utf-8').send(html);
}
