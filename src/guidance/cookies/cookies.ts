/** A cookie that the product sets. */
export interface Cookie {
  readonly name: string;
  /** On https its name has the prefix that binds it to this host. */
  readonly bound: boolean;
  /** Names the words of the page. */
  readonly lasts: 'browser' | 'session' | 'hour' | 'quarter' | 'shift' | 'days' | 'year';
}

/** Every cookie that the product sets; a test compares it with what browsers get. */
export const cookies: readonly Cookie[] = [
  { name: 'visitor', bound: true, lasts: 'browser' },
  { name: 'language', bound: true, lasts: 'year' },
  { name: 'suggested-language', bound: true, lasts: 'browser' },
  { name: 'session', bound: true, lasts: 'session' },
  { name: 'session.sig', bound: true, lasts: 'session' },
  { name: 'interaction', bound: false, lasts: 'hour' },
  { name: 'interaction.sig', bound: false, lasts: 'hour' },
  { name: 'resume', bound: false, lasts: 'hour' },
  { name: 'resume.sig', bound: false, lasts: 'hour' },
  { name: 'device', bound: true, lasts: 'days' },
  { name: 'settings-visit', bound: true, lasts: 'quarter' },
  { name: 'practice-session', bound: true, lasts: 'shift' },
  { name: 'id-checker-session', bound: true, lasts: 'shift' },
];

/** @returns the table of the page, with the names that a browser shows */
export function cookieTable(issuer: string): { name: string; purpose: string; lasts: Cookie['lasts'] }[] {
  const prefix = issuer.startsWith('https:') ? '__Host-' : '';
  return cookies.map(({ name, bound, lasts }) => ({
    name: bound ? `${prefix}${name}` : name,
    purpose: name.endsWith('.sig') ? 'signature' : name,
    lasts,
  }));
}
