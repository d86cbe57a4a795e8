import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Something long, of which browsers ask for parts: they play a video before they have all of it, and from any place. */
export interface InParts {
  readonly type: string;
  readonly bytes: number;
  /** @returns a stream from byte `start` to byte `end`, both of them in it */
  read(start: number, end: number): Readable;
}

/** Sends the whole, or the one part that is asked for. @see RFC 9110 §14 */
export function sendInParts(
  request: FastifyRequest,
  reply: FastifyReply,
  { type, bytes, read }: InParts,
): FastifyReply {
  void reply
    .type(type)
    .header('Accept-Ranges', 'bytes')
    .header('Content-Disposition', 'inline')
    // Opened by itself, it is shown and does nothing.
    .header('Content-Security-Policy', "default-src 'none'; sandbox")
    .header('Cross-Origin-Resource-Policy', 'same-origin');
  const range = readRange(request.headers.range, bytes);
  if (range === 'none') return reply.code(416).header('Content-Range', `bytes */${bytes}`).send();
  const { start, end } = range ?? { start: 0, end: bytes - 1 };
  if (range !== undefined) void reply.code(206).header('Content-Range', `bytes ${start}-${end}/${bytes}`);
  void reply.header('Content-Length', end - start + 1);
  return reply.send(read(start, end));
}

/** @returns undefined for the whole, also where several parts are asked for; `none` for one that isn't there */
function readRange(
  header: string | undefined,
  bytes: number,
): { readonly start: number; readonly end: number } | 'none' | undefined {
  const { first = '', last = '' } =
    /^bytes=(?<first>\d{0,15})-(?<last>\d{0,15})$/u.exec(header?.trim() ?? '')?.groups ?? {};
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? 'none' : { start: bytes - length, end: bytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= bytes ? 'none' : { start, end };
}
