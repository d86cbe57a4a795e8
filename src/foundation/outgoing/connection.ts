import { Agent as PlainAgent, request as requestPlain, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as requestSecure } from 'node:https';

/** A request as it goes out. Its address may hold personal data: it is never logged. */
export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Received =
  | {
      readonly outcome: 'answered';
      readonly status: number;
      readonly retryAfter: string | undefined;
      readonly text: string;
    }
  /** For the log: a word without anything of what was sent. */
  | { readonly outcome: 'none'; readonly reason: 'no-connection' | 'too-slow' | 'too-long' | 'broke-off' };

/** Sends requests to one system and gives what it answers; never throws. */
export type Send = (outgoing: Outgoing, limits: { readonly timeoutMs: number }) => Promise<Received>;

/** What is asked for has some kilobytes. */
const mostBytes = 512 * 1024;
const mostHeaderBytes = 16 * 1024;
/** Connections of one process to one host; what waits for one counts against its time limit. */
const mostConnections = 50;

/** By which a system knows who asks it, in PEM. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

/**
 * Opens the connections of this process to other systems. It follows no redirect, reads no more than half a megabyte, and
 * ends whatever takes longer than it may, its last byte included.
 *
 * @param identity shown to systems that want to know who asks them before they are asked anything
 */
export function openConnections(identity?: ClientCertificate): Send {
  const options = { keepAlive: true, maxSockets: mostConnections, maxFreeSockets: 10, timeout: 30_000 };
  const shown = identity === undefined ? {} : { cert: identity.certificate, key: identity.privateKey };
  const agents: Agents = {
    plain: new PlainAgent(options),
    secure: new SecureAgent({ ...options, ...shown }),
    once: { plain: new PlainAgent(), secure: new SecureAgent(shown) },
  };
  return async (outgoing, { timeoutMs }) => {
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
    try {
      const response = await openReused(outgoing, agents, signal);
      try {
        const text = await readBody(response);
        if (text === undefined) return { outcome: 'none', reason: 'too-long' };
        const { statusCode: status = 0, headers } = response;
        return { outcome: 'answered', status, retryAfter: headers['retry-after'], text };
      } finally {
        if (!response.complete) response.destroy();
      }
    } catch (error) {
      if (signal.aborted) return { outcome: 'none', reason: 'too-slow' };
      return { outcome: 'none', reason: error instanceof BrokeOff ? 'broke-off' : 'no-connection' };
    }
  };
}

class BrokeOff extends Error {
  override readonly name = 'BrokeOff';
}

class WasClosed extends Error {
  override readonly name = 'WasClosed';
}

interface Agents {
  readonly plain: PlainAgent;
  readonly secure: SecureAgent;
  /** Use no connection twice. */
  readonly once: { readonly plain: PlainAgent; readonly secure: SecureAgent };
}

/** A connection that was kept may be closed by the other side at this very moment: then a new one is made. */
async function openReused(outgoing: Outgoing, agents: Agents, signal: AbortSignal): Promise<IncomingMessage> {
  // What must not be sent twice gets a new one in any case.
  if (outgoing.method !== 'GET') return open(outgoing, agents.once, signal);
  try {
    return await open(outgoing, agents, signal);
  } catch (error) {
    if (error instanceof WasClosed && !signal.aborted) return open(outgoing, agents.once, signal);
    throw error;
  }
}

function open(
  { method, url, headers, body }: Outgoing,
  agents: Pick<Agents, 'plain' | 'secure'>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const isPlain = url.protocol === 'http:';
  const agent = isPlain ? agents.plain : agents.secure;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const options = {
    method,
    agent,
    signal,
    headers: { ...headers, ...length },
    maxHeaderSize: mostHeaderBytes,
  };
  return new Promise((resolve, reject) => {
    const request = (isPlain ? requestPlain : requestSecure)(url, options);
    request
      .on('response', resolve)
      .on('error', (cause) => reject(request.reusedSocket ? new WasClosed(undefined, { cause }) : cause))
      .on('close', () => reject(new BrokeOff()))
      .end(body);
  });
}

/** @returns undefined when it is too long */
async function readBody(response: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of response) {
      if (!Buffer.isBuffer(part)) throw new BrokeOff();
      bytes += part.length;
      if (bytes > mostBytes) return undefined;
      parts.push(part);
    }
  } catch (cause) {
    throw new BrokeOff(undefined, { cause });
  }
  return Buffer.concat(parts).toString('utf8');
}
