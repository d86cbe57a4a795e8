import { z } from 'zod';
import { complaintOfHost, isLoopback } from './key-set/public-address.ts';

/** Where a registration is made: only a sandbox takes plain http, and that only for this machine. */
export interface RegistrationRules {
  readonly mode: 'sandbox' | 'production';
}

/** Text, refused as not being `what` when it is something else. */
export const text = (what: string) => z.string({ error: `must be ${what}` });

/** @returns what is wrong with an address to which browsers are sent, or undefined */
export function complaintOfAddress(address: string, rules: RegistrationRules): string | undefined {
  if (!/^[\x21-\x7e]+$/u.test(address) || address.includes('\\') || !URL.canParse(address)) {
    return 'is not a valid address';
  }
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return 'must start with https://';
  if (rules.mode !== 'sandbox') return 'must start with https://';
  return isLoopback(url.hostname)
    ? undefined
    : 'must start with https://; plain http is only for localhost, 127.0.0.1 and [::1]';
}

export function complaintOfRedirectUri(address: string, rules: RegistrationRules): string | undefined {
  if (address.includes('*')) return 'must be exact: a wildcard is not possible';
  if (address.includes('?')) return 'must not have a query string';
  if (address.includes('#')) return 'must not have a fragment';
  return complaintOfAddress(address, rules);
}

export function complaintOfKeyAddress(address: string, rules: RegistrationRules): string | undefined {
  if (address.includes('#')) return 'must not have a fragment';
  const complaint = complaintOfAddress(address, rules);
  return complaint ?? complaintOfHost(new URL(address).hostname, rules.mode);
}

type Complain = (address: string, rules: RegistrationRules) => string | undefined;

/** An address as it comes over the wire. @param complain says what is wrong with it */
export const address = (rules: RegistrationRules, complain: Complain) =>
  text('an address')
    .max(2000, 'must not be longer than 2000 characters')
    .superRefine((value, context) => {
      const complaint = complain(value, rules);
      if (complaint !== undefined) context.addIssue({ code: 'custom', message: complaint });
    });
