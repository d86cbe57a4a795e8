import type { Deps, House } from '#foundation/deps';
import type { Web } from '#foundation/http';
import { secretsEqual, type Secrets } from '#foundation/security';
import type { MayUpload } from '#evidence';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { beginVideo } from './challenge.ts';
import { selectBundleOf } from './challenge-store.ts';

/** The header in which a page of ours shows for which numbers it sends a video. */
const ticketHeader = 'upload-ticket';

const ticketShape = z
  .string()
  .transform((text) => text.split('.'))
  .pipe(z.tuple([z.uuid(), z.string().min(1)]));

const sign = (secrets: Secrets, challengeId: string, visitor: string): string =>
  secrets.mac('video upload', JSON.stringify([challengeId, visitor]));

/** @returns what lets a page send a video for these numbers, from the browser that was shown it and no other */
export function videoTicket(
  { secrets }: Pick<Deps, 'secrets'>,
  { challengeId, visitor }: { readonly challengeId: string; readonly visitor: string },
): string {
  return `${challengeId}.${sign(secrets, challengeId, visitor)}`;
}

/**
 * Makes what tells uploads of videos from those that nobody asked for: they come from a page that shows the numbers of an attempt
 * that is open; a new one has to begin while those count.
 */
export function mayUploadVideo(
  { visitors }: Pick<Web, 'visitors'>,
  { deps }: House,
): (request: FastifyRequest) => Promise<MayUpload | undefined> {
  return async (request) => {
    const { data: ticket } = ticketShape.safeParse(request.headers[ticketHeader]);
    const visitor = visitors.read(request);
    if (ticket === undefined || visitor === undefined) return undefined;
    const [challengeId, signature] = ticket;
    if (!secretsEqual(signature, sign(deps.secrets, challengeId, visitor))) return undefined;
    const bundleId = await selectBundleOf(deps.db, { challengeId, now: deps.clock.now() });
    if (bundleId === undefined) return undefined;
    if (request.method === 'POST' && !(await beginVideo(deps, challengeId))) return undefined;
    return { bundleId, kind: 'video' };
  };
}
