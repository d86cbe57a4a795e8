import { formOf } from '#foundation/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '../staff/roles.ts';
import type { SignedIn } from '../staff/session.ts';
import { isOfSession, readStaff, sessionTokenOf, show, type AtPlace, type Portal } from './portal.ts';

/** What a request is at a place, before its form is read. */
export type Found<D extends AtPlace> = Omit<D, 'request' | 'reply' | 'fields'>;

/** The addresses of a kind of place. */
export interface Opening<D extends AtPlace> {
  /** Before each of them. */
  readonly prefix: string;
  /** @returns undefined for whoever doesn’t work there */
  find(request: FastifyRequest, staff: SignedIn): Promise<Found<D> | undefined>;
  /** @returns the request of somebody who does */
  complete(found: Found<D>, rest: Pick<AtPlace, 'request' | 'reply' | 'fields'>): D;
  /** Answers who is signed in and doesn’t work there. */
  refuse(request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply>;
}

/** Mounts addresses of a place, for those who have one of the roles there. Everybody else learns nothing of it. */
export interface Desk<D extends AtPlace> {
  get(path: string, roles: readonly Role[], answer: (desk: D) => Promise<FastifyReply> | FastifyReply): void;
  post(path: string, roles: readonly Role[], answer: (desk: D) => Promise<FastifyReply> | FastifyReply): void;
}

/** @returns what mounts addresses: each asks for a session, for a role, and of forms for the session's own token */
export function guard<D extends AtPlace>(portal: Portal, opening: Opening<D>): Desk<D> {
  const { web, name } = portal;
  const signInAddress = `/${name}/sign-in`;
  type Answer = (desk: D) => Promise<FastifyReply> | FastifyReply;
  const at =
    (roles: readonly Role[], answer: Answer) => async (request: FastifyRequest, reply: FastifyReply) => {
      const isPost = request.method === 'POST';
      const signedIn = await readStaff(portal, request);
      if (signedIn === undefined)
        return reply.redirect(isPost ? `${signInAddress}?ended=yes` : signInAddress, 303);
      const found = await opening.find(request, signedIn.staff);
      if (found === undefined) return opening.refuse(request, reply);
      const desk = opening.complete(found, { request, reply, fields: formOf(request) });
      const token = sessionTokenOf(portal, request) ?? '';
      if (isPost && !isOfSession(portal, token, desk.fields))
        return web.problems.send(request, reply, 'stale-form', { link: desk.base });
      if (!roles.some((role) => desk.roles.includes(role)))
        return show(portal, desk, 'not-allowed', {}, { status: 403, back: desk.base });
      return answer(desk);
    };
  return {
    get: (path, roles, answer) => {
      web.app.get(`${opening.prefix}${path}`, at(roles, answer));
    },
    post: (path, roles, answer) => {
      web.app.post(`${opening.prefix}${path}`, at(roles, answer));
    },
  };
}
