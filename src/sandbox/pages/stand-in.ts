import { sandboxCamera, type FormFields } from '#foundation/http';
import { dayInUk } from '#foundation/identifiers';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { drawCameraPoses } from '../documents/draw.ts';
import type { Face } from '../documents/face.ts';
import { specimenOf } from '../documents/specimens.ts';
import { cameraScript, type DrawnPose } from '../faces/camera-script.ts';
import { showings } from '../faces/perform.ts';
import { findPersona } from '../personas.ts';
import type { PageDeps } from './routes.ts';

const showingSchema = z.enum(showings);
const chosen = z.object({ persona: z.string().max(100), showing: showingSchema });
/** Each has some 40 pictures. */
const mostKept = 8;
/** Each is a process of its own for some seconds; whoever asks for more at once is told to come back. */
const mostDrawings = 3;

/** Who stands before a browser's camera. */
type Chosen = z.output<typeof chosen>;

/** @returns who was chosen to stand before the camera of the browser that asks */
export function standInOf({ web }: PageDeps, request: FastifyRequest): Chosen | undefined {
  const [persona, showing] = (web.visitors.readCookie(request, sandboxCamera.cookie) ?? '').split('.');
  const read = chosen.safeParse({ persona, showing });
  return read.success ? read.data : undefined;
}

/**
 * Mounts what puts made-up people before a camera: for a browser in which somebody chose one, and as a script that a test
 * gives to the browser that it drives.
 *
 * @param post mounts a form's address
 */
export function mountStandIns(
  pages: FastifyInstance,
  deps: PageDeps,
  post: (
    path: string,
    act: (fields: FormFields, request: FastifyRequest, reply: FastifyReply) => string,
  ) => void,
): void {
  const posesOf = keepPoses(deps);
  const send = async (reply: FastifyReply, who: Chosen) => {
    const poses = await posesOf(who.persona);
    if (poses === undefined) return reply.callNotFound();
    if (poses === 'busy') return reply.code(503).header('Retry-After', '3').send('');
    return reply.type('text/javascript; charset=utf-8').send(cameraScript(poses, who.showing));
  };
  pages.get(sandboxCamera.address, (request, reply) => {
    const who = standInOf(deps, request);
    // A page that was opened before they went away has nothing to wait for.
    return who === undefined ? reply.type('text/javascript; charset=utf-8').send('') : send(reply, who);
  });
  pages.get('/sandbox/documents/:persona/camera.js', (request, reply) => {
    const { persona } = z.object({ persona: z.string() }).parse(request.params);
    const query = z.object({ showing: showingSchema.default('self') }).safeParse(request.query);
    return query.success ? send(reply, { persona, ...query.data }) : reply.callNotFound();
  });
  post('/sandbox/documents/:persona/camera', (fields, request, reply) => {
    const { persona } = z.object({ persona: z.string() }).parse(request.params);
    const showing = showingSchema.safeParse(fields['showing']);
    const found = findPersona(persona);
    if (found === undefined) return '/sandbox';
    if (showing.success) stand(deps, reply, { persona: found.id, showing: showing.data });
    else leave(deps, reply);
    return `/sandbox/documents/${found.id}#camera`;
  });
}

function stand({ web, clock }: PageDeps, reply: FastifyReply, { persona, showing }: Chosen): void {
  const expires = new Date(clock.now().getTime() + msOfStanding);
  web.visitors.setCookie(reply, { name: sandboxCamera.cookie, value: `${persona}.${showing}`, expires });
}

/** Long enough to try things out; nobody stands there for ever. */
const msOfStanding = 12 * 3600 * 1000;

function leave({ web }: PageDeps, reply: FastifyReply): void {
  web.visitors.setCookie(reply, { name: sandboxCamera.cookie, value: '', expires: new Date(0) });
}

/** Drawing somebody takes seconds; they look the same next time. */
function keepPoses({ house }: PageDeps): (id: string) => Promise<readonly DrawnPose[] | 'busy' | undefined> {
  const kept = new Map<string, Promise<readonly DrawnPose[]>>();
  let underWay = 0;
  const drawAnew = async (face: Face): Promise<readonly DrawnPose[]> => {
    underWay += 1;
    try {
      return await drawCameraPoses(face);
    } finally {
      underWay -= 1;
    }
  };
  return async (id) => {
    const persona = findPersona(id);
    const specimen = persona === undefined ? undefined : specimenOf(persona, dayInUk(house.clock.now()));
    if (specimen === undefined) return undefined;
    if (!kept.has(id) && underWay >= mostDrawings) return 'busy';
    const drawn = kept.get(id) ?? drawAnew(specimen.face);
    kept.delete(id);
    kept.set(id, drawn);
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    try {
      return await drawn;
    } catch (error) {
      kept.delete(id);
      throw error;
    }
  };
}
