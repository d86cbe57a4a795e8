import { timingSafeEqual } from 'node:crypto';
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { z } from 'zod';
import { burstLimits, faceChecks, scanActs, type CheckEnd, type FaceCheck, type ScanHint } from '../types.ts';

/** What the service is to find. It looks at no picture: whoever stands before the camera is what it is told. */
export interface SimulatedFinding {
  readonly checks?: Partial<Record<FaceCheck, CheckEnd>>;
  readonly hint?: ScanHint;
  readonly best?: { readonly at: number; readonly quality: number };
  /** What it says that its verdict rests on, besides its version. */
  readonly basis?: Readonly<Record<string, string | number>>;
}

/** How the next requests are to be answered, instead of as they should be. */
export type ServiceFault =
  | 'down'
  | 'busy'
  | 'nonsense'
  | 'half-a-verdict'
  | 'refused'
  | 'breaks-off'
  | 'never'
  | 'still-working';

/** What it has been sent of one scan. */
export interface ReceivedScan {
  readonly reference: string;
  readonly acts: readonly string[];
  readonly bursts: ReadonlyMap<number, number>;
  /** Whether it has anything left of the pictures. */
  readonly holdsPictures: boolean;
}

/** A service that compares faces, simulated, on this machine. */
export interface FaceServiceSimulator {
  readonly url: string;
  /** What it finds from now on; everything is well when it was told nothing. */
  find(finding: SimulatedFinding): void;
  fail(fault: ServiceFault, times: number): void;
  received(): readonly ReceivedScan[];
  close(): Promise<void>;
}

const jpeg = z.base64().transform((text, context) => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length > 3 && bytes[0] === 0xff && bytes[1] === 0xd8) return bytes;
  context.addIssue({ code: 'custom', message: 'must be a JPEG' });
  return z.NEVER;
});
const scanBody = z.strictObject({
  reference: z.uuid(),
  acts: z.array(z.enum(scanActs)).min(1).max(10),
});
const burstBody = z.strictObject({
  act: z.enum(scanActs),
  frames: z
    .array(z.strictObject({ capturedAt: z.number(), jpeg }))
    .min(burstLimits.fewestFrames)
    .max(burstLimits.mostFrames),
});
const verdictBody = z.strictObject({
  portrait: jpeg,
  bursts: z.array(
    z.strictObject({
      at: z.number().int().min(0),
      act: z.enum(scanActs),
      askedAt: z.number(),
      arrivedAt: z.number(),
    }),
  ),
});
const params = z.object({ id: z.string(), at: z.coerce.number().int().min(0).optional() });

interface Scan {
  readonly id: string;
  readonly reference: string;
  readonly acts: readonly string[];
  readonly bursts: Map<number, number>;
  verdict?: unknown;
}

const maxBodyBytes = 8 * 1024 * 1024;
const passed: CheckEnd = { end: 'pass', reasons: [] };

/**
 * Starts a server on this machine alone that speaks as `docs/face-service.md` says. It keeps to it strictly: what is sent
 * otherwise is refused.
 *
 * @param options.key by which it knows who asks
 */
export async function startFaceServiceSimulator(options: {
  readonly port?: number;
  readonly key: string;
}): Promise<FaceServiceSimulator> {
  const scans = new Map<string, Scan>();
  const told: Told = { finding: {}, faults: [] };
  const app = fastify({ bodyLimit: maxBodyBytes, forceCloseConnections: true });
  app.addHook('preHandler', async (request, reply) => {
    if (!isKnown(request.headers.authorization, options.key))
      return reply.code(401).send({ error: 'unknown' });
    const fault = told.faults.shift();
    return fault === undefined ? undefined : answerWrongly(reply, fault);
  });
  mountScans(app, scans, told);
  const url = await app.listen({ port: options.port ?? 0, host: '127.0.0.1' });
  return {
    url,
    find: (finding) => {
      told.finding = finding;
    },
    fail: (fault, times) => {
      told.faults = Array.from({ length: times }, () => fault);
    },
    received: () =>
      [...scans.values()].map(({ reference, acts, bursts }) => ({
        reference,
        acts,
        bursts: new Map(bursts),
        holdsPictures: bursts.size > 0,
      })),
    close: () => app.close(),
  };
}

interface Told {
  finding: SimulatedFinding;
  faults: ServiceFault[];
}

function mountScans(app: FastifyInstance, scans: Map<string, Scan>, told: Told): void {
  app.post('/scans', (request, reply) => {
    const body = scanBody.safeParse(request.body);
    if (!body.success) return reply.code(400).send({ error: 'malformed' });
    const { reference, acts } = body.data;
    const id = `s-${reference}`;
    if (!scans.has(id)) scans.set(id, { id, reference, acts, bursts: new Map() });
    return reply.code(201).send({ id });
  });
  app.post('/scans/:id/bursts/:at', (request, reply) => {
    const { id, at = 0 } = params.parse(request.params);
    const scan = scans.get(id);
    if (scan === undefined) return reply.code(404).send({ error: 'no_such_scan' });
    const body = burstBody.safeParse(request.body);
    if (!body.success) return reply.code(400).send({ error: 'malformed' });
    scan.bursts.set(at, body.data.frames.length);
    const { hint, best = { at: 0, quality: 0.9 } } = told.finding;
    return reply.send({ best, ...(hint === undefined ? {} : { hint }) });
  });
  app.post('/scans/:id/verdict', (request, reply) => {
    const scan = scans.get(params.parse(request.params).id);
    if (scan === undefined) return reply.code(404).send({ error: 'no_such_scan' });
    const body = verdictBody.safeParse(request.body);
    if (!body.success || body.data.bursts.length !== scan.acts.length)
      return reply.code(400).send({ error: 'malformed' });
    const { checks = {} } = told.finding;
    scan.verdict ??= {
      checks: Object.fromEntries(faceChecks.map((check) => [check, checks[check] ?? passed])),
      basis: { version: 'simulated-1', ...told.finding.basis },
    };
    scan.bursts.clear();
    return reply.send(scan.verdict);
  });
}

function isKnown(authorization: string | undefined, key: string): boolean {
  const [given, wanted] = [Buffer.from(authorization ?? ''), Buffer.from(`Bearer ${key}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function answerWrongly(reply: FastifyReply, fault: ServiceFault): FastifyReply | Promise<never> {
  switch (fault) {
    case 'down':
      return reply.code(502).send('bad gateway');
    case 'busy':
      return reply.code(429).header('Retry-After', '1').send({ error: 'busy' });
    case 'nonsense':
      return reply.code(200).type('text/html').send('<p>Welcome</p>');
    case 'half-a-verdict':
      return reply.code(200).send({ id: 'half', checks: { live: { end: 'pass' } } });
    case 'refused':
      return reply.code(403).send({ error: 'not_agreed' });
    case 'still-working':
      return reply.code(202).header('Retry-After', '0').send({});
    case 'breaks-off':
      reply.raw.destroy();
      return reply.hijack();
    case 'never':
      return new Promise<never>(() => {});
  }
}
