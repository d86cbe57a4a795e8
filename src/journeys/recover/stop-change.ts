import { readStopLink, stopReplacement, type StopLink } from '#accounts';
import { pathOf, type Web } from '#foundation/http';
import { stepsOf, type JourneyDefinition, type Journeys } from '#foundation/journey';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** Where the links lead that stop a new number from counting, followed by their token. */
export const stopAddress = '/stop-change';
const stoppedAddress = '/change-stopped';
const problemPage = 'journeys/recover/stop-problem';
const references = {
  mobile: { expired: 'CID3002', used: 'CID3003', unknown: 'CID3003' },
  landline: { expired: 'CID3009', used: 'CID3010', unknown: 'CID3010' },
} as const;

const context = z.object({ token: z.string() });
type Context = z.output<typeof context>;
const answers = z.object({ stopped: z.boolean().optional() });
type Answers = z.output<typeof answers>;

/** What the page says of a link that stops nothing. */
function problemOf(link: Exclude<StopLink, { outcome: 'usable' }>) {
  const kind = link.outcome === 'unknown' ? 'mobile' : link.kind;
  return { problem: link.outcome, reference: references[kind][link.outcome] };
}

const confirm = stepsOf<Answers, Context>()({
  path: 'confirm',
  page: 'journeys/recover/stop',
  isDone: ({ stopped }) => stopped === true,
  undo: () => ({}),
  isFinal: true,
  form: z.object({}),
  submit: async (deps, visit) => {
    const link = await stopReplacement(deps, visit.context);
    if (link.outcome === 'usable') return { outcome: 'answered', answers: { stopped: true } };
    const data = problemOf(link);
    return { outcome: 'stopped', stop: { page: problemPage, status: 400, data } };
  },
});

/** Stops a new number from counting, with the link that came when it was asked for. */
export const stopChange: JourneyDefinition<Answers, Context> = {
  id: 'keep-number',
  answers,
  context,
  lifetimeSeconds: 3600,
  steps: [confirm],
  finish: () => Promise.resolve({ outcome: 'left', address: stoppedAddress }),
};

export function mountStopChange(web: Web, journeys: Journeys): void {
  web.app.get(`${stopAddress}/:token`, (request, reply) => startStop(web, journeys, { request, reply }));
  web.app.get(stoppedAddress, (request, reply) => {
    const frame = { language: web.visitors.language(request), address: stoppedAddress };
    const html = web.pages.render('journeys/recover/stopped', frame, {});
    return reply.type('text/html; charset=utf-8').send(html);
  });
}

/** Opening the link stops nothing yet: mail scanners open links too. */
async function startStop(
  web: Web,
  journeys: Journeys,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
) {
  const { token } = context.parse(request.params);
  const visitor = web.visitors.ensure(request, reply);
  const found = await web.house.transact(async (deps) => {
    const link = await readStopLink(deps, { token });
    if (link.outcome !== 'usable') return link;
    const address = await journeys.start(deps, { journey: stopChange.id, visitor, context: { token } });
    return { outcome: 'started' as const, address };
  });
  if (found.outcome === 'started') return reply.redirect(found.address, 303);
  const frame = { language: web.visitors.language(request), address: pathOf(request) };
  return reply
    .code(400)
    .type('text/html; charset=utf-8')
    .send(web.pages.render(problemPage, frame, problemOf(found)));
}
