import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { startStopwatch } from '#foundation/clock';
import type { Logger } from '#foundation/log';
import type { Metrics } from '#foundation/metrics';
import type { Breaker, Outgoing, Received, Send } from '#foundation/outgoing';
import type { SystemUnavailable } from './supplier.ts';

/** One request to a GP system. Its address, headers and body hold secrets and personal data, and are never logged. */
export interface SupplierRequest {
  /** What it is for, in one word of the supplier's or ours, for the log and the metrics. */
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether asking twice does no more than asking once. */
  readonly isRepeatable: boolean;
}

export type Asked =
  | { readonly outcome: 'answered'; readonly status: number; readonly text: string }
  | SystemUnavailable;

/** Sends one request of a call; all requests of a call share its time. */
export type Ask = (request: SupplierRequest) => Promise<Asked>;

/** The way to one supplier's servers. */
export interface Line {
  readonly supplierId: string;
  readonly send: Send;
  readonly breaker: Breaker;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** The longest that one request may take. */
  readonly requestMs: number;
  /** The longest that a call may take. */
  readonly callMs: number;
}

/** The first try included. */
const mostTries = 3;
/** Before the second try; before the third it is twice as long, and each is shorter by a random part. */
const backoffMs = 300;
/** Who had less time than this to answer says nothing about whether the system is well. */
const fairTimeoutMs = 1000;

export const down: SystemUnavailable = { outcome: 'unavailable', reason: 'down' };
const busy: SystemUnavailable = { outcome: 'unavailable', reason: 'busy' };

/** @returns asks the supplier, within the time of one call from now on */
export function beginCall(line: Line, options: { readonly withinMs?: number | undefined } = {}): Ask {
  const passed = startStopwatch();
  const mostMs = options.withinMs ?? line.callMs;
  const leftMs = (): number => mostMs - passed();
  return async (request) => {
    const requestId = randomUUID();
    for (let tries = 1; ; tries += 1) {
      const asked = await tryOnce(line, { request, requestId, leftMs: leftMs() });
      if (asked.outcome !== 'again') return asked;
      const afterMs = backoff(tries);
      if (!request.isRepeatable || tries === mostTries || afterMs >= leftMs()) return down;
      await wait(afterMs);
    }
  };
}

function backoff(tries: number): number {
  const most = backoffMs * 2 ** (tries - 1);
  return randomInt(most / 2, most);
}

interface Try {
  readonly request: SupplierRequest;
  readonly requestId: string;
  readonly leftMs: number;
}

async function tryOnce(line: Line, attempt: Try): Promise<Asked | { readonly outcome: 'again' }> {
  if (attempt.leftMs <= 0) return down;
  const { request, requestId } = attempt;
  const outgoing = outgoingOf(attempt);
  const leave = line.breaker.enter();
  if (leave === undefined) return down;
  const timeoutMs = Math.min(line.requestMs, attempt.leftMs);
  const received = await sendCounted(line, { outgoing, operation: request.operation, timeoutMs });
  const facts = { supplier: line.supplierId, operation: request.operation, requestId };
  if (received.outcome === 'none') {
    const wasHurried = received.reason === 'too-slow' && timeoutMs < fairTimeoutMs;
    if (wasHurried) leave.notAsked();
    else leave.failed();
    line.log.warn({ ...facts, reason: received.reason }, 'a GP system did not answer');
    return { outcome: 'again' };
  }
  const { status, text } = received;
  if (status === 408 || status >= 500) {
    leave.failed();
    line.log.warn({ ...facts, status }, 'a GP system could not answer');
    return { outcome: 'again' };
  }
  leave.answered();
  if (status === 429) {
    line.log.warn({ ...facts, status }, 'a GP system is asked too often');
    return busy;
  }
  return { outcome: 'answered', status, text };
}

function outgoingOf({ request, requestId }: Try): Outgoing {
  const { method, url, headers, body } = request;
  return {
    method,
    url: new URL(url),
    headers: { ...headers, 'X-Request-ID': requestId },
    ...(body === undefined ? {} : { body }),
  };
}

async function sendCounted(
  line: Line,
  sending: { readonly outgoing: Outgoing; readonly operation: string; readonly timeoutMs: number },
): Promise<Received> {
  const { outgoing, operation, timeoutMs } = sending;
  const passed = startStopwatch();
  const received = await line.send(outgoing, { timeoutMs });
  const result = received.outcome === 'answered' ? String(received.status) : received.reason;
  line.metrics.outgoingSeconds.observe({ system: line.supplierId, operation, result }, passed() / 1000);
  return received;
}
