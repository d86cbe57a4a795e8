import { domainToASCII } from 'node:url';

export type ReadEmail =
  | { readonly outcome: 'valid'; readonly email: string }
  | { readonly outcome: 'missing' | 'malformed' | 'too_short' | 'too_long' };

/** The ecosystem's least length of an address. */
const leastLength = 7;
/** RFC 5321 §4.5.3.1: a path of 256 octets includes its two brackets; a local part has at most 64. */
const mostLength = 254;
const mostLocalLength = 64;
const mostDomainLength = 253;

/** RFC 5322 §3.2.3 `dot-atom`: no quoted local part, nothing that could end a mail header or a command. */
const localPart = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/u;
/** A domain as people write it, in any script; what it means is left to `domainToASCII`. */
const writtenDomain = /^[\p{L}\p{M}\p{N}-]+(?:\.[\p{L}\p{M}\p{N}-]+)+$/u;
/** RFC 1123 §2.1. */
const asciiLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/u;

/**
 * Reads an e-mail address that somebody typed.
 *
 * @returns `valid` with the address as typed, without surrounding spaces, in Unicode NFC; at most 254 characters, also
 *   in the spelling in which it is sent
 */
export function readEmail(text: string): ReadEmail {
  const trimmed = text.trim();
  if (trimmed === '') return { outcome: 'missing' };
  if (trimmed.length > mostLength) return { outcome: 'too_long' };
  const email = trimmed.normalize('NFC');
  const at = email.lastIndexOf('@');
  const [local, domain] = [email.slice(0, Math.max(at, 0)), email.slice(at + 1)];
  if (!isLocalPart(local) || !writtenDomain.test(domain)) return { outcome: 'malformed' };
  const ascii = domainToASCII(domain);
  if (!isDomain(ascii)) return { outcome: 'malformed' };
  if (Math.max(email.length, local.length + 1 + ascii.length) > mostLength) return { outcome: 'too_long' };
  return email.length < leastLength ? { outcome: 'too_short' } : { outcome: 'valid', email };
}

function isLocalPart(local: string): boolean {
  return local.length <= mostLocalLength && localPart.test(local);
}

function isDomain(ascii: string): boolean {
  const labels = ascii.split('.');
  const isNamed = /[a-z]/u.test(labels.at(-1) ?? '');
  return ascii.length <= mostDomainLength && isNamed && labels.every((label) => asciiLabel.test(label));
}

/** @returns the address in the spelling that mail servers read: an international domain in its ASCII form */
export function emailForSending(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, at)}@${domainToASCII(email.slice(at + 1))}`;
}

/**
 * The spelling by which addresses are compared and counted: two that differ in case, or in how their domain is written,
 * are the same. Total: text that is no address has a key as well, of bounded length, which is no account's.
 */
export function emailKey(text: string): string {
  const email = readEmail(text);
  return email.outcome === 'valid'
    ? emailForSending(email.email).toLowerCase()
    : `${email.outcome}:${text.slice(0, mostLength).toLowerCase()}`;
}
