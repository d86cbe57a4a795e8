import { emailForSending, readEmail } from '#accounts';
import type { Secrets } from '#foundation/security';

/** Nobody's address is longer, so nothing is lost by not reading on. */
const mostCharacters = 254;

/** @returns the keyed hash by which an address is known again, however it is typed; total, so that text that is no address has one too */
export function emailKeyOf({ secrets }: { readonly secrets: Secrets }, text: string): string {
  const read = readEmail(text);
  const spelling =
    read.outcome === 'valid'
      ? emailForSending(read.email).toLowerCase()
      : `no address: ${text.slice(0, mostCharacters).toLowerCase()}`;
  return secrets.mac('portals staff e-mail', spelling);
}
