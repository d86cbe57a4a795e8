import { openFile, type OpenFile } from '#evidence';
import { findCaseFile } from '#review';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFound, param } from '../desk/portal.ts';
import { caseIdOf } from './case-pages.ts';
import { checkerAt, deciders, type AtDesk, type Desk, type Portal } from './desk.ts';

/** Mounts the files of a case, for the one alone who has it open. */
export function mountFiles(portal: Portal, desk: Desk): void {
  const { house } = portal;
  desk.get('/cases/:case/files/:file', deciders, async (at) => {
    const caseId = caseIdOf(at);
    const fileId = param(at.request, 'file');
    const act = { checker: checkerAt(at), caseId, fileId };
    const found = await house.transact((deps) => findCaseFile(deps, act));
    if (found.outcome !== 'found') return notFound(portal, at);
    return sendFile(portal, at, { bundleId: found.bundleId, fileId, caseId });
  });
}

/** Streams a file to somebody who may see it, into a page of ours alone. Each look at it is written down. */
export async function sendFile(
  portal: Portal,
  at: AtDesk,
  look: { readonly bundleId: string; readonly fileId: string; readonly caseId: string },
): Promise<FastifyReply> {
  const { house, evidence } = portal;
  const { request, reply, staff } = at;
  if (evidence === undefined || isFromElsewhere(request)) return notFound(portal, at);
  const { bundleId, fileId, caseId } = look;
  const reader = { by: 'staff', id: staff.staffId, caseId } as const;
  const file = await openFile(house, evidence, { bundleId, fileId, reader });
  if (file === undefined) return notFound(portal, at);
  void reply
    .header('Cache-Control', 'no-store')
    .header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; sandbox")
    .header('Cross-Origin-Resource-Policy', 'same-origin')
    .header(
      'Content-Disposition',
      `inline; filename="${file.mediaType.startsWith('video/') ? 'video' : 'image'}"`,
    )
    .header('Accept-Ranges', 'bytes')
    .type(file.mediaType);
  return sendRange(file, request, reply);
}

/** A page of somebody else gets nothing, not even where a browser would send our cookie along. */
function isFromElsewhere({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

function sendRange(file: OpenFile, { headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const asked = rangeOf(headers.range, file.bytes);
  switch (asked.outcome) {
    case 'whole':
      return reply.header('Content-Length', file.bytes).send(file.read());
    case 'part': {
      const { start, end } = asked;
      return reply
        .code(206)
        .header('Content-Range', `bytes ${start}-${end}/${file.bytes}`)
        .header('Content-Length', end - start + 1)
        .send(file.read(start, end));
    }
    case 'outside':
      return reply.code(416).header('Content-Range', `bytes */${file.bytes}`).send();
  }
}

export type AskedRange =
  | { readonly outcome: 'whole' }
  | { readonly outcome: 'part'; readonly start: number; readonly end: number }
  /** Nothing of the file lies in it. */
  | { readonly outcome: 'outside' };

/**
 * Reads which bytes are asked for. Several parts at once, other units and what can't be read are answered with the whole.
 *
 * @see RFC 9110 §14.2
 */
export function rangeOf(header: string | undefined, bytes: number): AskedRange {
  const { from = '', to = '' } =
    /^bytes=(?<from>\d{0,15})-(?<to>\d{0,15})$/u.exec(header ?? '')?.groups ?? {};
  if (from === '' && to === '') return { outcome: 'whole' };
  if (from === '') {
    const length = Math.min(Number(to), bytes);
    return length === 0 ? { outcome: 'outside' } : { outcome: 'part', start: bytes - length, end: bytes - 1 };
  }
  const start = Number(from);
  const end = to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (to !== '' && Number(to) < start) return { outcome: 'whole' };
  return start >= bytes ? { outcome: 'outside' } : { outcome: 'part', start, end };
}
