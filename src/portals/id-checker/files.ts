import { openFile, sendFile } from '#evidence';
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
    return showFile(portal, at, { bundleId: found.bundleId, fileId, caseId });
  });
}

/** Streams a file to somebody who may see it, into a page of ours alone. Each look at it is written down. */
export async function showFile(
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
  return sendFile(request, reply, file);
}

/** A page of somebody else gets nothing, not even where a browser would send our cookie along. */
function isFromElsewhere({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}
