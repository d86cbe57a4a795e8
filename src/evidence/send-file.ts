import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OpenFile } from './files.ts';

/**
 * Answers a request with a file, or with the one part of it that it asks for: players ask for parts.
 *
 * @see RFC 9110 §14
 */
export function sendFile(request: FastifyRequest, reply: FastifyReply, file: OpenFile): FastifyReply {
  void reply
    .type(file.mediaType)
    .header('Accept-Ranges', 'bytes')
    .header('Content-Disposition', 'inline')
    .header('Content-Security-Policy', "default-src 'none'; sandbox")
    .header('Cross-Origin-Resource-Policy', 'same-origin');
  const range = readRange(request.headers.range, file.bytes);
  if (range === undefined) return reply.header('Content-Length', file.bytes).send(file.read());
  if (range === 'outside') return reply.code(416).header('Content-Range', `bytes */${file.bytes}`).send();
  const { start, end } = range;
  return reply
    .code(206)
    .header('Content-Range', `bytes ${start}-${end}/${file.bytes}`)
    .header('Content-Length', end - start + 1)
    .send(file.read(start, end));
}

/** @returns undefined when the whole is asked for; several ranges at once are answered with the whole, too */
function readRange(
  header: string | undefined,
  bytes: number,
): { readonly start: number; readonly end: number } | 'outside' | undefined {
  const [, from, to] = /^bytes=(\d{0,10})-(\d{0,10})$/u.exec(header?.trim() ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  if (from === '')
    return Number(to) === 0 ? 'outside' : { start: Math.max(0, bytes - Number(to)), end: bytes - 1 };
  const start = Number(from);
  const end = to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (to !== '' && Number(to) < start) return undefined;
  return start >= bytes ? 'outside' : { start, end };
}
