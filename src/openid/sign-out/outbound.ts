import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup, Resolver } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { bareHost, isLocalName, mayConnectTo } from '#foundation/network';

/** An address, or the network of one, that services' addresses must not lead to. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

const timeoutMs = 5000;

/** Where a service may be. */
interface Reach {
  /** On this machine, too, as in a sandbox. */
  readonly mayBeHere: boolean;
  /** Finds the IP addresses of a name; the domain name system unless told otherwise. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
}

/**
 * Posts a form to a service. The address was registered with a name, which may lead elsewhere by now: what it leads to
 * is checked at the moment of connecting. Redirects are not followed, and the answer's body is not read.
 *
 * @returns the status of the answer
 * @throws {ForbiddenAddress} the name leads into a network of ours
 * @throws {Error} no answer within 5 seconds
 */
export function postForm(
  address: string,
  form: Readonly<Record<string, string>>,
  options: Reach,
): Promise<number> {
  const url = new URL(address);
  const body = new URLSearchParams(form).toString();
  const host = bareHost(url.hostname);
  if (isIP(host) !== 0 && !mayConnectTo(host, options)) return Promise.reject(new ForbiddenAddress());
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: 'POST',
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      lookup: (name, how, done) => void lookUp(name, how, options, done),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
      },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      response.on('error', reject);
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.end(body);
  });
}

type Done = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/** Looks a name up; one that leads to any forbidden address leads nowhere. */
async function lookUp(name: string, how: LookupOptions, options: Reach, done: Done): Promise<void> {
  try {
    const { mayBeHere, resolve = mayBeHere ? askSystem : askNameServers } = options;
    if (!mayBeHere && isLocalName(name)) throw new ForbiddenAddress();
    const found = (await resolve(name)).map((address) => ({ address, family: isIP(address) }));
    const [first] = found;
    if (first === undefined) throw new Error('the name has no address');
    if (!found.every(({ address }) => mayConnectTo(address, options))) throw new ForbiddenAddress();
    if (how.all === true) done(null, found);
    else done(null, first.address, first.family);
  } catch (error) {
    done(error instanceof Error ? error : new Error('the name could not be looked up'), []);
  }
}

/** Knows this machine's own names, too, for a sandbox. */
async function askSystem(name: string): Promise<string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

/** The system's own resolver would keep a thread that password checks need while a service's name server is slow. */
async function askNameServers(name: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  return found.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}
