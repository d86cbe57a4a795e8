import { burstLimits, scanActs } from '#face-checks';
import type { House } from '#foundation/deps';
import type { Web } from '#foundation/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ProofingTools } from '../../method.ts';
import type { Attempt } from '../attempts.ts';
import { readScanTicket, scanTicketHeader } from '../scan-ticket.ts';
import { beginScan, takeBurst, type DoneAct, type ScanStand, type ScanTools } from './take-scan.ts';

/** Where a page begins a scan, and below which it sends pictures of what somebody was asked to do. */
export const scansPath = '/scans';

const bodyType = 'application/octet-stream';
const mostBytes = burstLimits.mostFrames * burstLimits.mostBytesPerFrame;
/** A slow mobile network takes so long for the largest burst. */
const burstSeconds = 60;

const wholes = z
  .string()
  .regex(/^\d{1,12}(?: \d{1,12}){0,31}$/u)
  .transform((text) => text.split(' ').map(Number));
/** Which act it is, how long each picture is, and when each was taken; the pictures follow one another in the body. */
const burstHeaders = z.object({
  'scan-act': z.enum(scanActs),
  'scan-at': z.coerce.number().int().min(0).max(99),
  'scan-frames': wholes,
  'scan-times': wholes,
});

/** Who sends what, found out before the body is read. */
interface Sender {
  readonly attempt: Attempt;
  readonly handOverId: string | undefined;
}

/** Mounts what the page that scans faces sends to. Only pages of ours reach it, with what shows for whom they scan. */
export function scanRoutes(
  { app, visitors }: Pick<Web, 'app' | 'visitors'>,
  house: House,
  tools: ProofingTools,
): void {
  const { evidence, faceChecks } = tools;
  if (evidence === undefined || faceChecks === undefined) return;
  const scanTools: ScanTools = { house, evidence, faceChecks };
  void app.register((scans, _options, done) => {
    const senderOf = knowSenders(scans, { visitors, house });
    const buffer = { parseAs: 'buffer', bodyLimit: mostBytes } as const;
    scans.addContentTypeParser(bodyType, buffer, (_request, body, parsed) => parsed(null, body));
    scans.post(scansPath, async (request, reply) =>
      tell(reply, await beginScan(scanTools, senderOf(request))),
    );
    scans.post(`${scansPath}/pictures`, { config: { bodySeconds: burstSeconds } }, async (request, reply) => {
      const burst = readBurst(request);
      if (burst === undefined) return reply.code(400).send();
      const { attempt } = senderOf(request);
      return tell(reply, await takeBurst(scanTools, { attempt, done: burst }));
    });
    done();
  });
}

function tell(reply: FastifyReply, stand: ScanStand): FastifyReply {
  return reply.header('Cache-Control', 'no-store').send(stand);
}

/** Finds out who sends something before it is read: strangers send nothing, and nobody sends two things at once for one attempt. */
function knowSenders(
  scans: FastifyInstance,
  { visitors, house }: Pick<Web, 'visitors'> & { readonly house: House },
): (request: FastifyRequest) => Sender {
  const senders = new WeakMap<FastifyRequest, Sender>();
  const underWay = new Set<string>();
  scans.addHook('onRequest', async (request, reply) => {
    const ticket = request.headers[scanTicketHeader];
    const sender = isForeign(request, house.settings)
      ? undefined
      : await readScanTicket(house.deps, { ticket, visitor: visitors.read(request) });
    // What is left of a body is not worth waiting for.
    if (sender === undefined) return reply.code(403).header('Connection', 'close').send();
    const { id } = sender.attempt;
    if (underWay.has(id)) return tell(reply.header('Connection', 'close'), { state: 'busy' });
    underWay.add(id);
    reply.raw.once('close', () => underWay.delete(id));
    senders.set(request, sender);
    return undefined;
  });
  return (request) => {
    const sender = senders.get(request);
    if (sender === undefined) throw new Error('somebody unknown got past');
    return sender;
  };
}

/** Where a browser says from where a request comes, it has to come from our own pages. */
function isForeign({ headers }: FastifyRequest, { issuer }: House['settings']): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  return (
    (origin !== undefined && origin !== new URL(issuer).origin) ||
    (site !== undefined && site !== 'same-origin')
  );
}

/** @returns the pictures that a request brings; undefined when it says not which they are */
function readBurst({ headers, body }: FastifyRequest): DoneAct | undefined {
  const { data } = burstHeaders.safeParse(headers);
  if (data === undefined || !Buffer.isBuffer(body)) return undefined;
  const { 'scan-act': act, 'scan-at': at, 'scan-frames': lengths, 'scan-times': capturedAt } = data;
  const frames: Uint8Array[] = [];
  let from = 0;
  for (const length of lengths) {
    frames.push(body.subarray(from, from + length));
    from += length;
  }
  return from === body.length ? { act, at, frames, capturedAt } : undefined;
}
