import { readQuery, type Web } from '#foundation/http';
import type { Journeys } from '#foundation/journey';
import { continueAddress, endedAddress } from '#proofing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { enterWithCode } from './enter-with-code.ts';

export { enterWithCode } from './enter-with-code.ts';
export { onPhone } from './on-phone.ts';

/** Mounts where another device begins, with the code that its owner sees elsewhere, and where it is told that it is over. */
export function mountOnYourPhone(web: Web, journeys: Journeys): void {
  web.app.get(continueAddress, (request, reply) => begin(web, journeys, request, reply));
  web.app.get(endedAddress, (request, reply) => showEnded(web, request, reply));
}

async function begin(web: Web, journeys: Journeys, request: FastifyRequest, reply: FastifyReply) {
  const visitor = web.visitors.ensure(request, reply);
  const code = readQuery(request.query, 'code')?.slice(0, 40);
  const context = code === undefined ? {} : { code };
  const start = { journey: enterWithCode.id, visitor, context };
  return reply.redirect(await journeys.start(web.house.deps, start), 303);
}

function showEnded(web: Web, request: FastifyRequest, reply: FastifyReply) {
  const frame = { language: web.visitors.language(request), address: endedAddress };
  const html = web.pages.render('journeys/on-your-phone/ended', frame, { continueAddress });
  return reply.type('text/html; charset=utf-8').send(html);
}
