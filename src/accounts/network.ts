import { isIPv6 } from 'node:net';

const mappedIPv4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/iu;
const groupsOfNetwork = 4;

/**
 * The network that an address stands for when attempts are counted: an IPv4 address itself; of an IPv6 address the
 * first 64 bits, because whoever has one address has the whole /64 (RFC 6177).
 */
export function networkOf(address: string): string {
  const ipv4 = mappedIPv4.exec(address)?.[1];
  if (ipv4 !== undefined) return ipv4;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.replace(/%.*$/u, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = Math.max(8 - groups.length - last.length, 0);
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...last];
  return `${all
    .slice(0, groupsOfNetwork)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
