import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { startStopwatch } from '#foundation/clock';
import type { Leave, Received } from '#foundation/outgoing';
import type { RegisterUnavailable } from '../register.ts';
import { readAnswer, readRetryAfter, type Answer } from './answers.ts';
import type { Operation, Register } from './open.ts';
import type { ApplicationToken, TokenReading } from './token.ts';
import { awaitTurn, pauseAll } from './turns.ts';

/** One question to the register; its path and query hold personal data and are never logged. */
export interface Question {
  readonly operation: Exclude<Operation, 'token'>;
  readonly method: 'GET' | 'PATCH';
  /** Below the API's address. */
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One call of a door: all its questions have its time limit, and one id by which the register's operators find them. */
export interface Call {
  readonly correlationId: string;
  readonly token: ApplicationToken;
  /** The longest that one request may take. */
  readonly requestMs: number;
  leftMs(): number;
}

export type Asked =
  | { readonly outcome: 'answered'; readonly answer: Answer; readonly requestId: string }
  /** The platform does not take the login's token. */
  | { readonly outcome: 'login_refused' }
  | RegisterUnavailable;

/** The first try included. */
const mostTries = 3;
/** Before the second try of a question; before the third it is twice as long, and each is shorter by a random part. */
const backoffMs = 300;
/** Who had less time than this to answer says nothing about whether the register is well. */
const fairTimeoutMs = 1000;

export const down: RegisterUnavailable = { outcome: 'unavailable', reason: 'down' };
const busy: RegisterUnavailable = { outcome: 'unavailable', reason: 'busy' };

export function beginCall(
  register: Register,
  options: {
    readonly withinMs?: number | undefined;
    readonly token?: ApplicationToken;
    readonly requestMs?: number;
  },
): Call {
  const passed = startStopwatch();
  const mostMs = options.withinMs ?? register.callMs;
  return {
    correlationId: randomUUID(),
    token: options.token ?? register.token,
    requestMs: options.requestMs ?? register.requestMs,
    leftMs: () => mostMs - passed(),
  };
}

/** What one try brought: an end, or that another may help. */
type Tried =
  | Asked
  | { readonly outcome: 'again'; readonly afterMs: number; readonly otherwise: RegisterUnavailable };

/**
 * Asks the register, when it is this process's turn, and again when that may help and there is time: always with the same
 * request id, so that the register knows it for the same.
 */
export async function ask(register: Register, call: Call, question: Question): Promise<Asked> {
  const requestId = randomUUID();
  const tokens = { areRefused: false };
  for (let tries = 1; ; tries += 1) {
    const tried = await tryOnce(register, { call, question, requestId, tokens, tries });
    if (tried.outcome !== 'again') return tried;
    const { afterMs, otherwise } = tried;
    if (tries === mostTries || afterMs >= call.leftMs()) return otherwise;
    if (afterMs > 0) await wait(afterMs);
  }
}

interface Try {
  readonly call: Call;
  readonly question: Question;
  readonly requestId: string;
  /** Whether a token was refused before in this question: a second one is no accident. */
  readonly tokens: { areRefused: boolean };
  readonly tries: number;
}

async function tryOnce(register: Register, attempt: Try): Promise<Tried> {
  const leave = register.breaker.enter();
  if (leave === undefined) return down;
  const { call } = attempt;
  if (call.leftMs() <= 0) {
    leave.notAsked();
    return down;
  }
  let isTold = false;
  const told: Leave = {
    answered: () => {
      isTold = true;
      leave.answered();
    },
    failed: () => {
      isTold = true;
      leave.failed();
    },
    notAsked: leave.notAsked,
  };
  try {
    const tokenMs = Math.min(call.requestMs, call.leftMs());
    const token = await call.token.get({ timeoutMs: tokenMs });
    if (token.outcome !== 'token')
      return withoutToken(register, attempt, { token, timeoutMs: tokenMs, leave: told });
    const { perSecond } = register;
    // The other half of the time is for the answer.
    if (!(await awaitTurn(register.house.database.db, { perSecond, patienceMs: call.leftMs() / 2 })))
      return busy;
    const timeoutMs = Math.min(call.requestMs, call.leftMs());
    const received = await register.send(
      attempt.question.operation,
      outgoing(register, attempt, token.token),
      { timeoutMs },
    );
    return await judge(register, attempt, { received, timeoutMs, token: token.token, leave: told });
  } finally {
    if (!isTold) leave.notAsked();
  }
}

function wasHurried(reason: string, timeoutMs: number): boolean {
  return reason === 'too-slow' && timeoutMs < fairTimeoutMs;
}

function withoutToken(
  register: Register,
  { question, requestId, tries }: Try,
  reply: {
    readonly token: Exclude<TokenReading, { outcome: 'token' }>;
    readonly timeoutMs: number;
    readonly leave: Leave;
  },
): Tried {
  const { token, leave } = reply;
  const { log, metrics } = register.house;
  if (token.outcome === 'refused') {
    leave.answered();
    const facts = { operation: question.operation, reason: token.code, requestId };
    log.warn(facts, 'the API platform does not take the token of a login');
    return { outcome: 'login_refused' };
  }
  const facts = { operation: question.operation, reason: token.reason, requestId };
  if (token.isOurs) {
    leave.answered();
    log.error(facts, 'the API platform gives no token: look at the settings BEVAN_PDS_*');
    metrics.outgoingFaults.inc({ system: 'pds', operation: 'token', reason: token.reason });
    return down;
  }
  if (!wasHurried(token.reason, reply.timeoutMs)) leave.failed();
  log.warn(facts, 'the API platform gave no token');
  return { outcome: 'again', afterMs: backoff(tries), otherwise: down };
}

function outgoing(register: Register, { call, question, requestId }: Try, token: string) {
  const url = new URL(`${register.url}${question.path}`);
  if (question.query !== undefined) url.search = question.query.toString();
  const organisation =
    register.odsCode === undefined ? {} : { 'NHSD-End-User-Organisation-ODS': register.odsCode };
  return {
    method: question.method,
    url,
    headers: {
      accept: 'application/fhir+json',
      authorization: `Bearer ${token}`,
      'X-Request-ID': requestId,
      'X-Correlation-ID': call.correlationId,
      ...organisation,
      ...question.headers,
    },
    ...(question.body === undefined ? {} : { body: question.body }),
  };
}

interface Reply {
  readonly received: Received;
  readonly timeoutMs: number;
  readonly token: string;
  readonly leave: Leave;
}

async function judge(register: Register, attempt: Try, reply: Reply): Promise<Tried> {
  const { received, leave } = reply;
  const { question, requestId } = attempt;
  const { clock, database, log } = register.house;
  const facts = { operation: question.operation, requestId };
  if (received.outcome === 'none') {
    if (!wasHurried(received.reason, reply.timeoutMs)) leave.failed();
    log.warn({ ...facts, reason: received.reason }, 'the national register did not answer');
    return mayRepeat(attempt, { status: undefined, retryAfterMs: undefined });
  }
  const { status } = received;
  const retryAfterMs = readRetryAfter(received.retryAfter, clock.now());
  if (status === 408 || status >= 500) {
    leave.failed();
    log.warn({ ...facts, status }, 'the national register could not answer');
    return mayRepeat(attempt, { status, retryAfterMs });
  }
  leave.answered();
  if (status === 429) {
    log.warn({ ...facts, status }, 'the national register is asked too often: all processes pause');
    await pauseAll(database.db, retryAfterMs);
    return { outcome: 'again', afterMs: 0, otherwise: busy };
  }
  if (status === 401 && !attempt.tokens.areRefused) {
    attempt.tokens.areRefused = true;
    attempt.call.token.drop(reply.token);
    return { outcome: 'again', afterMs: 0, otherwise: down };
  }
  return { outcome: 'answered', answer: readAnswer(received), requestId };
}

/**
 * A read may be asked again. Of an update it is not known whether it was made, unless the register itself says to send it
 * again under the same id.
 */
function mayRepeat(
  { question, tries }: Try,
  reply: { readonly status: number | undefined; readonly retryAfterMs: number | undefined },
): Tried {
  if (question.method === 'PATCH' && reply.status !== 503) return down;
  return { outcome: 'again', afterMs: reply.retryAfterMs ?? backoff(tries), otherwise: down };
}

function backoff(tries: number): number {
  const most = backoffMs * 2 ** (tries - 1);
  return randomInt(most / 2, most);
}

/**
 * Tells the operator of an answer that says that we ask wrongly, or may not ask.
 *
 * @returns what the caller is told, which can't mend it
 */
export function mustBeMended(
  register: Register,
  question: Pick<Question, 'operation'>,
  asked: Extract<Asked, { outcome: 'answered' }>,
): RegisterUnavailable {
  const { answer, requestId } = asked;
  const facts = {
    operation: question.operation,
    status: answer.status,
    registerCode: answer.code,
    requestId,
  };
  const reason = `${answer.status}-${answer.code ?? 'unreadable'}`;
  register.house.metrics.outgoingFaults.inc({ system: 'pds', operation: question.operation, reason });
  register.house.log.error(
    facts,
    'the national register refused a request of ours, or answered what can’t be read',
  );
  return down;
}
