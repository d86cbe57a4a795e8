import { Browser, type Network } from './browser.ts';
import type { Phones } from './inbox.ts';
import { authorizeAddress, type BenchPerson, type BenchService } from './prepare.ts';
import type { BenchServer } from './server.ts';

/** Opens a browser of somebody's that keeps no cookie yet. */
export function openBrowser(
  { network, server }: { network: Network; server: BenchServer },
  { remoteAddress }: BenchPerson,
): Browser {
  return new Browser(network, { origin: server.issuer, remoteAddress });
}

/**
 * Signs somebody in: from the service's request through the pages for address, password and code to the redirect.
 *
 * @returns the code that the service got
 */
export async function signIn(
  browser: Browser,
  attempt: {
    service: BenchService;
    phones: Phones;
    person: BenchPerson;
    vector: 'P0.Cp.Cd' | 'P5.Cp.Cd';
  },
): Promise<string> {
  const { service, phones, person, vector } = attempt;
  const { email, phone, password } = person;
  const start = await browser.open(authorizeAddress(service, vector));
  const emailPage = await browser.submit(start, { choice: 'sign-in' });
  const passwordPage = await browser.submit(emailPage, { email });
  const codePage = await browser.submit(passwordPage, { password });
  const arrival = await browser.submit(codePage, { code: await phones.nextCode(phone) });
  const code = arrival.address.searchParams.get('code');
  if (code === null || !arrival.address.href.startsWith(service.redirectUri)) {
    throw new Error(
      `a sign-in ended at ${arrival.address.href} (${arrival.status}):\n${arrival.body.slice(0, 2000)}`,
    );
  }
  return code;
}
