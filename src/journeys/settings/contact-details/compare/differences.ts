import { readEmail, type Account } from '#accounts';
import { phoneIsOn } from '#identity';
import type { ContactChanges, RegisterPatient } from '#pds';

/** What of a login's contact details somebody's national record can have, and has otherwise. */
export const contactKinds = ['email', 'mobile'] as const;
export type ContactKind = (typeof contactKinds)[number];

export function differencesOf(patient: RegisterPatient, account: Account): ContactKind[] {
  const hasEmail = patient.contactPoints.some(
    ({ system, value }) => system === 'email' && value.trim().toLowerCase() === account.email.toLowerCase(),
  );
  const hasMobile = account.phone === null || phoneIsOn(patient, account.phone, { use: 'mobile' });
  return [...(hasEmail ? [] : ['email' as const]), ...(hasMobile ? [] : ['mobile' as const])];
}

/** @returns what of a record is shown: no more of it than its owner needs to know it by */
export function shownOf(patient: RegisterPatient): { readonly email?: string; readonly phone?: string } {
  const email = patient.contactPoints.find(({ system }) => system === 'email')?.value;
  const mobile = patient.contactPoints.find(
    ({ system, use }) => system === 'phone' && use === 'mobile',
  )?.value;
  const digits = mobile?.replaceAll(/\D/gu, '').slice(-3) ?? '';
  return {
    ...(email === undefined ? {} : { email: masked(email) }),
    ...(digits === '' ? {} : { phone: digits }),
  };
}

function masked(email: string): string {
  if (readEmail(email).outcome !== 'valid') return '…';
  const at = email.lastIndexOf('@');
  return `${email.slice(0, 1)}…${email.slice(at)}`;
}

/** The register writes numbers of the United Kingdom as people there do. */
const ofUk = /^\+44(?=7)/u;

export function changesOf(account: Account, kinds: readonly ContactKind[]): ContactChanges {
  return {
    ...(kinds.includes('email') ? { email: account.email } : {}),
    ...(kinds.includes('mobile') && account.phone !== null
      ? { mobile: account.phone.replace(ofUk, '0') }
      : {}),
  };
}
