import { Resolver } from 'node:dns/promises';
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { bareHost, mayConnectTo } from '#foundation/network';
import { z } from 'zod';
import { readJwk } from '../client-key.ts';
import type { ClientKey } from '../client.ts';
import type { RegistrationRules } from '../address.ts';
import { isLoopback } from './public-address.ts';

/** How long the whole of a fetch may take, looking the host up included. */
const timeoutMilliseconds = 3000;
const mostBytes = 64 * 1024;
/** As many as a registration may hold. */
const mostKeys = 10;
/** More than this is not looked through. */
const mostMembers = 100;

/** Why a key set could not be had: a word for the log, without anything of what was sent. */
export class KeySetUnavailable extends Error {
  override readonly name = 'KeySetUnavailable';
}

export interface FetchedKeySet {
  readonly keys: readonly ClientKey[];
  /** What `Cache-Control` says, if it says how long. */
  readonly maxAgeSeconds: number | undefined;
}

export interface FetchRules extends RegistrationRules {
  /** Finds the IP addresses of a name; the domain name system unless told otherwise. */
  readonly resolve?: (name: string, signal: AbortSignal) => Promise<readonly string[]>;
}

const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(mostMembers) });

/**
 * Fetches the keys that a service publishes: JSON, by https (in a sandbox also from this machine by http), following no
 * redirect. Keys in it that can't be ours (other kinds, RSA below 2048 bits, for encryption) are passed over.
 *
 * In production no connection is made to this machine or a private network: the addresses that the connection goes
 * to are the very ones that were checked, whatever the name would resolve to a moment later.
 *
 * @throws {KeySetUnavailable} when it can't be had in three seconds or holds no usable key
 * @see RFC 7517 §5
 */
export async function fetchKeySet(address: string, rules: FetchRules): Promise<FetchedKeySet> {
  const response = await open(new URL(address), rules);
  try {
    if (response.statusCode !== 200) throw new KeySetUnavailable(`status ${response.statusCode}`);
    if (!/^application\/(?:[\w.+-]+\+)?json\b/iu.test(response.headers['content-type'] ?? ''))
      throw new KeySetUnavailable('not JSON by its content type');
    const keys = readKeySet(await readBody(response));
    return { keys, maxAgeSeconds: maxAgeOf(response.headers['cache-control']) };
  } finally {
    response.destroy();
  }
}

async function open(url: URL, rules: FetchRules): Promise<IncomingMessage> {
  const isPlain = rules.mode === 'sandbox' && url.protocol === 'http:';
  if (!isPlain && url.protocol !== 'https:') throw new KeySetUnavailable('not https');
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  const found = await findAddresses(url, rules, signal);
  const options: RequestOptions = {
    method: 'GET',
    agent: false,
    lookup: answerWith(found),
    signal,
    headers: { accept: 'application/jwk-set+json, application/json' },
    maxHeaderSize: 16 * 1024,
  };
  return new Promise((resolved, reject) => {
    (isPlain ? requestPlain : requestSecure)(url, options)
      .on('response', resolved)
      .on('error', (cause) => reject(new KeySetUnavailable('no answer', { cause })))
      .on('close', () => reject(new KeySetUnavailable('no answer')))
      .end();
  });
}

type Addresses = readonly [string, ...string[]];

const loopbackAddresses: Addresses = ['127.0.0.1', '::1'];

/** @returns the addresses of a host, of which none is one that must not be connected to */
async function findAddresses(
  { hostname }: URL,
  { mode, resolve = resolveName }: FetchRules,
  signal: AbortSignal,
): Promise<Addresses> {
  const host = bareHost(hostname);
  if (mode === 'sandbox' && isLoopback(hostname) && isIP(host) === 0) return loopbackAddresses;
  const [first, ...others] = isIP(host) === 0 ? await resolve(host, signal) : [host];
  if (first === undefined) throw new KeySetUnavailable('no such host');
  const found: Addresses = [first, ...others];
  if (!found.every((address) => mayConnectTo(address, { mayBeHere: mode === 'sandbox' })))
    throw new KeySetUnavailable('not a public address');
  return found;
}

/** Stands in for the resolver of a connection, which so goes where we have looked and nowhere else. */
function answerWith([first, ...others]: Addresses): LookupFunction {
  const all = [first, ...others].map((address) => ({ address, family: isIP(address) }));
  return (_name, options, callback) => {
    if (options.all === true) setImmediate(callback, null, all);
    else setImmediate(callback, null, first, isIP(first));
  };
}

/** Asks name servers itself: the system's own resolver would keep a thread that password checks need while it waits. */
async function resolveName(name: string, signal: AbortSignal): Promise<string[]> {
  const resolver = new Resolver({ timeout: timeoutMilliseconds, tries: 1 });
  signal.addEventListener('abort', () => resolver.cancel(), { once: true });
  const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  return found.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}

async function readBody(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of response) {
      if (!Buffer.isBuffer(part)) throw new KeySetUnavailable('not readable');
      bytes += part.length;
      if (bytes > mostBytes) throw new KeySetUnavailable('too long');
      parts.push(part);
    }
  } catch (cause) {
    throw cause instanceof KeySetUnavailable ? cause : new KeySetUnavailable('broke off', { cause });
  }
  return Buffer.concat(parts).toString('utf8');
}

function readKeySet(text: string): ClientKey[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new KeySetUnavailable('not JSON');
  }
  const set = keySet.safeParse(json);
  if (!set.success) throw new KeySetUnavailable('not a JSON Web Key Set');
  const readings = set.data.keys.map((jwk) => readJwk(jwk));
  const keys = readings.flatMap((reading) => (reading.outcome === 'usable' ? [reading.key] : []));
  if (keys.length === 0) throw new KeySetUnavailable('no usable key');
  return keys.slice(0, mostKeys);
}

function maxAgeOf(header: string | undefined): number | undefined {
  const seconds = /(?:^|[\s,])max-age=(?<seconds>\d{1,9})/iu.exec(header ?? '')?.groups?.['seconds'];
  if (/(?:^|[\s,])no-(?:store|cache)\b/iu.test(header ?? '')) return 0;
  return seconds === undefined ? undefined : Number(seconds);
}
