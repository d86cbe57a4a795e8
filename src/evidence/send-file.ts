import { sendInParts } from '#foundation/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OpenFile } from './files.ts';

/** Answers a request with a file, or with the one part of it that it asks for: players ask for parts. */
export function sendFile(request: FastifyRequest, reply: FastifyReply, file: OpenFile): FastifyReply {
  const { mediaType: type, bytes } = file;
  return sendInParts(request, reply, { type, bytes, read: (start, end) => file.read(start, end) });
}
