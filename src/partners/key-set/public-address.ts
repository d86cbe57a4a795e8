import { isIP } from 'node:net';
import { bareHost, isLocalName, mayConnectTo } from '#foundation/network';
import type { RegistrationRules } from '../address.ts';

/** @param hostname as a URL has it */
export function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** @returns what is wrong with a host that we are to fetch from, as far as its name tells */
export function complaintOfHost(hostname: string, mode: RegistrationRules['mode']): string | undefined {
  const host = bareHost(hostname);
  const mayBeHere = mode === 'sandbox';
  const isFetchable = isIP(host) === 0 ? mayBeHere || !isLocalName(host) : mayConnectTo(host, { mayBeHere });
  return isFetchable ? undefined : 'must be reachable on the public internet';
}
