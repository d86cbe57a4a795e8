import { visible } from './typed.ts';

/** The code of an organisation, here of a GP practice, in capitals. */
export type OdsCode = string & { readonly odsCode: unique symbol };

function isOdsCode(text: string): text is OdsCode {
  return /^[A-Z0-9]{5,8}$/u.test(text);
}

/**
 * Reads the code of a practice, in whatever case it is written. Only its shape is looked at: which codes there are, and
 * in which nation, the directory of organisations (Organisation Data Service) knows.
 *
 * @returns undefined unless it is 5 to 8 letters and digits
 */
export function readOdsCode(text: string): OdsCode | undefined {
  const typed = visible(text);
  if (!/^[A-Za-z0-9]+$/u.test(typed)) return undefined;
  const code = typed.toUpperCase();
  return isOdsCode(code) ? code : undefined;
}

/**
 * Codes that stand where a practice's would, and name none: registered nowhere, not applicable, not known.
 *
 * @see NHS Data Model and Dictionary, “Organisation Data Service default codes”
 */
const codesOfNone: readonly string[] = ['V81997', 'V81998', 'V81999'];

/** Tells whether a code names a practice, rather than that there is none. */
export function namesPractice(code: OdsCode): boolean {
  return !codesOfNone.includes(code);
}
