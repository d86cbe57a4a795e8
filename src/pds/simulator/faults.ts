import { setTimeout as wait } from 'node:timers/promises';
import type { Deps } from '#foundation/deps';
import type { FastifyReply } from 'fastify';
import { outcome, type Reply } from './reply.ts';
import { deleteFaults, insertFault, selectFaults, takeFault } from './store.ts';

/** What the simulated register can be told to do wrong. */
export const registerFaultKinds = [
  'fail',
  'unavailable',
  'timeout408',
  'too-many',
  'stall',
  'slow',
  'malformed',
  'half',
  'wrong-patient',
  'many',
  'token-refused',
  'token-endpoint-down',
] as const;
export type RegisterFaultKind = (typeof registerFaultKinds)[number];

/** A fault that is still to come: the next so many requests that it can happen to. */
export interface RegisterFault {
  readonly kind: RegisterFaultKind;
  readonly times: number;
}

/** Which requests a fault can happen to. */
export type FaultPlace = 'token' | 'search' | 'read' | 'update';

const everywhere: readonly RegisterFaultKind[] = [
  'fail',
  'unavailable',
  'timeout408',
  'too-many',
  'stall',
  'slow',
  'malformed',
  'half',
  'token-refused',
];
const kindsAt: Readonly<Record<FaultPlace, readonly RegisterFaultKind[]>> = {
  token: ['token-endpoint-down'],
  search: [...everywhere, 'many', 'wrong-patient'],
  read: [...everywhere, 'wrong-patient'],
  update: everywhere,
};

type FaultDeps = Pick<Deps, 'db'>;

/** Makes the next requests to the simulated register go wrong, after those that were told to before. */
export async function setRegisterFault({ db }: FaultDeps, fault: RegisterFault): Promise<void> {
  await insertFault(db, fault);
}

/** Lets the simulated register do everything right again. */
export async function clearRegisterFaults({ db }: FaultDeps): Promise<void> {
  await deleteFaults(db);
}

/** @returns the faults that are still to come, in their order */
export async function listRegisterFaults({ db }: FaultDeps): Promise<RegisterFault[]> {
  return (await selectFaults(db)).flatMap(({ kind, times }) => {
    const known = registerFaultKinds.find((one) => one === kind);
    return known === undefined ? [] : [{ kind: known, times }];
  });
}

/** @returns the fault that is to happen to this request, which is then used up */
export async function nextFault(
  { db }: FaultDeps,
  place: FaultPlace,
): Promise<RegisterFaultKind | undefined> {
  const kind = await takeFault(db, kindsAt[place]);
  return registerFaultKinds.find((one) => one === kind);
}

const retryAfterSeconds = '2';
const slowMs = 1500;

/**
 * Lets a fault happen.
 *
 * @param answer what the register would have answered
 */
export async function answerWithFault(
  reply: FastifyReply,
  kind: RegisterFaultKind,
  answer: () => Promise<Reply>,
): Promise<Reply | 'answered'> {
  switch (kind) {
    case 'fail':
      return outcome('UNKNOWN_ERROR');
    case 'unavailable':
      return outcome('SERVICE_UNAVAILABLE', {
        diagnostics: 'Try again after the time in Retry-After, with the same X-Request-ID.',
        headers: { 'Retry-After': retryAfterSeconds },
      });
    case 'timeout408':
      return outcome('UNABLE_TO_CALL_SERVICE');
    case 'too-many':
      return outcome('TOO_MANY_REQUESTS', { headers: { 'Retry-After': retryAfterSeconds } });
    case 'token-refused':
      return outcome('ACCESS_DENIED', { diagnostics: 'Invalid Access Token' });
    case 'token-endpoint-down':
      return { status: 503, body: { error: 'temporarily_unavailable' } };
    case 'many':
      return outcome('TOO_MANY_MATCHES');
    case 'slow':
      await wait(slowMs);
      return answer();
    case 'stall':
      reply.hijack();
      return 'answered';
    case 'malformed':
      reply.hijack();
      reply.raw.writeHead(200, { 'content-type': 'application/fhir+json' });
      reply.raw.end('<html><body>Welcome</body></html>');
      return 'answered';
    case 'half': {
      const whole = Buffer.from(JSON.stringify((await answer()).body));
      reply.hijack();
      reply.raw.writeHead(200, {
        'content-type': 'application/fhir+json',
        'content-length': String(whole.length),
      });
      reply.raw.write(whole.subarray(0, Math.floor(whole.length / 2)), () => reply.raw.destroy());
      return 'answered';
    }
    case 'wrong-patient':
      return answer();
  }
}
