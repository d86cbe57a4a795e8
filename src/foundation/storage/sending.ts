import type { Duplex } from 'node:stream';
import type pg from 'pg';
import utils from 'pg/lib/utils.js';
import { runPrepared, type Answer, type SentValue } from './prepared.ts';

/** A statement as it goes to the database. */
export interface Question {
  readonly text: string;
  readonly values: readonly unknown[];
  /** It reads and holds nothing. */
  readonly isShareable: boolean;
}

export type Ask = <R>(question: Question) => Promise<Answer<R>>;

/** @returns under which name a statement is prepared, if it is */
export type Names = (text: string) => string | undefined;

/** So many statements are prepared at most; PostgreSQL keeps each in every connection. */
const mostNames = 500;
/** Statements come in more lengths than that, where they list what they are about; few of them come again. */
const mostRemembered = 5000;

/** Names a statement from the second time on that it comes. */
export function createNames(): Names {
  const seen = new Map<string, string | undefined>();
  let named = 0;
  return (text) => {
    const name = seen.get(text);
    if (name !== undefined) return name;
    if (!seen.has(text)) {
      if (seen.size < mostRemembered) seen.set(text, undefined);
      return undefined;
    }
    if (named === mostNames) return undefined;
    named += 1;
    const given = `s${named}`;
    seen.set(text, given);
    return given;
  };
}

/**
 * Sends a statement.
 *
 * @param how.name it is prepared under this name; a statement without one is sent as it is
 * @param how.begins whether a transaction begins with it
 * @throws at once, without sending anything, when one of the values can't be sent
 */
export function send<R>(
  client: pg.PoolClient,
  { text, values }: Question,
  { name, begins = false }: { readonly name: string | undefined; readonly begins?: boolean },
): Promise<Answer<R>> {
  const sent = values.map((value) => utils.prepareValue(value));
  if (name === undefined) return sendAsText<R>(client, { text, values: sent, begins });
  return tracing(runPrepared<R>(client, { name, text, values: sent, begins }), client);
}

async function sendAsText<R>(
  client: pg.PoolClient,
  { text, values, begins }: { text: string; values: SentValue[]; begins: boolean },
): Promise<Answer<R>> {
  const { stream } = client.connection;
  stream.cork();
  const begun = begins ? client.query('begin') : undefined;
  const answer = client.query<R & pg.QueryResultRow>(text, values);
  stream.uncork();
  const [{ rows, command, rowCount }] = await Promise.all([answer, begun]);
  return { rows, tag: `${command} ${rowCount ?? 0}` };
}

const outdated = new WeakSet<pg.PoolClient>();

/** @returns whether one of its statements is outdated: see {@link isOutdated} */
export function hasToBeReplaced(client: pg.PoolClient): boolean {
  return outdated.has(client);
}

async function tracing<T>(answer: Promise<T>, client: pg.PoolClient): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (isOutdated(error)) outdated.add(client);
    // The trace that leads to whoever asked, rather than to the socket that the answer came from.
    if (error instanceof Error) Error.captureStackTrace(error);
    throw error;
  }
}

/**
 * @returns whether a table got another column since the statement was prepared, as while a new release starts beside an old
 *   one. The connection would say so for ever; a transaction has to be begun anew
 */
export function isOutdated(error: unknown): boolean {
  // PostgreSQL has no code for this alone, and its words are in the language that the server speaks.
  const { code, routine } = { code: '', routine: '', ...(error instanceof Error ? error : {}) };
  return code === '0A000' && routine === 'RevalidateCachedQuery';
}

/** Holds back what is written until all that came in meanwhile has been looked at, so that it goes in one message. */
export function gather(stream: Duplex): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

/** Holds back what is written until whoever writes it waits for something. */
export function gatherBriefly(stream: Duplex): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}
