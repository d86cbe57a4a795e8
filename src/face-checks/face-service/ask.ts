import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { startStopwatch } from '#foundation/clock';
import type { Logger } from '#foundation/log';
import type { Metrics } from '#foundation/metrics';
import { createBreaker, openConnections, type Breaker, type Received, type Send } from '#foundation/outgoing';
import type { z } from 'zod';

/** The way to the service. */
export interface Line {
  readonly url: string;
  readonly key: string;
  readonly send: Send;
  readonly breaker: Breaker;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The longest that a call may take, with all its tries. */
  readonly callMs: number;
}

/** A call. Its body holds pictures of somebody, and is never logged. */
export interface Call<T> {
  /** For the log and the figures. */
  readonly operation: 'begin' | 'measure' | 'judge';
  readonly path: string;
  readonly body: unknown;
  readonly answer: z.ZodType<T>;
}

export type Asked<T> =
  | { readonly outcome: 'answered'; readonly answer: T }
  /** It has too much to do at the moment. */
  | { readonly outcome: 'busy' }
  | { readonly outcome: 'unavailable' };

const system = 'face-checks';
const mostTries = 3;
/** Before the second try; before the third it is twice as long, and each is shorter by a random part. */
const backoffMs = 250;
/** How soon a verdict that is not there yet is asked for again, when the service does not say. */
const usualPauseMs = 500;
const longestPauseMs = 5000;

export function openLine(
  to: Pick<Line, 'url' | 'key' | 'callMs'>,
  tools: Pick<Line, 'log' | 'metrics'>,
): Line {
  return { ...to, ...tools, send: openConnections(), breaker: createBreaker() };
}

/** Asks the service, and asks again where it is worth it: to ask twice does no more than to ask once. */
export async function ask<T>(line: Line, call: Call<T>): Promise<Asked<T>> {
  const passed = startStopwatch();
  const requestId = randomUUID();
  const body = JSON.stringify(call.body);
  for (let failures = 0; ; ) {
    const leftMs = line.callMs - passed();
    const tried = leftMs <= 0 ? undefined : await tryOnce(line, { call, body, requestId, leftMs });
    if (tried === undefined) return { outcome: 'unavailable' };
    if (tried.outcome !== 'again') return tried;
    if (!tried.isWorking) failures += 1;
    const afterMs = tried.isWorking ? tried.afterMs : backoff(failures);
    if (failures === mostTries || afterMs >= line.callMs - passed()) return { outcome: 'unavailable' };
    await wait(afterMs);
  }
}

type Tried<T> =
  | Asked<T>
  /** It is still at it. */
  | { readonly outcome: 'again'; readonly isWorking: true; readonly afterMs: number }
  | { readonly outcome: 'again'; readonly isWorking: false };

async function tryOnce<T>(
  line: Line,
  attempt: {
    readonly call: Call<T>;
    readonly body: string;
    readonly requestId: string;
    readonly leftMs: number;
  },
): Promise<Tried<T> | undefined> {
  const { call, requestId } = attempt;
  const leave = line.breaker.enter();
  if (leave === undefined) return undefined;
  const received = await sendCounted(line, attempt);
  const facts = { system, operation: call.operation, requestId };
  if (received.outcome === 'none') {
    leave.failed();
    line.log.warn({ ...facts, reason: received.reason }, 'the service that compares faces did not answer');
    return { outcome: 'again', isWorking: false };
  }
  const { status } = received;
  if (status === 429 || status === 503) {
    leave.answered();
    line.log.warn({ ...facts, status }, 'the service that compares faces has too much to do');
    return { outcome: 'busy' };
  }
  if (status === 408 || status >= 500) {
    leave.failed();
    line.log.warn({ ...facts, status }, 'the service that compares faces could not answer');
    return { outcome: 'again', isWorking: false };
  }
  leave.answered();
  if (status === 202) return { outcome: 'again', isWorking: true, afterMs: pauseOf(received.retryAfter) };
  return readAnswer(line, { call, received, requestId });
}

function readAnswer<T>(
  { log, metrics }: Line,
  of: {
    readonly call: Call<T>;
    readonly received: Extract<Received, { outcome: 'answered' }>;
    readonly requestId: string;
  },
): Asked<T> {
  const { operation, answer } = of.call;
  const { status, text } = of.received;
  const read = status === 200 || status === 201 ? answer.safeParse(parseJson(text)) : undefined;
  if (read?.success === true) return { outcome: 'answered', answer: read.data };
  const reason = read === undefined ? `status-${status}` : 'unreadable';
  metrics.outgoingFaults.inc({ system, operation, reason });
  log.error(
    { system, operation, reason, requestId: of.requestId },
    'an answer of the service that compares faces is of no use',
  );
  return { outcome: 'unavailable' };
}

async function sendCounted<T>(
  { url, key, send, metrics }: Line,
  sending: {
    readonly call: Call<T>;
    readonly body: string;
    readonly requestId: string;
    readonly leftMs: number;
  },
): Promise<Received> {
  const { call, body, requestId, leftMs } = sending;
  const passed = startStopwatch();
  const headers = {
    Authorization: `Bearer ${key}`,
    'Content-Type': 'application/json',
    Accept: 'application/json',
    'X-Request-ID': requestId,
  };
  const received = await send(
    { method: 'POST', url: new URL(`${url}${call.path}`), headers, body },
    { timeoutMs: leftMs },
  );
  const result = received.outcome === 'answered' ? String(received.status) : received.reason;
  metrics.outgoingSeconds.observe({ system, operation: call.operation, result }, passed() / 1000);
  return received;
}

/** @see RFC 9110 §10.2.3; only seconds are meant to be sent here */
function pauseOf(retryAfter: string | undefined): number {
  const isSeconds = retryAfter !== undefined && /^\d{1,4}$/u.test(retryAfter);
  return isSeconds
    ? Math.min(longestPauseMs, Math.max(usualPauseMs, Number(retryAfter) * 1000))
    : usualPauseMs;
}

function backoff(failures: number): number {
  const most = backoffMs * 2 ** (failures - 1);
  return randomInt(most / 2, most);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
