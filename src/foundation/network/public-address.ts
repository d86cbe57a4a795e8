import { BlockList, isIP, isIPv6 } from 'node:net';

/** Networks of IPv4 that are not the public internet. @see RFC 6890 and the IANA registry that it began */
const specialV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** All of public IPv6 lies in 2000::/3; in it these networks are not public, or carry an IPv4 address along. */
const specialV6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const special = new BlockList();
for (const [network, bits] of specialV4) special.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of specialV6) special.addSubnet(network, bits, 'ipv6');
const publicV6 = new BlockList();
publicV6.addSubnet('2000::', 3, 'ipv6');
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * @param rules.mayBeHere on this machine, too, as in a sandbox
 * @returns whether a connection to this IP address may be made for a service's sake: to the public internet
 */
export function mayConnectTo(ip: string, { mayBeHere }: { readonly mayBeHere: boolean }): boolean {
  if (isIP(ip) === 0) return false;
  const family = isIPv6(ip) ? 'ipv6' : 'ipv4';
  if (loopback.check(ip, family)) return mayBeHere;
  if (special.check(ip, family)) return false;
  return family === 'ipv4' || publicV6.check(ip, 'ipv6');
}

/** @returns a URL's host without the brackets of IPv6 */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/u, '$1');
}

/** @returns whether a name means this machine wherever it is looked up. @see RFC 6761 §6.3 */
export function isLocalName(host: string): boolean {
  return /(?:^|\.)localhost\.?$/iu.test(host);
}
