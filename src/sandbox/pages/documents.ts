import { challengeWays, documentHasBack, documentKinds } from '#proofing';
import { dayInUk } from '#foundation/identifiers';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { documentFlaws, photoFlaws } from '../documents/document.ts';
import { drawDocument, drawVideo } from '../documents/draw.ts';
import { expiries, expiryOn, specimenOf } from '../documents/specimens.ts';
import { showings } from '../faces/perform.ts';
import { findPersona } from '../personas.ts';
import { standInOf } from './stand-in.ts';
import type { PageDeps } from './routes.ts';

type ShowPage = (
  request: FastifyRequest,
  reply: FastifyReply,
  data: Readonly<Record<string, unknown>>,
) => FastifyReply;

const personaParams = z.object({ persona: z.string() });
const flaws = [...photoFlaws, ...documentFlaws] as const;
const photoQuery = z.object({
  kind: z.enum(documentKinds),
  side: z.enum(['front', 'back']).default('front'),
  expiry: z.enum(expiries).default('valid'),
  flaw: z.enum(['none', ...flaws]).default('none'),
});
const videoQuery = z.object({
  digits: z
    .string()
    .transform((text) => text.replaceAll(/[\s,.-]/gu, ''))
    .pipe(z.string().regex(/^\d{4}$/u)),
  way: z.enum(challengeWays).default('write'),
});
/** Each is a process of its own for a second or two. */
const mostDrawings = 3;

/** Mounts the documents and videos of made-up people, for whoever has no camera at hand. */
export function mountDocuments(pages: FastifyInstance, deps: PageDeps, show: ShowPage): void {
  const { house } = deps;
  const specimenFor = (request: FastifyRequest) => {
    const today = dayInUk(house.clock.now());
    const persona = findPersona(personaParams.parse(request.params).persona);
    const specimen = persona === undefined ? undefined : specimenOf(persona, today);
    return persona === undefined || specimen === undefined ? undefined : { persona, specimen, today };
  };
  const send = drawingsInTurn();

  pages.get('/sandbox/documents/:persona', (request, reply) => {
    const found = specimenFor(request);
    if (found === undefined) return reply.callNotFound();
    const { persona, specimen } = found;
    const documents = documentKinds.map((kind) => ({ kind, hasBack: documentHasBack(kind) }));
    return show(request, reply, {
      id: persona.id,
      person: specimen.person,
      documents,
      expiries,
      flaws,
      ways: challengeWays,
      standIn: standInOf(deps, request),
      showings,
      origin: house.settings.issuer,
    });
  });
  pages.get('/sandbox/documents/:persona/photo.jpg', async (request, reply) => {
    const found = specimenFor(request);
    const query = photoQuery.safeParse(request.query);
    if (found === undefined || !query.success) return reply.callNotFound();
    const { kind, side, expiry, flaw } = query.data;
    const { persona, specimen, today } = found;
    return send(reply, { type: 'image/jpeg', name: `${persona.id}-${kind}-${side}.jpg` }, () =>
      drawDocument({
        ...specimen,
        kind,
        side,
        expires: expiryOn(expiry, today),
        flaws: flaw === 'none' ? [] : [flaw],
      }),
    );
  });
  pages.get('/sandbox/documents/:persona/video.webm', async (request, reply) => {
    const found = specimenFor(request);
    const query = videoQuery.safeParse(request.query);
    if (found === undefined || !query.success) return reply.callNotFound();
    const { digits, way } = query.data;
    return send(reply, { type: 'video/webm', name: `${found.persona.id}-${digits}.webm` }, () =>
      drawVideo({ face: found.specimen.face, way, digits: Array.from(digits, Number) }),
    );
  });
}

/** Whoever asks for more at once than a machine can draw is told to come back. */
function drawingsInTurn() {
  let underWay = 0;
  return async (
    reply: FastifyReply,
    file: { readonly type: string; readonly name: string },
    draw: () => Promise<Buffer>,
  ): Promise<FastifyReply> => {
    if (underWay >= mostDrawings)
      return reply
        .code(503)
        .header('Retry-After', '3')
        .type('text/plain; charset=utf-8')
        .send('Too many drawings at once. Try again in a moment.');
    underWay += 1;
    try {
      const drawn = await draw();
      return await reply
        .type(file.type)
        .header('Content-Disposition', `attachment; filename="${file.name}"`)
        .send(drawn);
    } finally {
      underWay -= 1;
    }
  };
}
